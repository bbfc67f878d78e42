import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import mqtt from "mqtt";
import { pino } from "pino";
import { assert, freePort, needs, suite, tempDir, until } from "../../../checks/kit.ts";
import { ForeignGateway, TYPE } from "../../test/foreign-gateway.ts";
import { openIngest } from "../../test/bench.ts";
import { type IngestConfig, readConfig } from "../config.ts";
import { runReadCommand } from "../read-commands.ts";
import { openStateReader } from "../state-reader.ts";
import { openReadingReader } from "../store/open-reading-store.ts";
import { foreignMonitoring } from "./foreign-monitoring.ts";

const test = suite("foreign sources over Mosquitto", {
  skip: needs({ commands: ["mosquitto", "mosquitto_pub"], testData: true }),
});

const MAPPING = `
mapping: rooms
json:
  - topic: factory/{gateway}/+/{asset}/telemetry
    gateway: "{gateway}"
    asset: "{asset}"
    maxSilence: 30min
    time: { path: ts, format: epoch-ms }
    channels:
      - { path: t, channel: temperature/p1, role: product, unit: "°F", resolution: 0.1 }
sparkplug:
  - group: Plant
    node: "{node}"
    maxSilence: 30min
    channels:
      - { device: "{room}", metric: Temp, asset: "{room}", channel: temperature/p1, role: product, unit: Cel, resolution: 0.1 }
`;

interface Chain {
  readonly port: number;
  readonly config: IngestConfig;
  readonly folder: string;
}

