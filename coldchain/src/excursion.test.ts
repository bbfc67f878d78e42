// The time rule by hand: each history is short enough to be checked with a pencil.
import { assert, suite } from "../../checks/kit.ts";
import {
  type Excursion,
  type ReadingSlice,
  ReadingOrderError,
  assessPush,
  assessStart,
  findExcursions,
} from "./excursion.ts";
import { exampleRule } from "../test/example-rule.ts";
import type { Rule } from "./rule.ts";

const test = suite("excursions by hand");

const S = 1_000;
const MIN = 60_000;
const H = 3_600_000;

type Row = readonly [atMs: number, value: number, good?: false];

function slice(rows: readonly Row[]): ReadingSlice {
  return {
    count: rows.length,
    atMs: Float64Array.from(rows, (row) => row[0]),
    value: Float64Array.from(rows, (row) => row[1]),
    good: Uint8Array.from(rows, (row) => (row[2] === false ? 0 : 1)),
  };
}

const HIGH: Rule = exampleRule({ deadband: 0.3, onDelayMs: 15 * S, offDelayMs: 10 * S }, 60 * S);
const LOW: Rule = { ...HIGH, ruleId: "p/temperature/product/low", side: "low", limit: 2 };
const HEAT: Rule = exampleRule({ onDelayMs: 10 * H, gapMs: 15 * MIN }, 10 * H);
const FREEZE: Rule = exampleRule(
  { side: "low", limit: -0.5, inclusive: true, onDelayMs: 60 * MIN, gapMs: 15 * MIN },
  60 * MIN,
);

const found = (rule: Rule, rows: readonly Row[], resolution = 0.1): Excursion[] =>
  findExcursions(rule, resolution, slice(rows));
const spans = (excursions: readonly Excursion[]): (readonly [number, number | null])[] =>
  excursions.map(({ startMs, endMs }) => [startMs, endMs] as const);
/** A value held at a steady interval, the last instant included. */
const held = (fromMs: number, toMs: number, everyMs: number, value: number): Row[] => {
  const rows: Row[] = [];
  for (let atMs = fromMs; atMs <= toMs; atMs += everyMs) rows.push([atMs, value]);
  return rows;
};

test("a whole excursion, every figure", () => {
  const rows: Row[] = [
    [0, 7],
    [10 * S, 8.5],
    [20 * S, 9.2],
    [30 * S, 9.2],
    [100 * S, 7.9],
    [110 * S, 7.7],
    [120 * S, 7],
  ];
  assert.equal(found(HIGH, rows), [
    {
      startMs: 10 * S,
      endMs: 110 * S,
      peak: 9.2,
      peakAtMs: 20 * S,
      lastReadingMs: 110 * S,
      lastValue: 7.7,
      lastMemberMs: 100 * S,
      monitoredMs: 100 * S,
      possibleMs: 100 * S,
      // 0.5 °C for 10 s and 1.2 °C for 80 s; what is within the deadband adds nothing.
      degreeMinutes: (0.5 * 10 + (9.2 - 8) * 10 + (9.2 - 8) * 70) / 60,
      onsetMs: 25 * S,
      breachMs: 70 * S,
      breaches: [{ kind: "consecutive", allowedMs: 60 * S, breachWhen: "exceeded", atMs: 70 * S, profileVersion: 1 }],
      spentBeforeMs: 0,
      readingCount: 4,
    },
  ]);
});

test("the last reading weighs nothing until it is followed, and an open excursion has no end", () => {
  const [open] = found(HIGH, [[0, 9]]);
  assert.equal(open, {
    startMs: 0,
    endMs: null,
    peak: 9,
    peakAtMs: 0,
    lastReadingMs: 0,
    lastValue: 9,
    lastMemberMs: 0,
    monitoredMs: 0,
    possibleMs: 0,
    degreeMinutes: 0,
    onsetMs: null,
    breachMs: null,
    breaches: [],
    spentBeforeMs: 0,
    readingCount: 1,
  });
  const [later] = found(HIGH, [...held(0, 40 * S, 10 * S, 9)]);
  assert.is(later?.endMs, null);
  assert.is(later?.monitoredMs, 40 * S);
  assert.is(later?.onsetMs, 15 * S);
});

