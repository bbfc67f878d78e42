// Whatever the order and the batches of readings and facts, what is stored is what assessLeg finds in all of them at once:
// combined probes, gates, rates of change, versions of a profile, and allowances over several legs.
import { type LegAssessment, type Profile, assessLeg } from "@isotherm/coldchain";
import fc from "fast-check";
import { assert, isLong, seed, suite, tempDir } from "../../checks/kit.ts";
import { CHANNELS, EngineBench, type EngineSample, TENANT, sliceOf } from "../test/engine-bench.ts";
import { type Assignment, versionsOf } from "./assignment.ts";

const test = suite("the engine in ingest");
const RUNS = Number(process.env["ISOTHERM_HISTORIES"] ?? (isLong() ? 3000 : 150));
const ASSETS = ["cold-1", "cold-2"];
const GAP_MS = 30;

const allowances = [
  { kind: "consecutive", allowedMs: 60, breachWhen: "exceeded" },
  { kind: "cumulative", allowedMs: 70, breachWhen: "reached" },
] as const;
const ROW = {
  quantity: "temperature",
  role: "product",
  deadband: 0.5,
  onDelayMs: 20,
  offDelayMs: 10,
  gapMs: GAP_MS,
  source: "test",
} as const;

const combine = fc.constantFrom("any" as const, "median" as const, "worst" as const);
const gates = fc.constantFrom(
  [],
  [{ kind: "door" as const, atMostMs: 60, settlingMs: 10 }],
  [{ kind: "pre-cool" as const, atMostMs: 80, settlingMs: 0 }],
  [{ kind: "loading" as const, atMostMs: 50, settlingMs: 0 }],
);
const profile = (version: number, high: number): fc.Arbitrary<Profile> =>
  fc.record({ combine, gates, hasRate: fc.boolean() }).map(({ hasRate, ...row }) => ({
    id: "cold",
    version,
    title: { en: "Cold", zh: "冷藏" },
    liveMaxAgeMs: 100,
    limits: [
      { ...ROW, ...row, high, allowances },
      { ...ROW, high: 9, low: 1, allowances: [] },
    ],
    ...(hasRate ? { rates: [{ ...ROW, overMs: 25, risePerHour: 400_000, fallPerHour: 300_000, allowances: [] }] } : {}),
    source: "test",
  }));
const profiles = fc.tuple(profile(1, 8), fc.option(fc.tuple(profile(2, 7), fc.integer({ min: 1000, max: 1400 }))));

/** Two legs, one after the other, on one asset or two. */
const facts = fc
  .record({
    of: profiles,
    fromMs: fc.integer({ min: 950, max: 1200 }),
    lengthMs: fc.integer({ min: 50, max: 400 }),
    isTwo: fc.boolean(),
    isElsewhere: fc.boolean(),
  })
  .map(({ of, fromMs, lengthMs, isTwo, isElsewhere }): Assignment[] => {
    const [first, second] = of;
    const leg = (key: string, assetId: string, from: number, toMs: number | null): Assignment => {
      const isIn = second !== null && second[1] > from && (toMs === null || second[1] < toMs);
      const last = second !== null && second[1] <= from ? second[0] : first;
      const versions = isIn ? { profile: second[0], former: [{ profile: first, toMs: second[1] }] } : { profile: last };
      return { key, tenantId: TENANT, assetId, shipmentId: "s-1", ...versions, fromMs: from, toMs };
    };
    const one = leg("leg-1", ASSETS[0] as string, fromMs, isTwo ? fromMs + lengthMs : null);
    if (!isTwo) return [one];
    return [one, leg("leg-2", ASSETS[isElsewhere ? 1 : 0] as string, fromMs + lengthMs, null)];
  });

