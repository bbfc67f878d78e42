// Hourly sums as rows of the SQLite home.
import { wideBytes, wideSpans } from "./hour-sums.ts";
import type { HourSums } from "./reading-store.ts";

export const HOURS_OF_SERIES =
  "SELECT * FROM hours WHERE series = ? AND hour_ms >= ? AND hour_ms < ? ORDER BY hour_ms LIMIT ?";

export const PUT_HOUR = `INSERT OR REPLACE INTO hours VALUES (${Array.from({ length: 20 }, () => "?").join(", ")})`;

/** In the order of the table's columns; NaN is kept as null. */
export function hourValues(series: number, hour: HourSums): (number | Uint8Array | null)[] {
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return [
    series,
    hour.hourMs,
    hour.count,
    hour.valueSum,
    hour.notGood,
    hour.worstQuality,
    orNull(hour.min),
    orNull(hour.max),
    orNull(hour.minAtMs),
    orNull(hour.maxAtMs),
    orNull(hour.firstAtMs),
    orNull(hour.firstValue),
    orNull(hour.lastAtMs),
    orNull(hour.lastValue),
    hour.innerMs,
    hour.innerValueMs,
    hour.harmLog,
    orNull(hour.harmMs),
    hour.longestMs,
    wideBytes(hour.wide),
  ];
}

export function hourRow(row: Record<string, unknown>): HourSums {
  const number = (name: string): number => (row[name] as number | null) ?? NaN;
  return {
    hourMs: number("hour_ms"),
    count: number("good"),
    valueSum: number("value_sum"),
    notGood: number("not_good"),
    worstQuality: number("worst_quality"),
    min: number("min"),
    max: number("max"),
    minAtMs: number("min_at_ms"),
    maxAtMs: number("max_at_ms"),
    firstAtMs: number("first_at_ms"),
    firstValue: number("first_value"),
    lastAtMs: number("last_at_ms"),
    lastValue: number("last_value"),
    innerMs: number("inner_ms"),
    innerValueMs: number("inner_value_ms"),
    harmLog: number("harm_log"),
    harmMs: number("harm_ms"),
    longestMs: number("longest_ms"),
    wide: wideSpans(row["wide"] as Uint8Array),
  };
}
