// Facts in a trace file, written as the API server writes them.

import { TraceWriter } from "@isotherm/trace";
import { systemClock } from "../src/ports.ts";

const PROFILE_TEXT = `
id: cold
version: 1
title: { en: Cold, zh: 冷藏 }
source: made for tests
liveMaxAge: 1d
limits:
  - quantity: temperature
    role: product
    low: 2
    high: 8
    deadband: 0.5
    onDelay: 10s
    offDelay: 5s
    consecutiveAllowance: 1min
    gap: 5min
    source: made for tests
`;

/** One tenant, one asset `cold-1`, one shipment on it from `fromMs` on. */
export function writeFacts(traceFile: string, fromMs: number, toMs: number | null = null): void {
  const writer = new TraceWriter(traceFile, systemClock);
  writer.put("tenant", { tenantId: "tenant1", title: "Tenant" }, "test");
  writer.put("asset", { assetId: "cold-1", tenantId: "tenant1", kind: "compartment", title: "Cold" }, "test");
  writer.put("profile", { profileId: "cold", version: 1, text: PROFILE_TEXT }, "test");
  const leg = { legId: "leg-1", assetId: "cold-1", fromMs, toMs };
  writer.put(
    "shipment",
    { shipmentId: "s-1", tenantId: "tenant1", title: "S", goods: "Vaccine", profileIds: ["cold"], legs: [leg] },
    "test",
  );
  writer.close();
}
