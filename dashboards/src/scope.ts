// Who may see what. Every row of every answer passes through a scope; a driver's holds only what the driver carries now.

import type { Person, TraceFacts } from "@isotherm/trace";

export interface Scope {
  readonly tenantId: string;
  readonly person: Omit<Person, "name">;
  readonly seesAsset: (assetId: string) => boolean;
  readonly seesShipment: (shipmentId: string) => boolean;
  /** May say facts and act on any alarm of the tenant. */
  readonly isOperator: boolean;
}

export function isCurrentLeg(leg: { fromMs: number; toMs: number | null }, nowMs: number): boolean {
  return leg.fromMs <= nowMs && (leg.toMs === null || leg.toMs > nowMs);
}

/** What a person sees at an instant: operators and quality their tenant, drivers the legs that they drive now. */
export function scopeOf(person: Omit<Person, "name">, facts: TraceFacts, nowMs: number): Scope {
  const { tenantId, personId, role } = person;
  const assets = new Set(facts.assets.filter((asset) => asset.tenantId === tenantId).map(({ assetId }) => assetId));
  const shipments = new Set(
    facts.shipments.filter((shipment) => shipment.tenantId === tenantId).map(({ shipmentId }) => shipmentId),
  );
  if (role !== "driver")
    return {
      tenantId,
      person,
      seesAsset: (assetId) => assets.has(assetId),
      seesShipment: (shipmentId) => shipments.has(shipmentId),
      isOperator: role === "operator",
    };
  const legs = facts.legs.filter(
    (leg) => leg.driverPersonId === personId && shipments.has(leg.shipmentId) && isCurrentLeg(leg, nowMs),
  );
  const driven = new Set(legs.map(({ assetId }) => assetId));
  const carried = new Set(legs.map(({ shipmentId }) => shipmentId));
  return {
    tenantId,
    person,
    seesAsset: (assetId) => driven.has(assetId) && assets.has(assetId),
    seesShipment: (shipmentId) => carried.has(shipmentId),
    isOperator: false,
  };
}
