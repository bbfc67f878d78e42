import { assert, suite, tempDir } from "../../checks/kit.ts";
import { ASSET, CHANNEL, JudgingBench, legOf, PROFILE, type Sample, TENANT } from "../test/judging-bench.ts";
import { MemoryReadings } from "../test/memory-readings.ts";

const test = suite("quiet channels");

const at = (number: number, atMs: number, value: number): Sample => ({ number, atMs, value });
const NARROW = {
  ...PROFILE,
  version: 2,
  limits: PROFILE.limits.map((row) => ({ ...row, high: 6 })),
};

/** One asset under one open leg, with nothing left to assess. */
async function judging(folder: string, readings = new MemoryReadings()): Promise<JudgingBench> {
  const bench = new JudgingBench(folder, readings);
  bench.assign([legOf("leg", 0, null)], 0);
  await bench.assess();
  return bench;
}

test("readings within every limit make no mark, and still count as judged and as the latest", async () => {
  const bench = await judging(await tempDir());
  bench.store([at(1, 1000, 5), at(2, 1010, 7.4)], 1010);
  assert.is(bench.state.dirty.count(), 0);
  assert.is(bench.state.gateways.judgedToMs(TENANT, ASSET, CHANNEL), 1010);
  assert.equal(bench.latest(), [1010, 7.4]);
  bench.close();
});

test("from a reading outside until its alarm has returned, every reading is assessed; then they are quiet again", async () => {
  const bench = await judging(await tempDir());
  const marks: number[] = [];
  const samples = [at(1, 1000, 9), at(2, 1025, 9), at(3, 1030, 5), at(4, 1035, 5), at(5, 1040, 5), at(6, 1050, 5)];
  for (const sample of samples) {
    bench.store([sample], sample.atMs);
    marks.push(bench.state.dirty.count());
    await bench.assess();
  }
  // The alarm returns by the off-delay of 10 ms after 1030, which the reading at 1040 proves.
  assert.equal(marks, [1, 1, 1, 1, 1, 0]);
  assert.equal(
    bench.alarms().map(({ returnedAtMs }) => returnedAtMs),
    [1030],
  );
  bench.store([at(7, 1027, 5)], 1060);
  assert.is(bench.state.dirty.count(), 1, "a late reading within the excursion is assessed, whatever its value");
  await bench.assess();
  assert.equal(
    bench.excursions().map(({ startMs, endMs }) => [startMs, endMs]),
    [[1000, 1027]],
  );
  bench.close();
});

test("while a mark waits, nothing is quiet: the reading may end what is not yet found", async () => {
  const bench = await judging(await tempDir());
  bench.store([at(1, 1000, 9)], 1000);
  bench.store([at(2, 1010, 5)], 1010);
  assert.is(bench.state.dirty.count(), 2);
  await bench.assess();
  assert.equal(
    bench.excursions().map(({ startMs, endMs }) => [startMs, endMs]),
    [[1000, 1010]],
  );
  bench.close();
});

test("a changed profile holds from the very next reading, and after a restart", async () => {
  const folder = await tempDir();
  const readings = new MemoryReadings();
  const bench = await judging(folder, readings);
  bench.store([at(1, 1000, 7)], 1000);
  assert.is(bench.state.dirty.count(), 0);
  bench.assign([legOf("leg", 0, null, NARROW)], 1001);
  bench.store([at(2, 1010, 5)], 1010);
  assert.is(bench.state.dirty.count(), 2, "the fact and the reading that came before it was looked at");
  await bench.assess();
  assert.equal(
    bench.excursions().map(({ startMs, endMs }) => [startMs, endMs]),
    [[1000, 1010]],
  );
  bench.close();
  const again = new JudgingBench(folder, readings);
  again.store([at(3, 1020, 5.4)], 1050);
  assert.is(again.state.dirty.count(), 0);
  again.store([at(4, 1030, 7)], 1050);
  assert.is(again.state.dirty.count(), 1);
  again.close();
});

test("an excursion whose leg has ended keeps nothing from being quiet", async () => {
  const bench = await judging(await tempDir());
  bench.assign([legOf("leg", 0, 1005)], 0);
  await bench.assess();
  bench.store([at(1, 1000, 9)], 1000);
  await bench.assess();
  bench.store([at(2, 1010, 5)], 1010);
  assert.is(bench.state.dirty.count(), 1, "the first reading from beyond the leg shows that it is over");
  await bench.assess();
  bench.store([at(3, 1020, 5)], 1020);
  await bench.assess();
  bench.store([at(4, 1030, 5)], 1030);
  assert.is(bench.state.dirty.count(), 0);
  bench.close();
});

test.run();
