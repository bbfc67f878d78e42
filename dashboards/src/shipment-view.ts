// Shipments as the API shows them: goods, legs, who drives, and the worst of what carries them now.

import type { Leg, TraceFacts } from "@isotherm/trace";
import type { AssetView, Condition, LegView, ShipmentView } from "./api-shapes.ts";
import { isCurrentLeg } from "./scope.ts";
import type { World } from "./world.ts";

const WORST_FIRST: readonly Condition[] = ["breach", "warning", "unknown", "in-range"];
/** Excursions counted for one shipment at most. */
const EXCURSIONS_MAX = 1000;

type ShipmentFact = TraceFacts["shipments"][number];

export function shipmentViews(world: World, assets: readonly AssetView[]): ShipmentView[] {
  return world.facts.shipments
    .filter(({ shipmentId }) => world.scope.seesShipment(shipmentId))
    .map((shipment) => shipmentView(shipment, world, assets));
}

function shipmentView(shipment: ShipmentFact, world: World, assets: readonly AssetView[]): ShipmentView {
  const { shipmentId, title, goods, profileIds } = shipment;
  const legs = world.facts.legs.filter((leg) => leg.shipmentId === shipmentId).map((leg) => legView(leg, world));
  const carrying = legs.filter(({ isCurrent }) => isCurrent).map(({ assetId }) => assetId);
  const conditions = assets.filter(({ assetId }) => carrying.includes(assetId)).map(({ condition }) => condition);
  const excursions = world.state.excursions({ tenantId: world.scope.tenantId, shipmentId, limit: EXCURSIONS_MAX });
  return {
    ...{ shipmentId, title, goods, legs },
    condition: WORST_FIRST.find((condition) => conditions.includes(condition)) ?? "unknown",
    profiles: profileIds.map((profileId) => {
      const profile = world.profiles.get(profileId);
      return {
        profileId,
        version: profile?.version ?? 0,
        title: profile?.title ?? { en: profileId, zh: profileId },
      };
    }),
    openAlarmIds: world.openAlarms
      .filter((alarm) => alarm.shipmentIds.includes(shipmentId))
      .map(({ alarmId }) => alarmId),
    excursionCount: excursions.length,
  };
}

function legView(leg: Leg, world: World): LegView {
  const { legId, assetId, fromMs, toMs, driverPersonId, origin, destination } = leg;
  return {
    ...{ legId, assetId, fromMs, toMs, origin, destination },
    isCurrent: isCurrentLeg(leg, world.nowMs),
    driver: driverPersonId === null ? null : { personId: driverPersonId, name: world.nameOf(driverPersonId) },
  };
}
