// standards.md §2.2 (WHO timers and shipment indicators), §9 items 5 and 6.
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { exampleRule } from "../test/example-rule.ts";
import type { Allowance, AllowanceKind } from "./allowance.ts";
import { type ReadingSlice, findExcursions } from "./excursion.ts";
import type { Rule } from "./rule.ts";

const test = suite("allowances");
const MIN = 60_000;
const H = 60 * MIN;
const GAP_MS = 15 * MIN;

function ruleOf(side: "high" | "low", limit: number, inclusive: boolean, kind: AllowanceKind, hours: number): Rule {
  const allowances: Allowance[] = [{ kind, allowedMs: hours * H, breachWhen: "reached" }];
  return exampleRule({ side, limit, inclusive, allowances, gapMs: GAP_MS });
}

/** Freeze-sensitive vaccines (DTP, hepatitis B, IPV and their like), °C. */
const WHO_SHIPMENT_TYPE_I = [
  ruleOf("high", 45, true, "single-event", 1),
  ruleOf("high", 30, true, "cumulative", 10),
  ruleOf("low", -0.5, true, "single-event", 1),
];
/** Vaccines that may be frozen (OPV, BCG, measles and their like), °C. */
const WHO_SHIPMENT_TYPE_II = [
  ruleOf("high", 45, true, "single-event", 1),
  ruleOf("high", 30, true, "cumulative", 10),
  ruleOf("high", 10, true, "cumulative", 20),
];
const WHO_30_DAY_LOGGER = [ruleOf("high", 8, false, "consecutive", 10), ruleOf("low", -0.5, true, "consecutive", 1)];

type Row = readonly [atMs: number, value: number, good?: boolean];
function slice(rows: readonly Row[]): ReadingSlice {
  return {
    count: rows.length,
    atMs: Float64Array.from(rows, ([atMs]) => atMs),
    value: Float64Array.from(rows, ([, value]) => value),
    good: Uint8Array.from(rows, ([, , good]) => (good === false ? 0 : 1)),
  };
}
/** Every 15 minutes each value for so many hours, then one more reading of the last value. */
function held(...parts: readonly (readonly [hours: number, value: number])[]): ReadingSlice {
  const values = parts.flatMap(([hours, value]) => new Array<number>(hours * 4).fill(value));
  return slice([...values, values.at(-1) ?? 0].map((value, i) => [i * 15 * MIN, value]));
}
const breachesOf = (rule: Rule, readings: ReadingSlice, spentBeforeMs = 0) =>
  findExcursions(rule, 0.1, readings, { spentBeforeMs }).flatMap(({ startMs, breaches }) =>
    breaches.map(({ atMs }) => ({ atMs, excursionStartMs: startMs })),
  );
const breached = (rules: readonly Rule[], readings: ReadingSlice): (readonly number[])[] =>
  rules.map((rule) => breachesOf(rule, readings).map(({ atMs }) => atMs / H));

test("§2.2 30-day logger: above +8 °C for 10 h together, not 9 h 45 min, and 8.0 itself never", () => {
  assert.equal(breached(WHO_30_DAY_LOGGER, held([1, 5], [9.75, 8.1], [1, 5])), [[], []]);
  assert.equal(breached(WHO_30_DAY_LOGGER, held([1, 5], [10, 8.1], [1, 5])), [[11], []]);
  assert.equal(breached(WHO_30_DAY_LOGGER, held([24, 8])), [[], []]);
});

test("§2.2 30-day logger: at or below −0.5 °C for 60 min, −0.5 itself counts, −0.4 does not", () => {
  assert.equal(breached(WHO_30_DAY_LOGGER, held([1, 5], [1, -0.5], [1, 5])), [[], [2]]);
  assert.equal(breached(WHO_30_DAY_LOGGER, held([1, 5], [0.75, -0.5], [1, 5])), [[], []]);
  assert.equal(breached(WHO_30_DAY_LOGGER, held([5, -0.4])), [[], []]);
});

test("§9 item 5: one reading that is not outside starts a consecutive count anew", () => {
  assert.equal(breached(WHO_30_DAY_LOGGER, held([9.5, 9], [0.25, 8], [9.5, 9], [1, 5])), [[], []]);
});

test("§2.2 type I: 45 °C for 1 h at once, 30 °C for 10 h in all, −0.5 °C for 1 h at once", () => {
  assert.equal(breached(WHO_SHIPMENT_TYPE_I, held([1, 45], [1, 20])), [[1], [], []]);
  assert.equal(breached(WHO_SHIPMENT_TYPE_I, held([0.75, 45], [1, 44.9], [0.75, 45], [1, 20])), [[], [], []]);
  assert.equal(breached(WHO_SHIPMENT_TYPE_I, held([6, 30], [5, 20], [6, 31], [1, 20])), [[], [15], []]);
  assert.equal(breached(WHO_SHIPMENT_TYPE_I, held([30, 29.9])), [[], [], []]);
  assert.equal(breached(WHO_SHIPMENT_TYPE_I, held([0.5, -0.5], [1, 5], [0.75, -3], [1, 5], [1, -0.5])), [
    [],
    [],
    [4.25],
  ]);
});

test("§2.2 type II: 10 °C for 20 h in all besides, and freezing is no matter", () => {
  assert.equal(breached(WHO_SHIPMENT_TYPE_II, held([12, 10], [24, 5], [9, 12], [1, 5])), [[], [], [44]]);
  assert.equal(breached(WHO_SHIPMENT_TYPE_II, held([10, 10], [1, 9.9], [9.75, 29], [1, 5])), [[], [], []]);
  assert.equal(breached(WHO_SHIPMENT_TYPE_II, held([24, -20])), [[], [], []]);
});

