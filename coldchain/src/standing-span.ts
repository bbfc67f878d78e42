// The one time rule as spans: a reading stands until the next good one of its channel, at most the gap.
import { type ReadingSlice, ReadingOrderError } from "./excursion.ts";

/** Receives one span during which a value stands, `fromMs` before `toMs`. */
export type SpanVisitor = (fromMs: number, toMs: number, value: number) => void;

/** Half-open: from `fromMs` up to, not including, `toMs`. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Visits every span of a channel in order of time, those within a window cut at its edges. A reading that another
 * follows at the same instant has none, and neither has the last one: it weighs nothing until it is followed.
 *
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function visitStandingSpans(
  readings: ReadingSlice,
  gapMs: number,
  visit: SpanVisitor,
  window: TimeWindow = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY },
): void {
  let sinceMs: number | null = null;
  let value = 0;
  for (let i = firstToVisit(readings, window.fromMs); i < readings.count; i++) {
    const next = readings.value[i] as number;
    if (readings.good[i] !== 1 || !Number.isFinite(next)) continue;
    const atMs = readings.atMs[i] as number;
    if (sinceMs !== null) {
      if (atMs < sinceMs) throw new ReadingOrderError(`a reading at ${atMs} ms follows one at ${sinceMs} ms`);
      const fromMs = Math.max(sinceMs, window.fromMs);
      const toMs = Math.min(atMs, sinceMs + gapMs, window.toMs);
      if (fromMs < toMs) visit(fromMs, toMs, value);
      if (atMs >= window.toMs) return;
    }
    sinceMs = atMs;
    value = next;
  }
}

/** The last good reading at or before an instant, whose value may stand into the window; the first one when there is none. */
function firstToVisit(readings: ReadingSlice, fromMs: number): number {
  let first = 0;
  let end = readings.count;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if ((readings.atMs[middle] as number) <= fromMs) first = middle + 1;
    else end = middle;
  }
  for (let i = first - 1; i >= 0; i--) if (readings.good[i] === 1 && Number.isFinite(readings.value[i])) return i;
  return 0;
}
