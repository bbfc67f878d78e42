import { GATEWAY_STREAM } from "@isotherm/coldchain";
import { assert, suite, until } from "../../checks/kit.ts";
import { TestBroker, HOST_ID, openIngest, testConfig, TOKEN } from "../test/bench.ts";
import {
  anchorRecord,
  assetStream,
  gatewayStream,
  ScriptedGateway,
  temperatureRecord,
} from "../test/scripted-gateway.ts";
import mqtt from "mqtt";
import { writeFacts } from "../test/facts.ts";
import type { Ingest } from "./ingest.ts";
import { openStateReader } from "./state-reader.ts";
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

async function withChain(
  body: (chain: Chain) => Promise<void>,
  prepare: (config: IngestConfig) => void = () => undefined,
): Promise<void> {
  const broker = await TestBroker.open();
  const config = await testConfig(broker.url);
  prepare(config);
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

test("a live excursion raises an alarm that a person acknowledges once, and the feed tells of both", async () => {
  await withChain(
    async ({ config, ingest, gateway }) => {
      const nowMs = Date.now();
      const feed = await openFeed(ingest.port);
      await begin(gateway, nowMs);
      await gateway.data(COLD, [temperatureRecord(1, -30_000, 9), temperatureRecord(2, -15_000, 9.5)]);
      const reader = openStateReader(config.stateFile);
      const alarms = () => reader.alarms({ tenantId: "tenant1", limit: 10 });
      await until(() => alarms().length === 1, { what: "the alarm" });
      const [alarm] = alarms();
      assert.equal(
        [alarm?.state, alarm?.foundLate, alarm?.peak, alarm?.shipmentIds],
        ["unacknowledged", false, 9.5, ["s-1"]],
      );
      const intent = {
        intentId: "intent-1",
        alarmId: alarm?.alarmId,
        kind: "acknowledge",
        personId: "p-1",
        tenantId: "tenant1",
        doneAtMs: nowMs - 1000,
      };
      assert.equal(await post(ingest.port, intent), [200, "applied", undefined]);
      assert.equal(await post(ingest.port, intent), [200, "duplicate", undefined]);
      assert.equal(await post(ingest.port, { ...intent, intentId: "i-2" }), [200, "refused", "NOTHING_TO_DO"]);
      assert.equal(await post(ingest.port, { ...intent, intentId: "i-3", tenantId: "t2" }), [
        404,
        "refused",
        "ALARM_UNKNOWN",
      ]);
      assert.equal(await post(ingest.port, intent, "wrong"), [401, undefined, undefined]);
      const [acknowledged] = alarms();
      assert.equal(
        [acknowledged?.state, acknowledged?.acknowledgedBy, acknowledged?.acknowledgedAtMs],
        ["acknowledged", "p-1", nowMs - 1000],
      );
      assert.equal(
        reader.audit("tenant1", alarm?.alarmId ?? "").map(({ kind, personId }) => [kind, personId]),
        [
          ["raised", null],
          ["acknowledged", "p-1"],
        ],
      );
      reader.close();
      await until(() => feed.kinds().has("readings") && feed.kinds().has("excursion") && feed.alarms() === 2, {
        what: "the feed to tell of readings, excursion and alarm",
      });
      await feed.close();
    },
    (config) => writeFacts(config.traceFile, 0),
  );
});

test("a fact that comes late has its time judged again, and the audit names it", async () => {
  await withChain(async ({ config, gateway }) => {
    const nowMs = Date.now();
    await begin(gateway, nowMs);
    const hot = [-90_000, -75_000, -60_000].map((atMs, at) => temperatureRecord(at + 1, atMs, 9));
    await gateway.data(COLD, [...hot, temperatureRecord(4, -50_000, 5)]);
    await until(() => gateway.accepted("cold-1")?.watermark === 4, { what: "the acceptance" });
    writeFacts(config.traceFile, nowMs - 3_600_000);
    const reader = openStateReader(config.stateFile);
    await until(() => reader.excursions({ tenantId: "tenant1", limit: 10 }).length === 1, { what: "the excursion" });
    const [excursion] = reader.excursions({ tenantId: "tenant1", limit: 10 });
    assert.equal([excursion?.startMs, excursion?.endMs], [nowMs - 90_000, nowMs - 50_000]);
    assert.match(
      reader.audit("tenant1", excursion?.excursionId ?? "")[0]?.cause ?? "",
      /^fact tenant1\/leg\/s-1\/leg-1\/cold@/,
    );
    const [alarm] = reader.alarms({ tenantId: "tenant1", limit: 10 });
    assert.equal([alarm?.foundLate, alarm?.state], [true, "returned-unacknowledged"]);
    reader.close();
  });
});

test("a silent gateway makes its assets unknown under one alarm, until it speaks", async () => {
  await withChain(async ({ config, gateway }) => {
    await gateway.nodeBirth(HOST_ID, 200);
    await gateway.birth(COLD);
    const reader = openStateReader(config.stateFile);
    const seen = () => [
      reader.assets("tenant1")[0]?.status,
      ...reader.alarms({ tenantId: "tenant1", limit: 10 }).map(({ ruleId, state }) => `${ruleId} ${state}`),
    ];
    await until(() => seen().join() === "unknown,gateway-silent unacknowledged", { what: "the gateway to be missed" });
    await gateway.nodeBirth(HOST_ID, 60_000);
    await until(() => seen().join() === "online,gateway-silent returned-unacknowledged", { what: "it to be heard" });
    reader.close();
  });
});

test("it is the Sparkplug host that it says it is: online while it lives, offline when it leaves", async () => {
  const broker = await TestBroker.open();
  const watcher = await mqtt.connectAsync(broker.url, { protocolVersion: 4 });
  const states: { online: boolean; timestamp: number }[] = [];
  watcher.on("message", (_, payload) => states.push(JSON.parse(payload.toString("utf8")) as (typeof states)[number]));
  await watcher.subscribeAsync(`spBv1.0/STATE/${HOST_ID}`);
  const ingest = await openIngest(await testConfig(broker.url));
  await until(() => states.at(-1)?.online === true, { what: "the host to say that it is online" });
  await watcher.publishAsync(`spBv1.0/STATE/${HOST_ID}`, JSON.stringify({ online: false, timestamp: 1 }), { qos: 1 });
  await until(() => states.length >= 3 && states.at(-1)?.online === true, { what: "it to contradict a false death" });
  await ingest.close();
  await until(() => states.at(-1)?.online === false, { what: "it to say goodbye" });
  assert.is(new Set(states.filter(({ timestamp }) => timestamp !== 1).map(({ timestamp }) => timestamp)).size, 1);
  await watcher.endAsync(true);
  await broker.close();
});

test("how it fares can be asked: ready, metrics", async () => {
  await withChain(async ({ ingest, gateway }) => {
    await begin(gateway, Date.now());
    await gateway.data(COLD, [temperatureRecord(1, 0, 5)]);
    await until(() => gateway.accepted("cold-1")?.watermark === 1, { what: "the acceptance" });
    const get = async (path: string) => fetch(`http://127.0.0.1:${ingest.port}${path}`);
    assert.equal(await (await get("/readyz")).json(), { ready: true, unwell: [] });
    const metrics = await (await get("/metrics")).text();
    assert.match(metrics, /isotherm_ingest_total\{outcome="records"\} 2/);
    assert.match(metrics, /isotherm_ingest_readings_stored_total 1/);
    assert.is((await get("/feed")).status, 401);
  });
});

async function begin(gateway: ScriptedGateway, zeroMs: number): Promise<void> {
  await gateway.nodeBirth(HOST_ID);
  await gateway.birth(OWN);
  await gateway.birth(COLD);
  await gateway.data(OWN, [anchorRecord(1, 1, 0, zeroMs)]);
}

async function post(port: number, intent: unknown, token = TOKEN): Promise<[number, unknown, unknown]> {
  const response = await fetch(`http://127.0.0.1:${port}/intents`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(intent),
  });
  const answer = (await response.json()) as { outcome?: unknown; reason?: unknown };
  return [response.status, answer.outcome, answer.reason];
}

async function openFeed(port: number) {
  const abort = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/feed`, {
    headers: { authorization: `Bearer ${TOKEN}` },
    signal: abort.signal,
  });
  let text = "";
  const reading = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk as Uint8Array).toString("utf8");
  })().catch(() => undefined);
  const lines = () =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { kind: string });
  return {
    kinds: () => new Set(lines().map(({ kind }) => kind)),
    alarms: () => lines().filter(({ kind }) => kind === "alarm").length,
    close: async () => {
      abort.abort();
      await reading;
    },
  };
}

test.run();
