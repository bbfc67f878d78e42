// Alarms and excursions as the API shows them.

import type { AlarmRow, AuditRow, ExcursionRow } from "@isotherm/ingest/store";
import type { AlarmView, AuditView, ExcursionView } from "./api-shapes.ts";
import type { World } from "./world.ts";

export function alarmView(row: AlarmRow, world: Pick<World, "facts" | "nameOf">): AlarmView {
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
    severity: row.channel === "" ? "silent" : row.severity === "breach" ? "breach" : "excursion",
    foundLate: row.foundLate,
    raisedAtMs: row.raisedAtMs,
    startMs: row.startMs,
    returnedAtMs: row.returnedAtMs,
    acknowledgedAtMs: row.acknowledgedAtMs,
    acknowledgedBy: by === null ? null : { personId: by, name: world.nameOf(by) },
    peak: row.peak,
    shipmentIds: row.shipmentIds,
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
  const { peak, peakAtMs, monitoredMs, possibleMs } = row;
  return {
    ...{ excursionId, assetId, channel, shipmentId, profileId, ruleId, side, limit, startMs, endMs },
    ...{ peak, peakAtMs, monitoredMs, possibleMs },
    profileVersion: Number(row.profileVersion),
    isBreach: row.breach,
  };
}
