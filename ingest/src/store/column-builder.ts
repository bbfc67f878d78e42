// Rows into the columns that readers answer with.
import { QUALITY_GOOD } from "@isotherm/coldchain";
import type { ReadingColumns, SeriesBuckets } from "./reading-store.ts";

/** One stored reading, as a home hands it over: `number` is its number, good or not, NaN if it has none. */
export interface ReadingRow {
  readonly atMs: number;
  readonly ordinal: number;
  readonly number: number;
  readonly quality: number;
}

/** The columns of rows that already stand in order. */
export function readingColumns(rows: readonly ReadingRow[], more: boolean): ReadingColumns {
  const isGood = (row: ReadingRow): boolean => row.quality === QUALITY_GOOD;
  return {
    length: rows.length,
    atMs: Float64Array.from(rows, (row) => row.atMs),
    ordinal: Int32Array.from(rows, (row) => row.ordinal),
    value: Float64Array.from(rows, (row) => (isGood(row) ? row.number : NaN)),
    quality: Uint8Array.from(rows, (row) => row.quality),
    raw: Float64Array.from(rows, (row) => (isGood(row) ? NaN : row.number)),
    more,
  };
}

/** What one bucket knows; NaN where nothing good stands in it. */
export interface Bucket {
  fromMs: number;
  count: number;
  min: number;
  max: number;
  mean: number;
  minAtMs: number;
  maxAtMs: number;
  notGood: number;
  worstQuality: number;
}

export function emptyBucket(fromMs: number): Bucket {
  const none = { count: 0, min: NaN, max: NaN, mean: NaN, minAtMs: NaN, maxAtMs: NaN, notGood: 0, worstQuality: 0 };
  return { fromMs, ...none };
}

/** The columns of buckets that already stand in order. */
export function seriesBuckets(buckets: readonly Bucket[], widthMs: number): SeriesBuckets {
  const numbers = (key: keyof Bucket): Float64Array => Float64Array.from(buckets, (bucket) => bucket[key]);
  return {
    length: buckets.length,
    widthMs,
    fromMs: numbers("fromMs"),
    count: Int32Array.from(buckets, (bucket) => bucket.count),
    min: numbers("min"),
    max: numbers("max"),
    mean: numbers("mean"),
    minAtMs: numbers("minAtMs"),
    maxAtMs: numbers("maxAtMs"),
    notGood: Int32Array.from(buckets, (bucket) => bucket.notGood),
    worstQuality: Uint8Array.from(buckets, (bucket) => bucket.worstQuality),
  };
}

function addToBucket(bucket: Bucket, row: ReadingRow): void {
  if (row.quality !== QUALITY_GOOD) {
    bucket.notGood += 1;
    bucket.worstQuality = Math.max(bucket.worstQuality, row.quality);
    return;
  }
  // The negated comparisons also let the first reading replace NaN; the earliest of equals stays.
  if (!(row.number >= bucket.min)) {
    bucket.min = row.number;
    bucket.minAtMs = row.atMs;
  }
  if (!(row.number <= bucket.max)) {
    bucket.max = row.number;
    bucket.maxAtMs = row.atMs;
  }
  bucket.count += 1;
  // A running mean neither overflows nor loses small differences in a long sum.
  bucket.mean = bucket.count === 1 ? row.number : bucket.mean + (row.number - bucket.mean) / bucket.count;
}

/** Each reading by itself. */
export function singleBuckets(rows: readonly ReadingRow[]): SeriesBuckets {
  const buckets = rows.map((row) => {
    const bucket = emptyBucket(row.atMs);
    addToBucket(bucket, row);
    return bucket;
  });
  return seriesBuckets(buckets, 0);
}

/** Gathers rows that come in order into buckets of one width. */
export class BucketBuilder {
  readonly #fromMs: number;
  readonly #widthMs: number;
  readonly #buckets: Bucket[] = [];

  constructor(fromMs: number, widthMs: number) {
    this.#fromMs = fromMs;
    this.#widthMs = widthMs;
  }

  add(row: ReadingRow): void {
    const bucketFromMs = row.atMs - ((row.atMs - this.#fromMs) % this.#widthMs);
    let bucket = this.#buckets.at(-1);
    if (bucket?.fromMs !== bucketFromMs) this.#buckets.push((bucket = emptyBucket(bucketFromMs)));
    addToBucket(bucket, row);
  }

  build(): SeriesBuckets {
    return seriesBuckets(this.#buckets, this.#widthMs);
  }
}

/** The width that covers the window with at most so many buckets, in whole milliseconds. */
export function bucketWidthMs(query: { fromMs: number; toMs: number; buckets: number }): number {
  return Math.max(1, Math.ceil((query.toMs - query.fromMs) / query.buckets));
}
