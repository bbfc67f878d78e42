// Whether a channel was recorded as often as it has to be: a finding for each stretch that is longer than allowed.
import { ReadingOrderError, type ReadingSlice } from "./excursion.ts";
import { type GspState, gspRecordIntervalMsMax } from "./gsp-monitoring.ts";
import { limitComparison } from "./limit-comparison.ts";
import type { Rule } from "./rule.ts";
import type { TimeWindow } from "./standing-span.ts";

/** No good reading lies between the two instants, which are further apart than `allowedMs`. */
export interface RecordGap extends TimeWindow {
  readonly lengthMs: number;
  readonly allowedMs: number;
  /** The reading that the stretch begins with was out of range. */
  readonly isOutOfRange: boolean;
}

export interface RecordGapOptions {
  readonly allowedMs: number;
  /** The shorter bound that holds after a reading out of range; absent: the same. */
  readonly allowedOutOfRangeMs?: number;
  /** Limits that a reading is out of range by; needed for the shorter bound alone. */
  readonly limits?: readonly Pick<Rule, "side" | "limit" | "inclusive">[];
  /** The channel's declared resolution; 0 or less when unknown. */
  readonly resolution: number;
  /** When it should have been recorded; absent: from the first good reading to the last. */
  readonly window?: TimeWindow;
}

/**
 * Findings in order of time. The bound is that of the state which the last known reading tells: what comes after a reading
 * out of range has to come within the shorter one. Exactly the bound is kept.
 *
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function recordGaps(readings: ReadingSlice, options: RecordGapOptions): RecordGap[] {
  const { allowedMs, allowedOutOfRangeMs = allowedMs, limits = [], resolution, window } = options;
  const outside = limits.map((limit) => limitComparison({ ...limit, deadband: 0 }, resolution));
  const gaps: RecordGap[] = [];
  let sinceMs = window?.fromMs;
  let isOutOfRange = false;
  const close = (atMs: number): void => {
    const boundMs = isOutOfRange ? allowedOutOfRangeMs : allowedMs;
    if (sinceMs !== undefined && atMs - sinceMs > boundMs)
      gaps.push({ fromMs: sinceMs, toMs: atMs, lengthMs: atMs - sinceMs, allowedMs: boundMs, isOutOfRange });
  };
  let lastMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < readings.count; i++) {
    const value = readings.value[i] as number;
    const atMs = readings.atMs[i] as number;
    if (readings.good[i] !== 1 || !Number.isFinite(value)) continue;
    if (atMs < lastMs) throw new ReadingOrderError(`a reading at ${atMs} ms follows one at ${lastMs} ms`);
    lastMs = atMs;
    if (window !== undefined && atMs >= window.toMs) break;
    // A reading before the window tells the state that the window begins in.
    if (window === undefined || atMs >= window.fromMs) {
      close(atMs);
      sinceMs = atMs;
    }
    isOutOfRange = outside.some((limit) => limit.isOutside(value));
  }
  if (window !== undefined) close(window.toMs);
  return gaps;
}

/** GSP Appendix 3: 30 minutes in a store, 5 in transport, 2 while out of range. */
export function gspRecordGaps(
  readings: ReadingSlice,
  place: Exclude<GspState, "out-of-range">,
  options: Pick<RecordGapOptions, "limits" | "resolution" | "window">,
): RecordGap[] {
  return recordGaps(readings, {
    ...options,
    allowedMs: gspRecordIntervalMsMax(place),
    allowedOutOfRangeMs: gspRecordIntervalMsMax("out-of-range"),
  });
}
