// One rule on one channel, judged again from where a new reading or fact can first matter to where it no longer does.

import {
  type AssessState,
  type Excursion,
  type ReadingSlice,
  type Rule,
  assessPush,
  assessResume,
  assessStart,
} from "@isotherm/coldchain";
import type { StoredExcursion } from "./excursion-table.ts";
import type { ReadingColumns, ReadingReader, SeriesId } from "./store/reading-store.ts";

/** The last instant that a store can hold, exclusive. */
export const STORE_END_MS = 9_223_372_036_853;
/** Readings taken from the store at once. */
const PAGE_READINGS = 5000;

export interface Judged {
  readonly series: SeriesId;
  readonly resolution: number;
  readonly rule: Rule;
  readonly windowFromMs: number;
  /** Exclusive; null while the window is open. */
  readonly windowToMs: number | null;
}

export interface DirtyInterval {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Reassessed {
  /** Former excursions that `excursions` take the place of. */
  readonly formers: readonly StoredExcursion[];
  readonly excursions: readonly Excursion[];
}

interface Restart {
  readonly state: AssessState;
  readonly fromMs: number;
  readonly formers: readonly StoredExcursion[];
}

/**
 * Where to begin. Before the interval the former result stands, so outside any excursion the state is simply "inside";
 * within one it is judged from its start, or taken up where it stands when only later readings came.
 *
 * @param formers all former excursions of the rule that end at the interval's start or later, earliest first
 */
export function restartOf(judged: Judged, dirty: DirtyInterval, formers: readonly StoredExcursion[]): Restart {
  const { windowFromMs } = judged;
  if (dirty.fromMs <= windowFromMs) return { state: assessStart(), fromMs: windowFromMs, formers };
  const covering = formers.find(
    ({ excursion }) =>
      excursion.startMs <= dirty.fromMs && (excursion.endMs === null || excursion.endMs >= dirty.fromMs),
  );
  if (covering === undefined) return { state: assessStart(), fromMs: dirty.fromMs, formers };
  const { excursion } = covering;
  if (excursion.endMs === null && excursion.lastReadingMs < dirty.fromMs)
    return { state: assessResume(excursion), fromMs: dirty.fromMs, formers };
  return { state: assessStart(), fromMs: excursion.startMs, formers };
}

/** Reads as much as it needs and no more. Throws what the store throws. */
export async function reassess(
  reader: ReadingReader,
  judged: Judged,
  dirty: DirtyInterval,
  allFormers: readonly StoredExcursion[],
): Promise<Reassessed> {
  const { rule, resolution, series } = judged;
  const toMs = judged.windowToMs ?? STORE_END_MS;
  const { state: first, fromMs, formers } = restartOf(judged, dirty, allFormers);
  const excursions: Excursion[] = [];
  let state = first;
  let at = { fromMs, fromOrdinal: 0 };
  for (;;) {
    const page =
      at.fromMs < toMs
        ? await reader.readings({ series, ...at, toMs, limit: PAGE_READINGS })
        : { length: 0, more: false };
    if ("value" in page) {
      const step = assessPush(state, rule, resolution, sliceOf(page));
      excursions.push(...step.closed);
      state = step.state;
    }
    if (!("value" in page) || !page.more || page.length === 0) {
      if (state.open !== null) excursions.push(state.open);
      return { formers, excursions };
    }
    const lastMs = page.atMs[page.length - 1] as number;
    if (lastMs > dirty.toMs && state.open === null && !formers.some((former) => covers(former.excursion, lastMs)))
      return { formers: formers.filter(({ excursion }) => excursion.startMs <= lastMs), excursions };
    at = { fromMs: lastMs, fromOrdinal: (page.ordinal[page.length - 1] as number) + 1 };
  }
}

/** Stretch of readings of a channel, its ends included. */
export interface Stretch extends DirtyInterval {
  readonly series: SeriesId;
  readonly resolution: number;
}

/** Whether readings of a stretch belong to an excursion of the rule that has lasted its on-delay. */
export async function isOutsideWithin(reader: ReadingReader, rule: Rule, stretch: Stretch): Promise<boolean> {
  const { series, resolution, fromMs, toMs } = stretch;
  const isFound = ({ onsetMs, lastMemberMs }: Excursion): boolean => onsetMs !== null && lastMemberMs >= fromMs;
  let state = assessStart();
  // What came before counts as far back as the on-delay reaches.
  let at = { fromMs: Math.max(0, fromMs - rule.onDelayMs - rule.gapMs), fromOrdinal: 0 };
  for (;;) {
    const page = await reader.readings({ series, ...at, toMs: toMs + 1, limit: PAGE_READINGS });
    const step = assessPush(state, rule, resolution, sliceOf(page));
    if (step.closed.some(isFound) || (step.open !== null && isFound(step.open))) return true;
    if (!page.more || page.length === 0) return false;
    state = step.state;
    at = { fromMs: page.atMs[page.length - 1] as number, fromOrdinal: (page.ordinal[page.length - 1] as number) + 1 };
  }
}

function covers({ startMs, endMs }: Excursion, atMs: number): boolean {
  return startMs <= atMs && (endMs === null || endMs >= atMs);
}

/** Good readings are those with quality 0; the columns are used as they are. */
export function sliceOf({ length, atMs, value, quality }: ReadingColumns): ReadingSlice {
  const good = new Uint8Array(length);
  for (let i = 0; i < length; i++) good[i] = quality[i] === 0 ? 1 : 0;
  return { count: length, atMs, value, good };
}
