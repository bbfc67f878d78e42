// What is done about a changed profile: begun when the facts say so, settled as its marks are worked off.

import type { AlarmEffect, Profile } from "@isotherm/coldchain";
import { alarmAfter, saveAlarm } from "./alarm-change.ts";
import type { StoredAlarm } from "./alarm-table.ts";
import { END_OF_TIME_MS } from "./dirty-table.ts";
import { changeStep, type ChangeReach, groupAlarmOf, type ProfileChange } from "./profile-change.ts";
import type { IngestState } from "./state.ts";
import type { SeriesId } from "./store/reading-store.ts";

export interface ChangedAlarm {
  readonly alarmId: string;
  readonly effects: readonly AlarmEffect[];
}

export interface BegunChange extends Omit<ProfileChange, "isGrouped" | "former"> {
  /** As it stood just before. */
  readonly former: Profile;
  /** Channels that are marked because of it. */
  readonly channels: number;
}

/**
 * Within a transaction: takes note that a profile is another version from now on. The alarm of the version before is
 * over, because its cause is. A change that reaches few channels needs nothing: its alarms are few.
 */
export function beginProfileChange(
  state: IngestState,
  { channels, ...begun }: BegunChange,
  groupAboveChannels: number,
  nowMs: number,
): ChangedAlarm[] {
  const standing = state.profileChanges.of(begun.tenantId, begun.profileId);
  if (standing === undefined && channels <= groupAboveChannels) return [];
  const cause = causeOf(begun);
  const ended = standing?.isGrouped === true ? returnGroup(state, standing, cause, nowMs) : [];
  if (standing !== undefined) {
    if (!standing.isGrouped) state.profileChanges.unlink(standing);
    state.profileChanges.end(standing);
  }
  state.profileChanges.save({ ...begun, former: standing?.former ?? begun.former, isGrouped: false });
  return ended;
}

/** Within a transaction, after marks were worked off. */
export function settleProfileChanges(state: IngestState, groupAboveChannels: number, nowMs: number): ChangedAlarm[] {
  return [...state.profileChanges.all].flatMap((change) => settle(state, change, groupAboveChannels, nowMs));
}

function settle(state: IngestState, change: ProfileChange, groupAboveChannels: number, nowMs: number): ChangedAlarm[] {
  const { profileChanges } = state;
  const { reach, isNew } = profileChanges.reachOf(change);
  switch (changeStep(change, reach, profileChanges.isWorkedOff(change), groupAboveChannels)) {
    case "group":
      profileChanges.save({ ...change, isGrouped: true });
      return raiseGroup(state, change, reach, nowMs);
    case "single":
      remark(state, profileChanges.members(change, false), change, nowMs);
      profileChanges.unlink(change);
      profileChanges.end(change);
      return [];
    case "end": {
      remark(state, profileChanges.members(change, true), change, nowMs);
      const ended = returnGroup(state, change, `${reach.outside} channels are outside still`, nowMs);
      profileChanges.end(change);
      return ended;
    }
    case "wait":
      return change.isGrouped && isNew ? recount(state, change, reach) : [];
  }
}

function raiseGroup(state: IngestState, change: ProfileChange, reach: ChangeReach, nowMs: number): ChangedAlarm[] {
  const raised = alarmAfter(groupAlarmOf(change, reach, nowMs), { kind: "raise" });
  if (raised === undefined) return [];
  const cause = { atMs: nowMs, cause: causeOf(change), personId: change.changedBy };
  saveAlarm(state.db, state.alarms, undefined, raised.alarm, "raised", cause);
  return [{ alarmId: change.alarmId, effects: raised.effects }];
}

function returnGroup(state: IngestState, change: ProfileChange, cause: string, nowMs: number): ChangedAlarm[] {
  const { alarmId } = change;
  const alarm = state.alarms.get(alarmId);
  const returned = alarm && alarmAfter(alarm, { kind: "return" });
  if (alarm === undefined || returned === undefined) return [];
  const after: StoredAlarm = { ...returned.alarm, returnedAtMs: nowMs };
  saveAlarm(state.db, state.alarms, alarm, after, "returned", { atMs: nowMs, cause, personId: null });
  return [{ alarmId, effects: returned.effects }];
}

/** How many it reaches goes on being counted while marks are worked off: no change of the alarm, and no audit entry. */
function recount(state: IngestState, { alarmId }: ProfileChange, reach: ChangeReach): ChangedAlarm[] {
  const alarm = state.alarms.get(alarmId);
  if (alarm?.detail?.kind !== "profile") return [];
  const channels = Math.max(alarm.detail.channels, reach.channels);
  state.alarms.save({ ...alarm, detail: { ...alarm.detail, channels, outside: reach.outside } });
  return [{ alarmId, effects: [] }];
}

/** They are judged once more, now each for itself. */
function remark(state: IngestState, members: readonly SeriesId[], change: ProfileChange, nowMs: number): void {
  for (const series of members) {
    state.dirty.add({
      ...series,
      fromMs: 0,
      toMs: END_OF_TIME_MS,
      newerFromMs: null,
      newerToMs: null,
      receivedAtMs: nowMs,
      cause: causeOf(change),
    });
  }
}

function causeOf({ profileId, version, changedBy }: Pick<ProfileChange, "profileId" | "version" | "changedBy">) {
  return `fact profile ${profileId} version ${version}${changedBy === null ? "" : ` said by ${changedBy}`}`;
}
