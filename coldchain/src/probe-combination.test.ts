import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { type Row, pairs, slice } from "../test/slices.ts";
import { combinedReadings, finestResolution } from "./probe-combination.ts";

const test = suite("several probes as one");
const of = (measure: "median" | "worst", side: "high" | "low" = "high") => ({ measure, side, gapMs: 10 });

test("the worst of what stands at every instant at which one of them was read", () => {
  const members = [slice([[0, 5], [4, 9]]), slice([[2, 7], [13, 3], [14, 3]])]; // prettier-ignore
  assert.equal(pairs(combinedReadings(of("worst"), members)), [[0, 5], [2, 7], [4, 9], [13, 9], [14, 3]]); // prettier-ignore
  assert.equal(pairs(combinedReadings(of("worst", "low"), members)), [[0, 5], [2, 5], [4, 7], [13, 3], [14, 3]]); // prettier-ignore
});

test("the median is a value that was measured: of two the one further out", () => {
  const three = [slice([[0, 1]]), slice([[0, 9]]), slice([[0, 2]])];
  assert.equal(pairs(combinedReadings(of("median"), three)), [[0, 2]]);
  assert.equal(pairs(combinedReadings(of("median"), three.slice(0, 2))), [[0, 9]]);
  assert.equal(pairs(combinedReadings(of("median", "low"), three.slice(0, 2))), [[0, 1]]);
});

test("of several readings at one instant the last counts, and what is not good never", () => {
  const members = [slice([[0, 5], [0, 6]]), slice([[0, 99, false], [0, Number.NaN]])]; // prettier-ignore
  assert.equal(pairs(combinedReadings(of("worst"), members)), [[0, 6]]);
  assert.equal(pairs(combinedReadings(of("worst"), [])), []);
});

test("the finest resolution, or none when one is unknown", () => {
  assert.equal([finestResolution([0.1, 0.5]), finestResolution([0.1, 0]), finestResolution([])], [0.1, 0, 0]);
});

const member = fc
  .array(fc.record({ afterMs: fc.nat(12), value: fc.integer({ min: 0, max: 9 }), good: fc.boolean() }), {
    maxLength: 12,
  })
  .map((steps) => {
    let atMs = 0;
    return steps.map(({ afterMs, value, good }): Row => [(atMs += afterMs), value, good]);
  });

test("at every instant, whatever the order of the probes, what a search of everything gives", () => {
  fc.assert(
    fc.property(
      fc.array(member, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.boolean(),
      (members, isWorst, isHigh) => {
        const rule = of(isWorst ? "worst" : "median", isHigh ? "high" : "low");
        const found = pairs(combinedReadings(rule, members.map(slice)));
        assert.equal(pairs(combinedReadings(rule, [...members].reverse().map(slice))), found);
        const good = members.map((rows) => rows.filter(([, , isGood]) => isGood !== false));
        const instants = [...new Set(good.flat().map(([atMs]) => atMs))].sort((a, b) => a - b);
        const expected = instants.map((nowMs) => {
          const standing = good.flatMap((rows) => {
            const last = rows.findLast(([atMs]) => atMs <= nowMs);
            return last !== undefined && nowMs - last[0] < 10 ? [last[1]] : [];
          });
          standing.sort((a, b) => (isHigh ? b - a : a - b));
          return [nowMs, standing[isWorst ? 0 : Math.ceil(standing.length / 2) - 1]];
        });
        assert.equal(found, expected);
      },
    ),
    { seed: seed(), numRuns: 1_000 },
  );
});

test.run();
