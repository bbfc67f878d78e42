// Figures of one channel over a time, by the one time rule.
import { type ReadingSlice, ReadingOrderError } from "./excursion.ts";
import { type LimitComparison, limitComparison } from "./limit-comparison.ts";
import { meanKineticTemperatureC } from "./mean-kinetic-temperature.ts";
import type { Rule } from "./rule.ts";
import { type TimeWindow, visitStandingSpans } from "./standing-span.ts";

/** Values in the channel's unit; null where no reading, or no time, tells them. */
export interface ChannelStatistics {
  /** Good readings. */
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Weighted by the time that each reading stands. */
  readonly mean: number | null;
  /** Mean kinetic temperature in °C, weighted alike; null for anything but temperature. */
  readonly mktC: number | null;
  readonly inRangeMs: number;
  readonly belowMs: number;
  readonly aboveMs: number;
  /** The rest of the time: longer than the gap after a reading. */
  readonly unmonitoredMs: number;
}

export interface StatisticsOptions {
  readonly quantity: string;
  /** The channel's declared resolution; 0 or less when unknown. */
  readonly resolution: number;
  readonly gapMs: number;
  /** Absent: nothing counts as below. */
  readonly low?: Pick<Rule, "limit" | "inclusive">;
  /** Absent: nothing counts as above. */
  readonly high?: Pick<Rule, "limit" | "inclusive">;
  /**
   * Only readings in it count, and the time between its edges is told apart; a reading before it may stand into it.
   * Absent: from the first good reading to the last, both counted.
   */
  readonly window?: TimeWindow;
}

/**
 * The figures of one channel. A time counts as above or below by its limit alone, without the deadband, at the channel's
 * resolution.
 *
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function channelStatistics(readings: ReadingSlice, options: StatisticsOptions): ChannelStatistics {
  const { count, min, max, extent } = counted(readings, options.window);
  const window = options.window ?? extent;
  const above = comparisonOf("high", options.high, options.resolution);
  const below = comparisonOf("low", options.low, options.resolution);
  const values: number[] = [];
  const weightsMs: number[] = [];
  let [monitoredMs, aboveMs, belowMs, valueMs] = [0, 0, 0, 0];
  visitStandingSpans(
    readings,
    options.gapMs,
    (fromMs, toMs, value) => {
      const lengthMs = toMs - fromMs;
      monitoredMs += lengthMs;
      if (above?.isOutside(value) === true) aboveMs += lengthMs;
      else if (below?.isOutside(value) === true) belowMs += lengthMs;
      valueMs += value * lengthMs;
      values.push(value);
      weightsMs.push(lengthMs);
    },
    window,
  );
  return {
    count,
    min,
    max,
    mean: monitoredMs > 0 ? valueMs / monitoredMs : null,
    mktC: options.quantity === "temperature" ? meanKineticTemperatureC(values, weightsMs) : null,
    inRangeMs: monitoredMs - aboveMs - belowMs,
    belowMs,
    aboveMs,
    unmonitoredMs: Math.max(0, window.toMs - window.fromMs) - monitoredMs,
  };
}

function comparisonOf(
  side: Rule["side"],
  limit: Pick<Rule, "limit" | "inclusive"> | undefined,
  resolution: number,
): LimitComparison | undefined {
  return limit === undefined ? undefined : limitComparison({ ...limit, side, deadband: 0 }, resolution);
}

interface Counted extends Pick<ChannelStatistics, "count" | "min" | "max"> {
  readonly extent: TimeWindow;
}

function counted(readings: ReadingSlice, window: TimeWindow | undefined): Counted {
  let count = 0;
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [firstMs, lastMs] = [0, 0];
  for (let i = 0; i < readings.count; i++) {
    const value = readings.value[i] as number;
    const atMs = readings.atMs[i] as number;
    if (readings.good[i] !== 1 || !Number.isFinite(value)) continue;
    if (window !== undefined && (atMs < window.fromMs || atMs >= window.toMs)) continue;
    if (count === 0) firstMs = atMs;
    else if (atMs < lastMs) throw new ReadingOrderError(`a reading at ${atMs} ms follows one at ${lastMs} ms`);
    lastMs = atMs;
    count++;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const extent = { fromMs: firstMs, toMs: lastMs };
  return count === 0 ? { count, min: null, max: null, extent } : { count, min, max, extent };
}
