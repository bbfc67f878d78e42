import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { type Row, slice } from "../test/slices.ts";
import { type Excursion, assessStart } from "./excursion.ts";
import { linesOf, memberReachMs, pushLine } from "./judged-line.ts";
import { type LegChannel, assessLeg } from "./leg-assessment.ts";
import { meanKineticTemperatureC } from "./mean-kinetic-temperature.ts";
import type { Profile } from "./profile.ts";

const test = suite("all that is found on a leg");
const MIN = 60_000;
const H = 60 * MIN;

const ROW = {
  quantity: "temperature",
  role: "product",
  deadband: 0.5,
  onDelayMs: 0,
  offDelayMs: 0,
  allowances: [{ kind: "cumulative", allowedMs: 2 * H, breachWhen: "exceeded" }],
  gapMs: 15 * MIN,
  source: "test",
} as const;

const PROFILE: Profile = {
  id: "cold",
  version: 1,
  title: { en: "Cold", zh: "冷藏" },
  liveMaxAgeMs: MIN,
  limits: [{ ...ROW, high: 8 }],
  source: "test",
};

function channel(name: string, rows: readonly Row[], role: "product" | "door" = "product"): LegChannel {
  return { declared: { channel: name, role, resolution: 0.1 }, readings: slice(rows) };
}

/** Every 15 minutes each value for so many hours, and once more at the end. */
function held(...parts: readonly (readonly [hours: number, value: number])[]): Row[] {
  const values = parts.flatMap(([hours, value]) => new Array<number>(hours * 4).fill(value));
  return [...values, values.at(-1) ?? 0].map((value, i) => [i * 15 * MIN, value]);
}

const versions = (profile: Profile) => [{ profile, fromMs: 0, toMs: null }];
const spans = (found: readonly { readonly excursion: Excursion }[]) =>
  found.map(({ excursion: { startMs, endMs } }) => [startMs / H, endMs === null ? null : endMs / H]);

test("each probe by itself, the median and the worst of them as one", () => {
  const channels = [
    channel("temperature/a", held([1, 5], [1, 9], [2, 5])),
    channel("temperature/b", held([2, 5], [1, 9], [1, 5])),
    channel("temperature/c", held([4, 5])),
  ];
  const combined = (combine: "any" | "median" | "worst") =>
    assessLeg({ versions: versions({ ...PROFILE, limits: [{ ...ROW, high: 8, combine }] }), channels }).lines.map(
      ({ channel: name, excursions }) => [name, spans(excursions)],
    );
  assert.equal(combined("any"), [
    ["temperature/a", [[1, 2]]],
    ["temperature/b", [[2, 3]]],
    ["temperature/c", []],
  ]);
  assert.equal(combined("median"), [["temperature/median(product)", []]]);
  assert.equal(combined("worst"), [["temperature/worst(product)", [[1, 3]]]]);
});

test("each reading is judged by the version in force then, an excursion going on from one to the next", () => {
  const second: Profile = { ...PROFILE, version: 2, limits: [{ ...ROW, high: 5 }] };
  const chain = [
    { profile: PROFILE, fromMs: 0, toMs: 2 * H },
    { profile: second, fromMs: 2 * H, toMs: null },
  ];
  const judged = (rows: Row[]) => assessLeg({ versions: chain, channels: [channel("temperature/a", rows)] }).lines[0]!;
  assert.equal(spans(judged(held([1, 6], [4, 6])).excursions), [[2, null]], "above the second version's limit only");
  const [across, more] = judged(held([1, 5], [3, 9], [1, 4])).excursions;
  assert.is(more, undefined);
  assert.equal([across?.excursion.startMs, across?.excursion.endMs, across?.rule.profileVersion], [H, 4 * H, 1]);
  assert.equal(
    across?.excursion.breaches.map(({ atMs, profileVersion }) => [atMs / H, profileVersion]),
    [[3, 2]],
  );
});

