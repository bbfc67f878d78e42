// Bytes of a receiver to fixes, one for each instant.

import type { Fix } from "./fix.ts";
import { FixEpoch } from "./fix-epoch.ts";
import { FixPlausibility } from "./fix-plausibility.ts";
import { SentenceReader } from "./nmea-sentence.ts";
import { SentenceFacts } from "./sentence-facts.ts";

export interface NmeaDecoderOptions {
  /**
   * No fix is older than this; default 2024-01-01. A date before it comes from a week counter that rolled over, and
   * whole rollovers of 1024 weeks are added until it is not.
   */
  readonly earliestUtcMs?: number;
  /** Nothing that is followed moves faster; default 150 m/s, which no road, rail or sea carrier reaches. */
  readonly speedMaxMps?: number;
}

export interface NmeaCounters {
  readonly sentences: number;
  readonly rejected: number;
  /** Fixes that nobody took in time. */
  readonly dropped: number;
}

export interface NmeaDecoder {
  /** Any bytes, in any pieces; never throws. */
  push(bytes: Uint8Array): void;
  /** The fixes completed since the last call, oldest first; the newest 64 are kept. */
  take(): Fix[];
  /** Ends the instant that is being joined, as after a pause of the receiver. */
  flush(): void;
  readonly counters: NmeaCounters;
}

const FIXES_KEPT = 64;

export function nmeaDecoder(options: NmeaDecoderOptions = {}): NmeaDecoder {
  const earliestUtcMs = options.earliestUtcMs ?? Date.UTC(2024, 0, 1);
  const plausibility = new FixPlausibility(options.speedMaxMps ?? 150);
  const facts = new SentenceFacts();
  const epoch = new FixEpoch();
  let fixes: Fix[] = [];
  let dropped = 0;

  const endEpoch = (): void => {
    const fix = epoch.end(earliestUtcMs, plausibility);
    if (fix === undefined) return;
    fixes.push(fix);
    if (fixes.length <= FIXES_KEPT) return;
    fixes.shift();
    dropped += 1;
  };

  const reader = new SentenceReader((sentence) => {
    if (!facts.read(sentence)) return;
    if (epoch.endsBefore(facts)) endEpoch();
    epoch.add(facts);
  });

  return {
    push: (bytes) => reader.push(bytes),
    take() {
      const taken = fixes;
      fixes = [];
      return taken;
    },
    flush: endEpoch,
    get counters() {
      return { ...reader.counters, dropped };
    },
  };
}
