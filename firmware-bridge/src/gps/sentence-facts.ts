// What one sentence says. What it does not state is NaN or undefined; that there is no fix is a statement as well.

import { angleField, dayUtcMs, numberField, timeField, wholeField } from "./nmea-fields.ts";
import { typeCode } from "./nmea-sentence.ts";
import type { Sentence } from "./nmea-sentence.ts";

/** How a receiver says that its position is not a measured one. */
export type FixDenial = "no-fix" | "simulated" | "estimated" | "by-hand";

const RMC = typeCode("RMC");
const GGA = typeCode("GGA");
const GNS = typeCode("GNS");
const GLL = typeCode("GLL");
const VTG = typeCode("VTG");
const ZDA = typeCode("ZDA");
const GSA = typeCode("GSA");

const KNOT_MPS = 1852 / 3600;
const KMH_MPS = 1 / 3.6;
const LETTER = { A: 0x41, D: 0x44, K: 0x4b, M: 0x4d, N: 0x4e, T: 0x54 } as const;

/** Mode indicators. Measured: autonomous, differential, float and fixed RTK, precise. */
const MEASURED_MODES = "ADFRP";
const DENIAL_OF_MODE: Readonly<Record<string, FixDenial>> = { S: "simulated", E: "estimated", M: "by-hand" };
/** GGA: 1 GPS, 2 differential, 3 PPS, 4 and 5 RTK are measured. */
const DENIAL_OF_QUALITY: Readonly<Record<string, FixDenial>> = { 6: "estimated", 7: "by-hand", 8: "simulated" };

/** The facts of one sentence at a time; `read` replaces those of the last one. */
export class SentenceFacts {
  /** One bit for each type that is read; 0 before the first. */
  kind = 0;
  /** Milliseconds since midnight UTC. */
  timeMs = Number.NaN;
  dayUtcMs = Number.NaN;
  /** The receiver calls its position a measured fix. */
  claims = false;
  denial: FixDenial | undefined;
  /** GSA's own word: 1 none, 2 flat, 3 with height; 0 for any other sentence. */
  mode = 0;
  latDeg = Number.NaN;
  lonDeg = Number.NaN;
  altM = Number.NaN;
  speedMps = Number.NaN;
  trackDeg = Number.NaN;
  satellites = Number.NaN;
  #lastDate = -1;
  #lastDayUtcMs = Number.NaN;

  /** False for a sentence that this decoder does not read. */
  read(sentence: Sentence): boolean {
    this.#clear();
    switch (sentence.type) {
      case RMC:
        this.#readRmc(sentence);
        return true;
      case GGA:
        this.#readGga(sentence);
        return true;
      case GNS:
        this.#readGns(sentence);
        return true;
      case GLL:
        this.#readGll(sentence);
        return true;
      case VTG:
        this.#readVtg(sentence);
        return true;
      case ZDA:
        this.kind = KIND.zda;
        this.timeMs = timeField(sentence, 0);
        this.dayUtcMs = dayUtcMs(wholeField(sentence, 3, 4), wholeField(sentence, 2, 2), wholeField(sentence, 1, 2));
        return true;
      case GSA:
        this.kind = KIND.gsa;
        this.mode = wholeField(sentence, 1, 1);
        if (!(this.mode >= 1 && this.mode <= 3)) this.mode = 0;
        return true;
      default:
        return false;
    }
  }

