// Ties the excursions of a new assessment to those of the former one, so that ids live on and every change is named.
import type { Excursion } from "./excursion.ts";

export interface Interval {
  readonly startMs: number;
  readonly endMs: number | null;
}

/** A former excursion; with the rest of its figures given, a change of those is noticed as well. */
export interface FormerExcursion extends Interval, Partial<Omit<Excursion, "startMs" | "endMs">> {
  readonly id: string;
}

export type ExcursionChange =
  /** Overlaps no former excursion. */
  | { readonly kind: "appeared"; readonly id: string; readonly after: Interval }
  /** A further part of a former excursion, `fromId`, that the new readings divided. */
  | { readonly kind: "split"; readonly id: string; readonly fromId: string; readonly after: Interval }
  /** A former excursion that is now part of `intoId`. */
  | { readonly kind: "merged"; readonly id: string; readonly intoId: string; readonly before: Interval }
  /** A former excursion that no longer overlaps any. */
  | { readonly kind: "gone"; readonly id: string; readonly before: Interval }
  /**
   * Its interval changed: `ended` and `reopened` with the start as it was; `grew` and `shrank` at either edge or both;
   * `shifted` when one edge grew and the other shrank. `revised`: the interval stands, another figure changed.
   */
  | {
      readonly kind: "ended" | "reopened" | "grew" | "shrank" | "shifted" | "revised";
      readonly id: string;
      readonly before: Interval;
      readonly after: Interval;
    };

export interface ExcursionMatch {
  /** Former ids that live on, in the order of `after`. */
  readonly kept: [id: string, excursion: Excursion][];
  /** Under new ids, in the order of `after`. */
  readonly added: [id: string, excursion: Excursion][];
  /** Former ids that are no more, earliest first. */
  readonly removed: string[];
  /** What to write in the audit: what became of `after`, in its order, then of those removed. Empty when nothing changed. */
  readonly changed: ExcursionChange[];
}

/**
 * Gives every excursion of `after` the id of the earliest former one that it overlaps and that is still free: a merged
 * one keeps the earliest id, of a split one the first part keeps it. The order of `before` does not matter.
 *
 * @param before excursions of one rule on one channel over at least the time that was assessed again
 * @param after the same, as now found, in order
 * @param newId an id for an excursion that starts then; when `before` has it already, `-2`, `-3` … is appended
 */
export function matchExcursions(
  before: readonly FormerExcursion[],
  after: readonly Excursion[],
  newId: (startMs: number) => string,
): ExcursionMatch {
  const former = [...before].sort((a, b) => byStart(a, b) || (a.id < b.id ? -1 : 1));
  const present = [...after].sort(byStart);
  const usedIds = new Set(former.map(({ id }) => id));
  const freeIds = new Set(usedIds);
  const match: ExcursionMatch = { kept: [], added: [], removed: [], changed: [] };
  const idOf = new Map<Excursion, string>();
  for (const excursion of present) {
    const overlapped = former.filter((one) => overlaps(one, excursion));
    const heir = overlapped.find(({ id }) => freeIds.has(id));
    if (heir === undefined) {
      const id = unusedId(newId(excursion.startMs), usedIds);
      idOf.set(excursion, id);
      match.added.push([id, excursion]);
      match.changed.push(additionOf(id, excursion, overlapped[0]));
    } else {
      freeIds.delete(heir.id);
      idOf.set(excursion, heir.id);
      match.kept.push([heir.id, excursion]);
      const change = changeOf(heir, excursion);
      if (change !== undefined) match.changed.push(change);
    }
  }
  for (const one of former) {
    if (!freeIds.has(one.id)) continue;
    match.removed.push(one.id);
    const host = present.find((excursion) => overlaps(one, excursion));
    match.changed.push(
      host === undefined
        ? { kind: "gone", id: one.id, before: intervalOf(one) }
        : { kind: "merged", id: one.id, intoId: idOf.get(host) as string, before: intervalOf(one) },
    );
  }
  return match;
}

function byStart(a: Interval, b: Interval): number {
  return a.startMs - b.startMs || endOf(a) - endOf(b) || 0;
}

function endOf(interval: Interval): number {
  return interval.endMs ?? Number.POSITIVE_INFINITY;
}

function intervalOf({ startMs, endMs }: Interval): Interval {
  return { startMs, endMs };
}

/** Sharing more than an edge; those that start together overlap however short they are. */
function overlaps(a: Interval, b: Interval): boolean {
  return a.startMs === b.startMs || (a.startMs < endOf(b) && b.startMs < endOf(a));
}

function unusedId(wanted: string, usedIds: Set<string>): string {
  let id = wanted;
  for (let n = 2; usedIds.has(id); n++) id = `${wanted}-${n}`;
  usedIds.add(id);
  return id;
}

function additionOf(id: string, excursion: Excursion, parent: FormerExcursion | undefined): ExcursionChange {
  const after = intervalOf(excursion);
  return parent === undefined ? { kind: "appeared", id, after } : { kind: "split", id, fromId: parent.id, after };
}

const FIGURES = [
  "peak",
  "peakAtMs",
  "lastReadingMs",
  "lastMemberMs",
  "monitoredMs",
  "degreeMinutes",
  "possibleMs",
  "onsetMs",
  "breachMs",
  "readingCount",
] as const satisfies readonly (keyof Excursion)[];

function changeOf(former: FormerExcursion, excursion: Excursion): ExcursionChange | undefined {
  const startedEarlierBy = former.startMs - excursion.startMs;
  const endedLater = Math.sign(endOf(excursion) - endOf(former)) || 0;
  const change = { id: former.id, before: intervalOf(former), after: intervalOf(excursion) };
  if (startedEarlierBy === 0 && endedLater === 0) {
    const revised =
      FIGURES.some((figure) => former[figure] !== undefined && former[figure] !== excursion[figure]) ||
      (former.breaches !== undefined && JSON.stringify(former.breaches) !== JSON.stringify(excursion.breaches));
    return revised ? { kind: "revised", ...change } : undefined;
  }
  if (startedEarlierBy === 0 && former.endMs === null) return { kind: "ended", ...change };
  if (startedEarlierBy === 0 && excursion.endMs === null) return { kind: "reopened", ...change };
  if (startedEarlierBy >= 0 && endedLater >= 0) return { kind: "grew", ...change };
  if (startedEarlierBy <= 0 && endedLater <= 0) return { kind: "shrank", ...change };
  return { kind: "shifted", ...change };
}
