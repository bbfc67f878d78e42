import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { type Row, pairs, slice } from "../test/slices.ts";
import { rateReadings } from "./rate-of-change.ts";

const test = suite("rates of change");
const MIN = 60_000;

test("what it changed by since a time ago, by the hour", () => {
  const rates = rateReadings(slice([[0, 5], [15 * MIN, 6], [30 * MIN, 6], [45 * MIN, 4]]), 30 * MIN, 20 * MIN); // prettier-ignore
  assert.equal(pairs(rates), [[30 * MIN, 2], [45 * MIN, -4]]); // prettier-ignore
});

test("where nothing stood then, there is no rate", () => {
  const readings = slice([[0, 5], [50 * MIN, 6], [60 * MIN, 7]]); // prettier-ignore
  assert.equal(pairs(rateReadings(readings, 30 * MIN, 20 * MIN)), [], "a gap after a reading it stands no more");
  assert.equal(pairs(rateReadings(readings, 30 * MIN, 20 * MIN + 1)), [[50 * MIN, 2]]);
});

test("at every good reading, what a search of everything gives", () => {
  const rows = fc
    .array(fc.record({ afterMs: fc.nat(12), value: fc.integer({ min: 0, max: 9 }), good: fc.boolean() }), {
      maxLength: 20,
    })
    .map((steps) => {
      let atMs = 0;
      return steps.map(({ afterMs, value, good }): Row => [(atMs += afterMs), value, good]);
    });
  fc.assert(
    fc.property(rows, fc.constantFrom(1, 5, 20), fc.constantFrom(1, 6, 30), (history, overMs, gapMs) => {
      const good = history.filter(([, , isGood]) => isGood !== false);
      const expected = good.flatMap(([atMs, value]) => {
        const then = good.findLast(([baseMs]) => baseMs <= atMs - overMs);
        return then === undefined || atMs - overMs - then[0] >= gapMs
          ? []
          : [[atMs, ((value - then[1]) * 3_600_000) / overMs]];
      });
      assert.equal(pairs(rateReadings(slice(history), overMs, gapMs)), expected);
    }),
    { seed: seed(), numRuns: 1_000 },
  );
});

test.run();
