// standards.md §2.2 (WHO timers and shipment indicators), §9 items 5 and 6.
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { type ReadingSlice, findExcursions } from "./excursion.ts";
import { type Exposure, type ExposureLimit, exposureTo } from "./exposure.ts";
import type { Rule } from "./rule.ts";
import { WHO_30_DAY_LOGGER, WHO_SHIPMENT_TYPE_I, WHO_SHIPMENT_TYPE_II } from "./who-exposure-limits.ts";

const test = suite("exposure");
const MIN = 60_000;
const H = 60 * MIN;
const OPTIONS = { resolution: 0.1, gapMs: 15 * MIN };

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
const all = (limits: readonly ExposureLimit[], readings: ReadingSlice): Exposure[] =>
  limits.map((limit) => exposureTo(limit, readings, OPTIONS));
const breached = (limits: readonly ExposureLimit[], readings: ReadingSlice): (readonly number[])[] =>
  all(limits, readings).map(({ breaches }) => breaches.map(({ atMs }) => atMs / H));

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
  assert.equal(exposureTo(heat, readings, { ...OPTIONS, spentBeforeMs: 7 * H }).breaches, [
    { atMs: 3 * H, excursionStartMs: 0 },
  ]);
  const over = exposureTo(heat, readings, { ...OPTIONS, spentBeforeMs: 11 * H });
  assert.equal([over.breaches, over.spentMs], [[], 15 * H]);
});

test("unmonitored time counts in a consecutive allowance, in no other; the last reading weighs nothing", () => {
  const readings = slice([
    [0, 31],
    [2 * H, 31],
    [2 * H + 10 * MIN, 31],
  ]);
  const limit = WHO_SHIPMENT_TYPE_I[1]!;
  const spent = (["consecutive", "single-event", "cumulative"] as const).map(
    (kind) => exposureTo({ ...limit, allowance: { ...limit.allowance, kind } }, readings, OPTIONS).spentMs,
  );
  assert.equal(spent, [2 * H + 10 * MIN, 25 * MIN, 25 * MIN]);
});

test("an allowance that must be exceeded is kept at its very end", () => {
  const of = (breachWhen: "reached" | "exceeded"): ExposureLimit => ({
    ...WHO_30_DAY_LOGGER[1]!,
    allowance: { kind: "single-event", allowedMs: H, breachWhen },
  });
  assert.is(exposureTo(of("exceeded"), held([1, -1], [1, 5]), OPTIONS).breaches.length, 0);
  assert.is(exposureTo(of("reached"), held([1, -1], [1, 5]), OPTIONS).breaches.length, 1);
  assert.equal(exposureTo(of("exceeded"), held([1.25, -1], [1, 5]), OPTIONS).breaches, [
    { atMs: H, excursionStartMs: 0 },
  ]);
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
const limits = fc.record({
  side: fc.constant("high" as const),
  limit: fc.constant(8),
  inclusive: fc.boolean(),
  deadband: fc.constantFrom(0, 0.5),
  source: fc.constant("a law"),
  allowance: fc.record({
    kind: fc.constantFrom("consecutive" as const, "single-event" as const, "cumulative" as const),
    allowedMs: fc.constantFrom(1, 3 * MIN, 10 * MIN, H),
    breachWhen: fc.constantFrom("reached" as const, "exceeded" as const),
  }),
});

test("a breach comes exactly when the count, taken minute by minute, uses up the allowance", () => {
  fc.assert(
    fc.property(limits, histories, (limit, rows) => {
      const readings = slice(rows);
      const found = exposureTo(limit, readings, OPTIONS);
      const good = rows.filter(([, , isGood]) => isGood !== false);
      const { kind, allowedMs, breachWhen } = limit.allowance;
      let spentMs = 0;
      let greatestMs = 0;
      const expected: number[] = [];
      for (const { startMs, lastReadingMs } of found.excursions) {
        let isTold = kind === "cumulative" && expected.length > 0;
        if (kind !== "cumulative") spentMs = 0;
        for (let atMs = startMs; atMs < lastReadingMs; atMs += MIN) {
          const since = good.findLast(([readMs]) => readMs <= atMs)![0];
          if (kind !== "consecutive" && atMs >= since + OPTIONS.gapMs) continue;
          const isOver = (afterMs: number): boolean =>
            breachWhen === "reached" ? afterMs >= allowedMs : afterMs > allowedMs;
          if (!isTold && isOver(spentMs + MIN)) {
            isTold = true;
            expected.push(atMs + allowedMs - spentMs);
          }
          spentMs += MIN;
        }
        greatestMs = Math.max(greatestMs, spentMs);
      }
      assert.is(found.spentMs, greatestMs);
      const wallMs = found.breaches.map(({ atMs }) => atMs);
      assert.equal(wallMs.length, expected.length);
      // What must be exceeded may be used up just before a gap: two instants then have the same count.
      if (breachWhen === "reached" || kind === "consecutive") assert.equal(wallMs, expected);
    }),
    { seed: seed(), numRuns: 1_000 },
  );
});

test("a consecutive allowance and the one of a rule agree on every breach", () => {
  fc.assert(
    fc.property(limits, histories, (limit, rows) => {
      const allowance = { ...limit.allowance, kind: "consecutive", breachWhen: "exceeded" } as const;
      const rule: Rule = {
        ...limit,
        ruleId: "p/temperature/product/high",
        profileId: "p",
        profileVersion: 1,
        quantity: "temperature",
        role: "product",
        onDelayMs: 0,
        offDelayMs: 0,
        consecutiveAllowanceMs: allowance.allowedMs,
        gapMs: OPTIONS.gapMs,
        liveMaxAgeMs: MIN,
      };
      const byRule = findExcursions(rule, 0.1, slice(rows)).flatMap(({ startMs, breachMs }) =>
        breachMs === null ? [] : [{ atMs: breachMs, excursionStartMs: startMs }],
      );
      assert.equal(exposureTo({ ...limit, allowance }, slice(rows), OPTIONS).breaches, byRule);
    }),
    { seed: seed(), numRuns: 500 },
  );
});

test.run();
