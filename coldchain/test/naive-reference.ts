// What the time rule says, as plainly as it can be written, to compare the engine with. Nothing here is fast, nothing is
// kept from one reading to the next: every question is asked of the whole history anew.
//
// The rule: a reading stands until the next good one of its channel, at most the gap; the rest is unmonitored. An excursion
// starts at the first reading outside and ends at the first one back inside by the deadband, staying open across
// unmonitored time. The last reading weighs nothing until it is followed; an open excursion has no end. Limits compare at
// the channel's declared resolution.

export interface NaiveReading {
  readonly atMs: number;
  readonly value: number;
  readonly good: boolean;
}

export interface NaiveLimit {
  readonly side: "high" | "low";
  readonly limit: number;
  readonly inclusive: boolean;
  readonly deadband: number;
}

export interface NaiveRule extends NaiveLimit {
  readonly gapMs: number;
  readonly onDelayMs: number;
  readonly consecutiveAllowanceMs: number;
}

export interface NaiveExcursion {
  readonly startMs: number;
  readonly endMs: number | null;
  readonly peak: number;
  readonly peakAtMs: number;
  readonly lastReadingMs: number;
  readonly lastMemberMs: number;
  readonly monitoredMs: number;
  readonly possibleMs: number;
  readonly onsetMs: number | null;
  readonly breachMs: number | null;
  readonly readingCount: number;
}

/** Half-open. */
export interface NaiveWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A stretch during which one value stands. */
export interface NaiveSpan extends NaiveWindow {
  readonly value: number;
  /** Which of the good readings stands. */
  readonly at: number;
}

export const ALL_TIME: NaiveWindow = { fromMs: -Infinity, toMs: Infinity };

/** The readings that count: good ones that are numbers. */
export function believed(readings: readonly NaiveReading[], window: NaiveWindow = ALL_TIME): NaiveReading[] {
  return readings.filter(
    ({ atMs, value, good }) => good && Number.isFinite(value) && atMs >= window.fromMs && atMs < window.toMs,
  );
}

/**
 * How many whole steps of the resolution a number is, the number itself when there is no resolution. A half is rounded
 * away from zero, and is still a half when its decimals cannot be written in binary.
 */
function steps(value: number, resolution: number): number {
  if (!(resolution > 0)) return value;
  return Math.sign(value) * Math.floor(Math.abs(value) / resolution + 0.5 + 1e-9);
}

/** How far outside the limit, in steps; 0 is exactly on it, less than 0 inside. */
function stepsBeyond({ side, limit }: Pick<NaiveLimit, "side" | "limit">, resolution: number, value: number): number {
  const beyond = steps(value, resolution) - steps(limit, resolution);
  return side === "high" ? beyond : -beyond;
}

export function isOutside(
  limit: Pick<NaiveLimit, "side" | "limit" | "inclusive">,
  resolution: number,
  value: number,
): boolean {
  const beyond = stepsBeyond(limit, resolution, value);
  return limit.inclusive ? beyond >= 0 : beyond > 0;
}

/** The deadband in steps, made whole upwards; a sum of tenths may be a trace above the whole number that is meant. */
function deadbandSteps(deadband: number, resolution: number): number {
  return resolution > 0 ? Math.ceil(deadband / resolution - 1e-6) : deadband;
}

export function isBackInside(limit: NaiveLimit, resolution: number, value: number): boolean {
  if (isOutside(limit, resolution, value)) return false;
  return -stepsBeyond(limit, resolution, value) >= deadbandSteps(limit.deadband, resolution) - 1e-9;
}

/** Every stretch that readings stand for. The last reading has none: nothing follows it. */
export function naiveSpans(readings: readonly NaiveReading[], gapMs: number, window = ALL_TIME): NaiveSpan[] {
  const good = believed(readings);
  return good
    .map(({ atMs, value }, at) => {
      const next = good[at + 1];
      const standsUntilMs = next === undefined ? atMs : Math.min(next.atMs, atMs + gapMs);
      return { at, value, fromMs: Math.max(atMs, window.fromMs), toMs: Math.min(standsUntilMs, window.toMs) };
    })
    .filter(({ fromMs, toMs }) => toMs > fromMs);
}

/**
 * Whether each good reading belongs to an excursion: some reading up to it (or itself) was outside, and none after that one
 * and up to it was back inside.
 */
function memberships(good: readonly NaiveReading[], limit: NaiveLimit, resolution: number): boolean[] {
  return good.map((_, here) =>
    good.some(
      ({ value }, from) =>
        from <= here &&
        isOutside(limit, resolution, value) &&
        !good.some((other, at) => at > from && at <= here && isBackInside(limit, resolution, other.value)),
    ),
  );
}

