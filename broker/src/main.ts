import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pino } from "pino";
import { type RunningBroker, startBroker } from "./broker.ts";
import { type BrokerConfig, checkBrokerConfig } from "./broker-config.ts";
import { describeProblem, type Problem } from "./errors.ts";
import { HELP_TEXT } from "./help-text.ts";
import { runPasswd } from "./passwd-command.ts";
import { secureRandomBytes, systemClock, systemScheduler } from "./ports.ts";
import { readYamlFile } from "./yaml-file.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

const say = (text: string): void => void process.stderr.write(text);

/** The configuration with its paths made absolute, from the file's folder; undefined after saying what is wrong. */
async function readConfig(file: string): Promise<BrokerConfig | undefined> {
  const read = await readYamlFile(file);
  const checked = "problems" in read ? read : checkBrokerConfig(read.value);
  if ("config" in checked) return { ...checked.config, identities: resolve(dirname(file), checked.config.identities) };
  sayProblems(file, checked.problems);
  return undefined;
}

function sayProblems(file: string, problems: readonly Problem[]): void {
  say(`${file} cannot be used:\n${problems.map((problem) => `  ${describeProblem(problem)}\n`).join("")}`);
}

async function run(file: string): Promise<number> {
  const config = await readConfig(file);
  if (config === undefined) return 2;
  const log = pino({ base: { room: "broker" } }, pino.destination({ dest: 1, sync: true }));
  const stopped = new Promise<string>((stop) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop(signal));
  });
  let broker: RunningBroker;
  try {
    broker = await startBroker(config, { clock: systemClock, scheduler: systemScheduler, log });
  } catch (error) {
    const { cause } = error as Error;
    say(`${(error as Error).message}${cause instanceof Error ? ` (${cause.message})` : ""}\n`);
    return (error as { code?: string }).code === "IDENTITIES_INVALID" ? 2 : 1;
  }
  log.info({ port: broker.port, ports: broker.ports }, "listening");
  const open = config.listeners.filter(({ host }) => !LOOPBACK.has(host)).map(({ host }) => host);
  if (open.length > 0)
    log.warn({ hosts: open }, "listening beyond this machine without TLS: passwords are sent as they are");
  const logCounters = (): void => log.info({ counters: broker.counters }, "counters");
  process.on("SIGUSR2", logCounters);
  const period = setInterval(logCounters, config.countersLogMs);
  const signal = await stopped;
  clearInterval(period);
  await broker.close();
  log.info({ signal, counters: broker.counters }, "stopped");
  return 0;
}

async function main(): Promise<number> {
  let parsed;
  try {
    const options = {
      config: { type: "string" },
      generate: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    } as const;
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    say(`${(error as Error).message}\nSee --help.\n`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [command, ...rest] = positionals;
  if (values.help === true) {
    process.stdout.write(HELP_TEXT);
    return 0;
  }
  if (command === "passwd" && rest.length === 0) {
    const print = (text: string): void => void process.stdout.write(text);
    return runPasswd(values.generate === true, { randomBytes: secureRandomBytes, stdin: process.stdin, print, say });
  }
  if (command !== undefined || values.config === undefined) {
    say(`Say what to do: --config FILE runs the broker, passwd makes a password hash. See --help.\n`);
    return 2;
  }
  return run(values.config);
}

process.exitCode = await main();
