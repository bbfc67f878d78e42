// What would have been found in a logger's file.
import {
  type ChannelStatistics,
  type Excursion,
  type FoundMkt,
  type FoundStability,
  type Profile,
  type ReadingSlice,
  type Role,
  type Rule,
  assessLeg,
  channelStatistics,
  rateRulesFor,
  rulesFor,
} from "@isotherm/coldchain";

/**
 * `peak` and the limits in °C or %RH, of a rate of change in that an hour; `degreeMinutes` in that times minutes; `endMs`
 * null while it is open.
 */
export interface FoundExcursion extends Excursion {
  readonly rule: Rule;
}

export interface RuleResult {
  readonly rule: Rule;
  readonly excursionCount: number;
  /** Excursions with a breach. */
  readonly breachCount: number;
  /** The longest that one excursion may have lasted. */
  readonly longestMs: number;
  /** What all of them together were seen to last. */
  readonly monitoredMs: number;
  readonly result: "kept" | "outside within the allowance" | "breached";
}

/** One row of the profile's mean kinetic temperatures. */
export interface MktResult {
  /** Null: the whole file. */
  readonly windowMs: number | null;
  readonly highC: number;
  /** The greatest around any excursion; null when there is none, so that nothing is asked of it. */
  readonly greatest: FoundMkt | null;
  /** Those over the limit, each window once. */
  readonly over: readonly FoundMkt[];
}

export interface Assessment {
  /** By their start. */
  readonly excursions: readonly FoundExcursion[];
  readonly rules: readonly RuleResult[];
  readonly mkt: readonly MktResult[];
  /** Null when the profile has no such budget for the role. */
  readonly stability: FoundStability | null;
  readonly statistics: ChannelStatistics;
  /** What the statistics, which know no rule, let a reading stand for: the least of the rules' gaps. */
  readonly gapMs: number;
}

/** Values are compared as they are written: a file declares no resolution. */
const RESOLUTION_UNKNOWN = 0;

/** @param readings at least one of them good */
export function assess(readings: ReadingSlice, profile: Profile, quantity: string, role: Role): Assessment {
  const declared = { channel: `${quantity}/file`, role, resolution: RESOLUTION_UNKNOWN };
  const [fromMs, lastMs] = [readings.atMs[0] ?? 0, readings.atMs[readings.count - 1] ?? 0];
  // The file is all that there is: its last reading counts.
  const found = assessLeg({
    versions: [{ profile, fromMs, toMs: lastMs + 1 }],
    channels: [{ declared, readings }],
  });
  const excursions = found.lines.flatMap((line) =>
    line.excursions.map(({ excursion, rule }): FoundExcursion => ({ ...excursion, rule })),
  );
  const mkt = found.lines.flatMap((line) => line.mkt);
  const rules = [...rulesFor(profile, declared), ...rateRulesFor(profile, declared)];
  const gapMs = Math.min(...rules.map((rule) => rule.gapMs));
  return {
    excursions: excursions.sort((a, b) => a.startMs - b.startMs),
    rules: rules.map((rule) => resultOf(rule, excursions)),
    mkt: (quantity === "temperature" ? (profile.mkt ?? []) : [])
      .filter((row) => row.role === role)
      .map((row) => mktResult(row, mkt)),
    stability: found.stability[0] ?? null,
    statistics: channelStatistics(readings, {
      quantity,
      resolution: RESOLUTION_UNKNOWN,
      gapMs,
      ...innermost(rules),
    }),
    gapMs,
  };
}

/** Of several limits on one side those that are reached first. */
function innermost(rules: readonly Rule[]): { low?: Rule; high?: Rule } {
  const of = (side: Rule["side"]): Rule | undefined =>
    rules
      .filter((rule) => rule.side === side && rule.measure !== "rate")
      .sort((a, b) => (side === "high" ? a.limit - b.limit : b.limit - a.limit))[0];
  const [low, high] = [of("low"), of("high")];
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
}

function resultOf(rule: Rule, excursions: readonly FoundExcursion[]): RuleResult {
  const own = excursions.filter((excursion) => excursion.rule.ruleId === rule.ruleId);
  const breachCount = own.filter(({ breachMs }) => breachMs !== null).length;
  return {
    rule,
    excursionCount: own.length,
    breachCount,
    longestMs: own.reduce((longest, { possibleMs }) => Math.max(longest, possibleMs), 0),
    monitoredMs: own.reduce((sum, { monitoredMs }) => sum + monitoredMs, 0),
    result: breachCount > 0 ? "breached" : own.length > 0 ? "outside within the allowance" : "kept",
  };
}

function mktResult(row: FoundMkt["row"], all: readonly FoundMkt[]): MktResult {
  const own = all.filter((each) => each.row === row);
  const over = own.filter(
    (each, at) => each.isOver && own.findIndex(({ found }) => found.fromMs === each.found.fromMs) === at,
  );
  const greatest = own.reduce<FoundMkt | null>(
    (most, each) => (most === null || each.found.mktC > most.found.mktC ? each : most),
    null,
  );
  return { windowMs: row.windowMs, highC: row.highC, greatest, over };
}
