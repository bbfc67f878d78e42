// The store of readings in memory, by the contract of a real one: idempotent, a different value at the same place refused.
// It outlives the ingest that writes to it, as a real one does, and can be made to die half-way through a write.

import type {
  LastQuery,
  ReadingBatch,
  ReadingColumns,
  ReadingReader,
  ReadingsQuery,
  ReadingWriter,
  RefusedPoint,
  SeriesId,
  StoredReading,
  WriteResult,
} from "../src/store/reading-store.ts";

function nameOf({ tenantId, assetId, channel }: SeriesId): string {
  return `${tenantId}/${assetId}/${channel}`;
}

export class MemoryStore {
  readonly #series = new Map<string, Map<string, StoredReading>>();
  readonly #sorted = new Map<string, StoredReading[]>();
  /** When set, the next write stores that many points and then throws this. */
  dies: { afterPoints: number; error: Error } | undefined;

  clear(): void {
    this.#series.clear();
    this.#sorted.clear();
    this.dies = undefined;
  }

  /** Every reading stored of a series, in order. */
  all(series: SeriesId): readonly StoredReading[] {
    const name = nameOf(series);
    let sorted = this.#sorted.get(name);
    if (sorted === undefined) {
      sorted = [...(this.#series.get(name)?.values() ?? [])].sort((a, b) => a.atMs - b.atMs || a.ordinal - b.ordinal);
      this.#sorted.set(name, sorted);
    }
    return sorted;
  }

  writer(): ReadingWriter {
    return { write: (batch) => Promise.resolve().then(() => this.#write(batch)), close: () => Promise.resolve() };
  }

  /** @param pageMax how many readings a page holds at most, so that small histories have many pages */
  reader(pageMax: number): ReadingReader {
    const reader: Partial<ReadingReader> = {
      readings: (query) => Promise.resolve(this.#page(query, pageMax)),
      last: (query) => Promise.resolve(this.#last(query)),
      close: () => Promise.resolve(),
    };
    return reader as ReadingReader;
  }

  #write(batch: ReadingBatch): WriteResult {
    const refused: RefusedPoint[] = [];
    const { dies } = this;
    this.dies = undefined;
    for (let index = 0; index < batch.count; index++) {
      if (dies !== undefined && index === dies.afterPoints) throw dies.error;
      const reading: StoredReading = {
        atMs: batch.sampledAtMs[index] as number,
        ordinal: batch.ordinal[index] as number,
        value: batch.value[index] as number,
        quality: batch.quality[index] as number,
      };
      const series = batch.series[batch.seriesKey[index] as number] as SeriesId;
      if (!this.#take(nameOf(series), reading)) refused.push({ index, reason: "reading-conflict" });
    }
    if (dies !== undefined) throw dies.error;
    return { refused };
  }

  #take(name: string, reading: StoredReading): boolean {
    const series = this.#series.get(name) ?? new Map<string, StoredReading>();
    this.#series.set(name, series);
    const place = `${reading.atMs}+${reading.ordinal}`;
    const known = series.get(place);
    if (known !== undefined) return Object.is(known.value, reading.value) && known.quality === reading.quality;
    series.set(place, reading);
    this.#sorted.delete(name);
    return true;
  }

  #page({ series, fromMs, toMs, fromOrdinal = 0, limit = Infinity }: ReadingsQuery, pageMax: number): ReadingColumns {
    const found = this.all(series).filter(
      ({ atMs, ordinal }) => atMs < toMs && (atMs > fromMs || (atMs === fromMs && ordinal >= fromOrdinal)),
    );
    const page = found.slice(0, Math.min(pageMax, limit));
    return {
      length: page.length,
      atMs: Float64Array.from(page, ({ atMs }) => atMs),
      ordinal: Int32Array.from(page, ({ ordinal }) => ordinal),
      value: Float64Array.from(page, ({ value, quality }) => (quality === 0 ? value : Number.NaN)),
      quality: Uint8Array.from(page, ({ quality }) => quality),
      raw: Float64Array.from(page, ({ value, quality }) => (quality === 0 ? Number.NaN : value)),
      more: found.length > page.length,
    };
  }

  #last({ series, beforeMs, goodOnly = false }: LastQuery): StoredReading | undefined {
    return this.all(series).findLast(({ atMs, quality }) => atMs < beforeMs && (!goodOnly || quality === 0));
  }
}
