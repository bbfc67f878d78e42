// file-deadline-s: 400
// The laws of a whole leg: combined probes, rates of change, gates and versions of a profile give what the naive telling
// gives, and however a line is cut into stretches its excursions are the same. 1,000 legs a law, 100,000 in the long run.
import fc from "fast-check";
import { assert, isLong, seed, suite } from "../../checks/kit.ts";
import { sliceOf } from "../test/law-history.ts";
import { type NaiveLegExcursion, type NaiveLegRule, naiveLegExcursions } from "../test/naive-leg.ts";
import type { NaiveReading } from "../test/naive-reference.ts";
import type { Gate } from "./gate.ts";
import { type Excursion, assessStart } from "./excursion.ts";
import { type JudgedLine, firstAt, linesOf, memberReachMs, part, pushLine } from "./judged-line.ts";
import { type LegChannel, assessLeg } from "./leg-assessment.ts";
import type { LimitRow, Profile, RateRow } from "./profile.ts";

const test = suite("the laws of a leg", { deadlineMs: isLong() ? 1_800_000 : 60_000 });
const settings = { seed: seed(), numRuns: isLong() ? 100_000 : 1_000 };
const MINUTE_MS = 60_000;
const RESOLUTION = 0.25;
const CHANNELS = ["temperature/a", "temperature/b", "temperature/c"];

interface MadeLeg {
  readonly profiles: readonly Profile[];
  /** Between versions; the leg ends at the last. */
  readonly edgesMs: readonly number[];
  readonly fromMs: number;
  readonly probes: readonly (readonly NaiveReading[])[];
  readonly doors: readonly (readonly NaiveReading[])[];
  readonly defrosts: readonly (readonly NaiveReading[])[];
}

const gate: fc.Arbitrary<Gate> = fc
  .record({
    kind: fc.constantFrom("door", "defrost", "pre-cool", "loading"),
    atMostMs: fc.constantFrom(MINUTE_MS, 7 * MINUTE_MS, 30 * MINUTE_MS),
    settlingMs: fc.constantFrom(0, MINUTE_MS, 4 * MINUTE_MS),
  })
  .map(({ kind, atMostMs, settlingMs }) => ({
    ...{ kind, atMostMs },
    settlingMs: kind === "door" || kind === "defrost" ? settlingMs : 0,
  }));

const judged = {
  quantity: fc.constant("temperature"),
  role: fc.constant("product" as const),
  deadband: fc.constantFrom(0, 0.5, 1),
  onDelayMs: fc.constantFrom(0, MINUTE_MS),
  offDelayMs: fc.constant(0),
  allowances: fc.constant([]),
  gates: fc.uniqueArray(gate, { maxLength: 2, selector: ({ kind }) => kind }),
  gapMs: fc.constantFrom(MINUTE_MS, 5 * MINUTE_MS, 20 * MINUTE_MS),
  source: fc.constant("made for tests"),
};
const limitRow: fc.Arbitrary<LimitRow> = fc.record({
  ...judged,
  high: fc.constantFrom(8, 8.5),
  low: fc.constantFrom(2, 0),
  inclusive: fc.boolean(),
  combine: fc.constantFrom("any", "median", "worst"),
});
const rateRow: fc.Arbitrary<RateRow> = fc.record({
  ...judged,
  overMs: fc.constantFrom(7.5 * MINUTE_MS, 30 * MINUTE_MS),
  risePerHour: fc.constantFrom(4, 16),
  fallPerHour: fc.constantFrom(4, 16),
});

const profile: fc.Arbitrary<Profile> = fc
  .record({ row: limitRow, rate: fc.option(rateRow), version: fc.integer({ min: 1, max: 9 }) })
  .map(({ row, rate, version }) => ({
    ...{ id: "p", version, title: { en: "P", zh: "P" }, liveMaxAgeMs: MINUTE_MS, source: "made for tests" },
    limits: [row],
    ...(rate === null ? {} : { rates: [rate] }),
  }));

function readings(value: fc.Arbitrary<number>, maxLength: number): fc.Arbitrary<NaiveReading[]> {
  const step = fc.record({
    afterMs: fc.oneof(fc.constantFrom(0, 1, MINUTE_MS, 5 * MINUTE_MS, 7.5 * MINUTE_MS), fc.nat(9 * MINUTE_MS)),
    value,
    good: fc.integer({ min: 0, max: 9 }).map((die) => die > 0),
  });
  return fc.array(step, { maxLength, size: "max" }).map((steps) => {
    let atMs = 0;
    return steps.map(({ afterMs, ...reading }) => ({ ...reading, atMs: (atMs += afterMs) }));
  });
}

