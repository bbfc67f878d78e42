// Whether a file was recorded often enough: by GSP, by EN 12830, or by an interval of one's own.
import {
  type ReadingSlice,
  type RecordGap,
  type Rule,
  en12830RecordIntervalMsMax,
  gspRecordGaps,
  gspRecordIntervalMsMax,
  parseDurationMs,
  recordGaps,
} from "@isotherm/coldchain";
import { durationText } from "./duration-text.ts";
import { AssessRefusal } from "./refusal.ts";

const NAMED = ["gsp-storage", "gsp-transport", "en-12830"] as const;

export interface RecordFinding {
  /** Which bound was held against the file, in words. */
  readonly bound: string;
  /** In order of time. */
  readonly gaps: readonly RecordGap[];
  readonly longestMs: number;
}

/**
 * @param asked `gsp-storage`, `gsp-transport`, `en-12830`, or a duration: seconds, or a number and a unit
 * @param rules which tell what is out of range; GSP asks for more records then
 * @throws AssessRefusal when it is none of these
 */
export function recordFinding(asked: string, readings: ReadingSlice, rules: readonly Rule[]): RecordFinding {
  const { bound, gaps } = foundBy(asked, readings, rules);
  return { bound, gaps, longestMs: gaps.reduce((longest, { lengthMs }) => Math.max(longest, lengthMs), 0) };
}

function foundBy(asked: string, readings: ReadingSlice, rules: readonly Rule[]): Pick<RecordFinding, "bound" | "gaps"> {
  const limits = rules.filter(({ measure }) => measure !== "rate");
  const name = NAMED.find((each) => each === asked);
  if (name === "gsp-storage" || name === "gsp-transport") {
    const place = name === "gsp-storage" ? "storage" : "transport";
    const [usual, outside] = [gspRecordIntervalMsMax(place), gspRecordIntervalMsMax("out-of-range")];
    return {
      bound: `GSP Appendix 3, ${place}: every ${durationText(usual)}, out of range every ${durationText(outside)}`,
      gaps: gspRecordGaps(readings, place, { limits, resolution: 0 }),
    };
  }
  if (name === "en-12830") {
    const tripMs = (readings.atMs[readings.count - 1] ?? 0) - (readings.atMs[0] ?? 0);
    const allowedMs = en12830RecordIntervalMsMax(tripMs);
    return {
      bound: `EN 12830 4.9.2.2, transport of ${durationText(tripMs)}: every ${durationText(allowedMs)}`,
      gaps: recordGaps(readings, { allowedMs, resolution: 0 }),
    };
  }
  const allowedMs = parseDurationMs(/^[\d.]+$/.test(asked) ? `${asked}s` : asked);
  if (allowedMs === undefined || allowedMs <= 0)
    throw new AssessRefusal(
      `--record-interval cannot be "${asked}"`,
      `Give one of ${NAMED.join(", ")}, or seconds, or a number and a unit: 300, 5min, 1h.`,
    );
  return { bound: `every ${durationText(allowedMs)}`, gaps: recordGaps(readings, { allowedMs, resolution: 0 }) };
}

/** More of them would say no more, and a file may have a million. */
const TOLD_MAX = 1_000;

export function recordFindingJson({ bound, gaps, longestMs }: RecordFinding): object {
  return {
    bound,
    count: gaps.length,
    longestSeconds: longestMs / 1_000,
    gaps: gaps.slice(0, TOLD_MAX).map(({ fromMs, toMs, lengthMs, allowedMs, isOutOfRange }) => ({
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      seconds: lengthMs / 1_000,
      allowedSeconds: allowedMs / 1_000,
      isOutOfRange,
    })),
  };
}

const SHOWN_MAX = 5;

export function recordFindingText(
  { bound, gaps, longestMs }: RecordFinding,
  instant: (atMs: number) => string,
): string {
  if (gaps.length === 0) return `recorded often enough (${bound})\n`;
  const shown = gaps
    .slice(0, SHOWN_MAX)
    .map(
      ({ fromMs, toMs, lengthMs, isOutOfRange }) =>
        `  ${durationText(lengthMs)} without a record, from ${instant(fromMs)} until ${instant(toMs)}${isOutOfRange ? ", out of range" : ""}\n`,
    );
  const more = gaps.length > SHOWN_MAX ? `  and ${gaps.length - SHOWN_MAX} more\n` : "";
  const times = gaps.length === 1 ? "once" : `${gaps.length} times`;
  return `not recorded often enough ${times}, for ${durationText(longestMs)} at most (${bound})\n${shown.join("")}${more}`;
}
