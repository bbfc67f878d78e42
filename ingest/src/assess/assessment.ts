// What would have been found in a logger's file.
import {
  type ChannelStatistics,
  type Excursion,
  type ReadingSlice,
  type Rule,
  type Side,
  channelStatistics,
  findExcursions,
} from "@isotherm/coldchain";

/** `peak` and the limits in °C or %RH, `degreeMinutes` in that times minutes; `endMs` null while it is open. */
export interface FoundExcursion extends Pick<
  Excursion,
  | "startMs"
  | "endMs"
  | "lastReadingMs"
  | "peak"
  | "degreeMinutes"
  | "monitoredMs"
  | "possibleMs"
  | "breachMs"
  | "breaches"
> {
  readonly rule: Rule;
  readonly side: Side;
}

export interface RuleResult {
  readonly rule: Rule;
  readonly excursionCount: number;
  readonly breachCount: number;
  /** The longest that one excursion may have lasted. */
  readonly longestMs: number;
  readonly result: "kept" | "outside within the allowance" | "breached";
}

export interface Assessment {
  /** By their start. */
  readonly excursions: readonly FoundExcursion[];
  readonly rules: readonly RuleResult[];
  readonly statistics: ChannelStatistics;
  /** What the statistics, which know no rule, let a reading stand for: the least of the rules' gaps. */
  readonly gapMs: number;
}

/** Values are compared as they are written: a file declares no resolution. */
const RESOLUTION_UNKNOWN = 0;

export function assess(readings: ReadingSlice, rules: readonly Rule[], quantity: string): Assessment {
  const excursions = rules.flatMap((rule) =>
    findExcursions(rule, RESOLUTION_UNKNOWN, readings).map((excursion): FoundExcursion => ({
      ...excursion,
      rule,
      side: rule.side,
    })),
  );
  const gapMs = Math.min(...rules.map((rule) => rule.gapMs));
  const low = rules.find(({ side }) => side === "low");
  const high = rules.find(({ side }) => side === "high");
  const options = { quantity, resolution: RESOLUTION_UNKNOWN, gapMs };
  return {
    excursions: excursions.sort((a, b) => a.startMs - b.startMs),
    rules: rules.map((rule) => resultOf(rule, excursions)),
    statistics: channelStatistics(readings, {
      ...options,
      ...(low === undefined ? {} : { low }),
      ...(high === undefined ? {} : { high }),
    }),
    gapMs,
  };
}

function resultOf(rule: Rule, excursions: readonly FoundExcursion[]): RuleResult {
  const own = excursions.filter((excursion) => excursion.rule === rule);
  const breachCount = own.filter(({ breachMs }) => breachMs !== null).length;
  return {
    rule,
    excursionCount: own.length,
    breachCount,
    longestMs: own.reduce((longest, { possibleMs }) => Math.max(longest, possibleMs), 0),
    result: breachCount > 0 ? "breached" : own.length > 0 ? "outside within the allowance" : "kept",
  };
}
