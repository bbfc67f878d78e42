// Batches for tests of the stores, written as rows.
import type { ReadingBatch, ReadingColumns, SeriesId } from "../src/store/reading-store.ts";

export interface Row {
  readonly series?: SeriesId;
  readonly atMs: number;
  readonly ordinal?: number;
  readonly value?: number;
  readonly quality?: number;
}

export const PRODUCT: SeriesId = { tenantId: "t1", assetId: "truck-7", channel: "temperature/product-1" };

/** A value left out is 4; give NaN for none. */
export function batchOf(rows: readonly Row[], receivedAtMs = 1_790_000_000_000): ReadingBatch {
  const series: SeriesId[] = [];
  const keyOf = (id: SeriesId): number => {
    const key = series.indexOf(id);
    return key < 0 ? series.push(id) - 1 : key;
  };
  return {
    count: rows.length,
    seriesKey: Int32Array.from(rows, (row) => keyOf(row.series ?? PRODUCT)),
    series,
    sampledAtMs: Float64Array.from(rows, (row) => row.atMs),
    ordinal: Int32Array.from(rows, (row) => row.ordinal ?? 0),
    value: Float64Array.from(rows, (row) => row.value ?? 4),
    quality: Uint8Array.from(rows, (row) => row.quality ?? 0),
    receivedAtMs,
  };
}

/** An answer as rows of [atMs, ordinal, value, quality], with `null` for no number. */
export function rowsOf(columns: ReadingColumns): (number | null)[][] {
  return Array.from({ length: columns.length }, (_, at) => [
    columns.atMs[at] as number,
    columns.ordinal[at] as number,
    Number.isNaN(columns.value[at]) ? null : (columns.value[at] as number),
    columns.quality[at] as number,
  ]);
}
