// Alarms and excursions as the API shows them.

import type { AlarmRow, AuditRow, ExcursionRow } from "@isotherm/ingest/store";
import { PROFILE_RULE, SILENT_RULES } from "@isotherm/ingest/store";
import type { AlarmView, AuditView, ChangedProfileView, ExcursionView } from "./api-shapes.ts";
import type { World } from "./world.ts";

/** What a view takes its words from. */
export type Words = Pick<World, "facts" | "nameOf" | "profiles">;

function severityOf({ ruleId, channel, severity }: AlarmRow): AlarmView["severity"] {
  if (ruleId === PROFILE_RULE) return "profile";
  if (channel === "" || ruleId === SILENT_RULES.channel) return "silent";
  return severity === "breach" ? "breach" : "excursion";
}

function changedProfile({ profileId, detail }: AlarmRow, { profiles, nameOf }: Words): ChangedProfileView | null {
  if (detail?.kind !== "profile") return null;
  const { profileVersion, formerVersion, changedBy, channels, outside } = detail;
  return {
    profileId,
    title: profiles.get(profileId)?.title ?? { en: profileId, zh: profileId },
    version: profileVersion,
    formerVersion,
    changedBy: changedBy === null ? null : { personId: changedBy, name: nameOf(changedBy) },
    channels,
    outside,
  };
}

export function alarmView(row: AlarmRow, world: Words): AlarmView {
  const title = world.facts.assets.find(({ assetId }) => assetId === row.assetId)?.title;
  const by = row.acknowledgedBy;
  return {
    alarmId: row.alarmId,
    assetId: row.assetId,
    assetTitle: title ?? { en: row.assetId, zh: row.assetId },
    channel: row.channel === "" ? null : row.channel,
    ruleId: row.ruleId,
    side: row.side,
    limit: row.limit,
    state: row.state,
    severity: severityOf(row),
    foundLate: row.foundLate,
    raisedAtMs: row.raisedAtMs,
    startMs: row.startMs,
    returnedAtMs: row.returnedAtMs,
    acknowledgedAtMs: row.acknowledgedAtMs,
    acknowledgedBy: by === null ? null : { personId: by, name: world.nameOf(by) },
    peak: row.peak,
    shipmentIds: row.shipmentIds,
    profile: changedProfile(row, world),
  };
}

export function auditView(row: AuditRow, { nameOf }: Pick<World, "nameOf">): AuditView {
  const { atMs, kind, before, after, cause, personId } = row;
  const by = personId === null ? null : { personId, name: nameOf(personId) };
  return { atMs, what: kind, from: before, to: after, cause, by };
}

export function excursionView(row: ExcursionRow): ExcursionView {
  const { excursionId, assetId, channel, shipmentId, profileId, ruleId, side, limit, startMs } = row;
  // An excursion that was open when its leg ended is over as far as anybody judges it.
  const endMs = row.endMs ?? row.judgedUntilMs;
  const { peak, peakAtMs, monitoredMs, possibleMs, degreeMinutes, breaches } = row;
  return {
    ...{ excursionId, assetId, channel, shipmentId, profileId, ruleId, side, limit, startMs, endMs },
    ...{ peak, peakAtMs, monitoredMs, possibleMs, degreeMinutes },
    breaches: breaches.map(({ kind, atMs, spentMs }) => ({ kind, atMs, spentMs })),
    profileVersion: Number(row.profileVersion),
    isBreach: row.breach,
  };
}
