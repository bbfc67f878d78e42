// Statistics gathered in order of time from readings and from hours' sums alike, by the one time rule. Pure.
import { type ChannelStatistics, limitComparison, type StatisticsOptions, type TimeWindow } from "@isotherm/coldchain";
import { HarmSum, harmExponent } from "./hour-sums.ts";
import type { HourSums } from "./reading-store.ts";

type Side = "in" | "above" | "below";

interface Gathered extends ChannelStatistics {
  readonly degreeMinutesAbove: number;
  readonly degreeMinutesBelow: number;
  readonly undecidedMs: number;
}

const MINUTE_MS = 60_000;

export class StatisticsSum {
  readonly #options: StatisticsOptions & { readonly window: TimeWindow };
  readonly #sideOf: (value: number) => Side;
  readonly #harm = new HarmSum();
  #standing: { readonly atMs: number; readonly value: number } | undefined;
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #monitoredMs = 0;
  #valueMs = 0;
  #undecidedMs = 0;
  readonly #outsideMs = { above: 0, below: 0 };
  readonly #excessMs = { above: 0, below: 0 };

  constructor(options: StatisticsOptions & { readonly window: TimeWindow }) {
    this.#options = options;
    const { low, high, resolution } = options;
    const above = high && limitComparison({ ...high, side: "high", deadband: 0 }, resolution);
    const below = low && limitComparison({ ...low, side: "low", deadband: 0 }, resolution);
    this.#sideOf = (value) => {
      if (above?.isOutside(value) === true) return "above";
      return below?.isOutside(value) === true ? "below" : "in";
    };
  }

  /** Whether an hour's sums alone cannot tell what its readings would. */
  isUnclear({ count, min, max, longestMs }: HourSums): boolean {
    if (count === 0) return false;
    const side = this.#sideOf(min);
    if (side !== this.#sideOf(max) || longestMs > this.#options.gapMs) return true;
    // Rounded to the channel's resolution, a reading may be outside by less than nothing.
    const { high, low } = this.#options;
    return (side === "above" && min < (high?.limit ?? min)) || (side === "below" && max > (low?.limit ?? max));
  }

  /** A good reading before the window, which stands into it. */
  standsBefore(atMs: number, value: number): void {
    this.#standing = { atMs, value };
  }

  /** A good reading of the window. */
  addReading(atMs: number, value: number): void {
    this.followedBy(atMs);
    this.#count += 1;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#standing = { atMs, value };
  }

  /** A whole hour of the window. */
  addHour(hour: HourSums): void {
    if (hour.count === 0) return;
    this.followedBy(hour.firstAtMs);
    this.#count += hour.count;
    this.#min = Math.min(this.#min, hour.min);
    this.#max = Math.max(this.#max, hour.max);
    this.#monitoredMs += hour.innerMs;
    this.#valueMs += hour.innerValueMs;
    this.#harm.add(Number.isNaN(hour.harmMs) ? NaN : hour.harmLog, hour.harmMs);
    if (this.isUnclear(hour)) this.#undecidedMs += hour.innerMs;
    else this.#addOutside(this.#sideOf(hour.min), hour.innerMs, hour.innerValueMs);
    for (const { fromMs, toMs, value } of hour.wide) this.#addSpan(fromMs, toMs, value);
    this.#standing = { atMs: hour.lastAtMs, value: hour.lastValue };
  }

  /** A good reading follows, in the window or after it: until it, and for the gap at most, the one before stood. */
  followedBy(atMs: number): void {
    if (this.#standing !== undefined) this.#addSpan(this.#standing.atMs, atMs, this.#standing.value);
  }

  #addSpan(sinceMs: number, untilMs: number, value: number): void {
    const { window, gapMs } = this.#options;
    const lengthMs = Math.min(untilMs, sinceMs + gapMs, window.toMs) - Math.max(sinceMs, window.fromMs);
    if (lengthMs <= 0) return;
    this.#monitoredMs += lengthMs;
    this.#valueMs += value * lengthMs;
    this.#harm.add(harmExponent(value), lengthMs);
    this.#addOutside(this.#sideOf(value), lengthMs, value * lengthMs);
  }

  #addOutside(side: Side, lengthMs: number, valueMs: number): void {
    if (side === "in") return;
    const limit = (side === "above" ? this.#options.high?.limit : this.#options.low?.limit) ?? 0;
    this.#outsideMs[side] += lengthMs;
    this.#excessMs[side] += Math.abs(valueMs - limit * lengthMs);
  }

  result(): Gathered {
    const { quantity, window } = this.#options;
    const monitoredMs = this.#monitoredMs;
    const { above: aboveMs, below: belowMs } = this.#outsideMs;
    return {
      count: this.#count,
      min: this.#count === 0 ? null : this.#min,
      max: this.#count === 0 ? null : this.#max,
      mean: monitoredMs > 0 ? this.#valueMs / monitoredMs : null,
      mktC: quantity === "temperature" ? this.#harm.temperatureC(monitoredMs) : null,
      inRangeMs: monitoredMs - aboveMs - belowMs,
      belowMs,
      aboveMs,
      unmonitoredMs: Math.max(0, window.toMs - window.fromMs) - monitoredMs,
      degreeMinutesAbove: this.#excessMs.above / MINUTE_MS,
      degreeMinutesBelow: this.#excessMs.below / MINUTE_MS,
      undecidedMs: this.#undecidedMs,
    };
  }
}
