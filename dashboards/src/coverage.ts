// The monitoring figure: how much of a stretch was covered by good readings, each standing until the next, at most the gap.

/** Good readings of one channel, ascending. */
export interface CoverageInput {
  readonly atMs: ArrayLike<number>;
  readonly quality: ArrayLike<number>;
  readonly count: number;
}

/**
 * Milliseconds of fromMs…toMs covered by good readings. The last reading weighs nothing until it is followed, as in
 * assessment, so what is promised up to now is never claimed as covered before it was measured.
 */
export function coveredMs(readings: CoverageInput, fromMs: number, toMs: number, gapMs: number): number {
  let total = 0;
  let lastMs: number | undefined;
  for (let i = 0; i < readings.count; i++) {
    if (readings.quality[i] !== 0) continue;
    const atMs = readings.atMs[i] as number;
    if (lastMs !== undefined) total += clipped(lastMs, Math.min(atMs, lastMs + gapMs), fromMs, toMs);
    lastMs = atMs;
  }
  return total;
}

function clipped(startMs: number, endMs: number, fromMs: number, toMs: number): number {
  return Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs));
}
