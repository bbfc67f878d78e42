// One series read page by page, as far as it is asked for.

import type { ReadingSlice } from "@isotherm/coldchain";
import type { ReadingColumns, ReadingReader, SeriesId } from "./store/reading-store.ts";

/** The first page is small, since most questions are about little; later ones are as large as a store gives quickly. */
const FIRST_READINGS = 500;
const PAGE_READINGS = 5000;

const NOTHING: ReadingSlice = {
  count: 0,
  atMs: new Float64Array(0),
  value: new Float64Array(0),
  good: new Uint8Array(0),
};

export class SeriesFeed {
  readonly #reader: ReadingReader;
  readonly #series: SeriesId;
  readonly #toMs: number;
  #next: { fromMs: number; fromOrdinal: number };
  #limit = FIRST_READINGS;
  #loaded: ReadingSlice = NOTHING;
  #loadedToMs = -Infinity;

  /** Of the readings from `fromMs` up to, not including, `toMs`. */
  constructor(reader: ReadingReader, series: SeriesId, fromMs: number, toMs: number) {
    this.#reader = reader;
    this.#series = series;
    this.#toMs = toMs;
    this.#next = { fromMs: Math.max(0, fromMs), fromOrdinal: 0 };
    if (this.#next.fromMs >= toMs) this.#loadedToMs = Infinity;
  }

  /** All readings before this are loaded; Infinity once all are. */
  get loadedToMs(): number {
    return this.#loadedToMs;
  }

  /** Loads one page more. Throws what the store throws. */
  async load(): Promise<void> {
    const page = await this.#reader.readings({
      series: this.#series,
      ...this.#next,
      toMs: this.#toMs,
      limit: this.#limit,
    });
    const { length, atMs } = page;
    this.#loaded = joined(this.#loaded, sliceOf(page));
    this.#limit = PAGE_READINGS;
    if (!page.more || length === 0) return void (this.#loadedToMs = Infinity);
    const lastMs = atMs[length - 1] as number;
    this.#next = { fromMs: lastMs, fromOrdinal: (page.ordinal[length - 1] as number) + 1 };
    this.#loadedToMs = lastMs;
  }

  /** What is loaded and stands before an instant. */
  before(toMs: number): ReadingSlice {
    return partOf(this.#loaded, 0, firstAt(this.#loaded, toMs));
  }

  /** Lets go of what is earlier. */
  forget(beforeMs: number): void {
    const first = firstAt(this.#loaded, beforeMs);
    if (first > 0) this.#loaded = partOf(this.#loaded, first, this.#loaded.count);
  }
}

/** Good readings are those with quality 0; the columns are used as they are. */
export function sliceOf({ length, atMs, value, quality }: ReadingColumns): ReadingSlice {
  const good = new Uint8Array(length);
  for (let i = 0; i < length; i++) good[i] = quality[i] === 0 ? 1 : 0;
  return { count: length, atMs, value, good };
}

function joined(a: ReadingSlice, b: ReadingSlice): ReadingSlice {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const both = { count, atMs: new Float64Array(count), value: new Float64Array(count), good: new Uint8Array(count) };
  for (const name of ["atMs", "value", "good"] as const) {
    both[name].set(a[name].subarray(0, a.count));
    both[name].set(b[name].subarray(0, b.count), a.count);
  }
  return both;
}

/** The first entry at an instant or later. */
export function firstAt({ count, atMs }: ReadingSlice, instantMs: number): number {
  let first = 0;
  let end = count;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if ((atMs[middle] as number) < instantMs) first = middle + 1;
    else end = middle;
  }
  return first;
}

/** A part of a slice, over the same columns. */
export function partOf({ atMs, value, good }: ReadingSlice, first: number, end: number): ReadingSlice {
  return {
    count: end - first,
    atMs: atMs.subarray(first, end),
    value: value.subarray(first, end),
    good: good.subarray(first, end),
  };
}
