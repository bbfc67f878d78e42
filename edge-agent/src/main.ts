// The command: run an agent, check its configuration, show its spool.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pino } from "pino";
import { startAgent } from "./agent.ts";
import { AgentConfigError, agentConfigOf } from "./config.ts";
import type { AgentConfig, DeviceConfig } from "./config-schema.ts";
import { HELP_TEXT } from "./help-text.ts";
import { openDevices } from "./open-devices.ts";
import { randomId, readMachineBootId, readMachineId, systemClock, systemRandom, systemScheduler } from "./ports.ts";
import { isProfileFile } from "./profile-of.ts";
import { readSpoolSummary } from "./spool-summary.ts";
import { spoolTable } from "./spool-table.ts";

/** Reads a file that has to be there, or says in words what to do. */
function readText(path: string, what: string, mend: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`The ${what} ${path} cannot be read (${(error as Error).message}): ${mend}.`, { cause: error });
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/** Counters are logged this often. */
const COUNTERS_EVERY_MS = 60_000;

function readConfig(file: string): AgentConfig {
  const config = agentConfigOf(readText(file, "configuration", "name the file that you mean"), file);
  const folder = dirname(file);
  const { broker, spool } = config;
  const passwordFile = broker.passwordFile === undefined ? {} : { passwordFile: resolve(folder, broker.passwordFile) };
  const assets = config.assets.map((asset) => ({
    ...asset,
    devices: asset.devices.map((one) => located(one, folder)),
  }));
  return {
    ...config,
    assets,
    spool: { ...spool, path: resolve(folder, spool.path) },
    broker: { ...broker, ...passwordFile },
  };
}

function located(device: DeviceConfig, folder: string): DeviceConfig {
  return isProfileFile(device.profile) ? { ...device, profile: resolve(folder, device.profile) } : device;
}

function readPassword({ broker }: AgentConfig): string {
  const { passwordFile, passwordEnv } = broker;
  if (passwordFile !== undefined) {
    return readText(passwordFile, "password file", "put the broker's password there, readable by this user").trimEnd();
  }
  const password = process.env[passwordEnv ?? ""];
  if (password === undefined || password === "")
    throw new Error(`The environment variable ${passwordEnv} is not set: put the broker's password in it.`);
  return password;
}

async function run(config: AgentConfig): Promise<number> {
  const log = pino({ base: { room: "edge-agent" } }, pino.destination({ dest: 1, sync: true }));
  process.once("uncaughtException", (error) => {
    // What was taken is on disk. A process whose state is unknown is started anew by whoever watches over it.
    log.error({ err: error }, "The agent ends because of an error that it does not know.");
    process.exit(1);
  });
  const password = readPassword(config);
  const { source, close } = openDevices(config.buses, systemClock, systemScheduler);
  const agent = startAgent(config, {
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    log,
    devices: source,
    closeDevices: close,
    password,
    machineId: readMachineId(),
    machineBootId: readMachineBootId(),
    newEpoch: randomId,
  });
  const counters = setInterval(() => log.info({ counters: agent.counters }, "Counters."), COUNTERS_EVERY_MS);
  await new Promise<void>((stop) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop());
  });
  clearInterval(counters);
  await agent.stop();
  return 0;
}

function showSpool({ spool }: AgentConfig): number {
  const summary = readSpoolSummary(spool.path);
  say(summary === undefined ? `There is no spool at ${spool.path} yet.` : spoolTable(summary));
  return 0;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { config: { type: "string" }, help: { type: "boolean" } },
  });
  const [command = "run", ...rest] = positionals;
  if (values.help === true) {
    say(HELP_TEXT);
    return 0;
  }
  if (values.config === undefined || rest.length > 0 || !["run", "check", "spool"].includes(command)) {
    complain(HELP_TEXT);
    return 2;
  }
  const config = readConfig(values.config);
  if (command === "spool") return showSpool(config);
  if (command === "run") return await run(config);
  say(`${values.config} can be used.`);
  return 0;
}

try {
  // Sockets that do not close would keep the process past its time.
  process.exit(await main());
} catch (error) {
  const isUsage = error instanceof AgentConfigError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  complain((error as Error).message);
  process.exit(isUsage === true ? 2 : 1);
}
