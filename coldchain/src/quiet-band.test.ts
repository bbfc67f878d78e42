import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { type ReadingSlice, findExcursions } from "./excursion.ts";
import { ALWAYS_QUIET, isQuiet, NEVER_QUIET, quietBand } from "./quiet-band.ts";
import { exampleRule } from "../test/example-rule.ts";
import type { Rule } from "./rule.ts";

const test = suite("quiet band");

function ruleOf(side: "high" | "low", limit: number, deadband: number, inclusive: boolean): Rule {
  return exampleRule({ side, limit, deadband, inclusive, onDelayMs: 50, gapMs: 30 }, 100);
}

const rule = fc
  .record({
    side: fc.constantFrom("high" as const, "low" as const),
    limit: fc.constantFrom(8, 2, 0, -0.5, -18, 8.05, 25, 65, 1e6, -1e-3),
    deadband: fc.constantFrom(0, 0.1, 0.3, 0.25, 0.5, 1, 7),
    inclusive: fc.boolean(),
  })
  .map(({ side, limit, deadband, inclusive }) => ruleOf(side, limit, deadband, inclusive));
const resolution = fc.constantFrom(0, 0.01, 0.1, 0.5, 1, Number.NaN);
const rules = fc.array(rule, { maxLength: 4 });

interface Point {
  readonly atMs: number;
  readonly value: number;
}

function sliceOf(points: readonly Point[]): ReadingSlice {
  return {
    count: points.length,
    atMs: Float64Array.from(points, ({ atMs }) => atMs),
    value: Float64Array.from(points, ({ value }) => value),
    good: new Uint8Array(points.length).fill(1),
  };
}

const offsets = fc.double({ min: -3, max: 3, noNaN: true });

test("readings in the band, set where no excursion is open, change nothing that any rule finds", () => {
  fc.assert(
    fc.property(
      rules,
      resolution,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), offsets, fc.nat({ max: 3 })), { maxLength: 25 }),
      (of, step, drawn) => {
        const band = quietBand(of, step);
        let atMs = 0;
        const points = drawn.map(([afterMs, offset, near]): Point => {
          const edge = of[near]?.limit ?? 5;
          return { atMs: (atMs += afterMs), value: edge + offset };
        });
        for (const each of of) {
          const found = findExcursions(each, step, sliceOf(points));
          const isOpenAt = (at: number): boolean =>
            found.some(({ startMs, endMs }) => startMs <= at && (endMs ?? Infinity) >= at);
          const left = points.filter((point) => !isQuiet(band, point.value) || isOpenAt(point.atMs));
          assert.equal(findExcursions(each, step, sliceOf(left)), found);
        }
      },
    ),
    { seed: seed() },
  );
});

test("the band is not narrower than it need be by more than three steps of the resolution", () => {
  fc.assert(
    fc.property(rule, fc.constantFrom(0.01, 0.1, 0.5, 1), (of, step) => {
      const { low, high } = quietBand([of], step);
      const edge = of.limit + (of.side === "high" ? -of.deadband : of.deadband);
      assert.ok(of.side === "high" ? high >= edge - 3 * step : low <= edge + 3 * step);
    }),
    { seed: seed() },
  );
});

test("from 2 to 8 °C with half a degree of deadband, what rounds to 2.5 … 7.5 is quiet", () => {
  const of = [ruleOf("high", 8, 0.5, false), ruleOf("low", 2, 0.5, false)];
  const band = quietBand(of, 0.1);
  assert.equal(
    [2.5, 7.5, 5, 7.53, 2.47].map((value) => isQuiet(band, value)),
    [true, true, true, true, true],
  );
  assert.equal(
    [2.4, 7.6, 8, 2, 0, -0, Number.NaN, Infinity].map((value) => isQuiet(band, value)),
    [false, false, false, false, false, false, false, false],
  );
});

test("no rule makes every value quiet, contradicting rules make none so", () => {
  assert.equal(quietBand([], 0.1), ALWAYS_QUIET);
  assert.equal(quietBand([ruleOf("high", 2, 0, false), ruleOf("low", 8, 0, false)], 0.1), NEVER_QUIET);
  assert.not.ok(isQuiet(NEVER_QUIET, 5));
});

test.run();
