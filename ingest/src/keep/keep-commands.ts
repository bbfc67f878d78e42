// The commands that keep, or put back, what ingest has stored.

import { parseArgs } from "node:util";
import { type ConfigEnvironment, readConfig } from "../config.ts";
import { type KeepPorts, takeBackup } from "./backup.ts";
import { KeepError } from "./keep-error.ts";
import { KEEP_HELP } from "./keep-help.ts";
import { restoreBackup } from "./restore.ts";

export const KEEP_COMMANDS = ["backup", "restore"] as const;
export type KeepCommand = (typeof KEEP_COMMANDS)[number];

export interface CommandPorts extends KeepPorts {
  readonly environment: ConfigEnvironment;
}

const OPTIONS = {
  config: { type: "string" },
  to: { type: "string" },
  from: { type: "string" },
  force: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** What the command prints. Throws KeepError, ConfigError, StateFileError, StoreError. */
export async function runKeepCommand(command: KeepCommand, args: readonly string[], ports: CommandPorts): Promise<string> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.help === true) return KEEP_HELP[command];
  const wanted = command === "backup" ? values.to : values.from;
  const other = command === "backup" ? (values.from ?? values.force) : values.to;
  if (values.config === undefined || wanted === undefined || other !== undefined || positionals.length > 0)
    throw new KeepError("KEEP_USAGE", KEEP_HELP[command].split("\n", 1)[0] ?? command);
  const config = readConfig(values.config, ports.environment);
  if (command === "backup") {
    const manifest = await takeBackup(config, wanted, ports);
    if (values.json === true) return `${JSON.stringify(manifest, null, 2)}\n`;
    const lines = manifest.files.map(({ name, bytes }) => `  ${name}  ${sizeOf(bytes)}\n`);
    return `backed up to ${wanted}, as of ${manifest.takenAt}\n${lines.join("")}`;
  }
  const { manifest, movedAside } = await restoreBackup(config, wanted, values.force === true, ports);
  if (values.json === true) return `${JSON.stringify({ takenAt: manifest.takenAt, movedAside }, null, 2)}\n`;
  const moved = movedAside.map((path) => `  moved aside: ${path}\n`).join("");
  return `restored as of ${manifest.takenAt}; start ingest, and gateways are asked for what came since\n${moved}`;
}

function sizeOf(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let [size, unit] = [bytes, 0];
  for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
