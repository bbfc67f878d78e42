// The scenario's facts, as the API server is told them.

import { readFileSync } from "node:fs";
import { parseProfile } from "@isotherm/coldchain";
import type { FactKind } from "@isotherm/trace";
import type { Scenario, ScenarioGateway } from "./scenario.ts";

export interface ScenarioFact {
  readonly kind: FactKind;
  readonly value: unknown;
}

/** Facts in the order in which they must be said; `sinceMs` is when the history begins. */
export function scenarioFacts(scenario: Scenario, sinceMs: number): ScenarioFact[] {
  const { tenant, operator, gateways } = scenario;
  const { tenantId } = tenant;
  const profileIds = new Set(
    gateways.flatMap(({ shipment, asset }) => [...(shipment?.profileIds ?? []), ...asset.standing]),
  );
  return [
    { kind: "tenant", value: tenant },
    ...[...profileIds].map((profileId): ScenarioFact => ({ kind: "profile", value: shippedProfile(profileId) })),
    { kind: "person", value: { ...operator, tenantId, role: "operator" } },
    ...gateways.flatMap((gateway) => gatewayFacts(gateway, tenantId, sinceMs)),
  ];
}

function gatewayFacts(gateway: ScenarioGateway, tenantId: string, sinceMs: number): ScenarioFact[] {
  const { asset, driver, shipment } = gateway;
  const { assetId, kind, title, place, standing } = asset;
  const facts: ScenarioFact[] = [
    {
      kind: "asset",
      value: {
        ...{ assetId, tenantId, kind, title },
        place: place ?? null,
        standing: standing.map((profileId) => ({ profileId, fromMs: sinceMs })),
      },
    },
  ];
  if (driver !== undefined) facts.push({ kind: "person", value: { ...driver, tenantId, role: "driver" } });
  if (shipment === undefined) return facts;
  const { shipmentId, goods, profileIds, origin, destination } = shipment;
  const leg = {
    ...{ assetId, origin, destination },
    legId: `${shipmentId}-1`,
    fromMs: sinceMs,
    driverPersonId: driver?.personId ?? null,
  };
  facts.push({
    kind: "shipment",
    value: { ...{ shipmentId, tenantId, goods, profileIds }, title: shipment.title, legs: [leg] },
  });
  return facts;
}

/** A profile that comes with the domain, by its id. */
function shippedProfile(profileId: string): { profileId: string; version: number; text: string } {
  const file = `${profileId}.yaml`;
  const text = readFileSync(new URL(`../../../coldchain/profiles/${file}`, import.meta.url), "utf8");
  const parsed = parseProfile(text, file);
  if ("problems" in parsed)
    throw new Error(parsed.problems.map(({ place, problem }) => `${place}: ${problem}`).join("\n"));
  return { profileId, version: parsed.profile.version, text };
}
