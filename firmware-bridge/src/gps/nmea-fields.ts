// Fields of a sentence as numbers, read from the bytes. Strict: a field that is not exactly what it should be is absent
// (NaN), never guessed.

import type { Sentence } from "./nmea-sentence.ts";

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const MINUS = 0x2d;
const POINT = 0x2e;
/** So many digits are exact in a double, and a quotient of two exact doubles is rounded as the text would be. */
const EXACT_DIGITS_MAX = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS_MAX + 1 }, (_, power) => 10 ** power);
const DAY_MS = 86_400_000;

/** `12`, `-0.3`. */
export function numberField(sentence: Sentence, field: number): number {
  const { bytes } = sentence;
  const start = sentence.startOf(field);
  const end = sentence.endOf(field);
  const isNegative = start < end && bytes[start] === MINUS;
  const from = isNegative ? start + 1 : start;
  const point = pointOf(bytes, from, end);
  if (point === from || point < 0) return Number.NaN;
  const magnitude = decimalOf(bytes, from, point, end);
  return isNegative ? -magnitude : magnitude;
}

/** Degrees, signed, of the field and its hemisphere in the next: `4134.498,N` is 41 degrees and 34.498 minutes north. */
export function angleField(sentence: Sentence, field: number, isLatitude: boolean): number {
  const hemisphere = sentence.letterOf(field + 1);
  const positive = isLatitude ? 0x4e : 0x45;
  const negative = isLatitude ? 0x53 : 0x57;
  if (hemisphere !== positive && hemisphere !== negative) return Number.NaN;
  const { bytes } = sentence;
  const start = sentence.startOf(field);
  const end = sentence.endOf(field);
  const point = pointOf(bytes, start, end);
  const wholeDigits = point - start;
  // Receivers that leave out leading zeros are understood: the last two digits before the point are always minutes.
  if (wholeDigits < 3 || wholeDigits > (isLatitude ? 4 : 5)) return Number.NaN;
  const minutes = decimalOf(bytes, point - 2, point, end);
  const degrees = integerOf(bytes, start, point - 2) + minutes / 60;
  if (minutes >= 60 || degrees > (isLatitude ? 90 : 180)) return Number.NaN;
  return hemisphere === negative && degrees !== 0 ? -degrees : degrees;
}

/** Milliseconds since midnight UTC of `hhmmss` or `hhmmss.s…`; finer digits are cut. A leap second is 23:59:60. */
export function timeField(sentence: Sentence, field: number): number {
  const { bytes } = sentence;
  const start = sentence.startOf(field);
  const end = sentence.endOf(field);
  const point = pointOf(bytes, start, end);
  if (point - start !== 6) return Number.NaN;
  const hours = integerOf(bytes, start, start + 2);
  const minutes = integerOf(bytes, start + 2, start + 4);
  const seconds = integerOf(bytes, start + 4, start + 6);
  if (hours > 23 || minutes > 59 || seconds > 60) return Number.NaN;
  if (seconds === 60 && (hours !== 23 || minutes !== 59)) return Number.NaN;
  let milliseconds = 0;
  for (let at = point + 1, weight = 100; at < end && weight >= 1; at += 1, weight /= 10) {
    milliseconds += ((bytes[at] as number) - DIGIT_0) * weight;
  }
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
}

/** A whole number of at most `digitsMax` digits. */
export function wholeField(sentence: Sentence, field: number, digitsMax: number): number {
  const start = sentence.startOf(field);
  const end = sentence.endOf(field);
  if (start === end || end - start > digitsMax || pointOf(sentence.bytes, start, end) !== end) return Number.NaN;
  return integerOf(sentence.bytes, start, end);
}

/** Midnight of a day of the calendar, or NaN for one that does not exist. */
export function dayUtcMs(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN;
  const atMs = Date.UTC(year, month - 1, day);
  return new Date(atMs).getUTCDate() === day ? atMs : Number.NaN;
}

/** `HH:MM:SS.sss` of milliseconds since midnight; a leap second is shown as the receiver gave it. */
export function timeOfDayText(timeMs: number): string {
  const isLeapSecond = timeMs >= DAY_MS;
  const seconds = isLeapSecond ? 86_399 : Math.floor(timeMs / 1000);
  const minutes = Math.floor(seconds / 60);
  const inMinute = isLeapSecond ? 60 : seconds % 60;
  const thousandths = String(timeMs % 1000).padStart(3, "0");
  return `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[inMinute]}.${thousandths}`;
}

const TWO_DIGITS = Array.from({ length: 61 }, (_, value) => String(value).padStart(2, "0"));

/** Where the point lies in `bytes[start, end)`, or `end` without one; -1 unless all else is digits, some after it. */
function pointOf(bytes: Uint8Array, start: number, end: number): number {
  let point = -1;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= DIGIT_0 && byte <= DIGIT_9) continue;
    if (byte !== POINT || point >= 0) return -1;
    point = at;
  }
  if (point < 0) return end;
  return point === end - 1 ? -1 : point;
}

function integerOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + ((bytes[at] as number) - DIGIT_0);
  return value;
}

/** The value of digits with a point at `point`, rounded once. */
function decimalOf(bytes: Uint8Array, start: number, point: number, end: number): number {
  if (end - start > EXACT_DIGITS_MAX) return Number(String.fromCharCode(...bytes.subarray(start, end)));
  let value = integerOf(bytes, start, point);
  if (point === end) return value;
  for (let at = point + 1; at < end; at += 1) value = value * 10 + ((bytes[at] as number) - DIGIT_0);
  return value / (POWERS_OF_TEN[end - point - 1] as number);
}
