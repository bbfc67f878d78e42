// A capture of a receiver, from its file to what it said at each instant.

import type { Fix } from "../gps/fix.ts";
import { nmeaDecoder } from "../gps/nmea-decoder.ts";
import type { NmeaCounters, NmeaDecoderOptions } from "../gps/nmea-decoder.ts";

/** One instant, as `decode --json` prints it. Degrees are signed; null where the receiver gave nothing. */
export interface CapturedEpoch {
  readonly time: string | null;
  readonly timeOfDay: string | null;
  readonly mode: 1 | 2 | 3;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly alt: number | null;
  readonly speedMps: number | null;
  readonly trackDeg: number | null;
  readonly satellites: number | null;
  readonly quality: string;
  /** Only when the quality is not good: what is wrong. */
  readonly flaw?: string;
  /** Only when the date was mended. */
  readonly weeksAdded?: number;
}

const PIECE_BYTES = 2048;

export function decodeNmeaCapture(
  capture: Uint8Array,
  options: NmeaDecoderOptions,
): { readonly epochs: CapturedEpoch[]; readonly counters: NmeaCounters } {
  const decoder = nmeaDecoder(options);
  const epochs: CapturedEpoch[] = [];
  const take = (): void => {
    for (const fix of decoder.take()) epochs.push(epochOf(fix));
  };
  for (const bytes of withoutHeaders(capture)) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      decoder.push(bytes.subarray(at, at + PIECE_BYTES));
      take();
    }
  }
  // The last line of a capture may lack its end.
  decoder.push(Uint8Array.of(0x0a));
  decoder.flush();
  take();
  return { epochs, counters: decoder.counters };
}

/** The capture without the lines that begin with `#`, in as few pieces as these leave. */
function* withoutHeaders(capture: Uint8Array): Generator<Uint8Array> {
  let from = 0;
  for (let at = 0; at < capture.length;) {
    const newline = capture.indexOf(0x0a, at);
    const next = newline < 0 ? capture.length : newline + 1;
    if (capture[at] === 0x23) {
      yield capture.subarray(from, at);
      from = next;
    }
    at = next;
  }
  yield capture.subarray(from);
}

function epochOf(fix: Fix): CapturedEpoch {
  return {
    time: fix.timeUtcMs === null ? null : new Date(fix.timeUtcMs).toISOString(),
    timeOfDay: fix.timeOfDay,
    mode: fix.mode,
    lat: fix.latDeg,
    lon: fix.lonDeg,
    alt: fix.altM,
    speedMps: fix.speedMps,
    trackDeg: fix.trackDeg,
    satellites: fix.satellites,
    quality: fix.quality,
    ...(fix.flaw === null ? {} : { flaw: fix.flaw }),
    ...(fix.weeksAdded === 0 ? {} : { weeksAdded: fix.weeksAdded }),
  };
}
