// file-deadline-s: 400
// The laws of the time rule, over made-up histories: the engine says what the naive reference says, however the history
// comes. 1,000 histories a law, 100,000 in the long run.
import fc from "fast-check";
import { assert, isLong, seed, suite } from "../../checks/kit.ts";
import { type LawCase, lawCases, sliceOf, tableOf } from "../test/law-history.ts";
import {
  naiveGreatestMktC,
  naiveExposure,
  naiveStabilityFraction,
  type NaiveAllowance,
} from "../test/naive-exposure.ts";
import {
  type NaiveExcursion,
  naiveDegreeMinutes,
  naiveExcursions,
  naiveMktC,
  naiveSpans,
  naiveStatistics,
} from "../test/naive-reference.ts";
import { channelStatistics } from "./channel-statistics.ts";
import { type Excursion, assessPush, assessStart, findExcursions } from "./excursion.ts";
import { greatestMktAround } from "./mean-kinetic-temperature.ts";
import { stabilityUse } from "./stability-budget.ts";

const test = suite("the time rule's laws", { deadlineMs: isLong() ? 1_800_000 : 60_000 });
const settings = { seed: seed(), numRuns: isLong() ? 100_000 : 1_000 };

/** Prints the history when a law does not hold, in place of what fast-check would print. */
function holds<More>(
  more: fc.Arbitrary<More>,
  law: (of: LawCase, more: More) => void,
  tell: (more: More) => string = (extra) => JSON.stringify(extra),
): void {
  fc.assert(
    fc.property(fc.tuple(lawCases, more), ([of, extra]) => {
      law(of, extra);
    }),
    {
      ...settings,
      reporter: ({ failed, counterexample, seed: from, numRuns, errorInstance }) => {
        if (!failed) return;
        const [of, extra] = counterexample?.[0] as [LawCase, More];
        const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
        throw new Error(`after ${numRuns} histories of seed ${from}:\n${tableOf(of)}\nwith ${tell(extra)}\n${why}`);
      },
    },
  );
}

function near(actual: number | null, expected: number | null, what: string): void {
  if (actual === null || expected === null) assert.is(actual, expected, what);
  else
    assert.ok(
      Math.abs(actual - expected) < 1e-6 * Math.max(1, Math.abs(expected)),
      `${what}: ${actual}, not ${expected}`,
    );
}

/** Feeds batches that end where `cuts` say, keeping the state between them only as JSON: a restart after each. */
function streamed({ rule, resolution, readings }: LawCase, cuts: readonly number[]): Excursion[] {
  const ends = [...cuts.map((cut) => cut % (readings.length + 1)), readings.length].sort((a, b) => a - b);
  const found: Excursion[] = [];
  let kept = JSON.stringify(assessStart());
  let open: Excursion | null = null;
  ends.forEach((end, at) => {
    const state = JSON.parse(kept) as ReturnType<typeof assessStart>;
    const step = assessPush(state, rule, resolution, sliceOf(readings.slice(ends[at - 1] ?? 0, end)));
    found.push(...step.closed);
    open = step.open;
    kept = JSON.stringify(step.state);
  });
  return open === null ? found : [...found, open];
}

/** What the naive reference tells of an excursion too. */
function told(excursions: readonly Excursion[]): NaiveExcursion[] {
  return excursions.map(({ lastValue: _v, degreeMinutes: _d, breaches: _b, spentBeforeMs: _s, ...same }) => same);
}

const edges = fc.option(
  fc.tuple(fc.nat(41), fc.constantFrom(-1, 0, 1, 7_000), fc.nat(41), fc.constantFrom(-1, 0, 1, 7_000)),
);

/** A window whose edges are at, or just beside, readings. */
function windowOf(
  { readings }: LawCase,
  at: readonly [number, number, number, number],
): { fromMs: number; toMs: number } {
  const time = (index: number): number => readings[index % Math.max(1, readings.length)]?.atMs ?? 0;
  const [a, b] = [time(at[0]) + at[1], time(at[2]) + at[3]];
  return { fromMs: Math.min(a, b), toMs: Math.max(a, b) };
}

test("excursions are those of the naive reference, over all and in any window", () => {
  let excursions = 0;
  holds(edges, (of, at) => {
    const { rule, resolution, readings } = of;
    const whole = findExcursions(rule, resolution, sliceOf(readings));
    excursions += whole.length;
    assert.equal(told(whole), naiveExcursions(rule, resolution, readings));
    if (at === null) return;
    const window = windowOf(of, at);
    const options = { windowFromMs: window.fromMs, windowToMs: window.toMs };
    const within = findExcursions(rule, resolution, sliceOf(readings), options);
    assert.equal(told(within), naiveExcursions(rule, resolution, readings, window));
  });
  assert.ok(excursions > settings.numRuns, `the histories held only ${excursions} excursions`);
});

test("any cutting into batches, with a restart after each, finds the excursions of the whole", () => {
  holds(fc.array(fc.nat(), { maxLength: 12 }), (of, cuts) => {
    assert.equal(told(streamed(of, cuts)), naiveExcursions(of.rule, of.resolution, of.readings));
  });
});

test("readings that are not good, or no numbers, change nothing wherever they stand", () => {
  const intruders = fc.array(fc.tuple(fc.nat(), fc.constantFrom(Number.NaN, Infinity, 9_999, 0)), { maxLength: 10 });
  holds(intruders, ({ rule, resolution, readings }, added) => {
    const mixed = [...readings];
    for (const [where, value] of added) {
      const at = where % (mixed.length + 1);
      mixed.splice(at, 0, { atMs: mixed[at - 1]?.atMs ?? 0, value, good: !Number.isFinite(value) });
    }
    const naive = naiveExcursions(rule, resolution, readings);
    assert.equal(told(findExcursions(rule, resolution, sliceOf(mixed))), naive);
  });
});

