// The one time rule. A reading stands until the next good one of its channel, at most the gap; the rest is unmonitored.
// An excursion starts at the first good reading outside the limit and ends at the first one back inside by the deadband,
// staying open across unmonitored time.
import { limitComparison } from "./limit-comparison.ts";
import type { Rule } from "./rule.ts";

/** A stretch outside one rule's limit. Times are UTC milliseconds, `peak` is in the channel's unit, as measured. */
export interface Excursion {
  /** The first good reading outside. */
  readonly startMs: number;
  /** The first good reading back inside by the deadband; null while there is none. */
  readonly endMs: number | null;
  /** The value furthest outside. */
  readonly peak: number;
  /** The first reading that had the peak. */
  readonly peakAtMs: number;
  /** The last good reading known of it; its end once it has one. */
  readonly lastReadingMs: number;
  /** The last good reading that belongs to it: never the one that ended it. */
  readonly lastMemberMs: number;
  /** Time covered by its readings, each counted to the next good one and at most the gap; the last weighs nothing until it is followed. */
  readonly monitoredMs: number;
  /** `lastReadingMs - startMs`: how long it may have lasted, unmonitored time included. */
  readonly possibleMs: number;
  /** `startMs` plus the on-delay, once the possible duration is at least that; null before. */
  readonly onsetMs: number | null;
  /** `startMs` plus the consecutive allowance, once the possible duration is more than that; null before. */
  readonly breachMs: number | null;
  /** Good readings in it, the one that ended it not counted. */
  readonly readingCount: number;
}

/** Readings of one channel as columns, ascending by time; several at one instant count in the order in which they stand. */
export interface ReadingSlice {
  /** How many of the columns' entries are in use. */
  readonly count: number;
  readonly atMs: Float64Array;
  readonly value: Float64Array;
  /** 1 is good; anything else is passed over, and so is a value that is not finite. */
  readonly good: Uint8Array;
}

/** What has to be kept of one channel and rule between two batches. Plain data: JSON gives it back unchanged. */
export interface AssessState {
  readonly open: Excursion | null;
  /** The last good reading judged; null before the first. */
  readonly lastGoodMs: number | null;
}

export interface AssessStep {
  readonly state: AssessState;
  /** Excursions that ended in this batch, in order. */
  readonly closed: readonly Excursion[];
  /** The excursion that is open after this batch: the same as `state.open`. */
  readonly open: Excursion | null;
}

/** Readings came in an order that the time rule cannot be applied to: the caller sorts, and assesses late ones again. */
export class ReadingOrderError extends Error {
  override readonly name = "ReadingOrderError";
  readonly code = "READINGS_OUT_OF_ORDER";
}

export function assessStart(): AssessState {
  return { open: null, lastGoodMs: null };
}

type Draft = { -readonly [Key in keyof Excursion]: Excursion[Key] };

/**
 * Judges the next readings of a channel. Pure: `state` stays as it was. However a history is cut into batches, the
 * excursions are those that `findExcursions` gives for the whole of it.
 *
 * @param resolution the channel's declared resolution in its unit; 0 or less when unknown
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function assessPush(state: AssessState, rule: Rule, resolution: number, readings: ReadingSlice): AssessStep {
  const limit = limitComparison(rule, resolution);
  const closed: Excursion[] = [];
  let open: Draft | null = state.open === null ? null : { ...state.open };
  let lastGoodMs = state.lastGoodMs;
  for (let i = 0; i < readings.count; i++) {
    const value = readings.value[i] as number;
    if (readings.good[i] !== 1 || !Number.isFinite(value)) continue;
    const atMs = readings.atMs[i] as number;
    if (lastGoodMs !== null && atMs < lastGoodMs)
      throw new ReadingOrderError(`a reading at ${atMs} ms follows one at ${lastGoodMs} ms`);
    lastGoodMs = atMs;
    if (open === null) {
      if (limit.isOutside(value)) open = startedBy(rule, atMs, value);
      continue;
    }
    extend(open, rule, atMs);
    if (limit.isBackInside(value)) {
      open.endMs = atMs;
      closed.push(open);
      open = null;
    } else include(open, rule, atMs, value);
  }
  return { state: { open, lastGoodMs }, closed, open };
}

function startedBy(rule: Rule, atMs: number, value: number): Draft {
  const started: Draft = {
    startMs: atMs,
    endMs: null,
    peak: value,
    peakAtMs: atMs,
    lastReadingMs: atMs,
    lastMemberMs: atMs,
    monitoredMs: 0,
    possibleMs: 0,
    onsetMs: null,
    breachMs: null,
    readingCount: 1,
  };
  extend(started, rule, atMs);
  return started;
}

/** Takes the excursion on to an instant at which a good reading is known. */
function extend(open: Draft, rule: Rule, atMs: number): void {
  open.monitoredMs += Math.min(rule.gapMs, atMs - open.lastReadingMs);
  open.lastReadingMs = atMs;
  open.possibleMs = atMs - open.startMs;
  if (open.possibleMs >= rule.onDelayMs) open.onsetMs = open.startMs + rule.onDelayMs;
  if (open.possibleMs > rule.consecutiveAllowanceMs) open.breachMs = open.startMs + rule.consecutiveAllowanceMs;
}

function include(open: Draft, rule: Rule, atMs: number, value: number): void {
  open.readingCount++;
  open.lastMemberMs = atMs;
  if (rule.side === "high" ? value > open.peak : value < open.peak) {
    open.peak = value;
    open.peakAtMs = atMs;
  }
}

export interface ExcursionWindow {
  /** Readings before this are as if they did not exist. */
  readonly windowFromMs?: number;
  /** Readings at or after this are as if they did not exist, so that adjoining windows share no reading. */
  readonly windowToMs?: number;
}

/**
 * Every excursion of a history, in order; only the last can be open (`endMs` null).
 *
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function findExcursions(
  rule: Rule,
  resolution: number,
  readings: ReadingSlice,
  options: ExcursionWindow = {},
): Excursion[] {
  const { closed, open } = assessPush(assessStart(), rule, resolution, inWindow(readings, options));
  return open === null ? [...closed] : [...closed, open];
}

function inWindow(readings: ReadingSlice, { windowFromMs, windowToMs }: ExcursionWindow): ReadingSlice {
  if (windowFromMs === undefined && windowToMs === undefined) return readings;
  let first = 0;
  let end = readings.count;
  if (windowFromMs !== undefined) while (first < end && (readings.atMs[first] as number) < windowFromMs) first++;
  if (windowToMs !== undefined) while (end > first && (readings.atMs[end - 1] as number) >= windowToMs) end--;
  return {
    count: end - first,
    atMs: readings.atMs.subarray(first, end),
    value: readings.value.subarray(first, end),
    good: readings.good.subarray(first, end),
  };
}
