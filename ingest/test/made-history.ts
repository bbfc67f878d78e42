// Histories at random: values on limits and a deadband away, times exactly a gap apart or at one instant, legs that begin
// and end on readings.

import fc from "fast-check";
import {
  type AssetId,
  BATCHES,
  CHANNELS,
  type Death,
  type History,
  type HistoryBatch,
  type HistoryFacts,
  type HistoryLeg,
  type HistoryProfile,
  type HistoryReading,
  type HistoryRecord,
  type HistoryRow,
  type HistoryStanding,
} from "./history.ts";

const GAP_MS = 300_000;
const DELAYS_MS = [0, 20_000, 60_000, GAP_MS] as const;
const PROFILE_IDS = ["cold", "wide", "dry"] as const;

const temperatures = fc.oneof(
  fc.constantFrom(8, 8.1, 7.5, 7.6, 7.4, 8.5, 7.9, 2, 1.9, 2.1, 2.5, 2.4, 5, 0, -0.1, 9, 12.3),
  fc.integer({ min: -20, max: 120 }).map((tenths) => tenths / 10),
);
const humidities = fc.constantFrom(75, 76, 70, 71, 69, 50, 35, 34, 40, 39, 0);

interface Step extends Omit<HistoryRecord, "number" | "atMs" | "readings"> {
  readonly afterMs: number;
  readonly readings: readonly (HistoryReading | null)[];
}

