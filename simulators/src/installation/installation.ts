// A whole Isotherm on one machine: broker, ingest, API server and gateways, each a real process with files of its own.
// The demonstration and the tests of the whole chain run this same thing.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Scheduler } from "@isotherm/coldchain";
import { hashPassword } from "@isotherm/broker";
import { stringify } from "yaml";
import { Child } from "./child.ts";
import {
  HOST_ID,
  brokerConfig,
  dashboardsConfig,
  ingestConfig,
  pathsOf,
  type InstallationPaths,
  type InstallationPorts,
} from "./configs.ts";
import { secretOf, type SecureBytes } from "./secrets.ts";

export const GROUP_ID = "fleet";

export interface InstallationOptions {
  readonly folder: string;
  readonly tenantId: string;
  readonly ports: InstallationPorts;
  readonly gatewayIds: readonly string[];
  /** With an InfluxDB, readings live there. */
  readonly influx?: { readonly url: string; readonly database: string };
  readonly scheduler: Scheduler;
  readonly secureBytes: SecureBytes;
  readonly onUnexpectedEnd?: (name: string, lastLines: readonly string[]) => void;
}

/** What a gateway's configuration says beyond where its broker is and who it is. */
export type GatewayConfig = Readonly<Record<string, unknown>>;

/** A gateway's configuration file: who it is, where its broker and spool are, and what it measures. */
export function agentConfigText(
  paths: InstallationPaths,
  gatewayId: string,
  brokerPort: number,
  config: GatewayConfig,
): string {
  return stringify({
    gatewayId,
    groupId: GROUP_ID,
    hostId: HOST_ID,
    broker: { url: `mqtt://127.0.0.1:${brokerPort}`, user: gatewayId, passwordFile: paths.secret(gatewayId) },
    spool: { path: paths.spool(gatewayId) },
    ...config,
  });
}

const READY_MS_MAX = 30_000;

const entry = (room: string): string => fileURLToPath(new URL(`../../../${room}/src/main.ts`, import.meta.url));

export class Installation {
  readonly paths: InstallationPaths;
  readonly ports: InstallationPorts;
  readonly broker: Child;
  readonly ingest: Child;
  readonly dashboards: Child;
  readonly agents = new Map<string, Child>();
  readonly #options: InstallationOptions;

  private constructor(options: InstallationOptions) {
    this.#options = options;
    this.ports = options.ports;
    this.paths = pathsOf(options.folder);
    this.broker = this.#child("broker", "broker");
    this.ingest = this.#child("ingest", "ingest");
    this.dashboards = this.#child("dashboards", "dashboards");
    for (const gatewayId of options.gatewayIds) this.agents.set(gatewayId, this.#child(gatewayId, "edge-agent"));
  }

  /** Makes folders, secrets and configuration files; existing secrets and stores are kept. */
  static async prepare(options: InstallationOptions): Promise<Installation> {
    const installation = new Installation(options);
    for (const name of ["secrets", "store", "config", "log", "spools"])
      mkdirSync(`${options.folder}/${name}`, { recursive: true, mode: 0o700 });
    await installation.#writeIdentities();
    const { paths, ports } = installation;
    const database = options.influx?.database;
    secretOf(paths.secret("ingest-token"), options.secureBytes);
    secretOf(paths.secret("admin-token"), options.secureBytes);
    installation.#write("broker", brokerConfig(paths, ports));
    installation.#write("ingest", ingestConfig(paths, ports, { [GROUP_ID]: options.tenantId }, database));
    installation.#write("dashboards", dashboardsConfig(paths, ports, database));
    return installation;
  }

  get adminToken(): string {
    return secretOf(this.paths.secret("admin-token"), this.#options.secureBytes);
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.ports.dashboards}`;
  }

  /** Writes a gateway's configuration. `brokerPort` is a relay's when the link between is simulated. */
  configureGateway(gatewayId: string, brokerPort: number, config: GatewayConfig): void {
    this.#write(gatewayId, agentConfigText(this.paths, gatewayId, brokerPort, config));
  }

  /** Broker, then ingest and API server together: each of them bears the other's absence. */
  async startServers(): Promise<void> {
    await this.broker.start();
    await Promise.all([this.ingest.start(), this.dashboards.start()]);
  }

  async startAgents(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.start()));
  }

  /** Gateways first, so that what they say last is still heard. */
  async stop(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.stop()));
    await Promise.all([this.dashboards.stop(), this.ingest.stop()]);
    await this.broker.stop();
  }

  #child(name: string, room: string): Child {
    const { scheduler, influx, onUnexpectedEnd } = this.#options;
    return new Child({
      name,
      args: [entry(room), "--config", this.paths.config(name)],
      logFile: this.paths.log(name),
      readyMsMax: READY_MS_MAX,
      scheduler,
      env: influx === undefined ? {} : { INFLUX_URL: influx.url },
      ...(onUnexpectedEnd === undefined ? {} : { onUnexpectedEnd }),
    });
  }

  #write(name: string, text: string): void {
    writeFileSync(this.paths.config(name), text, { mode: 0o600 });
  }

  async #writeIdentities(): Promise<void> {
    const { secureBytes, gatewayIds } = this.#options;
    const hashOf = (user: string): Promise<string> =>
      hashPassword(secretOf(this.paths.secret(user), secureBytes), secureBytes);
    const identities: object[] = [
      { user: HOST_ID, role: "host", hostId: HOST_ID, passwordHash: await hashOf(HOST_ID) },
    ];
    for (const gatewayId of gatewayIds)
      identities.push({
        user: gatewayId,
        role: "gateway",
        groupId: GROUP_ID,
        gatewayId,
        passwordHash: await hashOf(gatewayId),
      });
    this.#write("identities", stringify(identities));
  }
}
