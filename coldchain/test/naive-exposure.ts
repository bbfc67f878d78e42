// Allowances, windows of mean kinetic temperature and stability budgets, counted as plainly as in naive-reference.ts.

import {
  type NaiveExcursion,
  type NaiveLimit,
  type NaiveReading,
  type NaiveSpan,
  type NaiveWindow,
  naiveExcursions,
  naiveMktC,
  naiveSpans,
} from "./naive-reference.ts";

export interface NaiveAllowance {
  readonly kind: "consecutive" | "single-event" | "cumulative";
  readonly allowedMs: number;
  readonly breachWhen: "reached" | "exceeded";
}

export interface NaiveExposure {
  readonly spentMs: number;
  readonly breaches: readonly { readonly atMs: number; readonly excursionStartMs: number }[];
}

function isOver({ breachWhen, allowedMs }: NaiveAllowance, spentMs: number): boolean {
  return breachWhen === "reached" ? spentMs >= allowedMs : spentMs > allowedMs;
}

function sumMs(counted: readonly NaiveWindow[]): number {
  return counted.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0);
}

/** The stretches of one excursion that count against an allowance of this kind. */
function countedOf(
  kind: NaiveAllowance["kind"],
  { startMs, lastReadingMs }: NaiveExcursion,
  spans: readonly NaiveSpan[],
): NaiveWindow[] {
  if (kind === "consecutive") return [{ fromMs: startMs, toMs: lastReadingMs }];
  return spans.filter(({ fromMs, toMs }) => fromMs >= startMs && toMs <= lastReadingMs);
}

/** From when on an excursion is a breach of what earlier ones have left of an allowance; undefined when it is none, or they were. */
function usedUpAtMs(
  allowance: NaiveAllowance,
  counted: readonly NaiveWindow[],
  spentBeforeMs: number,
): number | undefined {
  if (isOver(allowance, spentBeforeMs) || !isOver(allowance, spentBeforeMs + sumMs(counted))) return undefined;
  const spentUpTo = (at: number): number => spentBeforeMs + sumMs(counted.slice(0, at));
  const last = counted.findIndex((_, at) => isOver(allowance, spentUpTo(at + 1)));
  return (counted[last] as NaiveWindow).fromMs + (allowance.allowedMs - spentUpTo(last));
}

/** What one allowance of a limit has been used, and when it was used up. */
export function naiveExposure(
  limit: NaiveLimit & { readonly allowance: NaiveAllowance },
  readings: readonly NaiveReading[],
  { resolution, gapMs, spentBeforeMs = 0 }: { resolution: number; gapMs: number; spentBeforeMs?: number },
): NaiveExposure {
  const { allowance } = limit;
  const rule = { ...limit, gapMs, onDelayMs: 0, consecutiveAllowanceMs: 0 };
  const excursions = naiveExcursions(rule, resolution, readings);
  const spans = naiveSpans(readings, gapMs);
  const counted = excursions.map((excursion) => countedOf(allowance.kind, excursion, spans));
  const isTogether = allowance.kind === "cumulative";
  const breaches = excursions.flatMap(({ startMs }, at) => {
    const before = isTogether ? spentBeforeMs + sumMs(counted.slice(0, at).flat()) : 0;
    const atMs = usedUpAtMs(allowance, counted[at] as NaiveWindow[], before);
    return atMs === undefined ? [] : [{ atMs, excursionStartMs: startMs }];
  });
  const spentMs = isTogether ? spentBeforeMs + sumMs(counted.flat()) : Math.max(0, ...counted.map(sumMs));
  return { spentMs, breaches };
}

/** The greatest MKT of the windows of one length around an excursion: every place where an edge meets a reading's edge. */
export function naiveGreatestMktC(
  readings: readonly NaiveReading[],
  gapMs: number,
  windowMs: number,
  excursion: NaiveWindow,
): number | null {
  const covered = naiveSpans(readings, gapMs);
  const whole = { fromMs: covered[0]?.fromMs ?? 0, toMs: covered.at(-1)?.toMs ?? 0 };
  if (whole.toMs - whole.fromMs <= windowMs) return naiveMktC(covered);
  // An excursion that begins after all that is covered is met by the last window there is.
  const within = (startMs: number): number => Math.min(Math.max(startMs, whole.fromMs), whole.toMs - windowMs);
  const isLonger = excursion.toMs - excursion.fromMs > windowMs;
  const lowest = within(isLonger ? excursion.fromMs : excursion.toMs - windowMs);
  const highest = within(isLonger ? excursion.toMs - windowMs : excursion.fromMs);
  const edges = covered.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  const starts = [lowest, highest, ...edges, ...edges.map((edge) => edge - windowMs)];
  const found = starts
    .filter((fromMs) => fromMs >= lowest && fromMs <= highest)
    .map((fromMs) => naiveMktC(naiveSpans(readings, gapMs, { fromMs, toMs: fromMs + windowMs })))
    .filter((mktC) => mktC !== null);
  return found.length === 0 ? null : Math.max(...found);
}

/** The share of a budget that is used: over the rows, monitored time by allowed time. */
export function naiveStabilityFraction(
  table: readonly { readonly aboveC: number; readonly upToC: number; readonly allowedMs: number }[],
  readings: readonly NaiveReading[],
  gapMs: number,
): number {
  const spans = naiveSpans(readings, gapMs);
  return table.reduce(
    (sum, { aboveC, upToC, allowedMs }) =>
      sum + sumMs(spans.filter(({ value }) => value > aboveC && value <= upToC)) / allowedMs,
    0,
  );
}
