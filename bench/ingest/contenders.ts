// The three ways of taking in the fleet's readings, each a process of its own.

import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TraceWriter } from "@isotherm/trace";
import { BenchProcess } from "../measure/processes.ts";
import { assetIdOf, ASSETS, GROUP, HOST_ID, TENANT } from "./fleet.ts";

export interface Surroundings {
  /** Of this run alone. */
  readonly folder: string;
  readonly traceFile: string;
  readonly brokerUrl: string;
  readonly influxUrl: string;
  readonly database: string;
}

export interface Contender {
  readonly name: string;
  readonly payload: "contract" | "json";
  /** Resolves when it listens to the broker. */
  start(surroundings: Surroundings): Promise<BenchProcess>;
}

const INGEST = join(import.meta.dirname, "../../ingest/src/main.ts");
const PROFILE = `
id: cold
version: 1
title: { en: Cold, zh: 冷藏 }
source: made for the benchmark
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
    source: made for the benchmark
`;

/** A shipment on each asset, since long ago and still under way. */
export function writeFacts(traceFile: string): void {
  const writer = new TraceWriter(traceFile, { wallMs: () => Date.now(), monotonicMs: () => performance.now() });
  writer.database.exec("PRAGMA synchronous = OFF");
  const put = (kind: Parameters<TraceWriter["put"]>[0], fact: object): unknown => writer.put(kind, fact, "bench");
  put("tenant", { tenantId: TENANT, title: "Tenant" });
  put("profile", { profileId: "cold", version: 1, text: PROFILE });
  for (let asset = 0; asset < ASSETS; asset++) {
    const assetId = assetIdOf(asset);
    put("asset", { assetId, tenantId: TENANT, kind: "compartment", title: assetId });
    const legs = [{ legId: `leg-${asset}`, assetId, fromMs: 0, toMs: null }];
    const shipment = { shipmentId: `shipment-${asset}`, tenantId: TENANT, title: "S", goods: "Vaccine", legs };
    put("shipment", { ...shipment, profileIds: ["cold"] });
  }
  writer.close();
}

export function writeIngestConfig({ folder, traceFile, brokerUrl, database }: Surroundings): string {
  mkdirSync(folder, { recursive: true });
  copyFileSync(traceFile, join(folder, "trace.db"));
  writeFileSync(join(folder, "token"), "a token");
  const file = join(folder, "ingest.yaml");
  writeFileSync(
    file,
    `{ broker: { url: "${brokerUrl}" }, hostId: ${HOST_ID}, groups: { ${GROUP}: ${TENANT} }, stateFile: state.db,
       store: { influxDatabase: ${database} }, traceFile: trace.db, tokenFile: token }`,
  );
  return file;
}

/** Starts ingest as its command does, and waits until it is ready. */
export async function startIngest(
  configFile: string,
  influxUrl: string,
  flags: readonly string[] = [],
): Promise<{ readonly process: BenchProcess; readonly port: number }> {
  const env = { ...process.env, INFLUX_URL: influxUrl };
  const child = BenchProcess.node(INGEST, ["--config", configFile], env, flags);
  const port = Number((await child.says(/"port":(\d+)/))[1]);
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    if (answer.status === 200) return { process: child, port };
    await new Promise((resume) => setTimeout(resume, 5));
  }
}

/** For a look with --cpu-prof. */
const nodeFlags = (): string[] =>
  (process.env["ISOTHERM_BENCH_NODE_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");

export const OURS: Contender = {
  name: "isotherm-ingest",
  payload: "contract",
  async start(surroundings) {
    const flags = nodeFlags();
    return (await startIngest(writeIngestConfig(surroundings), surroundings.influxUrl, flags)).process;
  },
};

function script(name: string, payload: Contender["payload"], file: string): Contender {
  return {
    name,
    payload,
    async start({ brokerUrl, influxUrl, database }) {
      const child = BenchProcess.node(
        join(import.meta.dirname, file),
        [brokerUrl, influxUrl, database],
        process.env,
        nodeFlags(),
      );
      await child.says(/ready/);
      return child;
    },
  };
}

export const BARE_LOOP = script("bare loop, no state", "contract", "bare-loop.ts");
export const OBVIOUS = script("obvious design", "json", "obvious-design.ts");
