// The API server's process.

import { readFileSync } from "node:fs";
import {
  openReadingReader,
  openStateReader,
  type ReadingReader,
  type StateReader,
  type StoreHome,
} from "@isotherm/ingest/store";
import { IntentOutbox, People, TraceWriter } from "@isotherm/trace";
import { pino } from "pino";
import { checkDashboardsConfig, readSecret, type DashboardsConfig } from "./config.ts";
import { ApiError } from "./errors.ts";
import { IntentCourier } from "./intent-courier.ts";
import { LiveFeed } from "./live-feed.ts";
import { ingestPorts, systemClock, systemRandom, systemRandomBytes, systemScheduler } from "./ports.ts";
import { dashboardsServer } from "./server.ts";

const HELP = `isotherm-dashboards: the pages for operators and drivers, and the HTTP API under them

  isotherm-dashboards --config FILE     run
  isotherm-dashboards --check FILE      say what is wrong with a configuration, without opening anything

A configuration (YAML):
  http: { host: 127.0.0.1, port: 8080 }         # host decides who can reach it; loopback unless you say otherwise
  traceFile: /var/lib/isotherm/trace.sqlite     # facts: this process is its only writer
  stateFile: /var/lib/isotherm/state.sqlite     # ingest's state, read only
  readingsFile: /var/lib/isotherm/readings.sqlite
  ingest: { url: http://127.0.0.1:8081, tokenFile: /etc/isotherm/ingest.token }
  adminTokenFile: /etc/isotherm/admin.token     # whoever holds it says facts and makes logins

With INFLUX_URL in the environment, readings come from InfluxDB (influxDatabase names the database).
`;

const log = pino({ name: "dashboards" });

function loadConfig(path: string): DashboardsConfig {
  const checked = checkDashboardsConfig(readFileSync(path, "utf8"), path);
  if ("config" in checked) return checked.config;
  for (const { place, problem } of checked.problems) console.error(`${place}: ${problem}`);
  process.exit(2);
}

function storeHome(config: DashboardsConfig): StoreHome {
  const url = process.env["INFLUX_URL"];
  return url === undefined || url === ""
    ? { kind: "sqlite", path: config.readingsFile }
    : { kind: "influx", url, database: config.influxDatabase };
}

/** Opens what another process makes, when it is there: ingest may start after us. */
function lazily<T>(open: () => T): () => T {
  let opened: T | undefined;
  return () => {
    try {
      opened ??= open();
      return opened;
    } catch (error) {
      throw new ApiError("STORE_AWAY", "Nothing has been stored yet: ingest has not run here.", { cause: error });
    }
  };
}

async function run(config: DashboardsConfig): Promise<void> {
  const clock = systemClock;
  const trace = new TraceWriter(config.traceFile, clock);
  const outbox = new IntentOutbox(trace.database, clock);
  const ports = ingestPorts(config.ingest.url, readSecret(config.ingest.tokenFile, "ingest.tokenFile"));
  const courier = new IntentCourier({ outbox, scheduler: systemScheduler, send: ports.sendIntent });
  const feed = new LiveFeed({ open: ports.openFeed, scheduler: systemScheduler, random: systemRandom });
  const state = lazily<StateReader>(() => openStateReader(config.stateFile));
  let readings: ReadingReader | undefined;
  const server = dashboardsServer(
    {
      clock,
      scheduler: systemScheduler,
      random: systemRandom,
      trace,
      outbox,
      courier,
      feed,
      state,
      readings: async () => (readings ??= await openReadingReader(storeHome(config))),
      people: new People({ database: trace.database, clock, randomBytes: systemRandomBytes }),
      adminToken: readSecret(config.adminTokenFile, "adminTokenFile"),
      publicUrl: config.http.publicUrl ?? `http://${config.http.host}:${config.http.port}`,
      simulated: config.simulated,
    },
    log,
  );
  await server.listen({ host: config.http.host, port: config.http.port });
  feed.start();
  courier.start();
  const address = server.server.address();
  log.info({ port: typeof address === "object" ? address?.port : config.http.port }, "listening");
  const stop = async (): Promise<void> => {
    feed.close();
    courier.close();
    await server.close();
    await readings?.close();
    trace.close();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}

const [option, file] = process.argv.slice(2);
if (option === "--config" && file !== undefined) {
  run(loadConfig(file)).catch((error: unknown) => {
    log.fatal({ err: error }, "cannot run");
    process.exit(1);
  });
} else if (option === "--check" && file !== undefined) {
  loadConfig(file);
  console.log(`${file}: nothing wrong`);
} else {
  console.log(HELP);
  process.exit(option === "--help" ? 0 : 2);
}
