import { GATEWAY_STREAM } from "@isotherm/coldchain";
import { assert, suite, until } from "../../checks/kit.ts";
import { TestBroker, HOST_ID, openIngest, testConfig } from "../test/bench.ts";
import {
  anchorRecord,
  assetStream,
  gatewayStream,
  ScriptedGateway,
  temperatureRecord,
} from "../test/scripted-gateway.ts";
import type { Ingest } from "./ingest.ts";
import { openReadingReader } from "./store/open-reading-store.ts";
import type { IngestConfig } from "./config.ts";

const test = suite("ingest, end to end");
const T0 = 1_780_000_000_000;
const COLD = assetStream("cold-1");
const OWN = gatewayStream();

interface Chain {
  readonly broker: TestBroker;
  readonly config: IngestConfig;
  readonly ingest: Ingest;
  readonly gateway: ScriptedGateway;
}

async function withChain(body: (chain: Chain) => Promise<void>): Promise<void> {
  const broker = await TestBroker.open();
  const config = await testConfig(broker.url);
  const ingest = await openIngest(config);
  await until(() => ingest.connected, { what: "ingest to connect" });
  const gateway = await ScriptedGateway.connect(broker.url, "group1", "gw-1");
  try {
    await body({ broker, config, ingest, gateway });
  } finally {
    await gateway.close();
    await ingest.close();
    await broker.close();
  }
}

async function stored(config: IngestConfig, assetId = "cold-1"): Promise<[number, number][]> {
  const reader = await openReadingReader(config.store);
  const series = { tenantId: "tenant1", assetId, channel: "temperature/p1" };
  const { length, atMs, value } = await reader.readings({ series, fromMs: 0, toMs: 4e12 });
  await reader.close();
  return Array.from({ length }, (_, at) => [atMs[at] as number, value[at] as number]);
}

test("a record that comes in is stored, and its number is accepted", async () => {
  await withChain(async ({ config, gateway }) => {
    await gateway.nodeBirth(HOST_ID);
    await gateway.birth(OWN);
    await gateway.birth(COLD);
    await gateway.data(OWN, [anchorRecord(1, 1, 0, T0)]);
    await gateway.data(COLD, [temperatureRecord(1, 1000, 5.5), temperatureRecord(2, 2000, 0)]);
    await until(() => gateway.accepted("cold-1")?.watermark === 2, { what: "the acceptance" });
    assert.is(gateway.accepted(GATEWAY_STREAM)?.watermark, 1);
    assert.equal(await stored(config), [
      [T0 + 1000, 5.5],
      [T0 + 2000, 0],
    ]);
  });
});

test.run();
