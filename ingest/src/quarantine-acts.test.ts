import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordBytes } from "@isotherm/coldchain";
import { assert, freePort, suite } from "../../checks/kit.ts";
import { openIngest, testConfig, TOKEN } from "../test/bench.ts";
import { begin, COLD, type PipelineBench, T0, withBench } from "../test/pipeline-bench.ts";
import { dataPayload, EPOCH, temperatureRecord } from "../test/scripted-gateway.ts";
import { runQuarantineAction } from "./keep/quarantine-commands.ts";
import { systemClock } from "./ports.ts";
import { actOnQuarantine, type QuarantineAct } from "./quarantine-acts.ts";
import type { QuarantineEntry, QuarantineKind } from "./quarantine-table.ts";
import { copyStream } from "./stream-state.ts";

const test = suite("what is done about the quarantine", { deadlineMs: 30_000 });
const PERSON = { personId: "p-1", because: "the new version reads it" };

function entryOf(kind: QuarantineKind, numbers: string, bytes: Uint8Array): QuarantineEntry {
  const place = { tenantId: "tenant1", gatewayKey: "group1/gw-1", assetId: "cold-1", epoch: EPOCH };
  return { ...place, kind, numbers, reason: "could not be read", bytes, receivedAtMs: T0 };
}

/** As the pipeline leaves it: the bytes kept, the numbers accepted. */
function quarantine(bench: PipelineBench, entry: QuarantineEntry, number: number): number {
  const { state } = bench;
  const stream = copyStream(state.streams.get(entry.gatewayKey, EPOCH, entry.assetId));
  stream.accepted.add(number);
  if (entry.kind === "undecodable") stream.quarantined.add(number);
  stream.issued = Math.max(stream.issued, number);
  state.db.transaction(() => {
    state.quarantine.save(entry);
    stream.streamId = state.streams.save(stream);
  });
  state.streams.committed(stream);
  return Number(state.db.get("SELECT max(quarantine_id) AS id FROM quarantine")?.["id"]);
}

async function act(bench: PipelineBench, quarantineId: number, what: QuarantineAct["act"]) {
  const { state, pipeline, time } = bench;
  const deps = {
    state,
    nowMs: time.wallMs(),
    run: (messages: Parameters<typeof pipeline.run>[0]) => pipeline.run(messages),
    release: () => pipeline.release(),
  };
  return actOnQuarantine(deps, { quarantineId, act: what, ...PERSON });
}

test("bytes that can be read now are stored, once, with an audit entry", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    const message = quarantine(
      bench,
      entryOf("undecodable", "1", dataPayload(COLD, [temperatureRecord(1, 1000, 5)])),
      1,
    );
    const point = quarantine(bench, entryOf("point-refused", "2", recordBytes(temperatureRecord(2, 2000, 6))), 2);
    assert.equal(await act(bench, message, "retry"), { quarantineId: message, outcome: "stored" });
    assert.equal(await act(bench, point, "retry"), { quarantineId: point, outcome: "stored" });
    assert.equal(await act(bench, point, "retry"), { quarantineId: point, outcome: "unknown" });
    assert.equal(await bench.stored(), [
      [T0 + 1000, 5, 0],
      [T0 + 2000, 6, 0],
    ]);
    assert.equal(
      bench.read((reader) => reader.quarantine("tenant1", 10)),
      [],
    );
    const [delivered] = bench
      .read((reader) => reader.completeness("tenant1"))
      .filter(({ assetId }) => assetId === "cold-1");
    assert.equal([delivered?.accepted, delivered?.quarantined], [2, 0]);
    const audit = bench.read((reader) => reader.audit("tenant1", "cold-1"));
    assert.equal(
      audit.map(({ kind, cause, personId }) => [kind, cause, personId]),
      [1, 2].map(() => ["quarantine-retried", PERSON.because, PERSON.personId]),
    );
  });
});

test("bytes that cannot be read stay, and say why; contradictions are for a person", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    const rubbish = quarantine(bench, entryOf("undecodable", "1", Uint8Array.of(255, 1, 2)), 1);
    const conflict = quarantine(bench, entryOf("number-conflict", "2", recordBytes(temperatureRecord(2, 2000, 6))), 2);
    const kept = await act(bench, rubbish, "retry");
    assert.is(kept.outcome, "kept");
    assert.ok((kept.reason ?? "").length > 0);
    assert.match((await act(bench, conflict, "retry")).reason ?? "", /contradict/);
    assert.is(bench.read((reader) => reader.quarantine("tenant1", 10)).length, 2);
    assert.equal(await act(bench, rubbish, "discard"), { quarantineId: rubbish, outcome: "discarded" });
    const [entry] = bench.read((reader) => reader.audit("tenant1", "cold-1"));
    assert.is(entry?.kind, "quarantine-discarded");
    assert.is((entry?.before as { bytes?: number }).bytes, 3);
  });
});

test("an operator sees an entry, exports it, and asks ingest to act on it", async () => {
  const port = await freePort();
  const config = { ...(await testConfig("mqtt://127.0.0.1:9")), http: { host: "127.0.0.1", port } };
  const folder = join(config.stateFile, "..");
  const file = join(folder, "ingest.yaml");
  writeFileSync(join(folder, "token"), TOKEN);
  writeFileSync(
    file,
    `{ broker: { url: "mqtt://127.0.0.1:9" }, hostId: host-1, groups: { group1: tenant1 }, stateFile: state.db,
       store: { path: readings.db }, traceFile: trace.db, tokenFile: token, http: { port: ${port} } }`,
  );
  const ports = { clock: systemClock, version: "0.0.0", say: () => undefined, environment: {} };
  const run = (...args: string[]) => runQuarantineAction([...args, "--config", file], ports);
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: unknown) => (error as { code?: string }).code,
    );
  const ingest = await openIngest(config);
  ingest.state.db.transaction(() =>
    ingest.state.quarantine.save(entryOf("undecodable", "", Uint8Array.of(255, 72, 105))),
  );
  const shown = await run("show", "1");
  for (const part of [/reason +could not be read/, /cannot be decoded/, /000000 {2}ff 48 69 .*\.Hi/])
    assert.match(shown, part);
  assert.is((JSON.parse(await run("show", "1", "--json")) as { hex: string }).hex, "ff4869");
  await run("export", "1", "--to", join(folder, "bytes"));
  assert.equal([...readFileSync(join(folder, "bytes"))], [255, 72, 105]);
  assert.is(await codeOf(run("show", "7")), "QUARANTINE_UNKNOWN");
  assert.is(await codeOf(run("retry", "1")), "KEEP_USAGE");
  const why = ["--person", "p-1", "--because", "rubbish"];
  assert.is(await codeOf(run("retry", "1", ...why)), "QUARANTINE_KEPT");
  assert.match(await run("discard", "1", ...why), /let go/);
  assert.is(await codeOf(run("discard", "1", ...why)), "QUARANTINE_UNKNOWN");
  const wrong = await fetch(`http://127.0.0.1:${port}/quarantine`, { method: "POST", body: "{}" });
  assert.is(wrong.status, 401);
  await ingest.close();
  assert.is(await codeOf(run("discard", "1", ...why)), "INGEST_UNREACHABLE");
});

test.run();