  #clear(): void {
    this.timeMs = this.dayUtcMs = this.latDeg = this.lonDeg = this.altM = Number.NaN;
    this.speedMps = this.trackDeg = this.satellites = Number.NaN;
    this.claims = false;
    this.denial = undefined;
    this.mode = 0;
  }

  #readRmc(sentence: Sentence): void {
    this.kind = KIND.rmc;
    this.timeMs = timeField(sentence, 0);
    this.#judgeStatus(sentence.letterOf(1), sentence, 11);
    this.#readPosition(sentence, 2);
    this.speedMps = notNegative(numberField(sentence, 6) * KNOT_MPS);
    this.trackDeg = direction(numberField(sentence, 7));
    this.dayUtcMs = this.#dateOf(wholeField(sentence, 8, 6), sentence.endOf(8) - sentence.startOf(8));
  }

  #readGga(sentence: Sentence): void {
    this.kind = KIND.gga;
    this.timeMs = timeField(sentence, 0);
    this.#readPosition(sentence, 1);
    const quality = wholeField(sentence, 5, 1);
    this.claims = quality >= 1 && quality <= 5;
    if (!this.claims) this.denial = DENIAL_OF_QUALITY[quality] ?? "no-fix";
    this.satellites = wholeField(sentence, 6, 3);
    this.altM = sentence.letterOf(9) === LETTER.M ? numberField(sentence, 8) : Number.NaN;
  }

  #readGns(sentence: Sentence): void {
    this.kind = KIND.gns;
    this.timeMs = timeField(sentence, 0);
    this.#readPosition(sentence, 1);
    this.#judgeModes(sentence);
    this.satellites = wholeField(sentence, 6, 3);
    this.altM = numberField(sentence, 8);
  }

  #readGll(sentence: Sentence): void {
    this.kind = KIND.gll;
    this.#readPosition(sentence, 0);
    this.timeMs = timeField(sentence, 4);
    // The oldest receivers end after the position, and so say nothing of whether it is one.
    if (sentence.fieldCount > 5) this.#judgeStatus(sentence.letterOf(5), sentence, 6);
  }

  #readVtg(sentence: Sentence): void {
    this.kind = KIND.vtg;
    if (!isEmpty(sentence, 8) && !isMeasured(sentence.letterOf(8))) return;
    if (sentence.letterOf(1) === LETTER.T) this.trackDeg = direction(numberField(sentence, 0));
    if (sentence.letterOf(5) === LETTER.N) this.speedMps = notNegative(numberField(sentence, 4) * KNOT_MPS);
    if (Number.isNaN(this.speedMps) && sentence.letterOf(7) === LETTER.K) {
      this.speedMps = notNegative(numberField(sentence, 6) * KMH_MPS);
    }
  }

  /** Status A (or D, with corrections) claims a fix, unless the mode indicator, which old receivers leave out, takes it back. */
  #judgeStatus(status: number, sentence: Sentence, modeField: number): void {
    const mode = sentence.letterOf(modeField);
    const isValid = status === LETTER.A || status === LETTER.D;
    this.claims = isValid && (isEmpty(sentence, modeField) || isMeasured(mode));
    if (!this.claims) this.denial = DENIAL_OF_MODE[String.fromCharCode(mode)] ?? "no-fix";
  }

  /** GNS has one letter for each constellation. */
  #judgeModes(sentence: Sentence): void {
    for (let at = sentence.startOf(5); at < sentence.endOf(5); at += 1) {
      const mode = sentence.bytes[at] as number;
      if (isMeasured(mode)) this.claims = true;
      else this.denial ??= DENIAL_OF_MODE[String.fromCharCode(mode)];
    }
    if (!this.claims) this.denial ??= "no-fix";
  }

  #readPosition(sentence: Sentence, at: number): void {
    this.latDeg = angleField(sentence, at, true);
    this.lonDeg = angleField(sentence, at + 2, false);
  }

  /** `ddmmyy`; 80 to 99 are of the last century. A receiver repeats one date all day. */
  #dateOf(date: number, digits: number): number {
    if (digits !== 6 || Number.isNaN(date)) return Number.NaN;
    if (date !== this.#lastDate) {
      const year = date % 100;
      this.#lastDate = date;
      this.#lastDayUtcMs = dayUtcMs(
        year < 80 ? 2000 + year : 1900 + year,
        Math.floor(date / 100) % 100,
        Math.floor(date / 10_000),
      );
    }
    return this.#lastDayUtcMs;
  }
}

const KIND = { rmc: 1, gga: 2, gns: 4, gll: 8, vtg: 16, zda: 32, gsa: 64 } as const;
/** The kinds that give a position. */
export const POSITION_KINDS = KIND.rmc | KIND.gga | KIND.gns | KIND.gll;
export const GGA_KIND = KIND.gga;
export const GSA_KIND = KIND.gsa;

function isEmpty(sentence: Sentence, field: number): boolean {
  return sentence.startOf(field) === sentence.endOf(field);
}

function isMeasured(mode: number): boolean {
  return mode === LETTER.A || MEASURED_MODES.includes(String.fromCharCode(mode));
}

function notNegative(value: number): number {
  return value >= 0 ? value : Number.NaN;
}

function direction(value: number): number {
  return value >= 0 && value <= 360 ? value : Number.NaN;
}
