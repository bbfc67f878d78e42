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

/** Gathers rows that come in order, at most `limit`, into columns that grow by doubling; the rest only says that there is more. */
export class ReadingColumnsBuilder {
  readonly #limit: number;
  #capacity = 0;
  #length = 0;
  #more = false;
  #atMs = new Float64Array(0);
  #ordinal = new Int32Array(0);
  #number = new Float64Array(0);
  #quality = new Uint8Array(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Rows that came, the one beyond the limit included. */
  get seen(): number {
    return this.#length + (this.#more ? 1 : 0);
  }

  add(rows: readonly ReadingRow[]): void {
    this.#grow(Math.min(this.#limit, this.#length + rows.length));
    for (const row of rows) {
      if (this.#length >= this.#limit) {
        this.#more = true;
        return;
      }
      const at = this.#length;
      this.#atMs[at] = row.atMs;
      this.#ordinal[at] = row.ordinal;
      this.#number[at] = row.number;
      this.#quality[at] = row.quality;
      this.#length = at + 1;
    }
  }

  build(): ReadingColumns {
    const length = this.#length;
    const quality = this.#quality.slice(0, length);
    const value = this.#number.slice(0, length);
    const raw = new Float64Array(length).fill(NaN);
    for (let at = 0; at < length; at += 1) {
      if (quality[at] === QUALITY_GOOD) continue;
      raw[at] = value[at] as number;
      value[at] = NaN;
    }
    const [atMs, ordinal] = [this.#atMs.slice(0, length), this.#ordinal.slice(0, length)];
    return { length, atMs, ordinal, value, quality, raw, more: this.#more };
  }

  #grow(needed: number): void {
    if (needed <= this.#capacity) return;
    this.#capacity = Math.min(this.#limit, Math.max(needed, this.#capacity * 2, 1_024));
    const [atMs, ordinal, number, quality] = [this.#atMs, this.#ordinal, this.#number, this.#quality];
    (this.#atMs = new Float64Array(this.#capacity)).set(atMs);
    (this.#ordinal = new Int32Array(this.#capacity)).set(ordinal);
    (this.#number = new Float64Array(this.#capacity)).set(number);
    (this.#quality = new Uint8Array(this.#capacity)).set(quality);
  }
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