test("exactly on the limit is inside, unless the row is inclusive", () => {
  assert.equal(found(HIGH, [[0, 8]]), []);
  assert.equal(found(LOW, [[0, 2]]), []);
  assert.is(found({ ...HIGH, inclusive: true }, [[0, 8]]).length, 1);
  assert.is(found({ ...LOW, inclusive: true }, [[0, 2]]).length, 1);
  assert.is(found(HIGH, [[0, 8.1]]).length, 1);
  assert.is(found(LOW, [[0, 1.9]]).length, 1);
});

test("limits compare at the channel's resolution", () => {
  assert.equal(found(HIGH, [[0, 8.04]]), []);
  assert.is(found(HIGH, [[0, 8.05]]).length, 1);
  assert.is(found(HIGH, [[0, 8.04]], 0.01).length, 1);
  assert.equal(found(LOW, [[0, 1.96]]), []);
  assert.is(found(LOW, [[0, 1.94]]).length, 1);
  assert.equal(found(HIGH, [[0, 8.2]], 0.5), []);
  assert.is(found(HIGH, [[0, 8.3]], 0.5).length, 1);
  assert.equal(found(FREEZE, [[0, -0.4]]), []);
  assert.is(found(FREEZE, [[0, -0.5]]).length, 1);
});

test("a float32 of the limit, or a sum with dust, is the limit", () => {
  const frozen = { ...HIGH, limit: 8.1 };
  assert.ok(Math.fround(8.1) > 8.1);
  assert.equal(found(frozen, [[0, Math.fround(8.1)]]), []);
  assert.equal(found({ ...HIGH, limit: 0.3 }, [[0, 0.1 + 0.2]]), []);
  assert.equal(found({ ...HIGH, limit: 0.3 }, [[0, 0.1 + 0.2]], 0), [], "nor where no resolution is declared");
  assert.is(found(HIGH, [[0, 8.001]], 0).length, 1);
});

test("the peak is as measured, not as rounded", () => {
  assert.is(found(HIGH, [[0, 8.26]])[0]?.peak, 8.26);
  assert.is(
    found(LOW, [
      [0, 1],
      [1, 0],
      [2, 0.5],
    ])[0]?.peak,
    0,
  );
});

test("chatter within the deadband is one excursion", () => {
  const rows: Row[] = held(0, 100 * S, 10 * S, 0).map(([atMs], i) => [atMs, i % 2 === 0 ? 8.1 : 7.8]);
  assert.equal(spans(found(HIGH, rows)), [[0, null]]);
  assert.is(found({ ...HIGH, deadband: 0 }, rows).length, 6, "without one it is one for every crossing");
  assert.equal(spans(found(HIGH, [...rows, [110 * S, 7.7]])), [[0, 110 * S]]);
  assert.equal(spans(found(LOW, [[0, 1.9], [S, 2.2], [2 * S, 2.3]])), [[0, 2 * S]]); // prettier-ignore
});

test("a deadband that is no multiple of the resolution acts as the next larger one", () => {
  // Half degrees, back inside at 7.7 or less: 8.0 is not, 7.5 is.
  // prettier-ignore
  assert.equal(spans(findExcursions(HIGH, 0.5, slice([[0, 8.5], [S, 8], [2 * S, 7.5]]))), [[0, 2 * S]]);
});

test("an inclusive limit without a deadband ends only beyond the limit", () => {
  const rule = { ...FREEZE, onDelayMs: 0, consecutiveAllowanceMs: 0 };
  assert.equal(spans(found(rule, [[0, -0.6], [S, -0.5], [2 * S, -0.4]])), [[0, 2 * S]]); // prettier-ignore
});

test("an excursion stays open across a gap: monitored time stops at the gap, possible time goes on", () => {
  const [excursion] = found(HIGH, [
    [0, 9],
    [MIN, 9],
    [31 * MIN, 9],
    [32 * MIN, 7],
  ]);
  assert.is(excursion?.monitoredMs, 7 * MIN);
  assert.is(excursion?.possibleMs, 32 * MIN);
  assert.is(excursion?.endMs, 32 * MIN);
});

test("one reading outside, then silence, then inside: what it may have lasted counts", () => {
  const [excursion] = found(HEAT, [
    [0, 8.1],
    [11 * H, 5],
  ]);
  assert.is(excursion?.monitoredMs, 15 * MIN);
  assert.is(excursion?.breachMs, 10 * H);
});

