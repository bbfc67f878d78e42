import { spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RangeSet, seededRandom } from "@isotherm/coldchain";
import { assert, seed, suite, tempDir, until } from "../../checks/kit.ts";
import { HOST_ID, TestBroker } from "../test/bench.ts";
import { COLD, OWN, T0 } from "../test/pipeline-bench.ts";
import { anchorRecord, ScriptedGateway, temperatureRecord } from "../test/scripted-gateway.ts";
import { openStateReader } from "./state-reader.ts";
import { openReadingReader } from "./store/open-reading-store.ts";

const test = suite("ingest, killed");
const RECORDS = 600;
const KILLS = 4;
const RESEND_MS = 150;

function start(configFile: string): ChildProcess {
  const main = join(import.meta.dirname, "main.ts");
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, "--config", configFile], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

/** What the gateway still has to send. */
function outstanding(gateway: ScriptedGateway): number[] {
  const accepted = new RangeSet();
  const last = gateway.accepted("cold-1");
  if (last !== undefined && last.watermark > 0) accepted.add(1, last.watermark);
  for (const range of last?.above ?? []) accepted.add(range.first, range.last);
  return Array.from({ length: RECORDS }, (_, at) => at + 1).filter((number) => !accepted.has(number));
}

test(
  "killed again and again, every record is stored once and nothing is missing",
  async () => {
    const broker = await TestBroker.open();
    const folder = await tempDir();
    const configFile = join(folder, "ingest.yaml");
    writeFileSync(join(folder, "token"), "a token");
    writeFileSync(
      configFile,
      `{ broker: { url: "${broker.url}" }, hostId: ${HOST_ID}, groups: { group1: tenant1 }, stateFile: state.db,
      store: { path: readings.db }, traceFile: trace.db, tokenFile: token }`,
    );
    const random = seededRandom(seed());
    const gateway = await ScriptedGateway.connect(broker.url, "group1", "gw-1");
    let child = start(configFile);
    let kills = 0;
    let killAtMs = performance.now() + 1500;
    await until(
      async () => {
        if (kills < KILLS && performance.now() > killAtMs) {
          await kill(child);
          child = start(configFile);
          kills++;
          killAtMs = performance.now() + 700 + random() * 800;
        }
        await gateway.nodeBirth(HOST_ID);
        await gateway.birth(OWN);
        await gateway.birth(COLD);
        await gateway.data(OWN, [anchorRecord(1, 1, 0, T0)]);
        const numbers = outstanding(gateway);
        // While there are kills to come, not everything is sent at once.
        const count = kills < KILLS ? 40 : numbers.length;
        const from = Math.floor(random() * Math.max(1, numbers.length - count));
        for (const number of numbers.slice(from, from + count))
          await gateway.data(COLD, [temperatureRecord(number, number * 1000, number / 10)]);
        return kills === KILLS && numbers.length === 0;
      },
      { deadlineMs: 50_000, everyMs: RESEND_MS, what: "every record to be accepted" },
    );
    const reader = await openReadingReader({ kind: "sqlite", path: join(folder, "readings.db") });
    const series = { tenantId: "tenant1", assetId: "cold-1", channel: "temperature/p1" };
    const { length, atMs, value } = await reader.readings({ series, fromMs: 0, toMs: 4e12 });
    await reader.close();
    assert.is(length, RECORDS);
    for (let at = 0; at < length; at++) assert.equal([atMs[at], value[at]], [T0 + (at + 1) * 1000, (at + 1) / 10]);
    const state = openStateReader(join(folder, "state.db"));
    assert.equal(state.quarantine(undefined, 10), []);
    state.close();
    await kill(child);
    await gateway.close();
    await broker.close();
  },
  { deadlineMs: 60_000 },
);

test.run();
