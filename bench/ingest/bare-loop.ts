// What ingest is held against: mqtt.js, the same codec, lines to InfluxDB over undici. It keeps no state, checks no
// number, accepts nothing and judges nothing; what it loses is lost.

import { decodePayload, METRIC_FLAG, MetricColumns } from "@isotherm/coldchain";
import { mqtt, undici } from "../../ingest/test/packages.ts";
import { assetBirth, ASSETS, assetIdOf, gatewayIdOf, GROUP, TENANT } from "./fleet.ts";

const [, , brokerUrl = "", influxUrl = "", database = ""] = process.argv;
const POINTS_PER_REQUEST = 5000;
const FLUSH_MS = 100;
const IN_FLIGHT_MAX = 2;

/** The beginning of each channel's lines, by topic and alias. */
const prefixes = new Map<string, readonly string[]>();
for (let asset = 0; asset < ASSETS; asset++) {
  const ofAlias: string[] = [];
  for (const { alias, channel } of assetBirth(asset).channels)
    ofAlias[alias] = `reading,asset=${assetIdOf(asset)},channel=${channel},tenant=${TENANT} value=`;
  prefixes.set(`spBv1.0/${GROUP}/DDATA/${gatewayIdOf(asset)}/${assetIdOf(asset)}`, ofAlias);
}

const pool = new undici.Pool(influxUrl, { connections: IN_FLIGHT_MAX });
const columns = new MetricColumns(1024);
const lines: string[] = [];
let inFlight = 0;

function flush(): void {
  while (lines.length > 0 && inFlight < IN_FLIGHT_MAX) {
    const body = lines.splice(0, POINTS_PER_REQUEST).join("\n");
    inFlight++;
    void pool
      .request({ method: "POST", path: `/write?db=${database}&precision=ns`, body })
      .then(async ({ body: answer, statusCode }) => {
        const said = await answer.text();
        if (statusCode !== 204) throw new Error(said);
      })
      .finally(() => inFlight--);
  }
}

const client = mqtt.connect(brokerUrl, { protocolVersion: 4, clean: true });
client.on("connect", () => client.subscribe(`spBv1.0/${GROUP}/DDATA/+/+`, { qos: 1 }, () => console.log("ready")));
client.on("message", (topic, payload) => {
  const ofAlias = prefixes.get(topic);
  if (ofAlias === undefined) return;
  decodePayload(payload, columns);
  for (let at = 0; at < columns.length; at++) {
    const prefix = columns.hasFlag(at, METRIC_FLAG.hasAlias) ? ofAlias[columns.alias[at] as number] : undefined;
    if (prefix !== undefined && !columns.hasFlag(at, METRIC_FLAG.null))
      lines.push(`${prefix}${columns.value[at]} ${columns.timeMs[at]}000000`);
  }
});
setInterval(flush, FLUSH_MS);
process.once("SIGTERM", () => process.exit(0));
