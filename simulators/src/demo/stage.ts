// The stage: devices, links and processes of the demonstration, set up, started and ended together.

import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import type { Clock, Scheduler } from "@isotherm/coldchain";
import { traceClient } from "@isotherm/trace";
import { Installation } from "../installation/installation.ts";
import { Link } from "../network/link.ts";
import { ROOM_BYTES_TO_START, diskFullText, roomBytes } from "./disk-room.ts";
import { gatewayConfig } from "./gateway-config.ts";
import { recordNight } from "./history.ts";
import { endLeftovers, noteDemo } from "./leftovers.ts";
import { Rig } from "./rig.ts";
import { scenarioFacts } from "./scenario-facts.ts";
import type { Scenario } from "./scenario.ts";
import { StartError } from "./start-problems.ts";
import type { ActTarget } from "./acts.ts";

export interface StageOptions {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly isFresh: boolean;
  readonly dashboardsPort: number;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly secureBytes: (count: number) => Uint8Array;
  readonly freePort: (wanted?: number) => Promise<number>;
  readonly onUnexpectedEnd: (name: string, lastLines: readonly string[]) => void;
  readonly progress: (text: string) => void;
}

export interface Logins {
  readonly operator: string;
  /** By gateway, for those that have a driver. */
  readonly drivers: ReadonlyMap<string, { readonly name: string; readonly url: string }>;
}

const LOGIN_LIFE_MS = 24 * 3_600_000;

/** What a demonstration makes in its folder: a fresh start removes this, and nothing that somebody else put there. */
const OWN_FILES = ["config", "log", "secrets", "spools", "store", "since.json"];

const noteFileOf = (folder: string): string => `${folder}/demo.json`;

export class Stage {
  readonly installation: Installation;
  readonly folder: string;
  readonly #targets = new Map<string, ActTarget>();
  readonly #noteFile: string;

  private constructor(installation: Installation, folder: string) {
    this.installation = installation;
    this.folder = folder;
    this.#noteFile = noteFileOf(folder);
  }

  /** Prepares everything and starts the servers; agents start with `startAgents`. */
  static async setUp(options: StageOptions): Promise<Stage> {
    const { scenario, scheduler, freePort } = options;
    const folder = resolve(options.folder);
    await endLeftovers(noteFileOf(folder), folder, scheduler);
    if (options.isFresh) for (const name of OWN_FILES) rmSync(`${folder}/${name}`, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (roomBytes(folder) < ROOM_BYTES_TO_START) throw new StartError(diskFullText(folder));
    const dashboards = await freePort(options.dashboardsPort);
    const ports = { broker: await freePort(), ingest: await freePort(), dashboards };
    const installation = await Installation.prepare({
      folder,
      tenantId: scenario.tenant.tenantId,
      ports,
      gatewayIds: scenario.gateways.map(({ gatewayId }) => gatewayId),
      scheduler,
      secureBytes: options.secureBytes,
      onUnexpectedEnd: options.onUnexpectedEnd,
    });
    noteDemo(noteFileOf(folder), process.pid);
    const stage = new Stage(installation, folder);
    try {
      await stage.#raise(options);
    } catch (error) {
      // What has started must not outlive a start that failed.
      await stage.close();
      throw error;
    }
    return stage;
  }

  async #raise({ scenario, clock, scheduler, progress }: StageOptions): Promise<void> {
    const { installation } = this;
    const servers = installation.startServers();
    // The servers start in processes of their own while this one writes the night; a failure is met at the await.
    servers.catch(() => undefined);
    const night = await recordNight(scenario, installation.paths, clock.wallMs(), progress);
    for (const gateway of scenario.gateways) {
      const { timeFactor, sampleEveryMs } = scenario.live;
      const departedMs = night.sinceMs;
      const startC = night.productC.get(gateway.gatewayId);
      const rig = await Rig.start(gateway, startC, { clock, scheduler, departedMs, timeFactor });
      const link = await Link.listen({ host: "127.0.0.1", port: installation.ports.broker });
      const devicePorts = { modbus: rig.modbus.port, nmea: rig.nmea?.port };
      installation.configureGateway(gateway.gatewayId, link.port, gatewayConfig(gateway, devicePorts, sampleEveryMs));
      this.#targets.set(gateway.gatewayId, { rig, link });
    }
    await servers;
    await this.#say(scenario, night.sinceMs);
  }

  get gatewayCount(): number {
    return this.#targets.size;
  }

  target(gatewayId: string): ActTarget {
    const target = this.#targets.get(gatewayId);
    if (target === undefined) throw new Error(`the scenario has no gateway ${gatewayId}`);
    return target;
  }

  async startAgents(): Promise<void> {
    await this.installation.startAgents();
  }

  async makeLogins(scenario: Scenario): Promise<Logins> {
    const client = traceClient(this.installation.apiUrl, this.installation.adminToken);
    const drivers = new Map<string, { name: string; url: string }>();
    for (const { gatewayId, driver } of scenario.gateways)
      if (driver !== undefined)
        drivers.set(gatewayId, {
          name: driver.name,
          url: (await client.makeLogin(driver.personId, LOGIN_LIFE_MS)).url,
        });
    return { operator: (await client.makeLogin(scenario.operator.personId, LOGIN_LIFE_MS)).url, drivers };
  }

  async close(): Promise<void> {
    await this.installation.stop();
    for (const { rig, link } of this.#targets.values()) {
      await link.close();
      await rig.close();
    }
    rmSync(this.#noteFile, { force: true });
  }

  async #say(scenario: Scenario, sinceMs: number): Promise<void> {
    const client = traceClient(this.installation.apiUrl, this.installation.adminToken);
    for (const { kind, value } of scenarioFacts(scenario, sinceMs)) await client.put(kind, value);
  }
}
