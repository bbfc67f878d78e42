// A whole installation for tests of the chain: real processes, facts said over the API, readers of what came out.

import { randomBytes } from "node:crypto";
import type { Scheduler } from "@isotherm/coldchain";
import { openReadingReader, openStateReader, type ReadingReader, type StateReader } from "@isotherm/ingest/store";
import { traceClient, type FactKind } from "@isotherm/trace";
import { freePort, until } from "../../checks/kit.ts";
import { Installation, type GatewayConfig } from "../src/installation/installation.ts";

export const TENANT = "test";

export const realScheduler: Scheduler = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export const secureBytes = (count: number): Uint8Array => randomBytes(count);

export interface StandOptions {
  readonly folder: string;
  readonly gateways: Readonly<Record<string, GatewayConfig>>;
  /** Further identities that may sign in and have no agent. */
  readonly strangers?: readonly string[];
  readonly facts: readonly { kind: FactKind; value: unknown }[];
  readonly influx?: { readonly url: string; readonly database: string };
}

export interface Stand {
  readonly installation: Installation;
  readonly readings: ReadingReader;
  readonly state: StateReader;
  close(): Promise<void>;
}

/** Starts servers, says the facts, starts the agents. */
export async function startStand(options: StandOptions): Promise<Stand> {
  const { folder, gateways, facts, influx, strangers = [] } = options;
  const gatewayIds = Object.keys(gateways);
  const ports = { broker: await freePort(), ingest: await freePort(), dashboards: await freePort() };
  const installation = await Installation.prepare({
    folder,
    tenantId: TENANT,
    ports,
    gatewayIds: [...gatewayIds, ...strangers],
    scheduler: realScheduler,
    secureBytes,
    ...(influx === undefined ? {} : { influx }),
  });
  for (const stranger of strangers) installation.agents.delete(stranger);
  for (const [gatewayId, config] of Object.entries(gateways))
    installation.configureGateway(gatewayId, ports.broker, config);
  await installation.startServers();
  const client = traceClient(installation.apiUrl, installation.adminToken);
  for (const { kind, value } of facts) await client.put(kind, value);
  await installation.startAgents();
  const home =
    influx === undefined
      ? ({ kind: "sqlite", path: installation.paths.store("readings.sqlite") } as const)
      : ({ kind: "influx", ...influx } as const);
  const opened: { state?: StateReader } = {};
  await until(
    () => {
      opened.state ??= openStateReader(installation.paths.store("state.sqlite"));
      return true;
    },
    { what: "ingest's state file", deadlineMs: 10_000 },
  );
  const state = opened.state as StateReader;
  const readings = await openReadingReader(home);
  return {
    installation,
    readings,
    state,
    close: async () => {
      await installation.stop();
      state.close();
      await readings.close();
    },
  };
}

/** A profile's text for tests: 2-8 °C at the product, with times short enough to be waited for. */
export const CHAIN_PROFILE = `id: chain-2-8
version: 1
title: { en: Test of the chain, zh: 链路测试 }
source: For tests of the whole chain only.
liveMaxAge: 2min
limits:
  - quantity: temperature
    role: product
    low: 2
    high: 8
    deadband: 0.3
    onDelay: 1s
    offDelay: 1s
    consecutiveAllowance: 3s
    gap: 60s
    source: Made for tests.
`;

/** Facts of one tenant whose assets are each under the test profile for ever, by one shipment each. */
export function chainFacts(assetIds: readonly string[]): { kind: FactKind; value: unknown }[] {
  return [
    { kind: "tenant", value: { tenantId: TENANT, title: "Test" } },
    { kind: "profile", value: { profileId: "chain-2-8", version: 1, text: CHAIN_PROFILE } },
    { kind: "person", value: { personId: "op-1", tenantId: TENANT, role: "operator", name: "Operator" } },
    { kind: "person", value: { personId: "driver-1", tenantId: TENANT, role: "driver", name: "Driver" } },
    ...assetIds.flatMap((assetId): { kind: FactKind; value: unknown }[] => [
      { kind: "asset", value: { assetId, tenantId: TENANT, kind: "compartment", title: assetId } },
      {
        kind: "shipment",
        value: {
          shipmentId: `s-${assetId}`,
          tenantId: TENANT,
          title: `Shipment on ${assetId}`,
          goods: "goods",
          profileIds: ["chain-2-8"],
          legs: [{ legId: `l-${assetId}`, assetId, fromMs: 0, driverPersonId: "driver-1" }],
        },
      },
    ]),
  ];
}
