// What no home may store, judged before either sees it, so that both refuse the same.
import { isChannelId, isId, QUALITY_GOOD, qualityOf } from "@isotherm/coldchain";
import type { ReadingBatch, RefusalReason, RefusedPoint, SeriesId } from "./reading-store.ts";

/** The last whole millisecond whose nanoseconds fit InfluxDB's signed 64 bits: April 2262. */
export const STORE_TIME_MAX_MS = 9_223_372_036_853;
/** Ordinals are the six digits below the millisecond. */
export const ORDINALS_PER_MS = 1_000_000;

/** True if every id of the series has the shape that the domain allows, which also makes it safe in any query. */
export function isSeriesId(series: SeriesId): boolean {
  return isId(series.tenantId) && isId(series.assetId) && isChannelId(series.channel);
}

/** Callers use the same objects again and again: each is looked at once. */
const known = new WeakMap<SeriesId, boolean>();

function isKnownSeriesId(series: SeriesId): boolean {
  let isOk = known.get(series);
  if (isOk === undefined) known.set(series, (isOk = isSeriesId(series)));
  return isOk;
}

function refusalOf(batch: ReadingBatch, index: number, seriesOk: readonly boolean[]): RefusalReason | undefined {
  if (seriesOk[batch.seriesKey[index] as number] !== true) return "id-invalid";
  const atMs = batch.sampledAtMs[index] as number;
  if (!Number.isInteger(atMs) || atMs < 0 || atMs > STORE_TIME_MAX_MS) return "time-invalid";
  const ordinal = batch.ordinal[index] as number;
  if (ordinal < 0 || ordinal >= ORDINALS_PER_MS) return "ordinal-invalid";
  const quality = batch.quality[index] as number;
  if (qualityOf(quality) === undefined) return "quality-unknown";
  const value = batch.value[index] as number;
  if (Number.isNaN(value)) return quality === QUALITY_GOOD ? "value-missing" : undefined;
  return Number.isFinite(value) ? undefined : "value-not-finite";
}

/** Splits a batch into the indices that may be stored, in order, and those that may not. */
export function checkBatch(batch: ReadingBatch): { storable: Int32Array; refused: RefusedPoint[] } {
  const seriesOk = batch.series.map(isKnownSeriesId);
  const storable = new Int32Array(batch.count);
  const refused: RefusedPoint[] = [];
  let kept = 0;
  for (let index = 0; index < batch.count; index += 1) {
    const reason = refusalOf(batch, index, seriesOk);
    if (reason === undefined) storable[kept++] = index;
    else refused.push({ index, reason });
  }
  return { storable: storable.subarray(0, kept), refused };
}
