import fc from "fast-check";
import type { Profile } from "@isotherm/coldchain";
import { assert, seed, suite } from "../../../checks/kit.ts";
import { stillJudged } from "../expired-judging.ts";
import { retentionPlan } from "./retention-plan.ts";

const test = suite("retention");
const DAY = 86_400_000;
const NOW = 4_000 * DAY + 12_345_678;

interface Covering {
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly shipmentId: string | null;
  readonly keepDays: number | undefined;
}

function assignmentOf({ keepDays, ...rest }: Covering) {
  const retention = keepDays === undefined ? {} : { retention: { atLeastMs: keepDays * DAY, source: "a law" } };
  return { ...rest, profile: { id: `keeps-${keepDays}`, ...retention } as unknown as Profile };
}

/** How long one reading is kept, said as plainly as the promise is. */
function keptUntilMs(atMs: number, coverings: readonly Covering[], readingsDays: number): number {
  const ends = coverings
    .filter(({ fromMs, toMs }) => atMs >= fromMs && (toMs === null || atMs < toMs))
    .map(
      ({ toMs, shipmentId, keepDays = readingsDays }) =>
        (shipmentId === null ? atMs : (toMs ?? Infinity)) + keepDays * DAY,
    );
  return ends.length === 0 ? atMs + readingsDays * DAY : Math.max(...ends);
}

const covering: fc.Arbitrary<Covering> = fc
  .record({
    fromMs: fc.integer({ min: 0, max: 4_000 * DAY }),
    lasts: fc.option(fc.integer({ min: 1, max: 900 * DAY })),
    shipmentId: fc.constantFrom(null, "s-1"),
    keepDays: fc.constantFrom(undefined, 30, 400, 1_827, 3_653),
  })
  .map(({ lasts, ...rest }) => ({ ...rest, toMs: lasts === null ? null : rest.fromMs + lasts }));

test("never lets a reading go before the longest that rests on it, and all else within two days and a margin", () => {
  fc.assert(
    fc.property(
      fc.array(covering, { maxLength: 5 }),
      fc.constantFrom(100, 1_000),
      fc.array(fc.integer({ min: 0, max: NOW }), { minLength: 1, maxLength: 20 }),
      (coverings, readingsDays, instants) => {
        const plan = retentionPlan(coverings.map(assignmentOf), readingsDays * DAY, { fromMs: 0, toMs: NOW }, NOW);
        let atMs = 0;
        for (const { fromMs, toMs } of plan) {
          assert.is(fromMs, atMs, "stretches follow one another");
          assert.is(toMs % DAY, 0);
          atMs = toMs;
        }
        assert.ok(atMs >= NOW);
        for (const instant of instants) {
          const stretch = plan.find(({ fromMs, toMs }) => fromMs <= instant && instant < toMs);
          const untilMs = keptUntilMs(instant, coverings, readingsDays);
          if (stretch?.expired === true) assert.ok(untilMs <= NOW, `${instant} is kept until ${untilMs}`);
          const around = [-2, -1, 0, 1, 2].map((days) => keptUntilMs(instant + days * DAY, coverings, readingsDays));
          const isClear = coverings.every(
            ({ fromMs, toMs }) => instant < fromMs - 2 * DAY || (toMs !== null && instant > toMs + 3 * DAY),
          );
          if (Math.max(...around) + 2 * DAY < NOW && isClear)
            assert.is(stretch?.expired, true, `${instant} could have gone`);
        }
      },
    ),
    { seed: seed(), numRuns: 500 },
  );
});

test("says what keeps a stretch, and until when", () => {
  const leg = { fromMs: 1_000 * DAY, toMs: 1_010 * DAY, shipmentId: "s-1", keepDays: 3_653 };
  const plan = retentionPlan([assignmentOf(leg)], 1_000 * DAY, { fromMs: 900 * DAY, toMs: NOW }, NOW);
  assert.equal(
    plan.map(({ fromMs, toMs, expired, keptUntilMs: untilMs }) => [
      fromMs / DAY,
      toMs / DAY,
      expired,
      (untilMs ?? 0) / DAY,
    ]),
    [
      [900, 999, true, 1_999],
      [999, 1_011, false, 4_663],
      [1_011, 3_000, true, 4_000],
      [3_000, 4_001, false, 5_001],
    ],
  );
  assert.match(
    plan[1]?.because ?? "",
    /profile keeps-3653 asks for its retention: kept 3653 days after the leg of shipment s-1/,
  );
  const open = retentionPlan(
    [assignmentOf({ ...leg, toMs: null })],
    1_000 * DAY,
    { fromMs: 1_100 * DAY, toMs: NOW },
    NOW,
  );
  assert.equal([open.length, open[0]?.expired, open[0]?.keptUntilMs], [1, false, null]);
});

test("leaves what was found in expired time as it stands", () => {
  const former = (startMs: number, endMs: number | null) => ({ excursion: { startMs, endMs } }) as never;
  const [old, across, later] = [former(10, 20), former(90, 110), former(200, null)];
  const leg = { fromMs: 0, toMs: 1_000 };
  assert.equal(stillJudged([], leg, [old, later]), { windowFromMs: 0, formers: [old, later] });
  const gone = [{ fromMs: 0, toMs: 100 }];
  assert.equal(stillJudged(gone, leg, [old, across, later]), { windowFromMs: 110, formers: [later] });
  assert.equal(stillJudged(gone, leg, [old, former(90, null)]), undefined);
  assert.equal(stillJudged([{ fromMs: 0, toMs: 2_000 }], leg, [old]), undefined);
  assert.equal(stillJudged(gone, { fromMs: 100, toMs: null }, [later]), { windowFromMs: 100, formers: [later] });
});

test.run();
