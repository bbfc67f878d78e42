// The design that comes to mind first, as it is often written: JSON off mqtt.js, one observable per sensor with its state
// in a scan, points pooled to a thousand for `influx`. It is not wrong; it shows what its ease costs.

import { InfluxDB } from "influx";
import { mqtt, rxjs } from "../../ingest/test/packages.ts";

const { Subject, bufferTime, concatMap, filter, groupBy, map, mergeMap, scan, share } = rxjs;

const [, , brokerUrl = "", influxUrl = "", database = ""] = process.argv;
const POINTS_PER_WRITE = 1000;
const POOL_MS = 1000;
const LIMITS = { low: 2, high: 8, deadband: 0.5 };

interface Reading {
  readonly asset: string;
  readonly channel: string;
  readonly at: number;
  readonly value: number;
  readonly quality: string;
}
interface Message extends Pick<Reading, "asset" | "at"> {
  readonly readings: readonly Pick<Reading, "channel" | "value" | "quality">[];
}
interface Judged {
  readonly reading: Reading;
  readonly isOutside: boolean;
  readonly changed: boolean;
}

const influx = new InfluxDB({ host: "127.0.0.1", port: Number(new URL(influxUrl).port), database });
const readings = new Subject<Reading>();

const judged = readings.pipe(
  filter(({ quality }) => quality === "good"),
  groupBy(({ asset, channel }) => `${asset}/${channel}`),
  mergeMap((sensor) =>
    sensor.pipe(
      scan((before: Judged | undefined, reading): Judged => {
        const was = before?.isOutside ?? false;
        const slack = was ? LIMITS.deadband : 0;
        const isOutside = reading.value > LIMITS.high - slack || reading.value < LIMITS.low + slack;
        return { reading, isOutside, changed: isOutside !== was };
      }, undefined),
      filter((each) => each !== undefined),
    ),
  ),
  share(),
);
judged.pipe(filter(({ changed }) => changed)).subscribe(({ reading, isOutside }) => {
  console.error(`${reading.asset} ${reading.channel} ${isOutside ? "out" : "back"} at ${reading.at}`);
});
judged
  .pipe(
    map(({ reading: { asset, channel, at, value } }) => ({
      measurement: "reading",
      tags: { tenant: "tenant1", asset, channel },
      fields: { value },
      timestamp: new Date(at),
    })),
    bufferTime(POOL_MS, null, POINTS_PER_WRITE),
    filter((points) => points.length > 0),
    concatMap((points) => influx.writePoints(points, { precision: "ms" })),
  )
  .subscribe();

const client = mqtt.connect(brokerUrl, { protocolVersion: 4, clean: true });
client.on("connect", () => client.subscribe("fleet/+", { qos: 1 }, () => console.log("ready")));
client.on("message", (_topic, payload) => {
  const { asset, at, readings: said } = JSON.parse(payload.toString()) as Message;
  for (const each of said) readings.next({ asset, at, ...each });
});
process.once("SIGTERM", () => process.exit(0));
