// standards.md §3.1 (interval weights) and the one time rule, told a second time, plainly.
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { type StatisticsOptions, channelStatistics } from "./channel-statistics.ts";
import { type ReadingSlice, ReadingOrderError, findExcursions } from "./excursion.ts";
import { meanKineticTemperatureC } from "./mean-kinetic-temperature.ts";
import { exampleRule } from "../test/example-rule.ts";
import type { Rule } from "./rule.ts";

const test = suite("channel statistics");
const MIN = 60_000;

type Row = readonly [atMs: number, value: number, good?: boolean];
function slice(rows: readonly Row[]): ReadingSlice {
  return {
    count: rows.length,
    atMs: Float64Array.from(rows, ([atMs]) => atMs),
    value: Float64Array.from(rows, ([, value]) => value),
    good: Uint8Array.from(rows, ([, , good]) => (good === false ? 0 : 1)),
  };
}
const OPTIONS: StatisticsOptions = {
  quantity: "temperature",
  resolution: 0.1,
  gapMs: 5 * MIN,
  low: { limit: 2, inclusive: false },
  high: { limit: 8, inclusive: false },
};

test("every figure by hand: a gap, a bad reading, both sides, a last reading that weighs nothing", () => {
  const readings = slice([
    [0, 5],
    [2 * MIN, 9],
    [3 * MIN, 4, false],
    [4 * MIN, 1],
    [14 * MIN, 8],
    [15 * MIN, 99],
  ]);
  assert.equal(channelStatistics(readings, OPTIONS), {
    count: 5,
    min: 1,
    max: 99,
    mean: (5 * 2 + 9 * 2 + 1 * 5 + 8) / 10,
    mktC: meanKineticTemperatureC([5, 9, 1, 8], [2, 2, 5, 1]),
    inRangeMs: 3 * MIN,
    belowMs: 5 * MIN,
    aboveMs: 2 * MIN,
    unmonitoredMs: 5 * MIN,
  });
});

test("one reading has extremes and no time; none has neither; 0 °C and the epoch are values", () => {
  const nothing = { mean: null, mktC: null, inRangeMs: 0, belowMs: 0, aboveMs: 0, unmonitoredMs: 0 };
  assert.equal(channelStatistics(slice([[0, 0]]), OPTIONS), { count: 1, min: 0, max: 0, ...nothing });
  assert.equal(channelStatistics(slice([]), OPTIONS), { count: 0, min: null, max: null, ...nothing });
  assert.equal(channelStatistics(slice([[0, 5, false]]), OPTIONS), { count: 0, min: null, max: null, ...nothing });
});

test("humidity has no kinetic temperature; a limit counts when it is set, and on it when it is inclusive", () => {
  const readings = slice([
    [0, 75],
    [MIN, 80],
    [2 * MIN, 75],
  ]);
  const humid = { quantity: "humidity", resolution: 1, gapMs: 5 * MIN };
  assert.is(channelStatistics(readings, humid).mktC, null);
  assert.is(channelStatistics(readings, humid).inRangeMs, 2 * MIN);
  assert.is(channelStatistics(readings, { ...humid, high: { limit: 75, inclusive: false } }).aboveMs, MIN);
  assert.is(channelStatistics(readings, { ...humid, high: { limit: 75, inclusive: true } }).aboveMs, 2 * MIN);
});

test("in a window a reading before it stands into it, and what no reading covers is unmonitored", () => {
  const readings = slice([
    [0, 5],
    [4 * MIN, 7],
    [6 * MIN, 7],
  ]);
  const found = channelStatistics(readings, { ...OPTIONS, window: { fromMs: 2 * MIN, toMs: 10 * MIN } });
  assert.equal([found.count, found.min, found.mean], [2, 7, 6]);
  assert.equal([found.inRangeMs, found.unmonitoredMs], [4 * MIN, 4 * MIN]);
});

test("readings that go back in time are refused", () => {
  assert.throws(
    () => channelStatistics(slice([[MIN, 5], [0, 5]]), OPTIONS), // prettier-ignore
    (error: unknown) => error instanceof ReadingOrderError,
  );
});

