import { RangeSet, type GoneReason, type Range } from "@isotherm/coldchain";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assert, suite, tempDir } from "../../checks/kit.ts";
import { draft, fill, open } from "../test/spool-fixture.ts";
import { SpoolError } from "./spool-error.ts";
import { readSpoolSummary } from "./spool-summary.ts";

const test = suite("spool");

async function freshPath(): Promise<string> {
  return join(await tempDir(), "spool.db");
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof SpoolError ? error.code : String(error);
  }
}

test("gives numbers without a hole and keeps them over a restart", async () => {
  const path = await freshPath();
  const first = open(path);
  fill(first, 3);
  const { epoch } = first.spool;
  first.spool.close(1_800_000_000_500, { isClean: true });
  const second = open(path);
  assert.is(second.spool.epoch, epoch);
  assert.is(second.start.after, 2);
  assert.is(second.start.lastAliveMs, 1_800_000_000_500);
  assert.is(second.spool.append([draft("truck-1", 8.1)])[0]?.record.number, 4);
  const { streamId } = second.spool.streamOf("truck-1")!;
  const { records, missing } = second.spool.read(streamId, { first: 1, last: 4 });
  assert.equal(
    records.map((record) => [record.number, record.readings[0]?.value]),
    [
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 8.1],
    ],
  );
  assert.equal(missing, []);
  second.spool.close(0, { isClean: false });
});

test("a killed process loses nothing that was written, and numbering goes on without a hole", async () => {
  const path = await freshPath();
  const script = new URL("../test/append-until-killed.ts", import.meta.url).pathname;
  let acknowledged = 0;
  for (let round = 1; round <= 4; round++) {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    const ended = new Promise((resolve) => child.on("close", resolve));
    const enough = acknowledged + 50 * round;
    child.stdout.on("data", (bytes: Buffer) => {
      printed += bytes.toString();
      if (Number(printed.trimEnd().split("\n").at(-1)) >= enough) child.kill("SIGKILL");
    });
    await ended;
    // The last line may be cut by the kill; what stands before it was acknowledged.
    const numbers = printed.split("\n").slice(0, -1).map(Number);
    assert.ok(numbers.length >= 50 * round);
    numbers.forEach((number, at) => assert.is(number, numbers[0]! + at));
    acknowledged = numbers.at(-1)!;
    const opened = open(path);
    const stream = opened.spool.streamOf("truck-1")!;
    assert.ok(stream.issued >= acknowledged && stream.issued <= acknowledged + 1, `${stream.issued}`);
    const { records, missing, corrupt } = opened.spool.read(stream.streamId, { first: 1, last: stream.issued });
    assert.equal([missing, corrupt], [[], []]);
    records.forEach((record, at) => assert.is(record.readings[0]?.value, at));
    assert.is(opened.start.after, 3);
    acknowledged = stream.issued;
    opened.spool.close(0, { isClean: false });
  }
});

test("refuses to be opened twice, and by another gateway", async () => {
  const path = await freshPath();
  const { spool } = open(path);
  assert.is(
    codeOf(() => open(path)),
    "SPOOL_IN_USE",
  );
  spool.close(0, { isClean: true });
  assert.is(
    codeOf(() => open(path, { gatewayId: "gw-2" })),
    "SPOOL_OTHER_GATEWAY",
  );
});

test("a spool from another machine goes on under a new epoch, and keeps what the old one has not delivered", async () => {
  const path = await freshPath();
  const first = open(path);
  fill(first, 5);
  first.spool.accept(first.spool.streamOf("truck-1")!.streamId, [{ first: 1, last: 2 }]);
  first.spool.close(0, { isClean: true });
  const clone = open(path, { machineId: "machine-2" });
  assert.is.not(clone.spool.epoch, first.spool.epoch);
  assert.is(clone.notices[0]?.event, "new-epoch");
  fill(clone, 1);
  const streams = clone.spool.streams().filter(({ assetId }) => assetId === "truck-1");
  assert.equal(
    streams.map(({ epoch, issued, accepted }) => [epoch, issued, accepted.watermark()]),
    [
      [first.spool.epoch, 5, 2],
      [clone.spool.epoch, 1, 0],
    ],
  );
  const aliases = clone.spool.streams().flatMap(({ numberAlias, monotonicAlias, channels }) => {
    return [numberAlias, monotonicAlias, ...[...channels.values()].map(({ alias }) => alias)];
  });
  assert.is(new Set(aliases).size, aliases.length);
  clone.spool.close(0, { isClean: true });
});

