// One side of one row of a profile, as it applies to one series of readings: what an assessment judges by.
import type { Allowance } from "./allowance.ts";
import type { Role } from "./channels.ts";
import type { Gate } from "./gate.ts";
import { channelQuantity } from "./identifiers.ts";
import type { JudgedRow, LimitRow, Profile } from "./profile.ts";

export type Side = "high" | "low";

/**
 * What is held against the limit: each channel's own values; the `median` or the `worst` of the asset's channels of that
 * quantity and role, as one series; or the `rate` at which a channel's values change, in its unit an hour.
 */
export type Measure = "value" | "median" | "worst" | "rate";

/** Plain data, so that it can stand in a stored result. Limits and deadband in the unit of what is measured. */
export interface Rule {
  /**
   * `<profileId>/<quantity>/<role>/<side>`, a rate's `…/rise` or `…/fall`. Of several rows on the same side, the innermost
   * has this id; the others add `@<limit>`.
   */
  readonly ruleId: string;
  readonly profileId: string;
  readonly profileVersion: number;
  readonly quantity: string;
  readonly role: Role;
  readonly measure: Measure;
  /** Of a rate: the time over which it is taken; 0 of anything else. */
  readonly overMs: number;
  /** Falling too fast is `low`, its limit below 0. */
  readonly side: Side;
  readonly limit: number;
  /** True when a reading exactly on the limit is already outside. */
  readonly inclusive: boolean;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly allowances: readonly Allowance[];
  readonly gates: readonly Gate[];
  readonly gapMs: number;
  readonly liveMaxAgeMs: number;
}

type Target = { readonly quantity: string; readonly role: Role };

/**
 * The rules of a profile's limits for a channel, in the order of its rows, high before low; none when no row names its
 * quantity and role. Those whose measure is `median` or `worst` judge all such channels of the asset together.
 */
export function rulesFor(
  profile: Profile,
  channel: { readonly channel: string; readonly role: Role; readonly resolution: number },
): Rule[] {
  return limitRules(profile, { quantity: channelQuantity(channel.channel), role: channel.role });
}

/** The rules of a profile's rates of change for a channel, rise before fall. */
export function rateRulesFor(profile: Profile, channel: { readonly channel: string; readonly role: Role }): Rule[] {
  const target = { quantity: channelQuantity(channel.channel), role: channel.role };
  const rows = (profile.rates ?? []).filter((row) => isOf(row, target));
  const rises = rows.flatMap(({ risePerHour }) => risePerHour ?? []);
  const falls = rows.flatMap(({ fallPerHour }) => fallPerHour ?? []);
  return rows.flatMap((row) => {
    const rules: Rule[] = [];
    const of = (side: Side, name: string, limit: number, isInnermost: boolean): void =>
      void rules.push({
        ...common(profile, row, isInnermost ? name : `${name}@${limit}`),
        ...{ measure: "rate", overMs: row.overMs, side, limit: side === "high" ? limit : -limit, inclusive: false },
      });
    if (row.risePerHour !== undefined) of("high", "rise", row.risePerHour, row.risePerHour === Math.min(...rises));
    if (row.fallPerHour !== undefined) of("low", "fall", row.fallPerHour, row.fallPerHour === Math.min(...falls));
    return rules;
  });
}

function limitRules(profile: Profile, target: Target): Rule[] {
  const rows = profile.limits.filter((row) => isOf(row, target));
  const innermostHigh = Math.min(...rows.flatMap(({ high }) => high ?? []));
  const innermostLow = Math.max(...rows.flatMap(({ low }) => low ?? []));
  return rows.flatMap((row) => [
    ...(row.high === undefined ? [] : [limitRule(profile, row, "high", row.high, row.high === innermostHigh)]),
    ...(row.low === undefined ? [] : [limitRule(profile, row, "low", row.low, row.low === innermostLow)]),
  ]);
}

function isOf(row: Target, target: Target): boolean {
  return row.quantity === target.quantity && row.role === target.role;
}

function limitRule(profile: Profile, row: LimitRow, side: Side, limit: number, isInnermost: boolean): Rule {
  return {
    ...common(profile, row, isInnermost ? side : `${side}@${limit}`),
    measure: row.combine === undefined || row.combine === "any" ? "value" : row.combine,
    overMs: 0,
    side,
    limit,
    inclusive: row.inclusive === true,
  };
}

function common(profile: Profile, row: JudgedRow, name: string) {
  return {
    ruleId: `${profile.id}/${row.quantity}/${row.role}/${name}`,
    profileId: profile.id,
    profileVersion: profile.version,
    quantity: row.quantity,
    role: row.role,
    deadband: row.deadband,
    onDelayMs: row.onDelayMs,
    offDelayMs: row.offDelayMs,
    allowances: row.allowances,
    gates: row.gates ?? [],
    gapMs: row.gapMs,
    liveMaxAgeMs: profile.liveMaxAgeMs,
  };
}

/**
 * True when a reading may drive the live alarm: it is newer than any already judged on its channel and no older than
 * the profile's `liveMaxAge`. Any other reading may raise an alarm found late, and never clears a live one.
 */
export function isLiveReading(
  rule: Pick<Rule, "liveMaxAgeMs">,
  sampledAtMs: number,
  newestJudgedMs: number | null,
  nowMs: number,
): boolean {
  return (newestJudgedMs === null || sampledAtMs > newestJudgedMs) && nowMs - sampledAtMs <= rule.liveMaxAgeMs;
}
