// Lets go of what has expired, in steps so small that nothing else waits for it.

import type { Assignment } from "../assignment.ts";
import { writeAudit } from "../audit-table.ts";
import { sumRun } from "../hour-summing.ts";
import type { IngestState } from "../state.ts";
import { HOUR_MS, hourOf } from "../store/hour-sums.ts";
import type { ExpiryStep, ReadingReader, SeriesId, StoreUpkeep, TimeWindow } from "../store/reading-store.ts";
import { retentionPlan, type RetentionStretch } from "./retention-plan.ts";
import type { RetentionTimes } from "./retention-times.ts";
import { trimState } from "./state-trim.ts";

export interface RetentionDeps {
  readonly state: IngestState;
  readonly reader: Pick<ReadingReader, "readings" | "first" | "hours" | "seriesList">;
  readonly upkeep: StoreUpkeep;
  readonly times: RetentionTimes;
  readonly nowMs: number;
  assignments(tenantId: string, assetId: string): readonly Assignment[];
  /** Lets everything else have its turn; false ends the pass, which the next one takes up. */
  breath(): Promise<boolean>;
}

export interface RetentionCounts {
  readings: number;
  hours: number;
  /** Rows of the state's own tables. */
  rows: number;
}

/** One pass over all assets. A crash in it repeats work and changes nothing. Throws what the store throws. */
export async function retentionPass(deps: RetentionDeps): Promise<RetentionCounts> {
  const counts: RetentionCounts = { readings: 0, hours: 0, rows: 0 };
  const oldestMs = new Map<string, number>();
  const assets = Map.groupBy(await deps.reader.seriesList(), ({ tenantId, assetId }) => `${tenantId}/${assetId}`);
  for (const channels of assets.values()) {
    if (!(await expireAsset(deps, channels, counts))) return counts;
    const { tenantId } = channels[0] as SeriesId;
    const firstMs = await firstOf(deps.reader, channels);
    oldestMs.set(tenantId, Math.min(oldestMs.get(tenantId) ?? Number.POSITIVE_INFINITY, firstMs));
  }
  for (const removed of trimState(deps.state.db, deps.times, oldestMs, deps.nowMs)) {
    counts.rows += removed;
    if (!(await deps.breath())) break;
  }
  return counts;
}

/** The instant of the oldest reading; Infinity when there is none. */
export async function firstOf(reader: Pick<ReadingReader, "first">, channels: readonly SeriesId[]): Promise<number> {
  let firstMs = Number.POSITIVE_INFINITY;
  for (const series of channels)
    firstMs = Math.min(firstMs, (await reader.first({ series, fromMs: 0 }))?.atMs ?? firstMs);
  return firstMs;
}

async function expireAsset(
  deps: RetentionDeps,
  channels: readonly SeriesId[],
  counts: RetentionCounts,
): Promise<boolean> {
  const { reader, times, nowMs } = deps;
  const { tenantId, assetId } = channels[0] as SeriesId;
  const fromMs = await firstOf(reader, channels);
  const plan = retentionPlan(
    deps.assignments(tenantId, assetId),
    times.readingsMs,
    { fromMs: Math.min(fromMs, nowMs), toMs: nowMs },
    nowMs,
  );
  for (const stretch of plan.filter(({ expired }) => expired)) {
    if (!(await expireStretch(deps, channels, stretch, counts))) return false;
  }
  // Sums are older than any reading, so they are looked for from the beginning of time.
  const toMs = hourOf(nowMs - Math.max(times.hoursMs, times.readingsMs));
  const gone = retentionPlan(
    deps.assignments(tenantId, assetId),
    times.readingsMs,
    { fromMs: 0, toMs: Math.max(0, toMs) },
    nowMs,
  );
  for (const stretch of gone.filter(({ expired }) => expired))
    for (const series of channels) {
      const window = { fromMs: stretch.fromMs, toMs: Math.min(stretch.toMs, toMs) };
      if (
        !(await inSteps(
          deps,
          () => deps.upkeep.expireHours(series, window),
          (removed) => (counts.hours += removed),
        ))
      )
        return false;
    }
  return deps.breath();
}

/** First it is noted that they are gone, so that nobody judges a stretch half of which has been removed. */
async function expireStretch(
  deps: RetentionDeps,
  channels: readonly SeriesId[],
  stretch: RetentionStretch,
  counts: RetentionCounts,
): Promise<boolean> {
  const { state, reader, nowMs } = deps;
  const { tenantId, assetId } = channels[0] as SeriesId;
  const window = { fromMs: stretch.fromMs, toMs: stretch.toMs };
  const holding: SeriesId[] = [];
  for (const series of channels) {
    const first = await reader.first({ series, fromMs: window.fromMs });
    if (first !== undefined && first.atMs < window.toMs) holding.push(series);
  }
  if (holding.length === 0) return true;
  const known = state.expired.of(tenantId, assetId);
  if (!known.some(({ fromMs, toMs }) => fromMs <= window.fromMs && toMs >= window.toMs)) {
    for (const series of holding) if (!(await sumAll(deps, series, window))) return false;
    state.db.transaction(() => {
      state.expired.add(tenantId, assetId, window, nowMs);
      const after = { ...window, channels: holding.map(({ channel }) => channel) };
      const cause = `retention: ${stretch.because}`;
      const kind = "readings-expired";
      writeAudit(state.db, {
        tenantId,
        subjectId: assetId,
        kind,
        atMs: nowMs,
        before: undefined,
        after,
        cause,
        personId: null,
      });
    });
  }
  for (const series of holding) {
    const step = () => deps.upkeep.expireReadings(series, window);
    if (!(await inSteps(deps, step, (removed) => (counts.readings += removed)))) return false;
  }
  return true;
}

/** Sums up whatever of a window is not, or no longer rightly, summed up: its readings are about to go. */
async function sumAll(deps: RetentionDeps, series: SeriesId, window: TimeWindow): Promise<boolean> {
  const { reader, upkeep } = deps;
  const sums = { reader: () => Promise.resolve(reader), upkeep: () => Promise.resolve(upkeep) };
  for (let dayMs = window.fromMs; dayMs < window.toMs; dayMs += 24 * HOUR_MS) {
    const first = await reader.first({ series, fromMs: dayMs });
    if (first === undefined || first.atMs >= window.toMs) return true;
    // Days without readings are passed over.
    dayMs += Math.floor((first.atMs - dayMs) / (24 * HOUR_MS)) * 24 * HOUR_MS;
    await sumRun(sums, series, dayMs, dayMs + 24 * HOUR_MS);
    if (!(await deps.breath())) return false;
  }
  return true;
}

async function inSteps(
  deps: RetentionDeps,
  work: () => Promise<ExpiryStep>,
  count: (removed: number) => void,
): Promise<boolean> {
  for (;;) {
    const { removed, done } = await work();
    count(removed);
    if (done) return true;
    if (!(await deps.breath())) return false;
  }
}
