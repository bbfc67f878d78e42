// The command line of ingest.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { pino } from "pino";
import { runAssess } from "./assess/assess.ts";
import { optionTrouble, usageText } from "./command-usage.ts";
import { type IngestConfig, readConfig } from "./config.ts";
import { type ForeignMonitoring, foreignMonitoring } from "./foreign/foreign-monitoring.ts";
import { HELP_TEXT } from "./help-text.ts";
import { Ingest } from "./ingest.ts";
import { type CommandPorts, KEEP_COMMANDS, runKeepCommand } from "./keep/keep-commands.ts";
import { QUARANTINE_ACTIONS, runQuarantineAction } from "./keep/quarantine-commands.ts";
import { runMappingCommand } from "./mapping/mapping-command.ts";
import { systemClock, systemRandom, systemScheduler } from "./ports.ts";
import { runProfile } from "./profile/profile-command.ts";
import { READ_COMMANDS, runReadCommand } from "./read-commands.ts";
import { lockStateFile } from "./state-lock.ts";
import { openStateReader } from "./state-reader.ts";
import type { StateReader } from "./state-rows.ts";
import { openReadingReader } from "./store/open-reading-store.ts";
import { StoreError } from "./store/store-errors.ts";

const say = (text: string): void => void process.stderr.write(text);

async function run(config: IngestConfig): Promise<number> {
  const log = pino({ base: { room: "ingest" } }, pino.destination({ dest: 1, sync: true }));
  let stop: (exitCode: number) => void = () => undefined;
  const stopped = new Promise<number>((resolve) => (stop = resolve));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop(0));
  const unlock = lockStateFile(config.stateFile);
  const ingest = await Ingest.open(config, {
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    log,
    broken: (error) => {
      log.fatal({ err: error }, "ingest is broken; nothing that was not accepted is lost");
      stop(1);
    },
  });
  log.info({ port: ingest.port, host: config.http.host }, "listening");
  const exitCode = await stopped;
  await ingest.close();
  unlock();
  log.info("stopped");
  return exitCode;
}

const OPTIONS = {
  config: { type: "string" },
  tenant: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

/** Of a terminal that tells none, such as a pipe. */
const WIDTH_DEFAULT = 80;

function versionOfThis(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function keepPorts(): CommandPorts {
  return { clock: systemClock, version: versionOfThis(), say, environment: process.env };
}

async function main(): Promise<number> {
  if (process.argv[2] === "assess") {
    process.stdout.write(
      runAssess(process.argv.slice(3), process.stdout.columns || WIDTH_DEFAULT, process.stderr.isTTY ? say : undefined),
    );
    return 0;
  }
  if (process.argv[2] === "mapping") {
    const { text, exitCode } = runMappingCommand(process.argv.slice(3), systemClock.wallMs());
    process.stdout.write(text);
    return exitCode;
  }
  const [, , first, second = ""] = process.argv;
  if (first === "quarantine" && [...QUARANTINE_ACTIONS, "--help", "-h"].includes(second)) {
    process.stdout.write(await runQuarantineAction(process.argv.slice(3), keepPorts()));
    return 0;
  }
  const keeping = KEEP_COMMANDS.find((known) => known === process.argv[2]);
  if (keeping !== undefined) {
    process.stdout.write(await runKeepCommand(keeping, process.argv.slice(3), keepPorts()));
    return 0;
  }
  if (process.argv[2] === "profile") {
    const { text, exitCode, isComplaint } = runProfile(process.argv.slice(3), process.stdout.columns || WIDTH_DEFAULT);
    (isComplaint === true ? process.stderr : process.stdout).write(text);
    return exitCode;
  }
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (values.help === true || values.version === true || positionals[0] === "help") {
    process.stdout.write(values.version === true ? `isotherm-ingest ${versionOfThis()}\n` : HELP_TEXT);
    return 0;
  }
  const [command = "run"] = positionals;
  const reading = READ_COMMANDS.find((known) => known === command);
  if (values.config === undefined || positionals.length > 1 || (command !== "run" && reading === undefined)) {
    say(usageText(positionals));
    return 2;
  }
  const config = readConfig(values.config, process.env);
  if (reading === undefined) return run(config);
  const reader = openStateReader(config.stateFile);
  try {
    const monitoring = reading === "completeness" ? await monitoringOf(config, reader, values.tenant) : [];
    const options = { tenantId: values.tenant, json: values.json === true, monitoring };
    process.stdout.write(runReadCommand(reading, reader, config, options));
  } finally {
    reader.close();
  }
  return 0;
}

/** What can be told of channels without a delivery promise, or in words why nothing can. */
async function monitoringOf(
  config: IngestConfig,
  state: StateReader,
  tenantId: string | undefined,
): Promise<ForeignMonitoring[] | string> {
  if (state.foreign(tenantId).gateways.length === 0) return [];
  try {
    const readings = await openReadingReader(config.store);
    try {
      return await foreignMonitoring(state, readings, tenantId, systemClock.wallMs());
    } finally {
      await readings.close();
    }
  } catch (error) {
    if (error instanceof StoreError) return `monitoring cannot be told: ${error.message}`;
    throw error;
  }
}

/** Every error that a person can mend is said in words; its code tells what kind of exit it is. */
function exitCodeOf(error: unknown): number {
  const { message, code, cause } = error as Error & { code?: string };
  const isWhole = code === "CONFIG_INVALID" || code === "ASSESS_REFUSED";
  const isOption = code?.startsWith("ERR_PARSE_ARGS") === true;
  const told = isOption ? optionTrouble(message, process.argv.slice(2)) : message;
  say(`${told}${cause instanceof Error && !isWhole ? ` (${cause.message})` : ""}\n`);
  if (code === "ASSESS_REFUSED" || code === "KEEP_USAGE" || code === "MAPPING_USAGE") return 2;
  return code === "CONFIG_INVALID" || isOption ? 2 : 1;
}

// Whoever reads the beginning alone, as `head` does, has what was asked for.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await main().catch(exitCodeOf);