const quarters = fc.oneof(
  fc.constantFrom(8, 8.25, 7.5, 7, 2, 1.75, 2.5, 3, 5, 0, -0.25, 8.5, 9),
  fc.integer({ min: -4, max: 48 }).map((quarter) => quarter / 4),
);
// A door's readings are never exactly a gap apart: whether it was heard of then is nobody's business.
const switches = readings(fc.constantFrom(0, 1), 8).map((list) =>
  list.map((each, at) => ({ ...each, atMs: each.atMs + at * 17 })),
);

const legs: fc.Arbitrary<MadeLeg> = fc
  .record({
    profiles: fc.array(profile, { minLength: 1, maxLength: 3 }),
    edges: fc.tuple(fc.nat(70), fc.nat(70)),
    fromMs: fc.constantFrom(0, 2 * MINUTE_MS, 20 * MINUTE_MS),
    isOpen: fc.boolean(),
    probes: fc.tuple(readings(quarters, 24), readings(quarters, 12), readings(quarters, 6)),
    doors: fc.array(switches, { maxLength: 2 }),
    defrosts: fc.array(switches, { maxLength: 1 }),
  })
  .map(({ profiles, edges, isOpen, fromMs, ...rest }) => {
    const cuts = [...edges].sort((a, b) => a - b).map((cut, at) => fromMs + (cut + 1 + at) * 2 * MINUTE_MS);
    return {
      ...rest,
      ...{ profiles, fromMs },
      edgesMs: [...cuts.slice(0, profiles.length - 1), isOpen ? Infinity : fromMs + 150 * MINUTE_MS],
    };
  });

function versionsOf({ profiles, edgesMs, fromMs }: MadeLeg) {
  return profiles.map((each, at) => {
    const toMs = edgesMs[at] as number;
    return { profile: each, fromMs: edgesMs[at - 1] ?? fromMs, toMs: toMs === Infinity ? null : toMs };
  });
}

function channelsOf({ probes, doors, defrosts }: MadeLeg): LegChannel[] {
  const of = (channel: string, role: "product" | "door" | "ambient", list: readonly NaiveReading[]): LegChannel => ({
    declared: { channel, role, resolution: role === "product" ? RESOLUTION : 1 },
    readings: sliceOf(list),
  });
  return [
    ...probes.map((list, at) => of(CHANNELS[at] as string, "product", list)),
    ...doors.map((list, at) => of(`door/d${at}`, "door", list)),
    ...defrosts.map((list, at) => of(`defrost/e${at}`, "ambient", list)),
  ];
}

function toldOf({ startMs, endMs, peak, peakAtMs, lastReadingMs, ...excursion }: Excursion): NaiveLegExcursion {
  const { monitoredMs, possibleMs, degreeMinutes } = excursion;
  return { startMs, endMs, peak, peakAtMs, lastReadingMs, monitoredMs, possibleMs, degreeMinutes };
}

function naiveOf(leg: MadeLeg, { versions, members, resolution }: JudgedLine): NaiveLegExcursion[] {
  const rules = versions.map(({ rule, fromMs, toMs }): NaiveLegRule => ({ ...rule, fromMs, toMs: toMs ?? Infinity }));
  const probes = members.map((name) => leg.probes[CHANNELS.indexOf(name)] as readonly NaiveReading[]);
  return naiveLegExcursions(rules, resolution, probes, leg.fromMs, leg);
}

function tableOf(leg: MadeLeg): string {
  const lines = (name: string, list: readonly NaiveReading[]): string[] =>
    list.map(
      ({ atMs, value, good }) =>
        `  ${name.padEnd(14)} ${String(atMs).padStart(9)} ms  ${value}${good ? "" : "  not good"}`,
    );
  return [
    ...versionsOf(leg).map(({ profile: of, fromMs, toMs }) => {
      return `from ${fromMs} to ${toMs}: ${JSON.stringify([...of.limits, ...(of.rates ?? [])].map(({ source: _, ...row }) => row))}`;
    }),
    ...leg.probes.flatMap((list, at) => lines(CHANNELS[at] as string, list)),
    ...leg.doors.flatMap((list, at) => lines(`door/d${at}`, list)),
    ...leg.defrosts.flatMap((list, at) => lines(`defrost/e${at}`, list)),
  ].join("\n");
}