test("a version without the rule ends its judging", () => {
  const without: Profile = { ...PROFILE, version: 2, limits: [{ ...ROW, role: "ambient", high: 8 }] };
  const chain = [
    { profile: PROFILE, fromMs: 0, toMs: 2 * H },
    { profile: without, fromMs: 2 * H, toMs: 4 * H },
    { profile: { ...PROFILE, version: 3 }, fromMs: 4 * H, toMs: null },
  ];
  const { lines } = assessLeg({ versions: chain, channels: [channel("temperature/a", held([6, 9]))] });
  assert.equal(
    lines.map(({ excursions }) => excursions.map((each) => [each.excursion.startMs / H, each.judgedUntilMs])),
    [[[0, 2 * H]], [[4, null]]],
  );
});

test("a rise that is too fast", () => {
  const rates = [{ ...ROW, deadband: 0, overMs: 30 * MIN, risePerHour: 4, allowances: [] }];
  const rows: Row[] = [5, 5, 5, 6, 8, 9, 9, 9].map((value, i) => [i * 15 * MIN, value]);
  const { lines } = assessLeg({
    versions: versions({ ...PROFILE, rates }),
    channels: [channel("temperature/a", rows)],
  });
  const rise = lines.find(({ ruleId }) => ruleId === "cold/temperature/product/rise");
  assert.equal(spans(rise!.excursions), [[1, 1.5]]);
  assert.is(rise!.excursions[0]!.excursion.peak, 6);
});

test("§3.3: 5 °C for 18 h and 14 °C for 6 h fail 8 °C over 24 h, though their mean does not", () => {
  const mkt = [{ role: "product", windowMs: 24 * H, highC: 8, gapMs: 15 * MIN, source: "test" } as const];
  const of = (rows: Row[]) =>
    assessLeg({ versions: versions({ ...PROFILE, mkt }), channels: [channel("temperature/a", rows)] }).lines[0]!.mkt;
  const [found] = of(held([18, 5], [6, 14]));
  assert.ok(Math.abs(found!.found.mktC - 8.285216) < 1e-6);
  assert.is(found!.isOver, true);
  const [kept] = of(held([20, 4], [4, 15]));
  assert.ok(Math.abs(kept!.found.mktC - 7.118872) < 1e-6);
  assert.is(kept!.isOver, false);
});

test("an MKT counts whole hours until the last hour of the leg", () => {
  const mkt = [{ role: "product", windowMs: null, highC: 8, gapMs: 15 * MIN, source: "test" } as const];
  const profile = { ...PROFILE, mkt };
  const rows = held([2, 5], [1.5, 14]);
  const upTo = (toMs: number | null) =>
    assessLeg({ versions: [{ profile, fromMs: 0, toMs }], channels: [channel("temperature/a", rows)] }).lines[0]!
      .mkt[0]!.found.mktC;
  assert.is(upTo(null), meanKineticTemperatureC([5, 14], [2, 1]));
  assert.is(upTo(4 * H), meanKineticTemperatureC([5, 14], [2, 1.5]));
});

test("a stability budget is used by each version's own table, after what was used before", () => {
  const table = (hours: number) => [
    {
      role: "product",
      gapMs: 15 * MIN,
      source: "test",
      rows: [{ aboveC: 8, upToC: 15, allowedMs: hours * H }],
    } as const,
  ];
  const chain = [
    { profile: { ...PROFILE, stability: table(10) }, fromMs: 0, toMs: 4 * H },
    { profile: { ...PROFILE, version: 2, stability: table(5) }, fromMs: 4 * H, toMs: null },
  ];
  const channels = [channel("temperature/a", held([2, 5], [4, 9], [1, 5]))];
  const [used] = assessLeg({ versions: chain, channels, usedBefore: () => 0.2 }).stability;
  assert.ok(Math.abs(used!.use.usedFraction - (0.2 + 2 / 10 + 2 / 5)) < 1e-12);
  assert.equal(
    used!.use.marks.map(({ isReached, atMs }) => [isReached, atMs === null ? null : atMs / H]),
    [[true, 5.5], [false, null], [false, null]], // prettier-ignore
  );
});

