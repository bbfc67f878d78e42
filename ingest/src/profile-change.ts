// A profile whose version has changed, from then until it is known what the change did. A slip of the pen in a profile
// puts thousands of channels outside at once: that is one cause, and one alarm. Pure.

import type { Profile } from "@isotherm/coldchain";
import { ALARM_NORMAL } from "@isotherm/coldchain";
import { PROFILE_RULE, type StoredAlarm } from "./alarm-table.ts";

/** A change that is being worked off, or that stands as a grouped alarm. At most one for each tenant and profile. */
export interface ProfileChange {
  /** Of the grouped alarm, raised or not. */
  readonly alarmId: string;
  readonly tenantId: string;
  readonly profileId: string;
  readonly version: number;
  /** The last version before it that was not itself under such a change: what it is held against. */
  readonly former: Profile;
  readonly changedBy: string | null;
  readonly changedAtMs: number | null;
  /** The last of the marks that it has made; while any of them is left it is not known how far it reaches. */
  readonly lastDirtyId: number;
  readonly isGrouped: boolean;
}

/** Channels that the change has put outside, and those of them that are outside still. */
export interface ChangeReach {
  readonly channels: number;
  readonly outside: number;
}

/**
 * `group`: raise one alarm for all. `single`: it reaches few channels, each raises its own. `end`: so few are outside
 * still that the grouped alarm is over and each that is raises its own. `wait`: nothing changes.
 */
export type ChangeStep = "group" | "single" | "end" | "wait";

/** @param groupAboveChannels alarms on more channels than this are one; back at half of it they are single again */
export function changeStep(
  change: Pick<ProfileChange, "isGrouped">,
  reach: ChangeReach,
  isWorkedOff: boolean,
  groupAboveChannels: number,
): ChangeStep {
  if (!change.isGrouped) {
    // Until all is judged by the new version, an excursion that is over may be what is left of the version before.
    if ((isWorkedOff ? reach.channels : reach.outside) > groupAboveChannels) return "group";
    return isWorkedOff ? "single" : "wait";
  }
  return isWorkedOff && reach.outside <= groupAboveChannels / 2 ? "end" : "wait";
}

const GROUP_PREFIX = "profile-";

export function groupAlarmId(hash: string): string {
  return GROUP_PREFIX + hash;
}

/** Whether an excursion's alarm is a grouped one. */
export function isGroupAlarm(alarmId: string | null): boolean {
  return alarmId?.startsWith(GROUP_PREFIX) === true;
}

/** The grouped alarm before it is raised. */
export function groupAlarmOf(change: ProfileChange, reach: ChangeReach, nowMs: number): StoredAlarm {
  return {
    alarmId: change.alarmId,
    tenantId: change.tenantId,
    assetId: change.profileId,
    channel: "",
    ruleId: PROFILE_RULE,
    profileId: change.profileId,
    side: null,
    limit: null,
    state: ALARM_NORMAL,
    severity: "warning",
    raisedAtMs: nowMs,
    startMs: change.changedAtMs ?? nowMs,
    returnedAtMs: null,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    peak: null,
    shipmentIds: [],
    foundLate: false,
    detail: {
      kind: "profile",
      profileVersion: change.version,
      formerVersion: change.former.version,
      changedBy: change.changedBy,
      changedAtMs: change.changedAtMs,
      ...reach,
    },
  };
}
