// A store of readings in memory: what the tests of judging read from, in any order of writing.

import type { ReadingColumns, ReadingReader, ReadingsQuery } from "../src/store/reading-store.ts";

export interface Point {
  readonly atMs: number;
  readonly ordinal: number;
  readonly value: number;
  readonly quality: number;
}

export class MemoryReadings {
  readonly points: Point[] = [];
  /** Readings handed out since the start. */
  read = 0;

  /** The part of a reader that judging uses; a page holds `pageMax` readings at most. */
  reader(pageMax: number): ReadingReader {
    return { readings: (query: ReadingsQuery) => Promise.resolve(this.#page(query, pageMax)) } as ReadingReader;
  }

  #page({ fromMs, toMs, fromOrdinal = 0 }: ReadingsQuery, pageMax: number): ReadingColumns {
    const found = this.points
      .filter((p) => p.atMs < toMs && (p.atMs > fromMs || (p.atMs === fromMs && p.ordinal >= fromOrdinal)))
      .sort((a, b) => a.atMs - b.atMs || a.ordinal - b.ordinal);
    const page = found.slice(0, pageMax);
    this.read += page.length;
    return {
      length: page.length,
      atMs: Float64Array.from(page, ({ atMs }) => atMs),
      ordinal: Int32Array.from(page, ({ ordinal }) => ordinal),
      value: Float64Array.from(page, ({ value, quality }) => (quality === 0 ? value : Number.NaN)),
      quality: Uint8Array.from(page, ({ quality }) => quality),
      raw: new Float64Array(page.length).fill(Number.NaN),
      more: found.length > pageMax,
    };
  }
}
