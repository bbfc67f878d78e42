// The command `mapping`: a file checked whole, and messages tried on it.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Problem } from "../errors.ts";
import { fileTrouble } from "../file-trouble.ts";
import { textTable } from "../text-table.ts";
import { readMapping } from "./mapping-file.ts";
import { MAPPING_HELP } from "./mapping-help.ts";
import type { Mapping } from "./mapping-rules.ts";
import { mappingJsonSchema } from "./mapping-schema.ts";
import { type Trial, tryMessage } from "./mapping-trial.ts";

/** The command cannot be carried out as it was given. */
export class MappingUsageError extends Error {
  readonly code = "MAPPING_USAGE";
  override readonly name = "MappingUsageError";
}

export interface MappingAnswer {
  readonly text: string;
  readonly exitCode: 0 | 2;
}

const OPTIONS = {
  topic: { type: "string" },
  payload: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const STANDARD_INPUT = 0;

/** @throws MappingUsageError */
export function runMappingCommand(args: readonly string[], nowMs: number): MappingAnswer {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [command, file, ...more] = positionals;
  if (values.help === true || command === undefined) return { text: MAPPING_HELP, exitCode: 0 };
  if (command === "schema") return { text: `${JSON.stringify(mappingJsonSchema(), null, 2)}\n`, exitCode: 0 };
  if ((command !== "check" && command !== "try") || file === undefined || more.length > 0)
    throw new MappingUsageError("Say mapping check FILE, or mapping try FILE --topic TOPIC. See mapping --help.");
  const isJson = values.json === true;
  const read = readMapping(bytesOf(file).toString("utf8"), file);
  if ("problems" in read) return problemsAnswer(file, read.problems, isJson);
  if (command === "check") return usableAnswer(file, read.mapping, isJson);
  if (values.topic === undefined)
    throw new MappingUsageError("Say by which topic the message came: --topic TOPIC. See mapping --help.");
  const payload = bytesOf(values.payload ?? "-");
  return trialAnswer(tryMessage(read.mapping, values.topic, payload, nowMs), isJson);
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file === "-" ? STANDARD_INPUT : file);
  } catch (error) {
    throw new MappingUsageError(`${file === "-" ? "Standard input" : file} cannot be read: ${fileTrouble(error)}`);
  }
}

function problemsAnswer(file: string, problems: readonly Problem[], isJson: boolean): MappingAnswer {
  const lines = problems.map(({ place, problem, mend }) => `  ${place}: ${problem}; ${mend}\n`);
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const text = `${file} cannot be used, for ${count}:\n${lines.join("")}`;
  return { text: isJson ? jsonText({ usable: false, problems }) : text, exitCode: 2 };
}

function usableAnswer(file: string, mapping: Mapping, isJson: boolean): MappingAnswer {
  const sparkplug = mapping.sparkplug.map(({ group, node, channels }) => ({
    hears: `Sparkplug group ${group.text}, node ${node.text}`,
    channels: channels.map(({ terms }) => terms.channel),
  }));
  const json = mapping.json.map(({ topic, channels }) => ({
    hears: `topic ${topic.text}`,
    channels: channels.map(({ terms }) => terms.channel),
  }));
  const rules = [...sparkplug, ...json];
  const lines = rules.map(({ hears, channels }) => `  ${hears}: ${channels.join(", ")}\n`);
  const text = `${file} can be used:\n${lines.join("")}`;
  return { text: isJson ? jsonText({ usable: true, mapping: mapping.name, rules }) : text, exitCode: 0 };
}

function trialAnswer(trial: Trial, isJson: boolean): MappingAnswer {
  const exitCode = trial.readings.length > 0 && trial.problems.length === 0 ? 0 : 2;
  if (isJson) return { text: jsonText(trial), exitCode };
  const { gatewayId, readings, unmapped, problems } = trial;
  const table = textTable(
    ["asset", "channel", "role", "time", "value", "unit", "quality"],
    readings.map(({ assetId, channel, role, at, value, unit, quality }) => [
      assetId,
      channel,
      role,
      at,
      value ?? "none",
      unit,
      quality,
    ]),
  );
  const parts = [
    gatewayId === null ? "" : `gateway ${gatewayId}\n`,
    readings.length === 0 ? "no reading\n" : table,
    ...unmapped.map(
      ({ what, reason, example }) => `not mapped (${reason}): ${what}${example === "" ? "" : `, as ${example}`}\n`,
    ),
    ...problems.map((problem) => `not taken: ${problem}\n`),
  ];
  return { text: parts.join(""), exitCode };
}

function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
