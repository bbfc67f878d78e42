// What the views are built from: facts and ingest's state at one moment, each read once for a request.

import type { Profile } from "@isotherm/coldchain";
import { type AlarmRow, type AssetRow, BROKER_RULE, PROFILE_RULE, type StateReader } from "@isotherm/ingest/store";
import type { TraceFacts } from "@isotherm/trace";
import type { Scope } from "./scope.ts";

/** Open alarms looked at for one answer at most. */
export const OPEN_ALARMS_MAX = 1000;

export interface World {
  readonly scope: Scope;
  readonly facts: TraceFacts;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly state: StateReader;
  readonly nowMs: number;
  readonly nameOf: (personId: string) => string | null;
  readonly assetRows: ReadonlyMap<string, AssetRow>;
  readonly openAlarms: readonly AlarmRow[];
}

export function worldOf(parts: Omit<World, "assetRows" | "openAlarms">): World {
  const { scope, state } = parts;
  const rows = state.assets(scope.tenantId).filter(({ assetId }) => scope.seesAsset(assetId));
  const assetRows = new Map(rows.map((row) => [row.assetId, row]));
  const gateways = gatewaysOf({ assetRows });
  return {
    ...parts,
    assetRows,
    openAlarms: state
      .alarms({ tenantId: scope.tenantId, openOnly: true, limit: OPEN_ALARMS_MAX })
      .filter((alarm) => seesAlarm(scope, alarm, gateways)),
  };
}

/** Those that serve something of what is seen. */
export function gatewaysOf({ assetRows }: Pick<World, "assetRows">): ReadonlySet<string> {
  return new Set([...assetRows.values()].map(({ gatewayId }) => gatewayId));
}

/** An alarm about a gateway names it in place of the asset: seen by whoever sees something that it serves. */
export function seesAlarm(scope: Scope, alarm: AlarmRow, gateways: ReadonlySet<string>): boolean {
  // Neither a profile nor the broker is the driver's to mend, and what that did to the load shows on the load.
  if (alarm.ruleId === PROFILE_RULE || alarm.ruleId === BROKER_RULE) return scope.person.role !== "driver";
  return scope.seesAsset(alarm.assetId) || (alarm.channel === "" && gateways.has(alarm.assetId));
}
