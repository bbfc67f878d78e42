// Readings for tests, written as rows.
import type { ReadingSlice } from "../src/excursion.ts";

export type Row = readonly [atMs: number, value: number, good?: boolean];

export function slice(rows: readonly Row[]): ReadingSlice {
  return {
    count: rows.length,
    atMs: Float64Array.from(rows, ([atMs]) => atMs),
    value: Float64Array.from(rows, ([, value]) => value),
    good: Uint8Array.from(rows, ([, , good]) => (good === false ? 0 : 1)),
  };
}

/** Times and values of the readings that count. */
export function pairs({ count, atMs, value, good }: ReadingSlice): [number, number][] {
  const all: [number, number][] = [];
  for (let i = 0; i < count; i++) if (good[i] === 1) all.push([atMs[i] as number, value[i] as number]);
  return all;
}