test("statistics are those of the naive reference, over all and in any window", () => {
  const bands = fc.constantFrom([undefined, undefined], [2, 8], [-18, undefined], [undefined, 8.05], [0, 0.5] as const);
  holds(fc.tuple(edges, bands, fc.constantFrom("temperature", "humidity")), (of, [at, [low, high], quantity]) => {
    const { inclusive, gapMs } = of.rule;
    const options = {
      quantity,
      resolution: of.resolution,
      gapMs,
      ...(low === undefined ? {} : { low: { limit: low, inclusive } }),
      ...(high === undefined ? {} : { high: { limit: high, inclusive } }),
      ...(at === null ? {} : { window: windowOf(of, at) }),
    };
    const { mean, mktC, ...counted } = channelStatistics(sliceOf(of.readings), options);
    const { mean: naiveMean, mktC: naiveMkt, ...naiveCounted } = naiveStatistics(of.readings, options);
    assert.equal(counted, naiveCounted);
    near(mean, naiveMean, "mean");
    near(mktC, naiveMkt, "MKT");
  });
});

test("the degree-minutes of every excursion are those of the naive reference", () => {
  holds(fc.constant(null), ({ rule, resolution, readings }) => {
    for (const excursion of findExcursions(rule, resolution, sliceOf(readings)))
      near(excursion.degreeMinutes, naiveDegreeMinutes(rule, resolution, readings, excursion), "degree-minutes");
  });
});

const allowances: fc.Arbitrary<NaiveAllowance> = fc.record({
  kind: fc.constantFrom("consecutive", "single-event", "cumulative"),
  allowedMs: fc.constantFrom(1, 30_000, 60_000, 300_000, 1_800_000, 7_200_000),
  breachWhen: fc.constantFrom("reached", "exceeded"),
});

test("what is spent of an allowance of each kind, and every breach, are those of the naive reference", () => {
  let breaches = 0;
  holds(
    fc.tuple(allowances, fc.constantFrom(0, 0, 30_000, 300_000)),
    ({ rule, resolution, readings }, [allowance, spentBeforeMs]) => {
      const judged = { ...rule, allowances: [allowance] };
      const found = findExcursions(judged, resolution, sliceOf(readings), { spentBeforeMs });
      const naive = naiveExposure({ ...rule, allowance }, readings, { resolution, gapMs: rule.gapMs, spentBeforeMs });
      breaches += naive.breaches.length;
      const counted = found.map(({ possibleMs, monitoredMs }) =>
        allowance.kind === "consecutive" ? possibleMs : monitoredMs,
      );
      const spentMs =
        allowance.kind === "cumulative"
          ? counted.reduce((sum, each) => sum + each, spentBeforeMs)
          : Math.max(0, ...counted);
      const atAll = found.flatMap((one) => one.breaches.map(({ atMs }) => ({ atMs, excursionStartMs: one.startMs })));
      assert.equal({ spentMs, breaches: atAll }, naive);
    },
  );
  assert.ok(breaches > settings.numRuns / 4, `the histories held only ${breaches} breaches`);
});

test("the greatest MKT of the windows around an excursion is the naive reference's, and the window told has it", () => {
  holds(fc.constantFrom(1, 60_000, 1_800_000, 7_200_000, Infinity), ({ rule, resolution, readings }, lengthMs) => {
    const excursion = naiveExcursions(rule, resolution, readings)[0];
    if (excursion === undefined) return;
    const around = { fromMs: excursion.startMs, toMs: excursion.lastReadingMs };
    const found = greatestMktAround(sliceOf(readings), rule.gapMs, lengthMs, around);
    near(found?.mktC ?? null, naiveGreatestMktC(readings, rule.gapMs, lengthMs, around), "MKT");
    if (found === null) return;
    near(found.mktC, naiveMktC(naiveSpans(readings, rule.gapMs, found)), "MKT of the window told");
  });
});

test("what is used of a stability budget is what the naive reference counts", () => {
  const table = [
    { aboveC: -1, upToC: 2, allowedMs: 3_600_000 },
    { aboveC: 2, upToC: 8, allowedMs: 600_000 },
    { aboveC: 8, upToC: 9, allowedMs: 60_000 },
  ];
  holds(fc.constant(table), ({ rule, readings }) => {
    const { usedFraction } = stabilityUse(table, sliceOf(readings), { gapMs: rule.gapMs });
    near(usedFraction, naiveStabilityFraction(table, readings, rule.gapMs), "used");
  });
});

test("the order and the repeats of delivery do not matter to a caller that sorts", () => {
  holds(fc.array(fc.nat(), { maxLength: 60 }), ({ rule, resolution, readings }, picks) => {
    const numbered = readings.map((reading, ordinal) => ({ ...reading, ordinal }));
    const delivered = [...numbered];
    picks.forEach((pick, at) => {
      const to = pick % delivered.length;
      if (at % 3 === 0) delivered.push(...delivered.slice(to, to + 1));
      else delivered.push(...delivered.splice(to, 1));
    });
    const known = new Map(delivered.map((reading) => [reading.ordinal, reading]));
    const sorted = [...known.values()].sort((a, b) => a.atMs - b.atMs || a.ordinal - b.ordinal);
    const naive = naiveExcursions(rule, resolution, readings);
    assert.equal(told(findExcursions(rule, resolution, sliceOf(sorted))), naive);
  });
});

test.run();
