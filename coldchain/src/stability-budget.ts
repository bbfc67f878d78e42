// A stability budget: how much of the time out of storage conditions that a manufacturer allows is used.
import type { ReadingSlice } from "./excursion.ts";
import { type TimeWindow, visitStandingSpans } from "./standing-span.ts";

/** Above `aboveC`, up to and including `upToC`, goods may be kept for `allowedMs` in all. */
export interface StabilityRow {
  readonly aboveC: number;
  readonly upToC: number;
  readonly allowedMs: number;
}

/** Shares of the budget at which somebody is told. */
export const STABILITY_MARKS = [0.7, 0.9, 1] as const;

/** Sums of quotients may miss a mark by less than this, which no clock can tell. */
const DUST = 1e-12;

export class StabilityTableError extends Error {
  override readonly name = "StabilityTableError";
  readonly code = "STABILITY_TABLE_INVALID";
}

export interface StabilityUse {
  /** The sum, over the rows, of time spent by time allowed; 1 is all of it, and it may be more. */
  readonly usedFraction: number;
  /** Time above the last row, for which the table allows none: any of it uses up the budget. */
  readonly beyondTableMs: number;
  readonly isExhausted: boolean;
  readonly marks: readonly StabilityMark[];
}

export interface StabilityMark {
  readonly fraction: number;
  readonly isReached: boolean;
  /** When it was reached; null when it is not, and when it was before these readings. */
  readonly atMs: number | null;
}

export interface StabilityOptions {
  readonly gapMs: number;
  /** The `usedFraction` handed over by former keepers. */
  readonly usedBefore?: number;
  readonly window?: TimeWindow;
}

/**
 * Counts monitored time against a table of allowed times; at or below the first row's `aboveC` nothing is used.
 *
 * @throws StabilityTableError when the rows do not adjoin in ascending order or allow no time
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function stabilityUse(
  table: readonly StabilityRow[],
  readings: ReadingSlice,
  { gapMs, usedBefore = 0, window }: StabilityOptions,
): StabilityUse {
  checkStabilityTable(table);
  // Whole milliseconds by row are summed, not quotients, so that a mark is met exactly.
  const spentMs = table.map(() => 0);
  const used = (): number =>
    table.reduce((sum, { allowedMs }, i) => sum + (spentMs[i] as number) / allowedMs, usedBefore);
  const reached = new Map<number, number | null>();
  let beyondTableMs = 0;
  const mark = (fraction: number, atMs: number): void => void (reached.has(fraction) || reached.set(fraction, atMs));
  for (const fraction of STABILITY_MARKS) if (usedBefore >= fraction - DUST) reached.set(fraction, null);
  visitStandingSpans(
    readings,
    gapMs,
    (fromMs, toMs, value) => {
      if (value <= (table[0] as StabilityRow).aboveC) return;
      const row = table.findIndex(({ upToC }) => value <= upToC);
      if (row < 0) {
        beyondTableMs += toMs - fromMs;
        for (const fraction of STABILITY_MARKS) mark(fraction, fromMs);
        return;
      }
      const before = used();
      spentMs[row] = (spentMs[row] as number) + (toMs - fromMs);
      const { allowedMs } = table[row] as StabilityRow;
      for (const fraction of STABILITY_MARKS)
        if (used() >= fraction - DUST)
          mark(fraction, fromMs + Math.max(0, Math.round((fraction - before) * allowedMs)));
    },
    window,
  );
  const usedFraction = used();
  return {
    usedFraction,
    beyondTableMs,
    isExhausted: beyondTableMs > 0 || usedFraction >= 1 - DUST,
    marks: STABILITY_MARKS.map((fraction) => ({
      fraction,
      isReached: reached.has(fraction),
      atMs: reached.get(fraction) ?? null,
    })),
  };
}

/** @throws StabilityTableError when the rows do not adjoin in ascending order or allow no time */
export function checkStabilityTable(table: readonly StabilityRow[]): void {
  if (table.length === 0) throw new StabilityTableError("the table has no row");
  table.forEach(({ aboveC, upToC, allowedMs }, i) => {
    const before = table[i - 1];
    if (!(aboveC < upToC)) throw new StabilityTableError(`row ${i + 1}: ${aboveC} °C is not below ${upToC} °C`);
    if (!(allowedMs > 0)) throw new StabilityTableError(`row ${i + 1} allows no time; leave it out`);
    if (before !== undefined && before.upToC !== aboveC)
      throw new StabilityTableError(`row ${i + 1} begins at ${aboveC} °C, the one before ends at ${before.upToC} °C`);
  });
}
