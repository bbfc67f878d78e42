// standards.md §3.4: the budget, its piecewise table and its marks at 70, 90 and 100 %.
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import type { ReadingSlice } from "./excursion.ts";
import { type StabilityRow, StabilityTableError, stabilityUse } from "./stability-budget.ts";

const test = suite("stability budget");
const H = 3_600_000;

/** §3.4's own example. */
const TABLE: readonly StabilityRow[] = [
  { aboveC: 8, upToC: 15, allowedMs: 72 * H },
  { aboveC: 15, upToC: 25, allowedMs: 24 * H },
  { aboveC: 25, upToC: 30, allowedMs: 6 * H },
];
const OPTIONS = { gapMs: H };

const hourly = (...parts: readonly (readonly [hours: number, value: number])[]): ReadingSlice => {
  const values = parts.flatMap(([hours, value]) => new Array<number>(hours).fill(value));
  values.push(values.at(-1) ?? 0);
  return {
    count: values.length,
    atMs: Float64Array.from(values, (_, i) => i * H),
    value: Float64Array.from(values),
    good: new Uint8Array(values.length).fill(1),
  };
};
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test("§3.4: time by allowed time, summed over the rows; limits belong to the row below them", () => {
  const use = stabilityUse(TABLE, hourly([10, 8], [18, 10], [6, 25], [1, 30], [5, 2]), OPTIONS);
  near(use.usedFraction, 18 / 72 + 6 / 24 + 1 / 6);
  assert.equal([use.beyondTableMs, use.isExhausted], [0, false]);
  assert.equal(
    use.marks.map(({ isReached }) => isReached),
    [false, false, false],
  );
});

test("§3.4: 70, 90 and 100 % are told at their instants, to the very end", () => {
  const use = stabilityUse(TABLE, hourly([72, 12]), OPTIONS);
  assert.equal(
    use.marks.map(({ fraction, atMs }) => [fraction, (atMs ?? 0) / H]),
    [
      [0.7, 50.4],
      [0.9, 64.8],
      [1, 72],
    ],
  );
  assert.ok(use.isExhausted);
  assert.not(stabilityUse(TABLE, hourly([71, 12]), OPTIONS).isExhausted);
});

test("§3.4: the budget is carried across hand-overs, and a mark of before is not told again", () => {
  const use = stabilityUse(TABLE, hourly([6, 20]), { ...OPTIONS, usedBefore: 0.75 });
  near(use.usedFraction, 1);
  assert.equal(use.marks, [
    { fraction: 0.7, isReached: true, atMs: null },
    { fraction: 0.9, isReached: true, atMs: Math.round(0.15 * 24 * H) },
    { fraction: 1, isReached: true, atMs: 6 * H },
  ]);
});

test("above the table nothing is allowed", () => {
  const use = stabilityUse(TABLE, hourly([2, 5], [1, 30.1], [2, 5]), OPTIONS);
  assert.equal([use.usedFraction, use.beyondTableMs, use.isExhausted], [0, H, true]);
  assert.ok(use.marks.every(({ atMs }) => atMs === 2 * H));
});

test("rows that overlap, leave a hole or allow nothing are refused", () => {
  for (const [table, said] of [
    [[], /no row/],
    [[{ aboveC: 8, upToC: 8, allowedMs: H }], /not below/],
    [[{ aboveC: 8, upToC: 9, allowedMs: 0 }], /no time/],
    [[TABLE[0]!, TABLE[2]!], /begins at 25 °C, the one before ends at 15/],
  ] as const)
    assert.throws(
      () => stabilityUse(table, hourly([1, 9]), OPTIONS),
      (error: unknown) => error instanceof StabilityTableError && said.test(error.message),
    );
});

test("cut anywhere into two keepers' readings, the use adds up, and never falls", () => {
  const values = fc.array(fc.integer({ min: 0, max: 29 }), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(values, fc.nat(), (hours, pick) => {
      const cut = pick % hours.length;
      const parts = hours.map((value) => [1, value] as const);
      const whole = stabilityUse(TABLE, hourly(...parts), OPTIONS).usedFraction;
      const first = stabilityUse(TABLE, hourly(...parts.slice(0, cut)), OPTIONS).usedFraction;
      near(stabilityUse(TABLE, hourly(...parts.slice(cut)), { ...OPTIONS, usedBefore: first }).usedFraction, whole);
      assert.ok(first <= whole + 1e-9);
    }),
    { seed: seed(), numRuns: 300 },
  );
});

test.run();