interface Reading {
  atMinute: number;
  hundredths: number;
  good: boolean;
}
const histories = fc
  .array(
    fc.record({
      afterMinutes: fc.constantFrom(0, 1, 1, 2, 5, 9),
      hundredths: fc.oneof(fc.constantFrom(200, 800, 195, 805, 770), fc.integer({ min: -500, max: 1_500 })),
      good: fc.integer({ min: 0, max: 5 }).map((die) => die > 0),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let atMinute = 0;
    return steps.map((step): Reading => ({ ...step, atMinute: (atMinute += step.afterMinutes) }));
  });
const sliceOf = (history: readonly Reading[]): ReadingSlice =>
  slice(history.map(({ atMinute, hundredths, good }) => [atMinute * MIN, hundredths / 100, good]));

/** Minute by minute: which good reading stands, if any. */
function naiveMinutes(history: readonly Reading[], gapMinutes: number): (Reading | undefined)[] {
  const good = history.filter((reading) => reading.good);
  if (good.length === 0) return [];
  const [first, last] = [good[0]!.atMinute, good.at(-1)!.atMinute];
  return Array.from({ length: last - first }, (_, i) => {
    const standing = good.findLast(({ atMinute }) => atMinute <= first + i)!;
    return first + i < standing.atMinute + gapMinutes ? standing : undefined;
  });
}
/** To tenths, halves away from zero, in whole numbers. */
const tenths = ({ hundredths }: Reading): number => Math.sign(hundredths) * Math.floor((Math.abs(hundredths) + 5) / 10);
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);

test("the naive reference agrees", () => {
  fc.assert(
    fc.property(histories, fc.constantFrom(1, 3, 7), (history, gapMinutes) => {
      const found = channelStatistics(sliceOf(history), { ...OPTIONS, gapMs: gapMinutes * MIN });
      const minutes = naiveMinutes(history, gapMinutes);
      const standing = minutes.filter((reading) => reading !== undefined);
      const values = history.filter(({ good }) => good).map(({ hundredths }) => hundredths / 100);
      assert.is(found.count, values.length);
      assert.is(found.min, values.length === 0 ? null : Math.min(...values));
      assert.is(found.max, values.length === 0 ? null : Math.max(...values));
      assert.is(found.aboveMs, standing.filter((reading) => tenths(reading) > 80).length * MIN);
      assert.is(found.belowMs, standing.filter((reading) => tenths(reading) < 20).length * MIN);
      assert.is(found.unmonitoredMs, (minutes.length - standing.length) * MIN);
      assert.is(found.inRangeMs + found.aboveMs + found.belowMs, standing.length * MIN);
      if (standing.length === 0) return assert.equal([found.mean, found.mktC], [null, null]);
      near(found.mean!, standing.reduce((sum, { hundredths }) => sum + hundredths / 100, 0) / standing.length);
      near(found.mktC!, meanKineticTemperatureC(standing.map(({ hundredths }) => hundredths / 100))!);
    }),
    { seed: seed(), numRuns: 1_000 },
  );
});

const HIGH: Rule = exampleRule({ deadband: 0.5 });

test("degree-minutes by hand: the excess only, over time seen only", () => {
  const readings = slice([
    [0, 5],
    [MIN, 10],
    [3 * MIN, 7.8],
    [4 * MIN, 9],
    [14 * MIN, 7],
  ]);
  // 2 °C for 2 minutes, nothing within the deadband, 1 °C for the 5 minutes that the last one stands.
  assert.is(findExcursions(HIGH, 0.1, readings)[0]!.degreeMinutes, 9);
  const cold = slice([[0, 0], [2 * MIN, 5]]); // prettier-ignore
  const low: Rule = { ...HIGH, side: "low", limit: 2 };
  assert.is(findExcursions(low, 0.1, cold)[0]!.degreeMinutes, 4);
});

test("degree-minutes of all excursions are those of every minute outside", () => {
  fc.assert(
    fc.property(histories, fc.constantFrom(0, 0.5), (history, deadband) => {
      const rule = { ...HIGH, deadband };
      const readings = sliceOf(history);
      const all = findExcursions(rule, 0.1, readings).map((each) => each.degreeMinutes);
      const outside = naiveMinutes(history, 5).filter((reading) => reading !== undefined && tenths(reading) > 80);
      near(
        all.reduce((sum, each) => sum + each, 0),
        outside.reduce((sum, reading) => sum + (reading!.hundredths - 800) / 100, 0),
      );
    }),
    { seed: seed(), numRuns: 500 },
  );
});

test.run();