test("a newer agent's spool is set aside untouched", async () => {
  const path = await freshPath();
  const newer = new DatabaseSync(path);
  newer.exec("CREATE TABLE other (a); PRAGMA user_version = 2");
  newer.close();
  const bytes = readFileSync(path);
  const { spool, notices, start } = open(path);
  assert.is(notices[0]?.event, "set-aside");
  assert.equal(readFileSync(notices[0]?.path as string), bytes);
  assert.is(start.after, 1);
  assert.is(spool.append([draft("truck-1", 1)])[0]?.record.number, 1);
  spool.close(0, { isClean: true });
});

test("a damaged spool is set aside, whether its head or its middle is broken", async () => {
  for (const from of [0, 5]) {
    const path = await freshPath();
    const first = open(path);
    fill(first, 500);
    first.spool.close(0, { isClean: true });
    const bytes = readFileSync(path);
    bytes.fill(0xa5, from * 4096, from * 4096 + 2000);
    writeFileSync(path, bytes);
    const { spool, notices } = open(path);
    assert.is(notices[0]?.event, "set-aside");
    assert.ok(existsSync(notices[0]?.path as string));
    assert.is.not(spool.epoch, first.spool.epoch);
    spool.close(0, { isClean: true });
  }
});

test("a record whose bytes changed is declared gone as corrupt", async () => {
  const path = await freshPath();
  const first = open(path);
  fill(first, 4);
  first.spool.close(0, { isClean: true });
  const db = new DatabaseSync(path);
  db.exec("UPDATE records SET bytes = zeroblob(length(bytes)) WHERE number = 2");
  db.exec("DELETE FROM records WHERE number = 3");
  db.close();
  const { spool } = open(path);
  const told: [GoneReason, readonly Range[]][] = [];
  spool.onGone = (_streamId, reason, ranges) => told.push([reason, ranges]);
  const stream = spool.streamOf("truck-1")!;
  assert.is(spool.read(stream.streamId, { first: 1, last: 4 }).records.length, 2);
  assert.equal(RangeSet.of(told[0]![1]), RangeSet.of([{ first: 2, last: 3 }]));
  assert.is(told[0]![0], "corrupt");
  spool.read(stream.streamId, { first: 1, last: 4 });
  assert.is(told.length, 1);
  assert.is(spool.counters.recordsCorrupt, 2);
  spool.close(0, { isClean: true });
  assert.is(readSpoolSummary(path)!.streams.find(({ assetId }) => assetId === "truck-1")!.goneCount, 2);
});

test("a full spool gives up accepted records first, oldest first, and only when it must", async () => {
  const path = await freshPath();
  const bytesMax = 512 * 1024;
  const opened = open(path, { bytesMax });
  fill(opened, 3000);
  const { streamId } = opened.spool.streamOf("truck-1")!;
  opened.spool.accept(streamId, [{ first: 1, last: 3000 }]);
  opened.spool.flush(0);
  assert.is(opened.spool.read(streamId, { first: 1, last: 3000 }).records.length, 3000);
  fill(opened, 5000, 3000);
  assert.ok(opened.spool.counters.recordsTrimmed > 0);
  assert.is(opened.spool.counters.recordsThinned, 0);
  const { missing } = opened.spool.read(streamId, { first: 1, last: 8000 });
  assert.is(missing.length, 1);
  assert.is(missing[0]?.first, 1);
  assert.is(readSpoolSummary(path)!.streams[0]!.unacceptedPresent.size, 5000);
  opened.spool.close(0, { isClean: true });
  assert.ok(readFileSync(path).length <= bytesMax);
});

test("with nothing accepted it thins the older half, says which are gone, and keeps the newest whole", async () => {
  const path = await freshPath();
  const opened = open(path, { bytesMax: 512 * 1024 });
  const gone = new RangeSet();
  opened.spool.onGone = (_streamId, reason, ranges) => {
    assert.is(reason, "thinned");
    for (const { first, last } of ranges) gone.add(first, last);
  };
  opened.spool.append([{ ...draft("gateway", 1), readings: [{ channel: "start/after", value: 1, quality: 0 }] }]);
  fill(opened, 20_000);
  assert.ok(gone.size > 0);
  assert.is(opened.spool.counters.recordsThinned, gone.size);
  const { streamId } = opened.spool.streamOf("truck-1")!;
  const { records } = opened.spool.read(streamId, { first: 1, last: 20_000 });
  assert.is(records.length + gone.size, 20_000);
  assert.equal(RangeSet.of(opened.spool.read(streamId, { first: 1, last: 20_000 }).missing), gone);
  assert.is(records[0]?.number, 1);
  records.slice(-1000).forEach((record, at) => assert.is(record.number, 19_001 + at));
  assert.is(opened.spool.streamOf("gateway")!.gone.thinned.size, 0);
  opened.spool.close(0, { isClean: true });
  const again = open(path);
  assert.equal(again.spool.streamOf("truck-1")!.gone.thinned, gone);
  assert.is(again.spool.streamOf("truck-1")!.issued, 20_000);
  again.spool.close(0, { isClean: true });
});

