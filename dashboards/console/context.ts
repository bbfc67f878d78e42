// What every part of the operators' page works with.

import type { AlarmView, AssetView, Condition, LegView, ShipmentView } from "../src/api-shapes.ts";
import type { IntentState } from "../page-parts/acknowledge.ts";
import { conditionNow } from "../page-parts/channels.ts";
import type { Language } from "../page-parts/format.ts";
import type { Known } from "../page-parts/live-state.ts";

export interface Context {
  readonly known: Known;
  readonly nowMs: () => number;
  readonly language: () => Language;
  readonly selectedId: () => string | undefined;
  readonly select: (assetId: string) => void;
  readonly openAlarm: (alarmId: string) => void;
  readonly acknowledge: (alarmId: string) => void;
  readonly intentOf: (alarmId: string) => IntentState | undefined;
}

/** An asset as it stands now, with what travels in it. */
export interface AssetNow {
  readonly asset: AssetView;
  readonly condition: Condition;
  readonly shipments: readonly { readonly shipment: ShipmentView; readonly leg: LegView }[];
}

/** Alarms sorted by what they are about, once for all assets: an asset's own and its gateway's. */
export function alarmsBySubject(alarms: Iterable<AlarmView>): Map<string, AlarmView[]> {
  const bySubject = new Map<string, AlarmView[]>();
  for (const alarm of alarms) {
    if (alarm.state === "normal") continue;
    const known = bySubject.get(alarm.assetId);
    if (known === undefined) bySubject.set(alarm.assetId, [alarm]);
    else known.push(alarm);
  }
  return bySubject;
}

export function assetsNow({ known, nowMs }: Pick<Context, "known" | "nowMs">): AssetNow[] {
  const alarms = alarmsBySubject(known.alarms.values());
  const legs = new Map<string, { shipment: ShipmentView; leg: LegView }[]>();
  for (const shipment of known.shipments.values())
    for (const leg of shipment.legs)
      if (leg.isCurrent) legs.set(leg.assetId, [...(legs.get(leg.assetId) ?? []), { shipment, leg }]);
  return [...known.assets.values()].map((asset) => {
    const own = [...(alarms.get(asset.assetId) ?? []), ...(alarms.get(asset.gatewayId ?? "") ?? [])];
    return { asset, condition: conditionNow(asset, own, nowMs()), shipments: legs.get(asset.assetId) ?? [] };
  });
}