const value = fc.constantFrom(5, 7.2, 7.6, 8, 8.1, 8.6, 9.5, 0, null);
const samples = fc
  .array(
    fc.record({
      assetId: fc.constantFrom(...ASSETS),
      stepMs: fc.constantFrom(0, 1, 10, 10, 20, 29, 30, 45),
      a: fc.option(value, { nil: undefined }),
      b: fc.option(value, { nil: undefined }),
      door: fc.option(fc.constantFrom(0, 0, 1), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let atMs = 1000;
    return steps.map(({ assetId, stepMs, a, b, door }, at): EngineSample => {
      atMs += stepMs;
      const values = { "temperature/a": a, "temperature/b": b, "door/rear": door };
      const given = Object.fromEntries(Object.entries(values).filter(([, each]) => each !== undefined));
      return { assetId, number: at + 1, atMs, values: given as Record<string, number | null> };
    });
  });

interface Told {
  readonly key: string;
  readonly figures: unknown;
}

/** The legs in their order, each beginning with what the ones before have spent. */
function expected(all: readonly EngineSample[], legs: readonly Assignment[]): Told[] {
  const spent = new Map<string, number>();
  return legs.flatMap((leg) => {
    const channels = CHANNELS.map((declared) => ({ declared, readings: sliceOf(all, leg.assetId, declared.channel) }));
    const found = assessLeg({ versions: versionsOf(leg), channels, spentBeforeMs: (id) => spent.get(id) ?? 0 });
    for (const [ruleId, ms] of spentOn(found)) spent.set(ruleId, (spent.get(ruleId) ?? 0) + ms);
    return found.lines.flatMap(({ channel, ruleId, excursions }) =>
      excursions.map(({ excursion, rule, judgedUntilMs }) => ({
        key: JSON.stringify([leg.key, leg.assetId, channel, ruleId, excursion.startMs]),
        figures: { ...excursion, version: rule.profileVersion, limit: rule.limit, judgedUntilMs },
      })),
    );
  });
}

/** Of each rule, what the series has spent that was outside longest. */
function spentOn({ lines }: LegAssessment): Map<string, number> {
  const most = new Map<string, Map<string, number>>();
  for (const { channel, ruleId, excursions } of lines) {
    const series = most.get(ruleId) ?? new Map<string, number>();
    most.set(ruleId, series);
    const sum = excursions.reduce((ms, { excursion }) => ms + excursion.monitoredMs, 0);
    series.set(channel, (series.get(channel) ?? 0) + sum);
  }
  return new Map([...most].map(([ruleId, series]) => [ruleId, Math.max(...series.values())]));
}

function stored(bench: EngineBench): Told[] {
  return bench.state.db.all("SELECT * FROM excursion").map((row) => {
    const result = JSON.parse(String(row["result"])) as { startMs: number };
    return {
      key: JSON.stringify([row["assignment_key"], row["asset_id"], row["channel"], row["rule_id"], result.startMs]),
      figures: {
        ...result,
        version: row["profile_version"],
        limit: row["limit_value"],
        judgedUntilMs: row["judged_until_ms"],
      },
    };
  });
}

const inOrder = (told: Told[]): Told[] => told.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

test(
  "any order and batching of readings and facts leaves what all of it at once comes to",
  async () => {
    let excursions = 0;
    const arrival = samples.chain((all) =>
      fc.record({
        all: fc.constant(all),
        order: fc.oneof(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        cuts: fc.array(fc.nat({ max: all.length }), { maxLength: 8 }),
        before: facts,
        legs: facts,
        factsAt: fc.nat({ max: 6 }),
        pageMax: fc.constantFrom(1, 3, 1000),
      }),
    );
    await fc.assert(
      fc.asyncProperty(arrival, async ({ all, order, cuts, before, legs, factsAt, pageMax }) => {
        const bench = new EngineBench(await tempDir(), ASSETS, pageMax);
        try {
          const edges = [0, ...cuts.sort((a, b) => a - b), order.length];
          bench.assign(before, 1000);
          for (let i = 1; i < edges.length; i++) {
            if (i === factsAt) bench.assign(legs, 1000);
            const batch = order.slice(edges[i - 1], edges[i]);
            if (batch.length > 0) await bench.store(batch, 1100 + i);
            await bench.assess();
          }
          bench.assign(legs, 1000);
          await bench.assess();
          const found = inOrder(stored(bench));
          excursions += found.length;
          assert.equal(found, inOrder(expected(all, legs)));
        } finally {
          bench.close();
        }
      }),
      { seed: seed(), numRuns: RUNS },
    );
    assert.ok(excursions > RUNS, `the histories held only ${excursions} excursions`);
  },
  { deadlineMs: isLong() ? 1_200_000 : 110_000 },
);

test.run();
