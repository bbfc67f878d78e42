// The one time rule. A reading stands until the next good one of its channel, at most the gap; the rest is unmonitored.
// An excursion starts at the first good reading outside the limit and ends at the first one back inside by the deadband,
// staying open across unmonitored time.
import { type Allowance, isOverAllowance } from "./allowance.ts";
import { type GateTimes, NO_GATES, gateAt } from "./gate-times.ts";
import { type LimitComparison, limitComparison } from "./limit-comparison.ts";
import type { Rule } from "./rule.ts";

/** An allowance of the rule, used up within an excursion. */
export interface AllowanceBreach extends Allowance {
  /** From when on the time counted is a breach. */
  readonly atMs: number;
  /** The version of the profile that allowed so much then. */
  readonly profileVersion: number;
}

/** A stretch outside one rule's limit. Times are UTC milliseconds, `peak` is in the unit of what is measured. */
export interface Excursion {
  /** The first good reading outside; or the end of a gate, when what stands then is outside. */
  readonly startMs: number;
  /** The first good reading back inside by the deadband; null while there is none. */
  readonly endMs: number | null;
  /** The value furthest outside. */
  readonly peak: number;
  /** The first reading that had the peak; the start, when it stood at a gate's end. */
  readonly peakAtMs: number;
  /** The last good reading known of it; its end once it has one. */
  readonly lastReadingMs: number;
  /** The value of the last good reading known of it. */
  readonly lastValue: number;
  /** The last good reading that belongs to it: never the one that ended it. */
  readonly lastMemberMs: number;
  /** Time covered by its readings, each counted to the next good one and at most the gap; the last weighs nothing until it is followed. */
  readonly monitoredMs: number;
  /** `lastReadingMs - startMs`: how long it may have lasted, unmonitored time included. */
  readonly possibleMs: number;
  /**
   * How far and how long beyond the limit, in the unit of what is measured times minutes: the excess of each reading
   * outside, over the time that it stands. Readings inside but not yet back by the deadband, and unmonitored time, add
   * nothing.
   */
  readonly degreeMinutes: number;
  /** `startMs` plus the on-delay, once the possible duration is at least that; null before. */
  readonly onsetMs: number | null;
  /** The earliest of its breaches; null without any. */
  readonly breachMs: number | null;
  /** Allowances used up in it, in the order in which they were; a cumulative one in the excursion in which the sum got over it. */
  readonly breaches: readonly AllowanceBreach[];
  /** Of a rule with a cumulative allowance: what had been spent when it started; 0 otherwise. */
  readonly spentBeforeMs: number;
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
  /** Its value; null before the first. */
  readonly lastValue: number | null;
  /** Of a rule with a cumulative allowance: monitored time of all excursions that have ended, and what was spent before. */
  readonly spentMs: number;
  /** Whether a reading has been inside by the deadband: what ends a pre-cool. */
  readonly hasBeenInside: boolean;
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

/** @param spentMs of a cumulative allowance, what was spent before: on former legs */
export function assessStart(spentMs = 0): AssessState {
  return { open: null, lastGoodMs: null, lastValue: null, spentMs, hasBeenInside: false };
}

/** The state after the last reading of an excursion that is open, as it was found. */
export function assessResume(open: Excursion): AssessState {
  const { lastReadingMs: lastGoodMs, lastValue, spentBeforeMs: spentMs } = open;
  return { open, lastGoodMs, lastValue, spentMs, hasBeenInside: true };
}

type Draft = { -readonly [Key in keyof Excursion]: Excursion[Key] };

/** The version of a rule by which a reading was judged when it was taken. */
export interface StandingRule {
  readonly rule: Rule;
  readonly gates: GateTimes;
}

/**
 * Judges the next readings of a channel. Pure: `state` stays as it was. However a history is cut into batches, the
 * excursions are those that `findExcursions` gives for the whole of it.
 *
 * @param resolution the channel's declared resolution in its unit; 0 or less when unknown
 * @param gates A reading outside in one starts no excursion; when it still stands at the gate's end and the next reading is
 * later than that, the excursion starts at the gate's end. One that is open already goes on.
 * @param former by what the last reading was judged that `state` knows of, if by another version: it stands by that
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function assessPush(
  state: AssessState,
  rule: Rule,
  resolution: number,
  readings: ReadingSlice,
  gates: GateTimes = NO_GATES,
  former?: StandingRule,
): AssessStep {
  const limit = limitComparison(rule, resolution);
  // Until the first reading of this push, what stands is one that was taken before.
  let stood =
    former === undefined ? { rule, gates, limit } : { ...former, limit: limitComparison(former.rule, resolution) };
  const sumsUp = rule.allowances.some(({ kind }) => kind === "cumulative");
  const closed: Excursion[] = [];
  let open: Draft | null = state.open === null ? null : { ...state.open };
  let { lastGoodMs, lastValue, spentMs, hasBeenInside } = state;
  for (let i = 0; i < readings.count; i++) {
    const value = readings.value[i] as number;
    if (readings.good[i] !== 1 || !Number.isFinite(value)) continue;
    const atMs = readings.atMs[i] as number;
    if (lastGoodMs !== null && lastValue !== null) {
      if (atMs < lastGoodMs) throw new ReadingOrderError(`a reading at ${atMs} ms follows one at ${lastGoodMs} ms`);
      if (open === null && stood.gates !== NO_GATES && stood.limit.isOutside(lastValue)) {
        const endMs = gateAt(stood.gates, hasBeenInside, lastGoodMs)?.toMs ?? Infinity;
        if (endMs < atMs && endMs - lastGoodMs < stood.rule.gapMs)
          open = startedAt(stood.rule, endMs, lastValue, spentMs);
      }
      if (open !== null) {
        const { lastReadingMs, monitoredMs } = open;
        extend(open, stood.rule, stood.limit, { atMs: lastGoodMs, value: lastValue }, atMs);
        account(open, rule, { lastReadingMs, monitoredMs });
      }
    }
    stood = { rule, gates, limit };
    lastGoodMs = atMs;
    lastValue = value;
    if (open === null) {
      if (!limit.isOutside(value)) hasBeenInside ||= limit.isBackInside(value);
      else if (gateAt(gates, hasBeenInside, atMs) === undefined) open = startedAt(rule, atMs, value, spentMs);
      continue;
    }
    open.lastValue = value;
    if (limit.isBackInside(value)) {
      open.endMs = atMs;
      closed.push(open);
      if (sumsUp) spentMs += open.monitoredMs;
      open = null;
      hasBeenInside = true;
    } else include(open, rule, atMs, value);
  }
  return { state: { open, lastGoodMs, lastValue, spentMs, hasBeenInside }, closed, open };
}

function startedAt(rule: Rule, startMs: number, value: number, spentMs: number): Draft {
  const started: Draft = {
    startMs,
    endMs: null,
    peak: value,
    peakAtMs: startMs,
    lastReadingMs: startMs,
    lastValue: value,
    lastMemberMs: startMs,
    monitoredMs: 0,
    possibleMs: 0,
    degreeMinutes: 0,
    onsetMs: null,
    breachMs: null,
    breaches: [],
    spentBeforeMs: spentMs,
    readingCount: 1,
  };
  account(started, rule, { lastReadingMs: startMs, monitoredMs: 0 });
  return started;
}

/** Takes the excursion on to an instant at which a good reading is known; `last` is the good reading before that. */
function extend(
  open: Draft,
  rule: Rule,
  limit: LimitComparison,
  last: { readonly atMs: number; readonly value: number },
  atMs: number,
): void {
  const stoodMs = Math.max(0, Math.min(atMs, last.atMs + rule.gapMs) - open.lastReadingMs);
  open.monitoredMs += stoodMs;
  if (limit.isOutside(last.value)) open.degreeMinutes += (Math.abs(last.value - rule.limit) * stoodMs) / 60_000;
  open.lastReadingMs = atMs;
  open.possibleMs = atMs - open.startMs;
}

/** Onset and breaches, as they are once the durations are known. */
function account(open: Draft, rule: Rule, before: Pick<Excursion, "lastReadingMs" | "monitoredMs">): void {
  if (open.possibleMs >= rule.onDelayMs) open.onsetMs ??= open.startMs + rule.onDelayMs;
  for (const allowance of rule.allowances) {
    const usedUpMs = usedUpAtMs(allowance, open, before);
    if (usedUpMs === null || open.breaches.some((known) => isSame(known, allowance))) continue;
    const atMs = Math.max(usedUpMs, before.lastReadingMs);
    open.breaches = [...open.breaches, { ...allowance, atMs, profileVersion: rule.profileVersion }];
    open.breachMs = Math.min(open.breachMs ?? atMs, atMs);
  }
}

/** By the durations now; null while it is not. */
function usedUpAtMs(
  allowance: Allowance,
  open: Excursion,
  before: Pick<Excursion, "lastReadingMs" | "monitoredMs">,
): number | null {
  const { kind, allowedMs } = allowance;
  if (kind === "consecutive") return isOverAllowance(allowance, open.possibleMs) ? open.startMs + allowedMs : null;
  const spentMs = kind === "cumulative" ? open.spentBeforeMs : 0;
  // Once the sum is over, it stays so: that is one breach, and it was told where it happened.
  if (spentMs > 0 && isOverAllowance(allowance, spentMs)) return null;
  if (!isOverAllowance(allowance, spentMs + open.monitoredMs)) return null;
  return before.lastReadingMs + allowedMs - spentMs - before.monitoredMs;
}

function isSame(a: Allowance, b: Allowance): boolean {
  return a.kind === b.kind && a.allowedMs === b.allowedMs && a.breachWhen === b.breachWhen;
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
  /** As `assessPush` takes them; absent: none. */
  readonly gates?: GateTimes;
  /** Of a cumulative allowance, what was spent before these readings: on former legs. */
  readonly spentBeforeMs?: number;
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
  const start = assessStart(options.spentBeforeMs);
  const { closed, open } = assessPush(start, rule, resolution, inWindow(readings, options), options.gates);
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
