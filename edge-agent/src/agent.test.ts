import { type VirtualTime } from "@isotherm/coldchain";
import { join } from "node:path";
import { assert, suite, tempDir, until } from "../../checks/kit.ts";
import { countingDevice, start, truckConfig } from "../test/agent-fixture.ts";
import { ScriptedHost } from "../test/scripted-host.ts";
import { newEpoch } from "../test/spool-fixture.ts";
import { recordHistory } from "./history.ts";
import { readSpoolSummary, type StreamSummary } from "./spool-summary.ts";

const test = suite("agent");

async function hostAndPath(): Promise<{ host: ScriptedHost; path: string }> {
  const host = new ScriptedHost();
  await host.listen();
  await host.connect();
  return { host, path: join(await tempDir(), "spool.db") };
}

function streamIn(path: string, assetId: string): StreamSummary {
  const found = readSpoolSummary(path)?.streams.findLast((stream) => stream.assetId === assetId);
  if (found === undefined) throw new Error(`${assetId} is not in the spool`);
  return found;
}

test("waits for its host, is born, delivers every record as it was read, and says goodbye", async () => {
  const { host, path } = await hostAndPath();
  const agent = start(truckConfig(host.port, path));
  await until(() => agent.counters.uplink.messagesSent === 0 && streamIn(path, "truck-1").issued > 2);
  assert.equal(host.topics, []);
  await host.sayState(true);
  await until(() => host.records.filter(({ historical }) => !historical).length > 5);
  await agent.stop();
  const last = streamIn(path, "truck-1");
  await until(() => host.nodePayloads.some(({ type }) => type === "NDEATH"));
  await host.close();

  assert.equal(host.refusals, []);
  assert.equal(host.topics.slice(0, 3), [
    "spBv1.0/fleet-1/NBIRTH/gw-1",
    "spBv1.0/fleet-1/DBIRTH/gw-1/gateway",
    "spBv1.0/fleet-1/DBIRTH/gw-1/truck-1",
  ]);
  assert.equal(host.nodePayloads[0], {
    type: "NBIRTH",
    metrics: ["bdSeq", "Node Control/Rebirth", "Contract/Version", "Contract/Host", "Contract/MaxSilenceMs"],
    bdSeq: 0,
    seq: 0,
  });
  assert.equal(host.nodePayloads.at(-1), { type: "NDEATH", metrics: ["bdSeq"], bdSeq: 0, seq: undefined });
  host.seqs.forEach((seq, at) => assert.is(seq, at % 256));

  const truck = host.records.filter(({ assetId }) => assetId === "truck-1");
  const byNumber = new Map(truck.map(({ record }) => [record.number, record]));
  for (let number = 1; number <= last.issued - 1; number++) {
    const record = byNumber.get(number)!;
    assert.equal(
      record.readings.map(({ value, quality }) => [value, quality]),
      [
        [number, 0],
        [null, 5],
      ],
    );
    assert.is(record.anchorOrdinal, 1);
  }
  const [anchor, begun] = host.records.filter(({ assetId }) => assetId === "gateway");
  assert.is(anchor?.record.readings.length, 4);
  assert.equal(
    begun?.record.readings.map(({ value }) => value),
    [1],
  );
});

test("after a cut and a host that began anew, what was not accepted comes again; a rebirth is answered", async () => {
  const { host, path } = await hostAndPath();
  host.isAccepting = false;
  await host.sayState(true);
  const agent = start(truckConfig(host.port, path));
  await until(() => host.records.length > 5);
  assert.is(streamIn(path, "truck-1").acceptedCount, 0);
  host.cut();
  await host.connect();
  await host.sayState(true);
  const bornBefore = host.births.length;
  await until(() => host.births.length > bornBefore);
  host.isAccepting = true;
  await host.sayState(true);
  await until(() => streamIn(path, "truck-1").acceptedCount > 10);
  assert.ok(agent.counters.session.connects > 1);
  assert.is(host.nodePayloads.at(-1)?.bdSeq, agent.counters.session.connects - 1);

  const births = agent.counters.session.births;
  await host.rebirth();
  await host.rebirth();
  await until(() => agent.counters.session.births > births);
  const epoch = streamIn(path, "truck-1").epoch;
  const numbers = host.records.filter(({ assetId }) => assetId === "truck-1").map(({ record }) => record.number);
  const takenBefore = Math.max(...numbers);
  await until(() => (host.accepted.get(`${epoch}/truck-1`)?.max ?? 0) > takenBefore + 5);
  await agent.stop();
  await until(() => host.accepted.get(`${epoch}/truck-1`)?.rangeCount === 1);
  await host.close();
  assert.equal(host.refusals, []);
});

