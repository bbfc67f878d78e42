// Broker, ingest and API server as processes, for a fleet of messages only: Mosquitto without identities, so that one
// client may speak for every gateway. Loopback only.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import type { Scheduler } from "@isotherm/coldchain";
import { traceClient, type TraceClient } from "@isotherm/trace";
import { stringify } from "yaml";
import { Child } from "../installation/child.ts";
import { dashboardsConfig, ingestConfig, pathsOf, type InstallationPorts } from "../installation/configs.ts";
import { secretOf, type SecureBytes } from "../installation/secrets.ts";

export interface LoadStandOptions {
  readonly folder: string;
  readonly groupId: string;
  readonly tenantId: string;
  readonly hostId: string;
  readonly ports: InstallationPorts;
  readonly influx?: { readonly url: string; readonly database: string };
  readonly scheduler: Scheduler;
  readonly secureBytes: SecureBytes;
}

export interface LoadStand {
  readonly brokerUrl: string;
  readonly apiUrl: string;
  readonly ingestUrl: string;
  readonly facts: TraceClient;
  readonly broker: ProcessFigures;
  readonly ingest: ProcessFigures;
  readonly api: ProcessFigures;
  readonly stateFile: string;
  close(): Promise<void>;
}

/** Of a running process, by Linux's /proc. */
export interface ProcessFigures {
  /** Processor time since its start, in seconds. */
  cpuS(): number;
  residentMb(): number;
}

/** Ticks a second in /proc/<pid>/stat: 100 on every Linux of today. */
const TICKS_PER_S = 100;
const READY_MS_MAX = 30_000;
const PAGE_BYTES = 4096;

export async function openLoadStand(options: LoadStandOptions): Promise<LoadStand> {
  const { folder, ports, scheduler } = options;
  const paths = pathsOf(folder);
  for (const name of ["secrets", "store", "config", "log"]) mkdirSync(`${folder}/${name}`, { recursive: true });
  const broker = await startMosquitto(folder, ports.broker, scheduler);
  secretOf(paths.secret("ingest-token"), options.secureBytes);
  const adminToken = secretOf(paths.secret("admin-token"), options.secureBytes);
  const database = options.influx?.database;
  const groups = { [options.groupId]: options.tenantId };
  const ingestText = ingestConfig(paths, ports, groups, database, { hostId: options.hostId, isOpen: true });
  writeFileSync(paths.config("ingest"), ingestText);
  writeFileSync(paths.config("dashboards"), dashboardsConfig(paths, ports, database));
  const child = (room: "ingest" | "dashboards"): Child =>
    new Child({
      name: room,
      args: [fileURLToPath(new URL(`../../../${room}/src/main.ts`, import.meta.url)), "--config", paths.config(room)],
      logFile: paths.log(room),
      readyMsMax: READY_MS_MAX,
      scheduler,
      env: options.influx === undefined ? {} : { INFLUX_URL: options.influx.url },
    });
  const [ingest, api] = [child("ingest"), child("dashboards")];
  await Promise.all([ingest.start(), api.start()]);
  const apiUrl = `http://127.0.0.1:${ports.dashboards}`;
  return {
    brokerUrl: `mqtt://127.0.0.1:${ports.broker}`,
    apiUrl,
    ingestUrl: `http://127.0.0.1:${ports.ingest}`,
    facts: traceClient(apiUrl, adminToken),
    broker: figuresOf(() => broker.pid),
    ingest: figuresOf(() => ingest.pid),
    api: figuresOf(() => api.pid),
    stateFile: paths.store("state.sqlite"),
    close: async () => {
      await Promise.all([api.stop(), ingest.stop()]);
      if (broker.exitCode === null) {
        const gone = once(broker, "close");
        broker.kill("SIGTERM");
        await gone;
      }
    },
  };
}

async function startMosquitto(folder: string, port: number, scheduler: Scheduler): Promise<ChildProcess> {
  const config = `${folder}/config/mosquitto.conf`;
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nlog_type error\n`);
  const broker = spawn("mosquitto", ["-c", config], { stdio: "ignore" });
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await new Promise<boolean>((answer) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        answer(true);
      });
      socket.once("error", () => answer(false));
    });
    if (isUp) return broker;
    await new Promise<void>((resume) => void scheduler.after(50, resume));
  }
  throw new Error("mosquitto does not listen");
}

function figuresOf(pid: () => number | undefined): ProcessFigures {
  const fields = (): string[] =>
    readFileSync(`/proc/${pid() ?? 0}/stat`, "utf8")
      .split(") ")[1]
      ?.split(" ") ?? [];
  return {
    // Fields 14 and 15 of proc(5), counted from the state, which is field 3.
    cpuS: () => (Number(fields()[11]) + Number(fields()[12])) / TICKS_PER_S,
    residentMb: () => (Number(fields()[21]) * PAGE_BYTES) / 2 ** 20,
  };
}

/** A profile for loads: 2 to `highC` at the product, everything due at once. */
export function loadProfile(profileId: string, version: number, highC: number): object {
  const text = stringify({
    id: profileId,
    version,
    title: { en: "Load test 2-8", zh: "负载测试 2-8" },
    source: "Made for load tests.",
    liveMaxAge: "5min",
    limits: [
      {
        ...{ quantity: "temperature", role: "product", low: -60, high: highC, deadband: 0.3 },
        ...{ onDelay: "0s", offDelay: "0s", consecutiveAllowance: "1h", gap: "5min", source: "Made for load tests." },
      },
    ],
  });
  return { profileId, version, text };
}
