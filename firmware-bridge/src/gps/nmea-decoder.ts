// Joins the sentences of one instant into one fix. Never a position, mode or time that the receiver did not give.

import type { Quality } from "@isotherm/coldchain";
import { SentenceReader } from "./nmea-sentence.ts";
import type { Sentence } from "./nmea-sentence.ts";
import { factsOf } from "./sentence-facts.ts";
import type { SentenceFacts } from "./sentence-facts.ts";

export interface Fix {
  /** Null without a date, or with one before `earliestUtcMs`: receivers whose week counter rolled over give those.
   * In mode 1 it is the receiver's own clock, which nothing has set right yet. */
  readonly timeUtcMs: number | null;
  /** `HH:MM:SS.sss`, UTC. */
  readonly timeOfDay: string | null;
  /** 1 no fix, 2 position, 3 position and height. */
  readonly mode: 1 | 2 | 3;
  readonly latDeg: number | null;
  readonly lonDeg: number | null;
  /** Above mean sea level. */
  readonly altM: number | null;
  readonly speedMps: number | null;
  readonly trackDeg: number | null;
  readonly satellites: number | null;
  /** `good` for modes 2 and 3; `sentinel` when the receiver says it has no fix; `out-of-physical-range` for 0,0. */
  readonly quality: Quality;
}

export interface NmeaDecoderOptions {
  /** Dates before this are not believed; default 2024-01-01. */
  readonly earliestUtcMs?: number;
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

/** Facts of one instant, with the sentence types that gave them. */
interface Epoch {
  readonly types: Set<string>;
  timeMs: number | null;
  facts: Record<string, unknown> & SentenceFacts;
  isDenied: boolean;
  isClaimed: boolean;
  gsaMode: 1 | 2 | 3 | undefined;
  satellites: number | null;
}

const FIXES_KEPT = 64;
const POSITION_TYPES = ["RMC", "GGA", "GNS", "GLL"];

export function nmeaDecoder(options: NmeaDecoderOptions = {}): NmeaDecoder {
  const earliestUtcMs = options.earliestUtcMs ?? Date.UTC(2024, 0, 1);
  const reader = new SentenceReader();
  let epoch: Epoch | undefined;
  let fixes: Fix[] = [];
  let dropped = 0;

  const flush = (): void => {
    if (epoch === undefined) return;
    const fix = fixOf(epoch, earliestUtcMs);
    epoch = undefined;
    if (fix === undefined) return;
    fixes.push(fix);
    if (fixes.length > FIXES_KEPT) {
      fixes.shift();
      dropped += 1;
    }
  };

  const found = (sentence: Sentence): void => {
    const facts = factsOf(sentence);
    if (facts === undefined) return;
    if (epoch !== undefined && beginsNewEpoch(epoch, sentence.type, facts.timeMs ?? null)) flush();
    epoch ??= newEpoch();
    addFacts(epoch, sentence.type, facts);
  };

  return {
    push: (bytes) => reader.push(bytes, found),
    take() {
      const taken = fixes;
      fixes = [];
      return taken;
    },
    flush,
    get counters() {
      return { ...reader.counters, dropped };
    },
  };
}

function newEpoch(): Epoch {
  return {
    types: new Set(),
    timeMs: null,
    facts: {},
    isDenied: false,
    isClaimed: false,
    gsaMode: undefined,
    satellites: null,
  };
}

/** Another time is another instant; a type that comes again without a time begins the receiver's next round. */
function beginsNewEpoch(epoch: Epoch, type: string, timeMs: number | null): boolean {
  if (timeMs !== null && epoch.timeMs !== null) return timeMs !== epoch.timeMs;
  return type !== "GSA" && epoch.types.has(type);
}

function addFacts(epoch: Epoch, type: string, facts: SentenceFacts): void {
  epoch.types.add(type);
  epoch.timeMs ??= facts.timeMs ?? null;
  if (facts.isFix === true) epoch.isClaimed = true;
  if (facts.isFix === false) epoch.isDenied = true;
  // Receivers with several constellations send one GSA for each; those without satellites in use may say 1.
  if (facts.mode !== undefined) epoch.gsaMode = Math.max(epoch.gsaMode ?? 1, facts.mode) as 1 | 2 | 3;
  // GGA counts one constellation (and at most 12), GNS all of them: the larger number is the whole.
  if (typeof facts.satellites === "number") epoch.satellites = Math.max(epoch.satellites ?? 0, facts.satellites);
  if ((facts.latDeg === null || facts.lonDeg === null) && facts.isFix === true) epoch.isDenied = true;
  for (const [name, value] of Object.entries(facts)) {
    if (value !== null && value !== undefined) epoch.facts[name] ??= value;
  }
}

function fixOf(epoch: Epoch, earliestUtcMs: number): Fix | undefined {
  const { facts } = epoch;
  const hasPositionSentence = POSITION_TYPES.some((type) => epoch.types.has(type));
  if (!hasPositionSentence && epoch.timeMs === null) return undefined;
  const isNowhere = facts.latDeg === 0 && facts.lonDeg === 0;
  const isFix = epoch.isClaimed && !epoch.isDenied && epoch.gsaMode !== 1 && !isNowhere;
  const given = <Value>(value: Value | null | undefined): Value | null => (isFix ? (value ?? null) : null);
  return {
    timeUtcMs: timeUtcOf(epoch, earliestUtcMs),
    timeOfDay: epoch.timeMs === null ? null : timeOfDayOf(epoch.timeMs),
    mode: isFix ? modeOf(epoch) : 1,
    latDeg: given(facts.latDeg),
    lonDeg: given(facts.lonDeg),
    altM: given(facts.altM),
    speedMps: given(facts.speedMps),
    trackDeg: given(facts.trackDeg),
    satellites: epoch.satellites,
    quality: isFix ? "good" : isNowhere && epoch.isClaimed && !epoch.isDenied ? "out-of-physical-range" : "sentinel",
  };
}

/** Without a GSA, four satellites and a height make three dimensions; less is a position only. */
function modeOf(epoch: Epoch): 2 | 3 {
  if (epoch.gsaMode !== undefined) return epoch.gsaMode === 3 ? 3 : 2;
  const hasHeight = epoch.facts.altM !== null && epoch.facts.altM !== undefined;
  return hasHeight && (epoch.satellites ?? 0) >= 4 ? 3 : 2;
}

function timeUtcOf(epoch: Epoch, earliestUtcMs: number): number | null {
  const day = epoch.facts.dayUtcMs;
  if (day === null || day === undefined || epoch.timeMs === null) return null;
  const utcMs = day + epoch.timeMs;
  return utcMs < earliestUtcMs ? null : utcMs;
}

function timeOfDayOf(timeMs: number): string {
  const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");
  const isLeapSecond = timeMs >= 86_400_000;
  const seconds = isLeapSecond ? 86_399 : Math.floor(timeMs / 1000);
  const inMinute = isLeapSecond ? 60 : seconds % 60;
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(inMinute, 2)}.${pad(timeMs % 1000, 3)}`;
}