test("a host that goes offline gets nothing until it is back", async () => {
  const { host, path } = await hostAndPath();
  await host.sayState(true);
  const agent = start(truckConfig(host.port, path));
  await until(() => host.records.length > 2);
  await host.sayState(false);
  await until(() => host.nodePayloads.at(-1)?.type === "NDEATH");
  const { issued } = streamIn(path, "truck-1");
  const connects = agent.counters.session.connects;
  await until(() => streamIn(path, "truck-1").issued > issued + 5 && agent.counters.session.connects > connects);
  assert.is(host.nodePayloads.at(-1)?.type, "NDEATH");
  await host.sayState(true);
  await until(() => host.records.some(({ historical, record }) => historical && record.number > issued));
  await agent.stop();
  await host.close();
});

test("stops in time although the broker does not answer, or was never there", async () => {
  const { host, path } = await hostAndPath();
  await host.sayState(true);
  const agent = start(truckConfig(host.port, path));
  await until(() => host.records.length > 2);
  host.freeze();
  let atMs = performance.now();
  await agent.stop();
  assert.ok(performance.now() - atMs < 2000);
  await host.close();
  const alone = start(truckConfig(host.port, path));
  await until(() => alone.counters.session.connects > 2);
  atMs = performance.now();
  await alone.stop();
  assert.ok(performance.now() - atMs < 2000);
  assert.ok(streamIn(path, "truck-1").unacceptedPresent.size > 0);
});

test("another host's acceptance lets nothing go; one of numbers never given opens a new epoch", async () => {
  const { host, path } = await hostAndPath();
  host.isAccepting = false;
  await host.sayState(true);
  const agent = start(truckConfig(host.port, path));
  await until(() => host.records.filter(({ assetId }) => assetId === "truck-1").length > 3);
  const { epoch } = streamIn(path, "truck-1");
  await host.answer("truck-1", { hostId: "host-2", epoch, watermark: 2, above: [], resend: [] });
  await until(() => agent.counters.uplink.acceptancesIgnored === 1);
  await host.answer("truck-1", { hostId: "host-1", epoch, watermark: 100_000, above: [], resend: [] });
  await until(() => streamIn(path, "truck-1").epoch !== epoch);
  host.isAccepting = true;
  const now = streamIn(path, "truck-1").epoch;
  await until(() => (host.accepted.get(`${now}/truck-1`)?.watermark() ?? 0) > 5);
  await agent.stop();
  await host.close();
  const values = host.records.filter((heard) => heard.epoch === now && heard.assetId === "truck-1");
  assert.ok(values.some(({ record }) => record.readings[0]?.value === 1));
  assert.ok(host.records.some((heard) => heard.epoch === now && heard.assetId === "gateway"));
  assert.equal(host.refusals, []);
});

test("a spool with a past is delivered whole, its past flagged, and the new records first", async () => {
  const { host, path } = await hostAndPath();
  const config = truckConfig(host.port, path, 1000);
  const toMs = Math.floor(Date.now() / 1000) * 1000 - 60_000;
  const fromMs = toMs - 6_000_000;
  const begunMs = performance.now();
  const past = await recordHistory({
    ...{ config, spoolPath: path, fromMs, toMs, machineId: "machine-1", newEpoch },
    devicesAt: (time: VirtualTime) => {
      assert.is(time.wallMs(), fromMs);
      return countingDevice();
    },
  });
  const perS = (past.records / (performance.now() - begunMs)) * 1000;
  assert.is(past.records, 6002);
  assert.is(past.goodReadings, 6000);
  assert.ok(perS > 5000, `${perS} records a second`);

  await host.sayState(true);
  const agent = start(truckConfig(host.port, path));
  await until(() => streamIn(path, "truck-1").acceptedCount >= 6010, { deadlineMs: 20_000 });
  await agent.stop();
  await host.close();
  assert.equal(host.refusals, []);
  const truck = host.records.filter(({ assetId }) => assetId === "truck-1");
  const old = truck.filter(({ record }) => record.number <= 6000);
  assert.is(new Set(old.map(({ record }) => record.number)).size, 6000);
  assert.ok(old.every(({ historical }) => historical));
  const firstLive = truck.findIndex(({ historical }) => !historical);
  assert.ok(firstLive >= 0 && firstLive < 5000, `${firstLive}`);
  const again = host.records.findLast(({ assetId, record }) => assetId === "gateway" && record.readings.length === 2);
  assert.equal(
    again?.record.readings.map(({ value }) => value),
    [2, toMs],
  );
});

test.run();