test("a probe that fails within an excursion neither ends it nor counts", () => {
  const rows: Row[] = [
    [0, 9],
    [MIN, 4, false],
    [2 * MIN, -127, false],
    [10 * MIN, 9],
    [11 * MIN, 99, false],
  ];
  const [excursion] = found(HIGH, rows);
  assert.equal(spans([excursion as Excursion]), [[0, null]]);
  assert.is(excursion?.readingCount, 2);
  assert.is(excursion?.peak, 9);
  assert.is(excursion?.lastReadingMs, 10 * MIN);
  assert.is(excursion?.monitoredMs, 5 * MIN, "a gap is a gap, whatever bad readings lie in it");
});

test("several readings at one instant count in their order", () => {
  assert.equal(spans(found(HIGH, [[5, 9], [5, 7]])), [[5, 5]]); // prettier-ignore
  assert.equal(spans(found(HIGH, [[5, 7], [5, 9]])), [[5, null]]); // prettier-ignore
});

test("WHO heat: more than 10 h together is a breach, 10 h is none, across any record boundaries", () => {
  const tenHours = held(0, 10 * H, 15 * MIN, 8.1);
  const [atTen] = found(HEAT, tenHours);
  assert.is(atTen?.breachMs, null);
  assert.is(atTen?.onsetMs, 10 * H, "the on-delay is reached at 10 h");
  const [after] = found(HEAT, [...tenHours, [10 * H + 1, 8.1]]);
  assert.is(after?.breachMs, 10 * H);

  let state = assessStart();
  let first: number | undefined;
  for (const row of held(0, 11 * H, 15 * MIN, 8.1)) {
    const step = assessPush(state, HEAT, 0.1, slice([row]));
    if (step.open?.breachMs !== null) first ??= row[0];
    state = step.state;
  }
  assert.is(first, 10 * H + 15 * MIN, "the reading that proves it");
});

test("WHO heat: one good reading that is not outside starts the 10 h anew", () => {
  const rows: Row[] = [
    ...held(0, 9 * H, 15 * MIN, 12),
    [9 * H + 15 * MIN, 8],
    ...held(9 * H + 30 * MIN, 19 * H, 15 * MIN, 12),
  ];
  const excursions = found(HEAT, rows);
  assert.equal(spans(excursions), [
    [0, 9 * H + 15 * MIN],
    [9 * H + 30 * MIN, null],
  ]);
  assert.equal(
    excursions.map(({ breachMs }) => breachMs),
    [null, null],
  );
});

test("WHO freeze: at −0.5 °C for 60 min", () => {
  const rows = held(0, 75 * MIN, 15 * MIN, -0.5);
  assert.is(found(FREEZE, rows.slice(0, 4))[0]?.onsetMs, null);
  assert.is(found(FREEZE, rows.slice(0, 5))[0]?.onsetMs, 60 * MIN);
  assert.is(found(FREEZE, rows)[0]?.breachMs, 60 * MIN);
  assert.equal(found(FREEZE, held(0, 75 * MIN, 15 * MIN, -0.4)), []);
});

test("without an on-delay or an allowance, the first reading is an onset, and the next a breach", () => {
  const strict = exampleRule({ deadband: 0.3 }, 0);
  assert.is(found(strict, [[0, 9]])[0]?.onsetMs, 0);
  assert.is(found(strict, [[0, 9]])[0]?.breachMs, null);
  assert.is(found(strict, [[0, 9], [S, 9]])[0]?.breachMs, 0); // prettier-ignore
});

test("pushing leaves the state that was given as it was", () => {
  const before = assessPush(assessStart(), HIGH, 0.1, slice([[0, 9]])).state;
  const copy = structuredClone(before);
  assessPush(before, HIGH, 0.1, slice([[S, 12], [2 * S, 7]])); // prettier-ignore
  assert.equal(before, copy);
});

test("readings out of order are refused, within a batch and between two", () => {
  assert.throws(() => found(HIGH, [[S, 9], [0, 9]]), ReadingOrderError); // prettier-ignore
  const { state } = assessPush(assessStart(), HIGH, 0.1, slice([[S, 5]]));
  assert.throws(() => assessPush(state, HIGH, 0.1, slice([[0, 9]])), { code: "READINGS_OUT_OF_ORDER" });
});

test.run();
