// Questions that make no sense are refused before they reach a home.
import { isId } from "@isotherm/coldchain";
import { isSeriesId, ORDINALS_PER_MS, STORE_TIME_MAX_MS } from "./reading-check.ts";
import type {
  CountQuery,
  FirstQuery,
  HoursQuery,
  LastQuery,
  ReadingsQuery,
  SeriesId,
  SeriesQuery,
  TimeWindow,
  TrackQuery,
} from "./reading-store.ts";
import { BUCKETS_MAX, READINGS_MAX } from "./store-limits.ts";
import { StoreQueryError } from "./store-errors.ts";

function refuse(problem: string): never {
  throw new StoreQueryError(problem);
}

function checkSeries(series: SeriesId): void {
  if (!isSeriesId(series)) refuse(`not a series: ${JSON.stringify(series)}`);
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    refuse(`${name} is ${value}; it must be a whole number from ${min} to ${max}`);
  }
}

function checkWindow({ fromMs, toMs }: TimeWindow): void {
  checkWhole("fromMs", fromMs, 0, STORE_TIME_MAX_MS + 1);
  checkWhole("toMs", toMs, 0, STORE_TIME_MAX_MS + 1);
}

export function checkReadingsQuery(query: ReadingsQuery): { limit: number; fromOrdinal: number } {
  checkSeries(query.series);
  checkWindow(query);
  const { limit = READINGS_MAX, fromOrdinal = 0 } = query;
  checkWhole("limit", limit, 1, READINGS_MAX);
  checkWhole("fromOrdinal", fromOrdinal, 0, ORDINALS_PER_MS);
  return { limit, fromOrdinal };
}

export function checkSeriesQuery(query: SeriesQuery): void {
  checkSeries(query.series);
  checkWindow(query);
  checkWhole("buckets", query.buckets, 1, BUCKETS_MAX);
}

export function checkLastQuery(query: LastQuery): void {
  checkSeries(query.series);
  checkWhole("beforeMs", query.beforeMs, 0, STORE_TIME_MAX_MS + 1);
}

export function checkFirstQuery(query: FirstQuery): void {
  checkSeries(query.series);
  checkWhole("fromMs", query.fromMs, 0, STORE_TIME_MAX_MS + 1);
}

/** Also what upkeep is asked to remove. */
export function checkHoursQuery(query: HoursQuery): void {
  checkSeries(query.series);
  checkWindow(query);
}

export function checkCountQuery(query: CountQuery): void {
  for (const id of [query.tenantId, query.assetId]) if (id !== undefined && !isId(id)) refuse(`not an id: ${id}`);
}

export function checkTrackQuery(query: TrackQuery): void {
  if (!isId(query.tenantId) || !isId(query.assetId)) refuse(`not an asset: ${query.tenantId} ${query.assetId}`);
  const place = query.place ?? "any";
  checkSeries({ tenantId: query.tenantId, assetId: query.assetId, channel: `latitude/${place}` });
  checkWindow(query);
  checkWhole("pointsMax", query.pointsMax, 2, READINGS_MAX);
}
