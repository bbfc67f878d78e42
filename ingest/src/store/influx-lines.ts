// Readings as line protocol: measurement `reading`, tags tenant, asset and channel.
import { QUALITY_GOOD } from "@isotherm/coldchain";
import type { ReadingRow } from "./column-builder.ts";
import type { Cell } from "./influx-answer.ts";
import { instantOf } from "./influx-time.ts";
import type { SeriesId } from "./reading-store.ts";

/** What a point is read back from, in this order after the time. */
export const POINT_FIELDS = "value, raw, quality";

function escapeTag(text: string): string {
  return text.replace(/[,= ]/g, "\\$&");
}

/** Measurement and tags, which come in the order of their keys because the server then need not sort them. */
export function linePrefix({ tenantId, assetId, channel }: SeriesId): string {
  return `reading,asset=${escapeTag(assetId)},channel=${escapeTag(channel)},tenant=${escapeTag(tenantId)} `;
}

/**
 * Only a good reading has the field `value`, so that no query written without thought shows another's number; one that is
 * not good has its code in `quality`, and its number, if any, in `raw`.
 */
export function fieldsOf(number: number, quality: number): string {
  // Adding 0 makes a negative zero the ordinary one, as SQLite does.
  if (quality === QUALITY_GOOD) return `value=${number + 0}`;
  return Number.isNaN(number) ? `quality=${quality}i` : `quality=${quality}i,raw=${number + 0}`;
}

/** A row of `SELECT ${POINT_FIELDS}` as a reading. */
export function pointRow([time, value, raw, quality]: readonly Cell[]): ReadingRow {
  const isGood = quality === null || quality === undefined;
  const number = (isGood ? value : raw) as number | null | undefined;
  return { ...instantOf(String(time)), number: number ?? NaN, quality: isGood ? QUALITY_GOOD : Number(quality) };
}

/** `WHERE` conditions of InfluxQL; the values have passed `isSeriesId` and hold no quote. */
export function tagConditions(tags: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(tags).flatMap(([tag, value]) =>
    value === undefined ? [] : [`"${tag}" = '${value.replace(/[\\']/g, "\\$&")}'`],
  );
}

/** Conditions that hold for one series. */
export function seriesConditions({ tenantId, assetId, channel }: SeriesId): string {
  return tagConditions({ tenant: tenantId, asset: assetId, channel }).join(" AND ");
}
