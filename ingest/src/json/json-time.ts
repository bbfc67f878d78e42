// The instant that a message states, read by the format that the mapping names and no other.

import type { TimeZone } from "../assess/time-zone.ts";
import type { JsonValue } from "./json-path.ts";

export type JsonTimeFormat = "iso8601" | "epoch-s" | "epoch-ms";

const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const NUMBER = /^\d{1,15}(?:\.\d{1,9})?$/;
const MINUTE_MS = 60_000;

/** UTC milliseconds, or in words why it is no time. */
export function readJsonTime(value: JsonValue, format: JsonTimeFormat, zone: TimeZone | undefined): number | string {
  const shown = JSON.stringify(value).slice(0, 40);
  if (format !== "iso8601") {
    const number = typeof value === "string" && NUMBER.test(value) ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) return `${shown} is no time in ${format}`;
    return Math.round(format === "epoch-s" ? number * 1000 : number);
  }
  const found = typeof value === "string" ? ISO.exec(value.trim()) : null;
  if (found === null) return `${shown} is no ISO 8601 time`;
  const [, year, month, day, hour, minute, second = "0", fraction = "0", offset] = found;
  const figures = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const wallMs = Date.UTC(...figures) + Number(fraction.padEnd(3, "0").slice(0, 3));
  const back = new Date(wallMs);
  const isReal = back.getUTCMonth() === figures[1] && back.getUTCDate() === figures[2] && figures[3] < 24;
  if (!isReal || figures[4] > 59 || figures[5] > 59) return `${shown} is on no calendar`;
  if (offset !== undefined) return wallMs - offsetMs(offset);
  if (zone === undefined) return `${shown} names no offset, and the mapping no timeZone`;
  const [instant, ...others] = zone.instantsOf(wallMs);
  if (instant === undefined || others.length > 0)
    return `${shown} is shown ${instant === undefined ? "never" : "twice"} by clocks in ${zone.name}`;
  return instant;
}

function offsetMs(offset: string): number {
  if (offset.toUpperCase() === "Z") return 0;
  const digits = offset.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || "0");
  return (offset.startsWith("-") ? -minutes : minutes) * MINUTE_MS;
}
