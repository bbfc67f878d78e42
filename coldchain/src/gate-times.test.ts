import { assert, suite } from "../../checks/kit.ts";
import { exampleRule } from "../test/example-rule.ts";
import { type Row, slice } from "../test/slices.ts";
import { type Excursion, findExcursions } from "./excursion.ts";
import type { Gate } from "./gate.ts";
import { gateTimes } from "./gate-times.ts";

const test = suite("gates");
const GAP_MS = 100;
const DOOR: Gate = { kind: "door", settlingMs: 20, atMostMs: 60 };

const doorTimes = (rows: readonly Row[], gate = DOOR): (readonly [number, number])[] =>
  gateTimes([gate], GAP_MS, { legFromMs: 0, doors: [slice(rows)], defrosts: [] }).open.map(
    ({ fromMs, toMs }) => [fromMs, toMs] as const,
  );

test("a door gates from open to shut and the settling, never longer than at most", () => {
  assert.equal(doorTimes([[0, 0], [10, 1], [20, 1], [30, 0]]), [[10, 50]]); // prettier-ignore
  assert.equal(doorTimes([[10, 1], [90, 0]]), [[10, 70]]); // prettier-ignore
  assert.equal(doorTimes([[10, 1]], { ...DOOR, atMostMs: 999 }), [[10, 130]], "a gap after the last word of it");
  assert.equal(doorTimes([[10, 1], [200, 1], [210, 0]]), [[10, 70], [200, 230]]); // prettier-ignore
});

test("openings that touch are one time without excursions; each has its own end", () => {
  assert.equal(doorTimes([[10, 1], [20, 0], [35, 1], [40, 0]]), [[10, 60]]); // prettier-ignore
});

test("any door counts, a defrost only for its own gate, and a leg's start for loading", () => {
  const readings = { legFromMs: 5, doors: [slice([[100, 1], [110, 0]]), slice([[300, 1], [310, 0]])], defrosts: [slice([[500, 1], [510, 0]])] }; // prettier-ignore
  const times = (gates: Gate[]) => gateTimes(gates, GAP_MS, readings).open.map(({ fromMs, toMs }) => [fromMs, toMs]);
  assert.equal(times([DOOR]), [[100, 130], [300, 330]]); // prettier-ignore
  assert.equal(times([{ ...DOOR, kind: "defrost" }]), [[500, 530]]);
  assert.equal(times([{ kind: "loading", atMostMs: 40, settlingMs: 0 }]), [[5, 45]]);
});

const rule = exampleRule({ gapMs: GAP_MS, gates: [DOOR] });
const found = (rows: readonly Row[], door: readonly Row[], gates: readonly Gate[] = [DOOR]): Excursion[] =>
  findExcursions(rule, 0.1, slice(rows), {
    gates: gateTimes(gates, GAP_MS, { legFromMs: 0, doors: [slice(door)], defrosts: [] }),
  });
const OPEN_10_TO_30: Row[] = [[10, 1], [30, 0]]; // prettier-ignore

test("outside while a gate is open starts nothing, and back inside before its end leaves nothing", () => {
  assert.equal(found([[0, 5], [15, 9], [40, 5], [90, 5]], OPEN_10_TO_30), []); // prettier-ignore
});

test("what is still outside when the gate ends counts from then", () => {
  const [excursion, more] = found([[0, 5], [15, 9], [80, 10], [90, 5]], OPEN_10_TO_30); // prettier-ignore
  assert.is(more, undefined);
  const { startMs, endMs, monitoredMs, peak, peakAtMs, degreeMinutes } = excursion!;
  assert.equal([startMs, endMs, monitoredMs, peak, peakAtMs], [50, 90, 40, 10, 80]);
  assert.ok(Math.abs(degreeMinutes - (30 * 1 + 10 * 2) / 60_000) < 1e-12);
});

test("a reading that does not stand until the gate's end starts nothing, the next one outside does", () => {
  const door: Row[] = [[10, 1], [100, 1], [190, 0]]; // prettier-ignore
  const gates: Gate[] = [{ ...DOOR, atMostMs: 130 }];
  assert.equal(found([[15, 9], [160, 9], [170, 5]], door, gates).map(({ startMs }) => startMs), [160]); // prettier-ignore
  const [held] = found([[60, 9], [160, 9], [170, 5]], door, gates); // prettier-ignore
  assert.equal([held?.startMs, held?.readingCount], [140, 2]);
});

test("an excursion that is open when a gate opens goes on", () => {
  assert.equal(
    found([[5, 9], [15, 9], [60, 5]], OPEN_10_TO_30).map(({ startMs, endMs }) => [startMs, endMs]), // prettier-ignore
    [[5, 60]],
  );
});

test("a pre-cool ends with the first reading inside", () => {
  const gates: Gate[] = [{ kind: "pre-cool", atMostMs: 100, settlingMs: 0 }];
  assert.equal(found([[0, 20], [40, 12], [60, 7], [80, 9], [90, 7]], [], gates).map(({ startMs }) => startMs), [80]); // prettier-ignore
  assert.equal(found([[0, 20], [40, 12], [99, 9], [120, 9], [130, 7]], [], gates).map(({ startMs }) => startMs), [100]); // prettier-ignore
});

test.run();
