// The demonstration's scenario: read from its file and checked whole.

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const label = z.strictObject({ en: z.string(), zh: z.string() });
const place = z.strictObject({ title: label, latitudeDeg: z.number(), longitudeDeg: z.number() });
const person = z.strictObject({ personId: z.string(), name: z.string(), language: z.enum(["en", "zh"]) });
const positive = z.number().positive();

const box = z.strictObject({
  ambientC: z.number(),
  setPointC: z.number(),
  hysteresisC: positive,
  loadKg: positive.optional(),
  loadWattPerK: positive.optional(),
  coolingWatt: positive.optional(),
  doorWattPerK: positive.optional(),
  airJoulePerK: positive.optional(),
});

const gateway = z.strictObject({
  gatewayId: z.string(),
  asset: z.strictObject({
    assetId: z.string(),
    kind: z.enum(["compartment", "cold-room"]),
    title: label,
    place: place.optional(),
    standing: z.array(z.string()).default([]),
  }),
  seed: z.number().int(),
  box,
  route: z
    .strictObject({
      speedKmh: positive,
      atEnd: z.enum(["stay", "back", "round"]),
      waypoints: z
        .array(z.strictObject({ latDeg: z.number(), lonDeg: z.number(), stopMin: z.number().optional() }))
        .min(2),
    })
    .optional(),
  driver: person.optional(),
  shipment: z
    .strictObject({
      shipmentId: z.string(),
      title: label,
      goods: label,
      profileIds: z.array(z.string()).min(1),
      origin: place,
      destination: place,
    })
    .optional(),
  night: z.strictObject({ hoursAgo: positive, compressorOffMin: positive }).optional(),
});

const timed = z.strictObject({ gatewayId: z.string(), forS: positive });

const scenarioShape = z.strictObject({
  tenant: z.strictObject({ tenantId: z.string(), title: label }),
  operator: person,
  history: z.strictObject({ hours: positive, sampleEveryMs: z.number().int().min(1000) }),
  live: z.strictObject({ sampleEveryMs: z.number().int().min(500), timeFactor: positive }),
  gateways: z.array(gateway).min(1).max(16),
  acts: z.array(
    z.strictObject({
      afterS: positive,
      act: z.enum(["door", "tunnel", "probe"]),
      gatewayId: z.string(),
      forS: positive,
    }),
  ),
  keys: z.strictObject({ door: timed, tunnel: timed, probe: timed, kill: z.strictObject({ downS: positive }) }),
});

export type Scenario = z.output<typeof scenarioShape>;
export type ScenarioGateway = Scenario["gateways"][number];
export type ScenarioAct = Scenario["acts"][number]["act"];

/** Reads a scenario. Throws with every problem and its path. */
export function readScenario(path: URL | string): Scenario {
  const checked = scenarioShape.safeParse(parse(readFileSync(path, "utf8")));
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The scenario ${String(path)} cannot be played:\n${problems.join("\n")}`);
}