function readingOf(alias: number, unit: string): fc.Arbitrary<HistoryReading | null> {
  const value = unit === "%" ? humidities : temperatures;
  const good = value.map((number): HistoryReading => ({ alias, value: number, quality: 0 }));
  const bad = fc.record({ alias: fc.constant(alias), value: fc.option(value), quality: fc.constantFrom(1, 3, 6) });
  return fc.oneof(
    { weight: 10, arbitrary: good },
    { weight: 1, arbitrary: bad },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

const arrival = fc.nat(BATCHES - 1);

function stepsOf(assetId: AssetId, maxLength: number): fc.Arbitrary<Step[]> {
  const step = fc.record({
    assetId: fc.constant(assetId),
    afterMs: fc.oneof(
      fc.constantFrom(0, 1, 20_000, 60_000, GAP_MS - 1, GAP_MS, GAP_MS + 1, 3_600_000),
      fc.nat(200_000),
    ),
    readings: fc.tuple(...CHANNELS[assetId].map(({ alias, unit }) => readingOf(alias, unit))),
    boot: fc.constantFrom(0, 0, 0, 1),
    arrives: arrival,
    again: fc.option(arrival, { freq: 5 }),
  });
  return fc.array(step, { maxLength, size: "max" });
}

/** Numbers rise with time, or fall when the clock of the gateway went backward. */
function timed(startMs: number, steps: readonly Step[], isBackward: boolean): HistoryRecord[] {
  let atMs = startMs;
  return steps.map(({ afterMs, readings, ...record }, at) => ({
    ...record,
    number: isBackward ? steps.length - at : at + 1,
    atMs: (atMs += at === 0 ? 0 : afterMs),
    readings: readings.filter((reading) => reading !== null),
  }));
}

const delay = fc.constantFrom(...DELAYS_MS);
const band = fc.constantFrom({ low: 2, high: 8 }, { high: 8 }, { low: 0 }, { low: 2.5, high: 8.1 });

function rowOf(quantity: "temperature" | "humidity"): fc.Arbitrary<HistoryRow> {
  const isHumidity = quantity === "humidity";
  return fc
    .record({
      quantity: fc.constant(quantity),
      role: fc.constant(isHumidity ? ("ambient" as const) : ("product" as const)),
      limits: isHumidity ? fc.constantFrom({ low: 35, high: 75 }, { high: 75 }) : band,
      inclusive: fc.boolean(),
      deadband: isHumidity ? fc.constantFrom(0, 5) : fc.constantFrom(0, 0.5, 1),
      onDelayMs: delay,
      offDelayMs: delay,
      consecutiveAllowanceMs: delay,
      singleEvent: fc.option(
        fc.record({
          allowedMs: fc.constantFrom(1, 20_000, GAP_MS),
          breachWhen: fc.constantFrom("reached" as const, "exceeded" as const),
        }),
      ),
      gapMs: fc.constantFrom(GAP_MS, 1, 60_000),
    })
    .map(({ limits, ...row }) => ({ ...row, ...limits }));
}

const profile: fc.Arbitrary<HistoryProfile> = fc.record({
  version: fc.constantFrom(1, 2, 3),
  rows: fc
    .tuple(rowOf("temperature"), fc.option(rowOf("humidity"), { freq: 2 }))
    .map(([first, second]) => (second === null ? [first] : [first, second])),
});

/** An instant of the history: on a reading or a millisecond beside it. */
type Moment = readonly [record: number, besideMs: number];
const moment: fc.Arbitrary<Moment> = fc.tuple(fc.nat(39), fc.constantFrom(0, 0, -1, 1));

interface Span {
  readonly from: Moment | null;
  readonly to: Moment | null;
}
const span: fc.Arbitrary<Span> = fc.record({ from: fc.option(moment), to: fc.option(moment) });
const assets: fc.Arbitrary<AssetId> = fc.constantFrom("cold-1", "cold-1", "cold-2");

const factsShape = fc.record({
  profiles: fc.record({ cold: profile, wide: profile, dry: profile }),
  legs: fc.array(
    fc.record({
      span,
      assetId: assets,
      shipmentId: fc.constantFrom("s-1", "s-2"),
      profileIds: fc.subarray([...PROFILE_IDS], { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
  standing: fc.array(fc.record({ span, assetId: assets, profileId: fc.constantFrom(...PROFILE_IDS) }), {
    maxLength: 1,
  }),
});
type FactsShape = typeof factsShape extends fc.Arbitrary<infer Shape> ? Shape : never;

function placed({ from, to }: Span, timesMs: readonly number[]): { fromMs: number; toMs: number | null } {
  const at = ([record, besideMs]: Moment): number =>
    Math.max(0, (timesMs[record % Math.max(1, timesMs.length)] ?? 0) + besideMs);
  const fromMs = from === null ? 0 : at(from);
  return { fromMs, toMs: to === null ? null : Math.max(fromMs + 1, at(to)) };
}

function factsOf({ profiles, legs, standing }: FactsShape, timesMs: readonly number[]): HistoryFacts {
  // A shipment's profiles are those of all its legs: the first leg's.
  const profilesOf = new Map<string, readonly string[]>();
  for (const { shipmentId, profileIds } of legs)
    if (!profilesOf.has(shipmentId)) profilesOf.set(shipmentId, profileIds);
  return {
    profiles,
    legs: legs.map(({ span: when, shipmentId, assetId }, at): HistoryLeg => {
      const profileIds = profilesOf.get(shipmentId) as readonly string[];
      return { legId: `leg-${at}`, shipmentId, assetId, profileIds, ...placed(when, timesMs) };
    }),
    standing: standing.map(({ span: when, assetId, profileId }): HistoryStanding => {
      return { assetId, profileId, ...placed(when, timesMs) };
    }),
  };
}

const deaths = fc.constantFrom<Death[]>(
  ...Array.from({ length: 27 }, () => "none" as const),
  "restart",
  ...Array.from({ length: 3 }, () => ["planned", "half-stored", "stored", "committed", "accepted"] as const).flat(),
  ...Array.from({ length: 4 }, () => ["judged", "written"] as const).flat(),
  ...Array.from({ length: 2 }, () => ["full first", "full second", "full third"] as const).flat(),
);

/** What of the former facts stands in the latter already: a leg entered late, an end moved, a profile corrected. */
function earlier(final: HistoryFacts, other: HistoryFacts, keeps: readonly boolean[]): HistoryFacts {
  const [profiles, legs, ends, standing] = keeps;
  return {
    profiles: profiles === true ? final.profiles : other.profiles,
    legs:
      legs === true
        ? final.legs.map((leg) => (ends === true ? leg : { ...leg, toMs: null }))
        : [...final.legs.slice(1), ...other.legs.slice(0, 1)].map((leg, _, all) => ({
            ...leg,
            profileIds: (all.find(({ shipmentId }) => shipmentId === leg.shipmentId) as HistoryLeg).profileIds,
          })),
    standing: standing === true ? final.standing : other.standing,
  };
}

export const madeHistories: fc.Arbitrary<History> = fc
  .record({
    startMs: fc.constantFrom(1_780_000_000_000, 0),
    first: stepsOf("cold-1", 24),
    second: stepsOf("cold-2", 8),
    isBackward: fc.constantFrom(false, false, true),
    anchorArrives: fc.tuple(fc.constantFrom(0, 0, 0, 1, 2, 4), arrival),
    facts: factsShape,
    batches: fc.tuple(
      ...Array.from({ length: BATCHES }, () =>
        fc.record({
          facts: fc.option(fc.tuple(factsShape, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean())), {
            freq: 2,
          }),
          death: deaths,
          isJudged: fc.constantFrom(true, true, false),
          waitMs: fc.constantFrom(1000, 60_000, 600_000, 7_200_000),
          recordsPerMessage: fc.integer({ min: 1, max: 5 }),
          isReversed: fc.boolean(),
        }),
      ),
    ),
    isPunctual: fc.boolean(),
    pageMax: fc.constantFrom(1000, 1, 2, 5),
  })
  .map(({ startMs, first, second, isBackward, anchorArrives, facts: shape, batches, ...rest }): History => {
    const records = [...timed(startMs, first, isBackward), ...timed(startMs + 10_000, second, false)];
    const timesMs = records.map(({ atMs }) => atMs);
    const facts = factsOf(shape, timesMs);
    const known = batches.map(({ facts: before, ...batch }): HistoryBatch => {
      if (before === null) return { ...batch, facts: null };
      return { ...batch, facts: earlier(facts, factsOf(before[0], timesMs), before[1]) };
    });
    return { startMs, records, anchorArrives, batches: known, facts, ...rest };
  });
