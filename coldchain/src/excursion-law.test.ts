// The time rule, told a second time as plainly as it can be, against the implementation, over made-up histories.
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { type Excursion, type ReadingSlice, assessPush, assessStart, findExcursions } from "./excursion.ts";
import type { Rule } from "./rule.ts";

const test = suite("excursions: the law");

/** Values in whole hundredths, so that the reference rounds in whole numbers and owes nothing to floating point. */
interface Reading {
  atMs: number;
  hundredths: number;
  good: boolean;
}

interface Case {
  side: "high" | "low";
  inclusive: boolean;
  limit: number;
  deadband: number;
  resolution: number;
  onDelayMs: number;
  consecutiveAllowanceMs: number;
  gapMs: number;
}

function naiveExcursions(of: Case, history: readonly Reading[]): Excursion[] {
  const good = history.filter((reading) => reading.good);
  const rounded = (hundredths: number): number => {
    const steps = Math.floor((2 * Math.abs(hundredths) + of.resolution) / (2 * of.resolution));
    return Math.sign(hundredths) * steps * of.resolution;
  };
  const beyond = (reading: Reading): number =>
    (of.side === "high" ? 1 : -1) * (rounded(reading.hundredths) - rounded(of.limit));
  const outside = (reading: Reading): boolean => (of.inclusive ? beyond(reading) >= 0 : beyond(reading) > 0);
  const back = (reading: Reading): boolean => !outside(reading) && beyond(reading) <= -of.deadband;

  const found: Excursion[] = [];
  let rest = good;
  for (;;) {
    const start = rest.findIndex(outside);
    if (start < 0) return found;
    rest = rest.slice(start);
    const end = rest.findIndex(back);
    const members = end < 0 ? rest : rest.slice(0, end);
    const known = end < 0 ? rest : rest.slice(0, end + 1);
    const startMs = (known[0] as Reading).atMs;
    const lastReadingMs = (known.at(-1) as Reading).atMs;
    const possibleMs = lastReadingMs - startMs;
    const furthest = members.reduce((worst, next) =>
      (of.side === "high") === next.hundredths > worst.hundredths && next.hundredths !== worst.hundredths
        ? next
        : worst,
    );
    found.push({
      startMs,
      endMs: end < 0 ? null : lastReadingMs,
      peak: furthest.hundredths / 100,
      peakAtMs: furthest.atMs,
      lastReadingMs,
      lastMemberMs: (members.at(-1) as Reading).atMs,
      monitoredMs: known
        .slice(1)
        .reduce((sum, next, i) => sum + Math.min(of.gapMs, next.atMs - (known[i] as Reading).atMs), 0),
      possibleMs,
      onsetMs: possibleMs >= of.onDelayMs ? startMs + of.onDelayMs : null,
      breachMs: possibleMs > of.consecutiveAllowanceMs ? startMs + of.consecutiveAllowanceMs : null,
      readingCount: members.length,
    });
    if (end < 0) return found;
    rest = rest.slice(end);
  }
}

function ruleOf(of: Case): Rule {
  return {
    ruleId: `p/temperature/product/${of.side}`,
    profileId: "p",
    profileVersion: 1,
    quantity: "temperature",
    role: "product",
    side: of.side,
    limit: of.limit / 100,
    inclusive: of.inclusive,
    deadband: of.deadband / 100,
    onDelayMs: of.onDelayMs,
    offDelayMs: 0,
    consecutiveAllowanceMs: of.consecutiveAllowanceMs,
    gapMs: of.gapMs,
    liveMaxAgeMs: 60_000,
  };
}

function sliceOf(history: readonly Reading[]): ReadingSlice {
  return {
    count: history.length,
    atMs: Float64Array.from(history, (reading) => reading.atMs),
    value: Float64Array.from(history, (reading) => reading.hundredths / 100),
    good: Uint8Array.from(history, (reading) => (reading.good ? 1 : 0)),
  };
}

const cases: fc.Arbitrary<Case> = fc.record({
  side: fc.constantFrom("high", "low"),
  inclusive: fc.boolean(),
  limit: fc.constantFrom(800, 200, 0, -50, -1800, 805),
  deadband: fc.constantFrom(0, 10, 30, 25, 50, 100),
  resolution: fc.constantFrom(1, 10, 50, 100),
  onDelayMs: fc.constantFrom(0, 15_000, 60_000, 600_000),
  consecutiveAllowanceMs: fc.constantFrom(0, 60_000, 3_600_000),
  gapMs: fc.constantFrom(1, 30_000, 300_000),
});

/** Irregular times, gaps, several readings at one instant, not-good ones, values that crowd about the limit. */
const histories = (of: Case): fc.Arbitrary<Reading[]> =>
  fc
    .array(
      fc.record({
        afterMs: fc.oneof(
          fc.constant(0),
          fc.constantFrom(1, 15_000, 30_000, 60_000, 300_000, 3_600_000),
          fc.nat(900_000),
        ),
        offset: fc.oneof(fc.constantFrom(0, of.deadband, -of.deadband), fc.integer({ min: -150, max: 150 })),
        good: fc.integer({ min: 0, max: 5 }).map((die) => die > 0),
      }),
      { maxLength: 60, size: "max" },
    )
    .map((steps) => {
      // The epoch itself is an instant like any other.
      let atMs = 0;
      return steps.map(({ afterMs, offset, good }) => ({
        atMs: (atMs += afterMs),
        hundredths: of.limit + offset,
        good,
      }));
    });

