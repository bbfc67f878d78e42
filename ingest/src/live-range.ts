// Which of the newly judged readings were live, for one rule. Pure.

import type { DirtyMark } from "./dirty-table.ts";

export interface LiveRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From the first to the last reading that was newer than any judged before and no older than `liveMaxAgeMs` when it came. */
export function liveRange(marks: readonly DirtyMark[], liveMaxAgeMs: number): LiveRange | undefined {
  let range: LiveRange | undefined;
  for (const { newerFromMs, newerToMs, receivedAtMs } of marks) {
    const oldestMs = receivedAtMs - liveMaxAgeMs;
    if (newerFromMs === null || newerToMs === null || newerToMs < oldestMs) continue;
    const fromMs = Math.max(newerFromMs, oldestMs);
    range = {
      fromMs: Math.min(range?.fromMs ?? fromMs, fromMs),
      toMs: Math.max(range?.toMs ?? newerToMs, newerToMs),
    };
  }
  return range;
}
