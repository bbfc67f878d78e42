// The commands that keep, or put back, what ingest has stored.

import { parseArgs } from "node:util";
import { type ConfigEnvironment, type IngestConfig, readConfig } from "../config.ts";
import { type KeepPorts, takeBackup } from "./backup.ts";
import { KeepError } from "./keep-error.ts";
import { KEEP_HELP } from "./keep-help.ts";
import { restoreBackup } from "./restore.ts";
import { explainRetention, retentionText } from "./retention-explain.ts";

export const KEEP_COMMANDS = ["backup", "restore", "retention"] as const;
export type KeepCommand = (typeof KEEP_COMMANDS)[number];

export interface CommandPorts extends KeepPorts {
  readonly environment: ConfigEnvironment;
}

const OPTIONS = {
  config: { type: "string" },
  to: { type: "string" },
  from: { type: "string" },
  force: { type: "boolean" },
  tenant: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof parsed>["values"];

function parsed(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

/** Options that a command takes beside --config, --json and --help; the first is needed if it names a folder. */
const TAKES: Readonly<Record<KeepCommand, readonly (keyof Values)[]>> = {
  backup: ["to"],
  restore: ["from", "force"],
  retention: ["tenant"],
};

/** What the command prints. Throws KeepError, ConfigError, StateFileError, StoreError. */
export async function runKeepCommand(
  command: KeepCommand,
  args: readonly string[],
  ports: CommandPorts,
): Promise<string> {
  const { values, positionals } = parsed(args);
  if (values.help === true) return KEEP_HELP[command];
  const taken: readonly string[] = ["config", "json", ...TAKES[command]];
  const stray = [...positionals, ...Object.keys(values).filter((name) => !taken.includes(name))];
  if (values.config === undefined || stray.length > 0) throw usage(command);
  const config = readConfig(values.config, ports.environment);
  const asked = await { backup, restore, retention }[command](config, values, ports);
  return values.json === true ? `${JSON.stringify(asked.data, null, 2)}\n` : asked.text;
}

function usage(command: KeepCommand): KeepError {
  return new KeepError("KEEP_USAGE", `${KEEP_HELP[command].split("\n", 1)[0]}\nSee isotherm-ingest ${command} --help.`);
}

interface Said {
  readonly data: unknown;
  readonly text: string;
}

async function backup(config: IngestConfig, { to }: Values, ports: CommandPorts): Promise<Said> {
  if (to === undefined) throw usage("backup");
  const data = await takeBackup(config, to, ports);
  const lines = data.files.map(({ name, bytes }) => `  ${name}  ${sizeOf(bytes)}\n`);
  return { data, text: `backed up to ${to}, as of ${data.takenAt}\n${lines.join("")}` };
}

async function restore(config: IngestConfig, { from, force }: Values, ports: CommandPorts): Promise<Said> {
  if (from === undefined) throw usage("restore");
  const { manifest, movedAside } = await restoreBackup(config, from, force === true, ports);
  const { takenAt } = manifest;
  const moved = movedAside.map((path) => `  moved aside: ${path}\n`).join("");
  const text = `restored as of ${takenAt}; start ingest, and gateways are asked for what came since\n${moved}`;
  return { data: { takenAt, movedAside }, text };
}

async function retention(config: IngestConfig, { tenant }: Values, ports: CommandPorts): Promise<Said> {
  const data = await explainRetention(config, tenant, ports);
  return { data, text: retentionText(data) };
}

function sizeOf(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let [size, unit] = [bytes, 0];
  for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
