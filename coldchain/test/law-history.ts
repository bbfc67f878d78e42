// Histories of readings made up for the laws: on limits, a deadband away, exactly a gap apart, at one instant, not good, no
// numbers; and how a counterexample is printed.

import fc from "fast-check";
import type { ReadingSlice } from "../src/excursion.ts";
import type { Rule } from "../src/rule.ts";
import { exampleRule } from "./example-rule.ts";
import type { NaiveReading, NaiveRule } from "./naive-reference.ts";

/** A rule with one consecutive allowance, in the engine's words and in the naive ones. */
export type LawRule = Rule & NaiveRule;

/** A rule on a channel, and readings of that channel in their order. */
export interface LawCase {
  readonly rule: LawRule;
  readonly resolution: number;
  readonly readings: readonly NaiveReading[];
}

const MINUTE_MS = 60_000;

function rulesOn(resolution: number): fc.Arbitrary<LawRule> {
  return fc
    .record({
      side: fc.constantFrom("high" as const, "low" as const),
      limit: fc.constantFrom(8, 2, 0, -0.5, -18, 8.05),
      inclusive: fc.boolean(),
      // Without a resolution only deadbands that binary can write, so that a reading exactly on the edge is on it.
      deadband: resolution > 0 ? fc.constantFrom(0, 0.1, 0.3, 0.25, 0.5, 1) : fc.constantFrom(0, 0.25, 0.5, 1),
      onDelayMs: fc.constantFrom(0, 15_000, MINUTE_MS, 10 * MINUTE_MS),
      consecutiveAllowanceMs: fc.constantFrom(0, MINUTE_MS, 5 * MINUTE_MS, 60 * MINUTE_MS),
      gapMs: fc.constantFrom(1, 30_000, 5 * MINUTE_MS),
    })
    .map(({ consecutiveAllowanceMs, ...rule }) => ({
      ...exampleRule(rule, consecutiveAllowanceMs),
      consecutiveAllowanceMs,
    }));
}

function valuesAround({ limit, deadband, side }: Rule, resolution: number): fc.Arbitrary<number> {
  const inward = side === "high" ? -1 : 1;
  const step = resolution > 0 ? resolution : 0.25;
  const edges = [limit, limit + inward * deadband, limit - inward * deadband, 0, limit + step, limit - step];
  const inHundredths = (value: number): number => Math.round(value * 100) / 100;
  const crowd = fc.integer({ min: -150, max: 150 }).map((hundredths) => inHundredths(limit + hundredths / 100));
  const quarters = fc.integer({ min: -8, max: 8 }).map((quarter) => Math.round(limit) + quarter / 4);
  return fc.oneof(fc.constantFrom(...edges.map(inHundredths)), resolution > 0 ? crowd : quarters);
}

function readingsFor(rule: Rule, resolution: number): fc.Arbitrary<NaiveReading[]> {
  const { gapMs } = rule;
  const step = fc.record({
    afterMs: fc.oneof(
      fc.constantFrom(0, 1, 15_000, MINUTE_MS, 60 * MINUTE_MS, gapMs, gapMs + 1, Math.max(0, gapMs - 1)),
      fc.nat(15 * MINUTE_MS),
    ),
    value: fc.oneof(
      { arbitrary: valuesAround(rule, resolution), weight: 20 },
      { arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY), weight: 1 },
    ),
    good: fc.integer({ min: 0, max: 7 }).map((die) => die > 0),
  });
  // The epoch itself is an instant like any other.
  return fc
    .tuple(fc.constantFrom(0, 1_790_000_000_000), fc.array(step, { maxLength: 40, size: "max" }))
    .map(([fromMs, steps]) => {
      let atMs = fromMs;
      return steps.map(({ afterMs, value, good }, at) => ({ atMs: (atMs += at === 0 ? 0 : afterMs), value, good }));
    });
}

export const lawCases: fc.Arbitrary<LawCase> = fc
  .constantFrom(0, 0.01, 0.1, 0.5, 1)
  .chain((resolution) => fc.tuple(fc.constant(resolution), rulesOn(resolution)))
  .chain(([resolution, rule]) =>
    fc.record({
      rule: fc.constant(rule),
      resolution: fc.constant(resolution),
      readings: readingsFor(rule, resolution),
    }),
  );

export function sliceOf(readings: readonly NaiveReading[]): ReadingSlice {
  return {
    count: readings.length,
    atMs: Float64Array.from(readings, ({ atMs }) => atMs),
    value: Float64Array.from(readings, ({ value }) => value),
    good: Uint8Array.from(readings, ({ good }) => (good ? 1 : 0)),
  };
}

/** A counterexample as a person reads it: the rule in a line, then one reading a line. */
export function tableOf({ rule, resolution, readings }: LawCase): string {
  const { side, limit, inclusive, deadband, gapMs, onDelayMs, consecutiveAllowanceMs } = rule;
  const edge = inclusive ? (side === "high" ? ">=" : "<=") : side === "high" ? ">" : "<";
  const firstMs = readings[0]?.atMs ?? 0;
  const lines = readings.map(
    ({ atMs, value, good }) =>
      `${String(atMs - firstMs).padStart(12)} ms  ${String(value).padStart(8)}${good ? "" : "  not good"}`,
  );
  return [
    `outside is ${edge} ${limit}, deadband ${deadband}, resolution ${resolution}, gap ${gapMs} ms,`,
    `on-delay ${onDelayMs} ms, consecutive allowance ${consecutiveAllowanceMs} ms; from ${firstMs}:`,
    ...lines,
  ].join("\n");
}
