// A broker on a free port and an ingest process in a folder of its own, for tests.

import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { Aedes } from "aedes";
import { pino } from "pino";
import { seededRandom } from "@isotherm/coldchain";
import { tempDir } from "../../checks/kit.ts";
import { DEFAULT_BOUNDS, type IngestBounds } from "../src/bounds.ts";
import type { IngestConfig } from "../src/config.ts";
import { DEFAULT_RETENTION } from "../src/keep/retention-times.ts";
import { Ingest } from "../src/ingest.ts";
import type { IngestPorts } from "../src/ingest-ports.ts";
import { systemClock, systemScheduler } from "../src/ports.ts";

export const HOST_ID = "host-1";
export const TOKEN = "a token of the test";

export class TestBroker {
  readonly #broker: Aedes;
  readonly #server: Server;
  readonly url: string;

  private constructor(broker: Aedes, server: Server, port: number) {
    this.#broker = broker;
    this.#server = server;
    this.url = `mqtt://127.0.0.1:${port}`;
  }

  static async open(): Promise<TestBroker> {
    const broker = await Aedes.createBroker({ concurrency: 0 });
    const server = createServer(broker.handle);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new TestBroker(broker, server, address.port);
  }

  async close(): Promise<void> {
    await new Promise<void>((closed) => this.#broker.close(() => closed()));
    await new Promise((closed) => this.#server.close(closed));
  }
}

export async function testConfig(
  brokerUrl: string,
  bounds: Partial<IngestBounds> = {},
  folder?: string,
): Promise<IngestConfig> {
  const dir = folder ?? (await tempDir());
  return {
    broker: { url: brokerUrl },
    hostId: HOST_ID,
    groups: { group1: "tenant1" },
    links: {},
    stateFile: join(dir, "state.db"),
    store: { kind: "sqlite", path: join(dir, "readings.db") },
    traceFile: join(dir, "trace.db"),
    http: { host: "127.0.0.1", port: 0 },
    token: TOKEN,
    bounds: { ...DEFAULT_BOUNDS, batchWaitMs: 5, ...bounds },
    retention: DEFAULT_RETENTION,
  };
}

export async function openIngest(config: IngestConfig, ports: Partial<IngestPorts> = {}): Promise<Ingest> {
  return Ingest.open(config, {
    clock: systemClock,
    scheduler: systemScheduler,
    random: seededRandom(7),
    log: pino({ level: "silent" }),
    broken: (error) => {
      throw error;
    },
    ...ports,
  });
}
