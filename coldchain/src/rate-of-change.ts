// How fast a channel changes, as a series of its own.
import type { ReadingSlice } from "./excursion.ts";

const HOUR_MS = 3_600_000;

/**
 * The rate at every good reading, in the channel's unit an hour: its value less the one that stood `overMs` before, by
 * that time. Where no reading stood then (the one before it was a gap ago, or more) there is no rate, and no entry.
 */
export function rateReadings(readings: ReadingSlice, overMs: number, gapMs: number): ReadingSlice {
  const atMs = new Float64Array(readings.count);
  const value = new Float64Array(readings.count);
  let count = 0;
  let base = -1;
  let ahead = 0;
  for (let i = 0; i < readings.count; i++) {
    if (!counts(readings, i)) continue;
    const nowMs = readings.atMs[i] as number;
    const thenMs = nowMs - overMs;
    for (; ahead < i && (readings.atMs[ahead] as number) <= thenMs; ahead++) if (counts(readings, ahead)) base = ahead;
    if (base < 0 || thenMs - (readings.atMs[base] as number) >= gapMs) continue;
    atMs[count] = nowMs;
    value[count++] = (((readings.value[i] as number) - (readings.value[base] as number)) * HOUR_MS) / overMs;
  }
  return { count, atMs: atMs.subarray(0, count), value: value.subarray(0, count), good: new Uint8Array(count).fill(1) };
}

function counts(readings: ReadingSlice, at: number): boolean {
  return readings.good[at] === 1 && Number.isFinite(readings.value[at]);
}