test("a spool in which nothing can be removed refuses, and numbers go on as if it had not been asked", async () => {
  const path = await freshPath();
  const opened = open(path, { bytesMax: 48 * 1024 });
  const gateway = { ...draft("gateway", 1), readings: [{ channel: "start/after", value: 1, quality: 0 }] };
  let taken = 0;
  const code = codeOf(() => {
    for (;;) {
      opened.spool.append([gateway]);
      taken++;
    }
  });
  assert.is(code, "SPOOL_FULL");
  assert.is(opened.spool.streamOf("gateway")!.issued, taken);
  assert.is(opened.spool.counters.appendsRefused, 1);
  opened.spool.accept(opened.spool.streamOf("gateway")!.streamId, [{ first: 1, last: taken }]);
  assert.is(opened.spool.append([gateway])[0]?.record.number, taken + 1);
  opened.spool.close(0, { isClean: true });
});

test("a channel that means something else now opens a new epoch; a further channel does not", async () => {
  const { spool } = open(await freshPath());
  const { epoch } = spool;
  const product = { channel: "temperature/product-1", role: "product", unit: "Cel", resolution: 0.1 } as const;
  const further = { ...product, channel: "temperature/product-2" };
  assert.is(spool.declare([{ assetId: "truck-1", channels: [product, further] }]), undefined);
  assert.is(spool.epoch, epoch);
  assert.is(spool.declare([{ assetId: "truck-1", channels: [{ ...product, role: "supply" }] }])?.event, "new-epoch");
  assert.is.not(spool.epoch, epoch);
  spool.close(0, { isClean: true });
});

test("when the host knows more than was issued, what is not accepted is taken again under a new epoch", async () => {
  const path = await freshPath();
  const opened = open(path);
  fill(opened, 10);
  const old = opened.spool.streamOf("truck-1")!;
  opened.spool.accept(old.streamId, [{ first: 1, last: 6 }]);
  assert.is(opened.spool.fork(old.streamId).event, "new-epoch");
  const { spool } = opened;
  const fork = spool.streamOf("truck-1")!;
  assert.is.not(fork.epoch, old.epoch);
  assert.equal(
    spool
      .read(fork.streamId, { first: 1, last: 4 })
      .records.map((record) => [record.number, record.readings[0]?.value]),
    [
      [1, 6],
      [2, 7],
      [3, 8],
      [4, 9],
    ],
  );
  assert.is(
    spool
      .streams()
      .find(({ streamId }) => streamId === old.streamId)
      ?.accepted.watermark(),
    10,
  );
  assert.is(spool.append([draft("truck-1", 10)])[0]?.record.number, 5);
  spool.close(0, { isClean: true });
});

test("the summary counts while the agent writes, and a copy of the file is a spool", async () => {
  const path = await freshPath();
  assert.is(readSpoolSummary(path), undefined);
  const opened = open(path);
  fill(opened, 100);
  const { streamId } = opened.spool.streamOf("truck-1")!;
  opened.spool.accept(streamId, [
    { first: 1, last: 40 },
    { first: 91, last: 95 },
  ]);
  opened.spool.flush(0);
  const summary = readSpoolSummary(path)!;
  assert.is(summary.epoch, opened.spool.epoch);
  const truck = summary.streams.find(({ assetId }) => assetId === "truck-1")!;
  assert.equal([truck.issued, truck.acceptedCount, truck.goneCount], [100, 45, 0]);
  assert.equal(
    [...truck.unacceptedPresent],
    [
      { first: 41, last: 90 },
      { first: 96, last: 100 },
    ],
  );
  opened.spool.close(0, { isClean: true });
  cpSync(path, `${path}.copy`);
  assert.is(readSpoolSummary(`${path}.copy`)!.streams.length, 2);
  assert.ok(!readdirSync(join(path, "..")).some((name) => name.includes("aside")));
});

test.run();
