// Judging where readings have expired. What was found there stands: judged again without its readings it would vanish.

import type { Assignment } from "./assignment.ts";
import type { StoredExcursion } from "./excursion-table.ts";
import type { TimeWindow } from "./store/reading-store.ts";

export interface StillJudged {
  readonly windowFromMs: number;
  readonly formers: readonly StoredExcursion[];
}

/**
 * From where on an assignment can still be judged, and which former excursions that may change; undefined when nothing of it
 * can, because an excursion that began in expired time is still open.
 */
export function stillJudged(
  expired: readonly TimeWindow[],
  { fromMs, toMs }: Pick<Assignment, "fromMs" | "toMs">,
  formers: readonly StoredExcursion[],
): StillJudged | undefined {
  const within = expired.filter((gone) => gone.toMs > fromMs && (toMs === null || gone.fromMs < toMs));
  if (within.length === 0) return { windowFromMs: fromMs, formers };
  let windowFromMs = Math.max(...within.map((gone) => gone.toMs));
  const standing = formers.filter(({ excursion }) => excursion.startMs < windowFromMs && excursion.startMs >= fromMs);
  for (const { excursion } of standing)
    windowFromMs = Math.max(windowFromMs, excursion.endMs ?? Number.POSITIVE_INFINITY);
  if (toMs !== null && windowFromMs >= toMs) return undefined;
  return Number.isFinite(windowFromMs)
    ? { windowFromMs, formers: formers.filter((former) => !standing.includes(former)) }
    : undefined;
}
