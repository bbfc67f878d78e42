// Gateways that say nothing: one cause, one alarm. Their assets are unknown, neither good nor bad, until they speak.

import { ALARM_NORMAL, type AlarmEffect } from "@isotherm/coldchain";
import { alarmAfter, saveAlarm } from "./alarm-change.ts";
import { idOf } from "./alarm-settling.ts";
import { SILENT_RULE, type StoredAlarm } from "./alarm-table.ts";
import type { IngestBounds } from "./bounds.ts";
import type { GatewayState } from "./gateway-table.ts";
import type { IngestState } from "./state.ts";

export interface SilenceChange {
  readonly alarmId: string;
  readonly effects: readonly AlarmEffect[];
  readonly gateway: GatewayState;
}

/** Since when a gateway has been silent too long, or undefined when it has not. Pure. */
export function silentSince(
  gateway: Pick<GatewayState, "status" | "lastMessageMs" | "diedAtMs" | "maxSilenceMs">,
  listeningSinceMs: number,
  nowMs: number,
  bounds: Pick<IngestBounds, "deathGraceMs" | "maxSilenceMs">,
): number | undefined {
  const { diedAtMs, lastMessageMs } = gateway;
  // What was said while nobody listened cannot be known: silence counts from when we began to.
  const deadSinceMs = diedAtMs === null ? undefined : Math.max(diedAtMs, listeningSinceMs);
  if (deadSinceMs !== undefined && nowMs - deadSinceMs > bounds.deathGraceMs) return lastMessageMs;
  const quietSinceMs = Math.max(lastMessageMs, listeningSinceMs);
  return nowMs - quietSinceMs > (gateway.maxSilenceMs ?? bounds.maxSilenceMs) ? lastMessageMs : undefined;
}

export class SilenceWatch {
  readonly #state: IngestState;
  readonly #bounds: IngestBounds;

  constructor(state: IngestState, bounds: IngestBounds) {
    this.#state = state;
    this.#bounds = bounds;
  }

  /** Looks once at all gateways. */
  look(listeningSinceMs: number, nowMs: number): SilenceChange[] {
    const changes: SilenceChange[] = [];
    for (const gateway of this.#state.gateways.all()) {
      const sinceMs = silentSince(gateway, listeningSinceMs, nowMs, this.#bounds);
      if (sinceMs !== undefined && gateway.silentAlarmId === null) changes.push(this.#raise(gateway, sinceMs, nowMs));
      else if (gateway.silentAlarmId !== null && gateway.status === "online")
        changes.push(this.#return(gateway, gateway.silentAlarmId, nowMs));
    }
    return changes;
  }

  #raise(gateway: GatewayState, sinceMs: number, nowMs: number): SilenceChange {
    const { gateways, alarms, db } = this.#state;
    const { gatewayKey, gatewayId, tenantId } = gateway;
    const alarmId = idOf("silent", gatewayKey, sinceMs);
    const fresh: StoredAlarm = {
      alarmId,
      tenantId,
      assetId: gatewayId,
      channel: "",
      ruleId: SILENT_RULE,
      profileId: "",
      side: null,
      limit: null,
      state: ALARM_NORMAL,
      severity: "warning",
      raisedAtMs: nowMs,
      startMs: sinceMs,
      returnedAtMs: null,
      acknowledgedAtMs: null,
      acknowledgedBy: null,
      peak: null,
      shipmentIds: [],
      foundLate: false,
      detail: null,
    };
    const change = alarmAfter(fresh, { kind: "raise" });
    db.transaction(() => {
      gateways.setStatus(gatewayKey, "unknown");
      gateways.setAssetStatuses(gatewayKey, "unknown");
      gateways.setSilent(gatewayKey, alarmId);
      const cause = { atMs: nowMs, cause: `gateway ${gatewayId} silent`, personId: null };
      saveAlarm(db, alarms, undefined, change?.alarm ?? fresh, "raised", cause);
    });
    return { alarmId, effects: change?.effects ?? [], gateway };
  }

  #return(gateway: GatewayState, alarmId: string, nowMs: number): SilenceChange {
    const { gateways, alarms, db } = this.#state;
    const { gatewayKey, gatewayId, lastMessageMs } = gateway;
    const alarm = alarms.get(alarmId);
    const change = alarm && alarmAfter(alarm, { kind: "return" });
    db.transaction(() => {
      gateways.setSilent(gatewayKey, null);
      gateways.reviveAssets(gatewayKey);
      if (alarm === undefined || change === undefined) return;
      const cause = { atMs: nowMs, cause: `gateway ${gatewayId} spoke`, personId: null };
      saveAlarm(db, alarms, alarm, { ...change.alarm, returnedAtMs: lastMessageMs }, "returned", cause);
    });
    return { alarmId, effects: change?.effects ?? [], gateway };
  }
}