const judged = cases.chain((of) => fc.tuple(fc.constant(of), histories(of)));
const settings = { seed: seed(), numRuns: 1_500 };

/** Feeds batches that end where `cuts` say, keeping the state between them only as JSON. */
function streamed(of: Case, history: readonly Reading[], cuts: readonly number[]): Excursion[] {
  let kept = JSON.stringify(assessStart());
  const found: Excursion[] = [];
  const ends = [...cuts.map((cut) => cut % (history.length + 1)), history.length].sort((a, b) => a - b);
  let from = 0;
  let open: Excursion | null = null;
  for (const end of ends) {
    const step = assessPush(
      JSON.parse(kept) as ReturnType<typeof assessStart>,
      ruleOf(of),
      of.resolution / 100,
      sliceOf(history.slice(from, end)),
    );
    found.push(...step.closed);
    open = step.open;
    kept = JSON.stringify(step.state);
    from = end;
  }
  return open === null ? found : [...found, open];
}

test("findExcursions says what the naive telling says", () => {
  let excursions = 0;
  fc.assert(
    fc.property(judged, ([of, history]) => {
      const found = findExcursions(ruleOf(of), of.resolution / 100, sliceOf(history));
      excursions += found.length;
      assert.equal(found, naiveExcursions(of, history));
    }),
    settings,
  );
  assert.ok(excursions > 1_000, `the histories held only ${excursions} excursions`);
});

test("any cutting into batches, the state kept as JSON, finds the same excursions", () => {
  fc.assert(
    fc.property(judged, fc.array(fc.nat(), { maxLength: 12 }), ([of, history], cuts) => {
      assert.equal(streamed(of, history, cuts), naiveExcursions(of, history));
    }),
    settings,
  );
});

test("readings that are not good, or no numbers, can be put in anywhere and change nothing", () => {
  const intruders = fc.array(fc.tuple(fc.nat(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 9_999)), {
    maxLength: 10,
  });
  fc.assert(
    fc.property(judged, intruders, ([of, history], added) => {
      const mixed = [...history];
      for (const [where, hundredths] of added) {
        const at = where % (mixed.length + 1);
        const atMs = mixed[at - 1]?.atMs ?? 0;
        mixed.splice(at, 0, { atMs, hundredths, good: !Number.isFinite(hundredths) });
      }
      assert.equal(findExcursions(ruleOf(of), of.resolution / 100, sliceOf(mixed)), naiveExcursions(of, history));
    }),
    settings,
  );
});

test("the result is a function of the set: order and duplicates of delivery do not matter to a caller that sorts", () => {
  const deliveries = judged.chain(([of, history]) => {
    const numbered = history.map((reading, ordinal) => ({ ...reading, ordinal }));
    const repeats = numbered.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...numbered), { maxLength: 20 });
    const delivered = repeats.chain((extra) => {
      const all = [...numbered, ...extra];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
    return fc.tuple(fc.constant(of), fc.constant(history), delivered);
  });
  fc.assert(
    fc.property(deliveries, ([of, history, delivered]) => {
      const known = new Map<number, Reading & { ordinal: number }>();
      for (const reading of delivered) known.set(reading.ordinal, reading);
      const sorted = [...known.values()].sort((a, b) => a.atMs - b.atMs || a.ordinal - b.ordinal);
      assert.equal(findExcursions(ruleOf(of), of.resolution / 100, sliceOf(sorted)), naiveExcursions(of, history));
    }),
    settings,
  );
});

test("a window judges the readings from its start until before its end, and no others", () => {
  const windows = fc.tuple(fc.option(fc.nat(8_000_000)), fc.option(fc.nat(8_000_000)));
  fc.assert(
    fc.property(judged, windows, ([of, history], [fromMs, toMs]) => {
      const options = {
        ...(fromMs === null ? {} : { windowFromMs: fromMs }),
        ...(toMs === null ? {} : { windowToMs: toMs }),
      };
      const within = history.filter(
        ({ atMs }) => (fromMs === null || atMs >= fromMs) && (toMs === null || atMs < toMs),
      );
      assert.equal(
        findExcursions(ruleOf(of), of.resolution / 100, sliceOf(history), options),
        naiveExcursions(of, within),
      );
    }),
    settings,
  );
});

test("what is monitored is never more than what is possible, and only the last excursion is open", () => {
  fc.assert(
    fc.property(judged, ([of, history]) => {
      const found = findExcursions(ruleOf(of), of.resolution / 100, sliceOf(history));
      found.forEach((excursion, i) => {
        assert.ok(excursion.monitoredMs <= excursion.possibleMs);
        assert.ok(excursion.readingCount >= 1);
        if (i + 1 < found.length) assert.ok(excursion.endMs !== null);
        const next = found[i + 1];
        if (next !== undefined) assert.ok(next.startMs >= (excursion.endMs as number));
      });
    }),
    settings,
  );
});

test.run();
