// One side of one limit row, as it applies to one channel: what an assessment judges by.
import type { Role } from "./channels.ts";
import { channelQuantity } from "./identifiers.ts";
import type { LimitRow, Profile } from "./profile.ts";

export type Side = "high" | "low";

/** Plain data, so that it can stand in a stored result. Limits and deadband in the channel's unit. */
export interface Rule {
  /** `<profileId>/<quantity>/<role>/<side>`. */
  readonly ruleId: string;
  readonly profileId: string;
  readonly profileVersion: number;
  readonly quantity: string;
  readonly role: Role;
  readonly side: Side;
  readonly limit: number;
  /** True when a reading exactly on the limit is already outside. */
  readonly inclusive: boolean;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly consecutiveAllowanceMs: number;
  readonly gapMs: number;
  readonly liveMaxAgeMs: number;
}

/** The rules of a profile for a channel, in the order of its rows, high before low; none when no row names its quantity and role. */
export function rulesFor(
  profile: Profile,
  channel: { readonly channel: string; readonly role: Role; readonly resolution: number },
): Rule[] {
  const quantity = channelQuantity(channel.channel);
  const rules: Rule[] = [];
  for (const row of profile.limits) {
    if (row.quantity !== quantity || row.role !== channel.role) continue;
    if (row.high !== undefined) rules.push(ruleOf(profile, row, "high", row.high));
    if (row.low !== undefined) rules.push(ruleOf(profile, row, "low", row.low));
  }
  return rules;
}

function ruleOf(profile: Profile, row: LimitRow, side: Side, limit: number): Rule {
  return {
    ruleId: `${profile.id}/${row.quantity}/${row.role}/${side}`,
    profileId: profile.id,
    profileVersion: profile.version,
    quantity: row.quantity,
    role: row.role,
    side,
    limit,
    inclusive: row.inclusive === true,
    deadband: row.deadband,
    onDelayMs: row.onDelayMs,
    offDelayMs: row.offDelayMs,
    consecutiveAllowanceMs: row.consecutiveAllowanceMs,
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
