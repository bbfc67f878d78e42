import fc from "fast-check";
import type { SeriesPoint } from "../src/api-shapes.ts";
import { assert, suite } from "../../checks/kit.ts";
import { addReading, openStretches, seriesLines } from "./series-lines.ts";

const test = suite("series as lines and gaps");
const RULES = { bucketMs: 10, gapMs: 50, fromMs: 0, toMs: 200 };

function good(fromMs: number, value = 5): SeriesPoint {
  return { fromMs, count: 1, min: value, max: value, mean: value, notGood: 0, reason: null };
}
function bad(fromMs: number, reason = "probe-fault"): SeriesPoint {
  return { fromMs, count: 0, min: null, max: null, mean: null, notGood: 1, reason };
}
const starts = (runs: readonly (readonly SeriesPoint[])[]): number[][] => runs.map((run) => run.map((p) => p.fromMs));

test("buckets without readings are no gap while a reading stands", () => {
  const { runs, gaps } = seriesLines(
    [0, 40, 80, 120, 160].map((at) => good(at)),
    RULES,
  );
  assert.equal(starts(runs), [[0, 40, 80, 120, 160]]);
  assert.equal(gaps, []);
});

test("a longer silence breaks the line and says no reason", () => {
  const { runs, gaps } = seriesLines([good(0), good(10), good(100), good(150)], RULES);
  assert.equal(starts(runs), [
    [0, 10],
    [100, 150],
  ]);
  assert.equal(gaps, [{ fromMs: 20, toMs: 100, reason: null }]);
});

test("a reading that is not good breaks the line at once, with its reason, and is no number", () => {
  const { runs, gaps } = seriesLines([good(100), bad(110), bad(120, "sentinel"), good(130), good(180)], {
    ...RULES,
    fromMs: 100,
  });
  assert.equal(starts(runs), [[100], [130, 180]]);
  assert.equal(gaps, [{ fromMs: 110, toMs: 130, reason: "sentinel" }]);
});

test("what is missing before the first and after the last reading is a gap too; nothing at all is one gap", () => {
  assert.equal(seriesLines([good(100)], RULES).gaps, [
    { fromMs: 0, toMs: 100, reason: null },
    { fromMs: 110, toMs: 200, reason: null },
  ]);
  assert.equal(seriesLines([], RULES).gaps, [{ fromMs: 0, toMs: 200, reason: null }]);
});

test("zero degrees is drawn", () => {
  assert.equal(starts(seriesLines([good(160, 0)], { ...RULES, fromMs: 150 }).runs), [[160]]);
});

test("every good bucket is in exactly one run, and no run crosses a gap or a bucket that is not good", () => {
  const point = fc.record({ step: fc.integer({ min: 1, max: 12 }), isGood: fc.boolean() });
  fc.assert(
    fc.property(fc.array(point, { maxLength: 60 }), (steps) => {
      let at = 0;
      const points = steps.map(({ step, isGood }) => (isGood ? good((at += step * 10)) : bad((at += step * 10))));
      const { runs, gaps } = seriesLines(points, { ...RULES, toMs: at + 10 });
      assert.equal(
        runs.flat().map(({ fromMs }) => fromMs),
        points.filter(({ count }) => count > 0).map(({ fromMs }) => fromMs),
      );
      for (const run of runs)
        for (const gap of gaps) {
          const [first, last] = [run[0]!, run.at(-1)!];
          assert.ok(gap.toMs <= first.fromMs || gap.fromMs >= last.fromMs + RULES.bucketMs);
        }
      for (const { fromMs } of points.filter(({ count }) => count === 0))
        assert.ok(gaps.some((gap) => gap.fromMs <= fromMs && fromMs < gap.toMs));
    }),
  );
});

test("live readings grow buckets as the store would have made them", () => {
  const points: SeriesPoint[] = [];
  for (const [atMs, value] of [
    [100, 4],
    [104, 0],
    [109, 8],
    [110, 5],
  ] as const)
    assert.ok(addReading(points, { atMs, value, quality: "good" }, { bucketMs: 10, originMs: 0 }));
  assert.equal(points, [{ fromMs: 100, count: 3, min: 0, max: 8, mean: 4, notGood: 0, reason: null }, good(110)]);
});

test("where readings are few each stands for itself, and live ones follow in their order", () => {
  const points = [good(100)];
  const width = { bucketMs: 0, originMs: 100 };
  assert.ok(addReading(points, { atMs: 107, value: 5, quality: "good" }, width));
  assert.ok(addReading(points, { atMs: 109, value: 5, quality: "good" }, width));
  assert.equal(points, [good(100), good(107), good(109)]);
  assert.not(addReading(points, { atMs: 108, value: 5, quality: "good" }, width));
});

test("a live reading that is not good adds a reason and no number; a late one is not taken", () => {
  const points = [good(100)];
  assert.ok(addReading(points, { atMs: 112, value: null, quality: "bad-crc" }, { bucketMs: 10, originMs: 0 }));
  assert.equal(points[1], bad(110, "bad-crc"));
  assert.not(addReading(points, { atMs: 90, value: 1, quality: "good" }, { bucketMs: 10, originMs: 0 }));
  assert.is(points.length, 2);
});

test("a door is open from the bucket that says so until the next that does not, and up to now while it stands", () => {
  const door = [good(0, 0), good(20, 1), good(40, 1), good(60, 0), good(100, 1), good(140, 1), good(170, 1)];
  assert.equal(openStretches(door, RULES), [
    { fromMs: 20, toMs: 60 },
    { fromMs: 100, toMs: 200 },
  ]);
});

test.run();
