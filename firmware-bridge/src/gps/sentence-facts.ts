// What one sentence says. Facts that it does not state are absent; a statement that there is no fix is a fact as well.

import { angleField, dayUtcMs, numberField, timeField } from "./nmea-sentence.ts";
import type { Sentence } from "./nmea-sentence.ts";

export interface SentenceFacts {
  /** Milliseconds since midnight UTC. */
  readonly timeMs?: number | null;
  readonly dayUtcMs?: number | null;
  /** Whether the receiver calls its position a measured fix; absent when the sentence says nothing of it. */
  readonly isFix?: boolean;
  /** GSA's own word: 1 none, 2 flat, 3 with height. */
  readonly mode?: 1 | 2 | 3;
  readonly latDeg?: number | null;
  readonly lonDeg?: number | null;
  readonly altM?: number | null;
  readonly speedMps?: number | null;
  readonly trackDeg?: number | null;
  readonly satellites?: number | null;
}

const KNOT_MPS = 1852 / 3600;
/** Autonomous, differential, float and fixed RTK, precise. Not: N none, S simulated, E estimated, M entered by hand. */
const MEASURED_MODES = /[ADFRP]/;
const UNMEASURED_MODES = /[SEM]/;
/** GGA: 1 GPS, 2 differential, 3 PPS, 4 and 5 RTK. Not: 0 none, 6 estimated, 7 by hand, 8 simulated. */
const MEASURED_QUALITIES = new Set(["1", "2", "3", "4", "5"]);

/** The sentences that this decoder reads; undefined for any other. */
export function factsOf(sentence: Sentence): SentenceFacts | undefined {
  return READERS[sentence.type]?.(sentence.fields);
}

const READERS: Readonly<Record<string, (fields: readonly string[]) => SentenceFacts>> = {
  RMC: (f) => ({
    timeMs: timeField(f[0]),
    isFix: f[1] === "A" && isMeasured(f[11]),
    ...position(f, 2),
    speedMps: scaled(f[6], KNOT_MPS),
    trackDeg: direction(f[7]),
    dayUtcMs: dateOf(f[8]),
  }),
  GGA: (f) => ({
    timeMs: timeField(f[0]),
    ...position(f, 1),
    isFix: MEASURED_QUALITIES.has(f[5] ?? ""),
    satellites: numberField(f[6]),
    altM: f[9] === "M" ? numberField(f[8]) : null,
  }),
  GNS: (f) => ({
    timeMs: timeField(f[0]),
    ...position(f, 1),
    isFix: MEASURED_MODES.test(f[5] ?? "") && !UNMEASURED_MODES.test(f[5] ?? ""),
    satellites: numberField(f[6]),
    altM: numberField(f[8]),
  }),
  GLL: (f) => ({
    ...position(f, 0),
    timeMs: timeField(f[4]),
    isFix: f[5] === "A" && isMeasured(f[6]),
  }),
  VTG: (f) => {
    if (!isMeasured(f[8])) return {};
    const fromKnots = f[5] === "N" ? scaled(f[4], KNOT_MPS) : null;
    const fromKmh = f[7] === "K" ? scaled(f[6], 1 / 3.6) : null;
    return { trackDeg: f[1] === "T" ? direction(f[0]) : null, speedMps: fromKnots ?? fromKmh };
  },
  ZDA: (f) => ({ timeMs: timeField(f[0]), dayUtcMs: calendarDay(f[3], f[2], f[1]) }),
  GSA: (f) => (f[1] === "1" || f[1] === "2" || f[1] === "3" ? { mode: Number(f[1]) as 1 | 2 | 3 } : {}),
};

/** A mode indicator that older receivers leave out says nothing. */
function isMeasured(mode: string | undefined): boolean {
  return mode === undefined || mode === "" || MEASURED_MODES.test(mode);
}

function position(fields: readonly string[], at: number): { latDeg: number | null; lonDeg: number | null } {
  return { latDeg: angleField(fields[at], fields[at + 1], 2), lonDeg: angleField(fields[at + 2], fields[at + 3], 3) };
}

function scaled(text: string | undefined, factor: number): number | null {
  const value = numberField(text);
  return value === null || value < 0 ? null : value * factor;
}

function direction(text: string | undefined): number | null {
  const value = numberField(text);
  return value === null || value < 0 || value > 360 ? null : value;
}

/** `ddmmyy`; 80 to 99 are of the last century. */
function dateOf(text: string | undefined): number | null {
  const match = /^(\d{2})(\d{2})(\d{2})$/.exec(text ?? "");
  if (match === null) return null;
  const year = Number(match[3]);
  return dayUtcMs(year < 80 ? 2000 + year : 1900 + year, Number(match[2]), Number(match[1]));
}

function calendarDay(year: string | undefined, month: string | undefined, day: string | undefined): number | null {
  if (!/^\d{4}$/.test(year ?? "") || !/^\d{1,2}$/.test(month ?? "") || !/^\d{1,2}$/.test(day ?? "")) return null;
  return dayUtcMs(Number(year), Number(month), Number(day));
}
