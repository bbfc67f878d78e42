// GSP Appendix 3 as findings (GSP-06 to GSP-08), and the same for any other bound.
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import type { ReadingSlice } from "./excursion.ts";
import { gspRecordGaps, recordGaps } from "./record-gaps.ts";

const test = suite("gaps between records");
const MIN = 60_000;
const LIMITS = [
  { side: "high", limit: 8, inclusive: false },
  { side: "low", limit: 2, inclusive: false },
] as const;
const OPTIONS = { limits: LIMITS, resolution: 0.1 };

type Row = readonly [atMin: number, value: number, good?: boolean];
function slice(rows: readonly Row[]): ReadingSlice {
  return {
    count: rows.length,
    atMs: Float64Array.from(rows, ([atMin]) => atMin * MIN),
    value: Float64Array.from(rows, ([, value]) => value),
    good: Uint8Array.from(rows, ([, , good]) => (good === false ? 0 : 1)),
  };
}
const told = (gaps: ReturnType<typeof recordGaps>): (readonly [number, number, number, boolean])[] =>
  gaps.map((gap) => [gap.fromMs / MIN, gap.toMs / MIN, gap.allowedMs / MIN, gap.isOutOfRange]);

test("GSP-07: in transport 5 minutes are kept, more is a finding", () => {
  const readings = slice([
    [0, 5],
    [5, 5],
    [10.01, 5],
  ]);
  assert.equal(told(gspRecordGaps(readings, "transport", OPTIONS)), [[5, 10.01, 5, false]]);
});

test("GSP-06: in a store 30 minutes are kept, more is a finding", () => {
  const readings = slice([
    [0, 5],
    [30, 5],
    [61, 5],
  ]);
  assert.equal(told(gspRecordGaps(readings, "storage", OPTIONS)), [[30, 61, 30, false]]);
});

test("GSP-08: after a value out of range 2 minutes are kept, in a store as in transport", () => {
  const readings = slice([
    [0, 8],
    [5, 8.1],
    [7, 8.1],
    [9.5, 1.9],
    [12, 2],
    [17, 2],
  ]);
  for (const place of ["storage", "transport"] as const)
    assert.equal(told(gspRecordGaps(readings, place, OPTIONS)), [
      [7, 9.5, 2, true],
      [9.5, 12, 2, true],
    ]);
});

test("a reading that is not good is no record of a value", () => {
  const rows: Row[] = [
    [0, 5],
    [4, 5, false],
    [6, Number.NaN],
    [8, 5],
  ];
  assert.equal(told(gspRecordGaps(slice(rows), "transport", OPTIONS)), [[0, 8, 5, false]]);
});

test("a window is answered for from edge to edge, in the state that it begins in", () => {
  const readings = slice([
    [-1, 9],
    [4, 5],
    [20, 5],
  ]);
  const window = { fromMs: 0, toMs: 12 * MIN };
  assert.equal(told(gspRecordGaps(readings, "transport", { ...OPTIONS, window })), [
    [0, 4, 2, true],
    [4, 12, 5, false],
  ]);
  assert.equal(told(recordGaps(slice([]), { allowedMs: 5 * MIN, resolution: 0, window })), [[0, 12, 5, false]]);
  assert.equal(recordGaps(slice([]), { allowedMs: 1, resolution: 0 }), []);
});

test("readings out of order are refused", () => {
  const readings = slice([
    [5, 5],
    [0, 5],
  ]);
  assert.throws(() => recordGaps(readings, { allowedMs: 1, resolution: 0 }), /follows one at/);
});

test("the findings are exactly the neighbours that are too far apart, however a history is cut", () => {
  const rows = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(5, 9), fc.boolean()), { maxLength: 40 })
    .map((steps) => {
      let atMin = 0;
      return steps.map(([after, value, good]): Row => [(atMin += after), value, good]);
    });
  fc.assert(
    fc.property(rows, fc.nat(), (all, pick) => {
      const good = all.filter(([, , isGood]) => isGood === true);
      const expected = good.flatMap(([atMin, value], i) => {
        const next = good[i + 1];
        const bound = value > 8 ? 2 : 5;
        return next !== undefined && next[0] - atMin > bound ? [[atMin, next[0], bound, value > 8]] : [];
      });
      assert.equal(told(gspRecordGaps(slice(all), "transport", OPTIONS)), expected);
      if (good.length < 2) return;
      // Two windows that meet at a reading find together what the whole does.
      const [middle] = good[pick % good.length]!;
      const [first, last] = [good[0]![0], good.at(-1)![0]];
      const parts = [
        [first, middle],
        [middle, last],
      ].flatMap(([fromMin, toMin]) =>
        gspRecordGaps(slice(all), "transport", { ...OPTIONS, window: { fromMs: fromMin! * MIN, toMs: toMin! * MIN } }),
      );
      assert.equal(told(parts), expected);
    }),
    { seed: seed(), numRuns: 500 },
  );
});

test.run();