function describe(good: readonly NaiveReading[], first: number, last: number, rule: NaiveRule): NaiveExcursion {
  const members = good.slice(first, last + 1);
  const ender = good[last + 1];
  const startMs = (members[0] as NaiveReading).atMs;
  const lastMemberMs = (members.at(-1) as NaiveReading).atMs;
  const lastReadingMs = ender?.atMs ?? lastMemberMs;
  const values = members.map(({ value }) => value);
  const peak = rule.side === "high" ? Math.max(...values) : Math.min(...values);
  const spans = naiveSpans(good, rule.gapMs).filter(({ at }) => at >= first && at <= last);
  const possibleMs = lastReadingMs - startMs;
  return {
    startMs,
    endMs: ender?.atMs ?? null,
    peak,
    peakAtMs: (members.find(({ value }) => value === peak) as NaiveReading).atMs,
    lastReadingMs,
    lastMemberMs,
    monitoredMs: spans.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0),
    possibleMs,
    onsetMs: possibleMs >= rule.onDelayMs ? startMs + rule.onDelayMs : null,
    breachMs: possibleMs > rule.consecutiveAllowanceMs ? startMs + rule.consecutiveAllowanceMs : null,
    readingCount: members.length,
  };
}

/** Every excursion of the readings of a window, as if there were no others. */
export function naiveExcursions(
  rule: NaiveRule,
  resolution: number,
  readings: readonly NaiveReading[],
  window: NaiveWindow = ALL_TIME,
): NaiveExcursion[] {
  const good = believed(readings, window);
  const isMember = memberships(good, rule, resolution);
  const found: NaiveExcursion[] = [];
  for (let first = 0; first < good.length; first++) {
    if (isMember[first] !== true || isMember[first - 1] === true) continue;
    let last = first;
    while (isMember[last + 1] === true) last++;
    found.push(describe(good, first, last, rule));
  }
  return found;
}

const OVER_R_K = 83.144 / 0.0083144;
const ZERO_C_K = 273.15;

/** Of spans by the formula as it is printed: only for temperatures that goods are kept at. */
export function naiveMktC(spans: readonly NaiveSpan[]): number | null {
  const totalMs = spans.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0);
  if (totalMs === 0) return null;
  const sum = spans.reduce(
    (all, { fromMs, toMs, value }) => all + (toMs - fromMs) * Math.exp(-OVER_R_K / (value + ZERO_C_K)),
    0,
  );
  return OVER_R_K / -Math.log(sum / totalMs) - ZERO_C_K;
}

export interface NaiveStatistics {
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly mktC: number | null;
  readonly inRangeMs: number;
  readonly belowMs: number;
  readonly aboveMs: number;
  readonly unmonitoredMs: number;
}

export interface NaiveStatisticsOptions {
  readonly quantity: string;
  readonly resolution: number;
  readonly gapMs: number;
  readonly low?: { readonly limit: number; readonly inclusive: boolean };
  readonly high?: { readonly limit: number; readonly inclusive: boolean };
  readonly window?: NaiveWindow;
}

function lengthMs(spans: readonly NaiveSpan[]): number {
  return spans.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0);
}

export function naiveStatistics(
  readings: readonly NaiveReading[],
  { quantity, resolution, gapMs, low, high, window }: NaiveStatisticsOptions,
): NaiveStatistics {
  const values = believed(readings, window).map(({ value }) => value);
  const times = believed(readings).map(({ atMs }) => atMs);
  const wholeMs = window ?? { fromMs: times[0] ?? 0, toMs: times.at(-1) ?? 0 };
  const spans = naiveSpans(readings, gapMs, wholeMs);
  const below = (value: number): boolean => low !== undefined && isOutside({ side: "low", ...low }, resolution, value);
  const above = (value: number): boolean =>
    high !== undefined && isOutside({ side: "high", ...high }, resolution, value);
  const stoodMs = lengthMs(spans);
  const belowMs = lengthMs(spans.filter(({ value }) => below(value)));
  const aboveMs = lengthMs(spans.filter(({ value }) => above(value)));
  const weighted = spans.reduce((sum, { fromMs, toMs, value }) => sum + (toMs - fromMs) * value, 0);
  return {
    count: values.length,
    min: values.length === 0 ? null : Math.min(...values),
    max: values.length === 0 ? null : Math.max(...values),
    mean: stoodMs === 0 ? null : weighted / stoodMs,
    mktC: quantity === "temperature" ? naiveMktC(spans) : null,
    inRangeMs: stoodMs - belowMs - aboveMs,
    belowMs,
    aboveMs,
    unmonitoredMs: wholeMs.toMs - wholeMs.fromMs - stoodMs,
  };
}

/** Excess over the limit times minutes, of the readings outside between two instants. */
export function naiveDegreeMinutes(
  rule: NaiveRule,
  resolution: number,
  readings: readonly NaiveReading[],
  { startMs, lastReadingMs }: Pick<NaiveExcursion, "startMs" | "lastReadingMs">,
): number {
  return naiveSpans(readings, rule.gapMs, { fromMs: startMs, toMs: lastReadingMs })
    .filter(({ value }) => isOutside(rule, resolution, value))
    .reduce((sum, { fromMs, toMs, value }) => sum + Math.abs(value - rule.limit) * ((toMs - fromMs) / 60_000), 0);
}