function holds<More>(more: fc.Arbitrary<More>, law: (leg: MadeLeg, more: More) => void): void {
  fc.assert(
    fc.property(fc.tuple(legs, more), ([leg, extra]) => {
      law(leg, extra);
    }),
    {
      ...settings,
      reporter: ({ failed, counterexample, seed: from, numRuns, errorInstance }) => {
        if (!failed) return;
        const [leg, extra] = counterexample?.[0] as [MadeLeg, More];
        const { details = "", message } = errorInstance as Error & { details?: string };
        throw new Error(
          `after ${numRuns} legs of seed ${from >>> 0}:\n${tableOf(leg)}\nwith ${JSON.stringify(extra)}\n${message}${details}`,
        );
      },
    },
  );
}

function hold(found: readonly NaiveLegExcursion[], naive: readonly NaiveLegExcursion[], what: string): void {
  const exact = (list: readonly NaiveLegExcursion[]): unknown =>
    list.map((each) => ({ ...each, degreeMinutes: Math.round(each.degreeMinutes * 1e6) / 1e6 }));
  assert.equal(exact(found), exact(naive), what);
}

test("excursions of every line are those of the naive telling", () => {
  let excursions = 0;
  holds(fc.constant(null), (leg) => {
    const channels = channelsOf(leg);
    const found = assessLeg({ versions: versionsOf(leg), channels });
    const lines = linesOf(
      versionsOf(leg),
      channels.map(({ declared }) => declared),
    );
    assert.is(found.lines.length, lines.length);
    lines.forEach((line, at) => {
      const own = found.lines[at];
      assert.equal([own?.channel, own?.ruleId], [line.channel, line.ruleId]);
      const naive = naiveOf(leg, line);
      excursions += naive.length;
      hold(
        (own?.excursions ?? []).map(({ excursion }) => toldOf(excursion)),
        naive,
        `${line.channel} by ${line.ruleId}`,
      );
    });
  });
  assert.ok(excursions > settings.numRuns, `the legs held only ${excursions} excursions`);
});

test("however a line is cut into stretches, with a restart after each, its excursions are the same", () => {
  holds(fc.array(fc.nat(160 * MINUTE_MS), { maxLength: 6 }), (leg, cuts) => {
    const channels = channelsOf(leg);
    const slices = new Map(channels.map(({ declared, readings: slice }) => [declared.channel, slice]));
    const ofRole = (prefix: string) =>
      channels.filter(({ declared }) => declared.channel.startsWith(prefix)).map((each) => each.readings);
    for (const line of linesOf(
      versionsOf(leg),
      channels.map(({ declared }) => declared),
    )) {
      const { fromMs } = line;
      const endMs = line.toMs ?? 1e9;
      const members = line.members.map((name) => slices.get(name) as NonNullable<ReturnType<typeof slices.get>>);
      const inner = cuts.map((cut) => leg.fromMs + cut).filter((cut) => cut > fromMs && cut < endMs);
      const ends = [...inner.sort((a, b) => a - b), endMs];
      const found: Excursion[] = [];
      let kept = JSON.stringify(assessStart());
      ends.forEach((toMs, at) => {
        const stretch = { fromMs: ends[at - 1] ?? fromMs, toMs };
        const nearMs = Math.max(leg.fromMs, stretch.fromMs - memberReachMs(line));
        const near = members.map((slice) => part(slice, firstAt(slice, nearMs), firstAt(slice, toMs)));
        const given = { members: near, legFromMs: leg.fromMs, doors: ofRole("door/"), defrosts: ofRole("defrost/") };
        const { state, closed } = pushLine(JSON.parse(kept) as ReturnType<typeof assessStart>, line, given, stretch);
        found.push(...closed);
        kept = JSON.stringify(state);
      });
      const { open } = JSON.parse(kept) as ReturnType<typeof assessStart>;
      hold(
        [...found, ...(open === null ? [] : [open])].map(toldOf),
        naiveOf(leg, line),
        `${line.channel} by ${line.ruleId}`,
      );
    }
  });
});

test.run();
