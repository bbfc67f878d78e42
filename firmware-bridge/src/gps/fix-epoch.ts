// The sentences of one instant, joined. Never a position, mode or time that the receiver did not give.

import { timeOfDayText } from "./nmea-fields.ts";
import type { Fix, FixFlaw } from "./fix.ts";
import type { FixPlausibility } from "./fix-plausibility.ts";
import { GGA_KIND, GSA_KIND, POSITION_KINDS } from "./sentence-facts.ts";
import type { FixDenial, SentenceFacts } from "./sentence-facts.ts";

const WEEK_MS = 7 * 86_400_000;
/** Fewer satellites cannot measure a position, only prolong one. */
const SATELLITES_MIN = 3;
/** GPS satellites send the week in ten bits. */
const WEEKS_OF_ROLLOVER = 1024;

export class FixEpoch {
  #kinds = 0;
  #timeMs = Number.NaN;
  #dayUtcMs = Number.NaN;
  #claims = false;
  #denial: FixDenial | undefined;
  #gsaMode = 0;
  #latDeg = Number.NaN;
  #lonDeg = Number.NaN;
  #altM = Number.NaN;
  #speedMps = Number.NaN;
  #trackDeg = Number.NaN;
  #satellites = Number.NaN;
  /** There was a GGA for each constellation, and none of them counts all satellites. */
  #isCountedApart = false;

  /** Another time is another instant; a type that comes again without a time begins the receiver's next round. */
  endsBefore(facts: SentenceFacts): boolean {
    if (this.#kinds === 0) return false;
    if (!Number.isNaN(facts.timeMs) && !Number.isNaN(this.#timeMs)) return facts.timeMs !== this.#timeMs;
    return facts.kind !== GSA_KIND && (this.#kinds & facts.kind) !== 0;
  }

  /** The first sentence that gives a fact is taken at its word. */
  add(facts: SentenceFacts): void {
    this.#isCountedApart ||= facts.kind === GGA_KIND && (this.#kinds & GGA_KIND) !== 0;
    this.#kinds |= facts.kind;
    this.#claims ||= facts.claims;
    if (facts.denial !== undefined && (this.#denial ?? "no-fix") === "no-fix") this.#denial = facts.denial;
    // Receivers with several constellations send one GSA for each; those without satellites in use may say 1.
    this.#gsaMode = Math.max(this.#gsaMode, facts.mode);
    this.#timeMs = either(this.#timeMs, facts.timeMs);
    this.#dayUtcMs = either(this.#dayUtcMs, facts.dayUtcMs);
    // Half a position is none, and two halves are not made one.
    if (Number.isNaN(this.#latDeg) && !Number.isNaN(facts.latDeg) && !Number.isNaN(facts.lonDeg)) {
      this.#latDeg = facts.latDeg;
      this.#lonDeg = facts.lonDeg;
    }
    this.#altM = either(this.#altM, facts.altM);
    this.#speedMps = either(this.#speedMps, facts.speedMps);
    this.#trackDeg = either(this.#trackDeg, facts.trackDeg);
    // GGA counts one constellation (and at most 12), GNS all of them: the larger number is the whole.
    if (!(facts.satellites <= this.#satellites)) this.#satellites = either(facts.satellites, this.#satellites);
  }

  /** Ends the instant and begins the next; undefined when it told neither position nor time. */
  end(earliestUtcMs: number, plausibility: FixPlausibility): Fix | undefined {
    const fix = this.#fix(earliestUtcMs, plausibility);
    this.#kinds = this.#gsaMode = 0;
    this.#claims = this.#isCountedApart = false;
    this.#denial = undefined;
    this.#timeMs = this.#dayUtcMs = this.#latDeg = this.#lonDeg = Number.NaN;
    this.#altM = this.#speedMps = this.#trackDeg = this.#satellites = Number.NaN;
    return fix;
  }

  #fix(earliestUtcMs: number, plausibility: FixPlausibility): Fix | undefined {
    if ((this.#kinds & POSITION_KINDS) === 0 && Number.isNaN(this.#timeMs)) return undefined;
    const ownFlaw = this.#ownFlaw();
    const isMeasured = ownFlaw === null;
    const weeksAdded = isMeasured ? weeksMissing(this.#dayUtcMs + this.#timeMs, earliestUtcMs) : 0;
    const utcMs = this.#dayUtcMs + this.#timeMs + weeksAdded * WEEK_MS;
    const flaw = ownFlaw ?? this.#outerFlaw(utcMs, plausibility);
    const isShown = flaw !== "no-fix" && flaw !== "no-position";
    return {
      timeUtcMs: utcMs >= earliestUtcMs ? utcMs : null,
      weeksAdded,
      timeOfDay: Number.isNaN(this.#timeMs) ? null : timeOfDayText(this.#timeMs),
      mode: isShown ? this.#mode() : 1,
      latDeg: isShown ? this.#latDeg : null,
      lonDeg: isShown ? this.#lonDeg : null,
      altM: isShown ? known(this.#altM) : null,
      speedMps: isShown ? known(this.#speedMps) : null,
      trackDeg: isShown ? known(this.#trackDeg) : null,
      satellites: known(this.#satellites),
      quality: flaw === null ? "good" : QUALITY_OF_FLAW[flaw],
      flaw,
    };
  }

  /** What the sentences themselves say against a fix. */
  #ownFlaw(): FixFlaw | null {
    if (this.#denial === "no-fix" || this.#gsaMode === 1) return "no-fix";
    if (!this.#claims && this.#denial === undefined) return "no-fix";
    if (Number.isNaN(this.#latDeg)) return "no-position";
    if (this.#denial !== undefined) return this.#denial;
    if (this.#latDeg === 0 && this.#lonDeg === 0) return "zero-position";
    return this.#satellites < SATELLITES_MIN && !this.#isCountedApart ? "few-satellites" : null;
  }

  #outerFlaw(utcMs: number, plausibility: FixPlausibility): FixFlaw | null {
    const isDated = !Number.isNaN(utcMs);
    const timeMs = isDated ? utcMs : this.#timeMs;
    const place = { latDeg: this.#latDeg, lonDeg: this.#lonDeg, speedMps: this.#speedMps, timeMs, isDated };
    return plausibility.judge(place) ?? null;
  }

  /** Without a GSA, four satellites and a height make three dimensions; less is a position only. */
  #mode(): 2 | 3 {
    if (this.#gsaMode !== 0) return this.#gsaMode === 3 ? 3 : 2;
    return !Number.isNaN(this.#altM) && this.#satellites >= 4 ? 3 : 2;
  }
}

const QUALITY_OF_FLAW: Readonly<Record<FixFlaw, "sentinel" | "out-of-physical-range">> = {
  "no-fix": "sentinel",
  simulated: "sentinel",
  estimated: "sentinel",
  "by-hand": "sentinel",
  "no-position": "sentinel",
  "few-satellites": "sentinel",
  "zero-position": "out-of-physical-range",
  "impossible-speed": "out-of-physical-range",
  jump: "out-of-physical-range",
};

/** Whole rollovers that bring a date up to the earliest plausible one. */
function weeksMissing(utcMs: number, earliestUtcMs: number): number {
  if (!(utcMs < earliestUtcMs)) return 0;
  return Math.ceil((earliestUtcMs - utcMs) / (WEEKS_OF_ROLLOVER * WEEK_MS)) * WEEKS_OF_ROLLOVER;
}

function either(first: number, second: number): number {
  return Number.isNaN(first) ? second : first;
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