test("a sum goes on over legs: what was spent before counts, and a breach of before is not told again", () => {
  const heat = WHO_SHIPMENT_TYPE_I[1]!;
  const readings = held([4, 31], [1, 20]);
  assert.equal(breachesOf(heat, readings, 7 * H), [{ atMs: 3 * H, excursionStartMs: 0 }]);
  assert.equal(breachesOf(heat, readings, 11 * H), []);
});

test("unmonitored time counts in a consecutive allowance, in no other; the last reading weighs nothing", () => {
  const readings = slice([
    [0, 31],
    [2 * H, 31],
    [2 * H + 10 * MIN, 31],
  ]);
  const isBreach = (kind: AllowanceKind, minutes: number): boolean =>
    breachesOf(ruleOf("high", 30, true, kind, minutes / 60), readings).length > 0;
  assert.equal([isBreach("consecutive", 130), isBreach("consecutive", 131)], [true, false]);
  for (const kind of ["single-event", "cumulative"] as const)
    assert.equal([isBreach(kind, 25), isBreach(kind, 26)], [true, false]);
});

test("an allowance that must be exceeded is kept at its very end", () => {
  const of = (breachWhen: "reached" | "exceeded"): Rule => ({
    ...WHO_30_DAY_LOGGER[1]!,
    allowances: [{ kind: "single-event", allowedMs: H, breachWhen }],
  });
  assert.is(breachesOf(of("exceeded"), held([1, -1], [1, 5])).length, 0);
  assert.is(breachesOf(of("reached"), held([1, -1], [1, 5])).length, 1);
  assert.equal(breachesOf(of("exceeded"), held([1.25, -1], [1, 5])), [{ atMs: H, excursionStartMs: 0 }]);
});

test("allowances of all kinds on one rule are told each for itself, the earliest as the excursion's breach", () => {
  const allowances: Allowance[] = [
    { kind: "consecutive", allowedMs: 2 * H, breachWhen: "exceeded" },
    { kind: "single-event", allowedMs: H, breachWhen: "reached" },
    { kind: "cumulative", allowedMs: 3 * H, breachWhen: "reached" },
  ];
  const rule = exampleRule({ limit: 30, inclusive: true, allowances, gapMs: GAP_MS });
  const found = findExcursions(rule, 0.1, held([2.5, 31], [1, 20], [1.5, 31], [1, 20]));
  assert.equal(
    found.map(({ breachMs, breaches }) => [breachMs! / H, breaches.map(({ kind, atMs }) => [kind, atMs / H])]),
    [
      [1, [["single-event", 1], ["consecutive", 2]]],
      [4, [["cumulative", 4], ["single-event", 4.5]]],
    ],
  ); // prettier-ignore
});

const histories = fc
  .array(
    fc.record({
      afterMinutes: fc.constantFrom(0, 1, 2, 5, 40),
      value: fc.constantFrom(7, 7.8, 8, 8.1, 9),
      good: fc.integer({ min: 0, max: 5 }).map((die) => die > 0),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let atMs = 0;
    return steps.map(({ afterMinutes, value, good }): Row => [(atMs += afterMinutes * MIN), value, good]);
  });
const rules = fc
  .record({
    inclusive: fc.boolean(),
    deadband: fc.constantFrom(0, 0.5),
    allowance: fc.record({
      kind: fc.constantFrom("consecutive" as const, "single-event" as const, "cumulative" as const),
      allowedMs: fc.constantFrom(1, 3 * MIN, 10 * MIN, H),
      breachWhen: fc.constantFrom("reached" as const, "exceeded" as const),
    }),
  })
  .map(({ allowance, ...rest }) => exampleRule({ ...rest, allowances: [allowance], gapMs: GAP_MS }));

test("a breach comes exactly when the count, taken minute by minute, uses up the allowance", () => {
  fc.assert(
    fc.property(rules, histories, (rule, rows) => {
      const readings = slice(rows);
      const good = rows.filter(([, , isGood]) => isGood !== false);
      const { kind, allowedMs, breachWhen } = rule.allowances[0]!;
      let spentMs = 0;
      const expected: number[] = [];
      for (const { startMs, lastReadingMs } of findExcursions(rule, 0.1, readings)) {
        let isTold = kind === "cumulative" && expected.length > 0;
        if (kind !== "cumulative") spentMs = 0;
        for (let atMs = startMs; atMs < lastReadingMs; atMs += MIN) {
          const since = good.findLast(([readMs]) => readMs <= atMs)![0];
          if (kind !== "consecutive" && atMs >= since + GAP_MS) continue;
          const isOver = (afterMs: number): boolean =>
            breachWhen === "reached" ? afterMs >= allowedMs : afterMs > allowedMs;
          if (!isTold && isOver(spentMs + MIN)) {
            isTold = true;
            expected.push(atMs + allowedMs - spentMs);
          }
          spentMs += MIN;
        }
      }
      const told = breachesOf(rule, readings).map(({ atMs }) => atMs);
      assert.equal(told.length, expected.length);
      // What must be exceeded may be used up just before a gap: two instants then have the same count.
      if (breachWhen === "reached" || kind === "consecutive") assert.equal(told, expected);
    }),
    { seed: seed(), numRuns: 1_000 },
  );
});

test.run();