async function withChain(body: (chain: Chain) => Promise<void>): Promise<void> {
  const folder = await tempDir();
  const port = await freePort();
  writeFileSync(
    join(folder, "mosquitto.conf"),
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`,
  );
  const broker: ChildProcess = spawn("mosquitto", ["-c", join(folder, "mosquitto.conf")], { stdio: "ignore" });
  try {
    writeFileSync(join(folder, "rooms.yaml"), MAPPING);
    writeFileSync(join(folder, "token"), "a token");
    const lines = [
      `broker: { url: "mqtt://127.0.0.1:${port}" }`,
      "hostId: host-1",
      "groups: { group1: tenant1 }",
      "mappings: [rooms.yaml]",
      "stateFile: state.db",
      "store: { path: readings.db }",
      "traceFile: trace.db",
      "tokenFile: token",
    ];
    writeFileSync(join(folder, "ingest.yaml"), lines.join("\n"));
    const config = readConfig(join(folder, "ingest.yaml"), {});
    let log = "";
    const ingest = await openIngest(config, { log: pino({}, { write: (line: string) => (log += line) }) });
    try {
      await until(() => log.includes("connected to the broker"), { what: "ingest to have subscribed" });
      await body({ port, config, folder });
    } finally {
      await ingest.close();
    }
  } finally {
    broker.kill();
    await once(broker, "exit");
  }
}

async function stored(config: IngestConfig, assetId: string): Promise<[number, number][]> {
  const reader = await openReadingReader(config.store);
  const series = { tenantId: "tenant1", assetId, channel: "temperature/p1" };
  const { length, atMs, value } = await reader.readings({ series, fromMs: 0, toMs: 4e12 });
  await reader.close();
  return Array.from({ length }, (_, at) => [atMs[at] as number, value[at] as number]);
}

async function publish(port: number, topic: string, payload: string): Promise<void> {
  const args = ["-h", "127.0.0.1", "-p", String(port), "-q", "1", "-t", topic, "-s"];
  const child = spawn("mosquitto_pub", args, { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.end(payload);
  assert.equal(await once(child, "exit"), [0, null]);
}

test("JSON published by mosquitto_pub is stored, shown as without promise, and poison beside it is kept", async () => {
  await withChain(async ({ port, config }) => {
    const nowMs = Date.now();
    const topic = "factory/gw-7/line-1/room-2/telemetry";
    await publish(port, topic, "rubbish {");
    await publish(port, topic, JSON.stringify({ ts: nowMs - 60_000, t: 46.58 }));
    await publish(port, topic, JSON.stringify({ ts: nowMs - 30_000, t: 32 }));
    await until(async () => (await stored(config, "room-2")).length === 2, { what: "both readings" });
    assert.equal(await stored(config, "room-2"), [
      [nowMs - 60_000, 8.1],
      [nowMs - 30_000, 0],
    ]);
    const state = openStateReader(config.stateFile);
    const readings = await openReadingReader(config.store);
    try {
      const [row] = await foreignMonitoring(state, readings, undefined, nowMs);
      assert.equal(
        [row?.gatewayId, row?.delivery, row?.readings, row?.promisedMs, row?.coveredMs],
        ["gw-7", "no promise", 2, 60_000, 30_000],
      );
      const monitoring = row === undefined ? [] : [row];
      const text = runReadCommand("completeness", state, config, { tenantId: undefined, json: false, monitoring });
      assert.match(text, /no delivery promise: these gateways number nothing/);
      assert.match(text, /gw-7 .*room-2 .*50\.0 %/);
      const status = runReadCommand("status", state, config, { tenantId: undefined, json: false });
      assert.match(status, /gw-7 +json +rooms +online +1 +30 min/);
      assert.match(state.quarantine("tenant1", 10)[0]?.reason ?? "", /room-2\/telemetry: not JSON/);
      assert.is(state.completeness().length, 0);
    } finally {
      await readings.close();
      state.close();
    }
  });
});

test("a Sparkplug node of another make is asked for its births when ingest comes later, and then read", async () => {
  await withChain(async ({ port, config }) => {
    const gateway = await ForeignGateway.of("Plant", "PLC 1");
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
    try {
      await client.subscribeAsync("spBv1.0/Plant/NCMD/PLC 1");
      const send = async ([topic, payload]: readonly [string, Uint8Array]): Promise<void> => {
        await client.publishAsync(topic, Buffer.from(payload));
      };
      const nowMs = Date.now();
      let births = 0;
      client.on("message", () => {
        births++;
        void send(gateway.message("NBIRTH", undefined, [{ name: "bdSeq", datatype: 4, longValue: 0 }], nowMs));
        void send(
          gateway.message(
            "DBIRTH",
            "room-9",
            [{ name: "Temp", alias: 1, datatype: TYPE.float, floatValue: 5.1, timestamp: nowMs }],
            nowMs,
          ),
        );
        void send(gateway.message("DDATA", "room-9", [{ alias: 1, floatValue: 8.1, timestamp: nowMs + 1 }], nowMs));
      });
      await send(gateway.message("DDATA", "room-9", [{ alias: 1, floatValue: 70, timestamp: nowMs - 1 }], nowMs));
      await until(async () => (await stored(config, "room-9")).length === 2, {
        what: "the readings after the birth",
        deadlineMs: 15_000,
      });
      assert.equal(await stored(config, "room-9"), [
        [nowMs, 5.1],
        [nowMs + 1, 8.1],
      ]);
      assert.is(births, 1);
    } finally {
      await client.endAsync(true);
    }
  });
});

test("a configuration whose mapping cannot be used is refused with all that is wrong with it", async () => {
  await withChain(async ({ folder }) => {
    writeFileSync(join(folder, "rooms.yaml"), "mapping: rooms\njson: []\n");
    writeFileSync(
      join(folder, "ingest2.yaml"),
      [
        'broker: { url: "mqtt://127.0.0.1:1" }',
        "hostId: host-1",
        "groups: { a: tenant1, b: tenant2 }",
        "mappings: [rooms.yaml, absent.yaml, two.yaml]",
        "stateFile: state.db",
        "store: { path: readings.db }",
        "traceFile: trace.db",
        "tokenFile: token",
      ].join("\n"),
    );
    writeFileSync(join(folder, "two.yaml"), MAPPING.replace("mapping: rooms", "mapping: two"));
    try {
      readConfig(join(folder, "ingest2.yaml"), {});
      assert.unreachable();
    } catch (error) {
      const { message } = error as Error;
      assert.match(message, /rooms\.yaml:1: has no rule; give at least one/);
      assert.match(message, /mappings\[1\]: .*absent\.yaml cannot be read/);
      assert.match(
        message,
        /two\.yaml json\[0\]: whose readings these are is not said, and there are several tenants; give `tenant`/,
      );
    }
  });
});

test.run();
