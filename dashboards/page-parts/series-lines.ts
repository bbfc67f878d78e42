// A series as stretches that may be drawn as a line, and the stretches between them that may not.

import type { LiveReading, SeriesPoint } from "../src/api-shapes.ts";

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /** Why there is no value, when readings came that were not good; null when none came at all. */
  readonly reason: string | null;
}

export interface SeriesLines {
  /** Runs of buckets with good readings, each run unbroken by the one time rule: a reading stands at most the gap. */
  readonly runs: readonly (readonly SeriesPoint[])[];
  readonly gaps: readonly Gap[];
}

export interface LineRules {
  readonly bucketMs: number;
  /** How long a reading of the channel stands. */
  readonly gapMs: number;
  /** The stretch that is shown: what is missing at its ends is a gap too. */
  readonly fromMs: number;
  readonly toMs: number;
}

const isGood = (point: SeriesPoint): boolean => point.count > 0 && point.mean !== null;

export function seriesLines(points: readonly SeriesPoint[], rules: LineRules): SeriesLines {
  const { bucketMs, gapMs, fromMs, toMs } = rules;
  const runs: SeriesPoint[][] = [];
  const gaps: Gap[] = [];
  let endMs = fromMs;
  let reason: string | null = null;
  let run: SeriesPoint[] = [];
  for (const point of points) {
    if (!isGood(point)) {
      reason = point.notGood > 0 ? (point.reason ?? "stale") : reason;
      continue;
    }
    // Buckets say when a reading was only to their width, so a gap is one when it is longer by that.
    const isBroken = reason !== null || point.fromMs - endMs > gapMs;
    if (isBroken && point.fromMs > endMs) gaps.push({ fromMs: endMs, toMs: point.fromMs, reason });
    if (isBroken || run.length === 0) runs.push((run = []));
    run.push(point);
    endMs = point.fromMs + bucketMs;
    reason = null;
  }
  if ((reason !== null || toMs - endMs > gapMs) && toMs > endMs) gaps.push({ fromMs: endMs, toMs, reason });
  return { runs, gaps };
}

/**
 * Merges one live reading into buckets that begin at originMs; `points` is changed. False when it is older than they are.
 * A width of 0 means that the readings are so few that each stands for itself.
 */
export function addReading(
  points: SeriesPoint[],
  reading: Pick<LiveReading, "atMs" | "value" | "quality">,
  { bucketMs, originMs }: { bucketMs: number; originMs: number },
): boolean {
  const fromMs = bucketMs === 0 ? reading.atMs : originMs + Math.floor((reading.atMs - originMs) / bucketMs) * bucketMs;
  const last = points.at(-1);
  if (last !== undefined && fromMs < last.fromMs) return false;
  const before: SeriesPoint =
    last?.fromMs === fromMs ? last : { fromMs, count: 0, min: null, max: null, mean: null, notGood: 0, reason: null };
  if (before === last) points.pop();
  points.push(withReading(before, reading));
  return true;
}

function withReading(point: SeriesPoint, { value, quality }: Pick<LiveReading, "value" | "quality">): SeriesPoint {
  if (value === null) return { ...point, notGood: point.notGood + 1, reason: quality };
  const count = point.count + 1;
  return {
    ...point,
    count,
    min: Math.min(point.min ?? value, value),
    max: Math.max(point.max ?? value, value),
    mean: ((point.mean ?? 0) * point.count + value) / count,
  };
}

/** Stretches in which a yes-or-no channel (a door contact) said yes in any reading of a bucket. */
export function openStretches(points: readonly SeriesPoint[], rules: LineRules): { fromMs: number; toMs: number }[] {
  const stretches: { fromMs: number; toMs: number }[] = [];
  for (const run of seriesLines(points, rules).runs)
    run.forEach((point, i) => {
      if (point.max === null || point.max === 0) return;
      // What the last reading said stands until now, as long as any reading stands.
      const isLatest = point.fromMs + rules.bucketMs + rules.gapMs >= rules.toMs;
      const endMs = isLatest ? rules.toMs : Math.min(point.fromMs + rules.bucketMs, rules.toMs);
      const toMs = run[i + 1]?.fromMs ?? endMs;
      const last = stretches.at(-1);
      if (last?.toMs === point.fromMs) stretches[stretches.length - 1] = { fromMs: last.fromMs, toMs };
      else stretches.push({ fromMs: point.fromMs, toMs });
    });
  return stretches;
}
