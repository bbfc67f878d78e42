// Hourly sums in InfluxDB: measurement `hour`, tags as those of a reading, time the hour's beginning. Every field is written
// every time, because a point written again keeps the fields that it is not given; what is not known is left at 0.
import { wideBytes, wideSpans } from "./hour-sums.ts";
import type { Cell } from "./influx-answer.ts";
import { instantOf, nanosecondsOf } from "./influx-time.ts";
import { linePrefix } from "./influx-lines.ts";
import type { HourSums, SeriesId } from "./reading-store.ts";

const COUNTS = ["good", "notGood", "worstQuality", "minAtMs", "maxAtMs", "firstAtMs", "lastAtMs"] as const;
const NUMBERS = ["valueSum", "min", "max", "firstValue", "lastValue"] as const;
const SUMS = ["innerMs", "innerValueMs", "harmLog", "harmMs", "longestMs"] as const;
/** What a row is read back from, in this order after the time. */
export const HOUR_FIELDS = [...COUNTS, ...NUMBERS, ...SUMS, "wide"].join(", ");

/** Negative where a sum of time times a power can never be. */
const NO_HARM = -1;

export function hourLine(series: SeriesId, hour: HourSums): string {
  const known = { ...hour, good: hour.count, harmMs: Number.isNaN(hour.harmMs) ? NO_HARM : hour.harmMs };
  const number = (value: number): number => (Number.isNaN(value) ? 0 : value + 0);
  const fields = [
    ...COUNTS.map((name) => `${name}=${number(known[name])}i`),
    ...[...NUMBERS, ...SUMS].map((name) => `${name}=${number(known[name])}`),
    `wide="${Buffer.from(wideBytes(hour.wide)).toString("base64")}"`,
  ];
  return `${linePrefix(series).replace(/^reading,/, "hour,")}${fields.join(",")} ${nanosecondsOf(hour.hourMs, 0)}`;
}

export function hourOfCells(cells: readonly Cell[]): HourSums {
  const names = [...COUNTS, ...NUMBERS, ...SUMS] as readonly string[];
  const numbers = new Map(names.map((name, at) => [name, Number(cells[at + 1] ?? 0)]));
  const of = (name: string): number => numbers.get(name) as number;
  const count = of("good");
  const told = (name: string): number => (count === 0 ? NaN : of(name));
  return {
    hourMs: instantOf(String(cells[0])).atMs,
    count,
    valueSum: of("valueSum"),
    notGood: of("notGood"),
    worstQuality: of("worstQuality"),
    min: told("min"),
    max: told("max"),
    minAtMs: told("minAtMs"),
    maxAtMs: told("maxAtMs"),
    firstAtMs: told("firstAtMs"),
    firstValue: told("firstValue"),
    lastAtMs: told("lastAtMs"),
    lastValue: told("lastValue"),
    innerMs: of("innerMs"),
    innerValueMs: of("innerValueMs"),
    harmLog: of("harmLog"),
    harmMs: of("harmMs") < 0 ? NaN : of("harmMs"),
    longestMs: of("longestMs"),
    wide: wideSpans(Buffer.from(String(cells[names.length + 1] ?? ""), "base64")),
  };
}