const history = fc
  .array(
    fc.record({
      afterMinutes: fc.constantFrom(0, 1, 7, 15, 16, 40),
      value: fc.constantFrom(3, 7.4, 7.6, 8, 8.1, 9, 12),
      door: fc.integer({ min: 0, max: 4 }).map((die) => (die === 0 ? 1 : 0)),
      probe: fc.constantFrom("temperature/a", "temperature/b"),
      good: fc.integer({ min: 0, max: 6 }).map((die) => die > 0),
    }),
    { maxLength: 50 },
  )
  .map((steps) => {
    let atMs = 0;
    return steps.map(({ afterMinutes, ...step }) => ({ ...step, atMs: (atMs += afterMinutes * MIN) }));
  });
const combines = fc.constantFrom("any" as const, "median" as const, "worst" as const);
const gateKinds = fc.constantFrom("door" as const, "pre-cool" as const, "loading" as const);

test("however a leg is cut into stretches, each line finds what it finds in the whole", () => {
  fc.assert(
    fc.property(
      history,
      combines,
      fc.option(gateKinds),
      fc.array(fc.nat(600), { maxLength: 5 }),
      (steps, combine, kind, cuts) => {
        const gates = kind === null ? [] : [{ kind, atMostMs: 30 * MIN, settlingMs: kind === "door" ? 5 * MIN : 0 }];
        const rates = [{ ...ROW, overMs: 20 * MIN, risePerHour: 3, fallPerHour: 6 }];
        const first: Profile = { ...PROFILE, limits: [{ ...ROW, high: 8, combine, gates }], rates };
        const chain = [
          { profile: first, fromMs: 0, toMs: 150 * MIN },
          {
            profile: { ...first, version: 2, limits: [{ ...ROW, high: 7.5, combine, gates }] },
            fromMs: 150 * MIN,
            toMs: null,
          },
        ];
        const rowsOf = (probe: string): Row[] =>
          steps.filter((step) => step.probe === probe).map(({ atMs, value, good }) => [atMs, value, good]);
        const channels = [
          channel("temperature/a", rowsOf("temperature/a")),
          channel("temperature/b", rowsOf("temperature/b")),
          channel("door/rear", steps.map(({ atMs, door }) => [atMs, door]), "door"), // prettier-ignore
        ];
        const whole = assessLeg({ versions: chain, channels }).lines;
        assert.equal(assessLeg({ versions: chain, channels: [...channels].reverse() }).lines, whole, "another order");
        const edges = [0, ...cuts.map((cut) => cut * MIN).sort((a, b) => a - b), Infinity];
        const declared = channels.map((each) => each.declared);
        const piecemeal = linesOf(chain, declared).map((line) => {
          let state = JSON.stringify(assessStart());
          const excursions: Excursion[] = [];
          edges.slice(1).forEach((toMs, at) => {
            const fromMs = edges[at] as number;
            const near = (rows: Row[]) =>
              slice(rows.filter(([atMs]) => atMs > fromMs - memberReachMs(line) - 1 && atMs < toMs));
            const members = line.members.map((name) => near(rowsOf(name)));
            const doors = [channels[2]!.readings];
            const before = JSON.parse(state) as ReturnType<typeof assessStart>;
            const pushed = pushLine(before, line, { members, doors, defrosts: [], legFromMs: 0 }, { fromMs, toMs });
            excursions.push(...pushed.closed);
            state = JSON.stringify(pushed.state);
          });
          const { open } = JSON.parse(state) as ReturnType<typeof assessStart>;
          return open === null ? excursions : [...excursions, open];
        });
        assert.equal(
          piecemeal,
          whole.map(({ excursions }) => excursions.map(({ excursion }) => excursion)),
        );
      },
    ),
    { seed: seed(), numRuns: 1_000 },
  );
});

test.run();
