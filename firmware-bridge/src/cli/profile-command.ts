// `isotherm-bridge profile check`: whether a device profile can be used, and what to mend.

import { basename } from "node:path";
import type { DeviceProfile } from "../device/device-profile.ts";
import { parseDeviceProfile } from "../device/parse-profile.ts";
import type { ProfileProblem } from "../device/parse-profile.ts";
import { parseOptions } from "./command-options.ts";
import { readInput, UsageError } from "./terminal.ts";
import type { ExitCode, Terminal } from "./terminal.ts";

export const PROFILE_HELP = `isotherm-bridge profile check FILE [--json]

Checks a device profile and says everything that is wrong with it: the line, the place, and what to write there.
Touches no device. To try a profile on a device: isotherm-bridge read FILE --port ...

A profile is a YAML file that says where a device keeps its values and how they are scaled. To make one, copy one
from firmware-bridge/devices that is like yours, name it like its "profile:" line, change the points, and check it.

JSON: file, isSound, and problems (line, path, mend) or profile, label, points.
Exit status: 0 sound, 1 something is to mend, 2 the file could not be read.
`;

interface PlacedProblem {
  readonly line: number | null;
  readonly path: string;
  readonly mend: string;
}

export async function profileCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = parseOptions(args, { json: { type: "boolean" } });
  const [verb, file, ...others] = options.words;
  if (verb !== "check" || file === undefined || others.length > 0) {
    throw new UsageError('Write "isotherm-bridge profile check FILE", with one file.');
  }
  const text = new TextDecoder().decode(await readInput(terminal, file));
  const parsed = parseDeviceProfile(text, file);
  const problems = "problems" in parsed ? parsed.problems.map((each) => placed(each, file)) : [];
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  if (options.has("json")) {
    const told = "profile" in parsed ? summaryOf(parsed.profile) : { problems };
    terminal.print(JSON.stringify({ file, isSound: problems.length === 0, ...told }));
  } else if ("profile" in parsed) {
    printSound(file, parsed.profile, terminal);
  } else {
    const lines = text.split("\n");
    for (const problem of problems) printProblem(file, problem, lines, terminal);
    terminal.tell(`${file}: ${problems.length === 1 ? "1 thing" : `${problems.length} things`} to mend`);
  }
  return problems.length === 0 ? 0 : 1;
}

/** The parser gives `file:line path` in one text. */
function placed({ place, mend }: ProfileProblem, file: string): PlacedProblem {
  const rest = place.startsWith(file) ? place.slice(file.length) : place;
  const [, line, path = ""] = /^(?::(\d+))?\s*(.*)$/.exec(rest) ?? [];
  return { line: line === undefined ? null : Number(line), path, mend };
}

function printProblem(file: string, { line, path, mend }: PlacedProblem, lines: readonly string[], terminal: Terminal) {
  const place = line === null ? file : `${file}:${line}`;
  terminal.print(`${place}${path === "" ? "" : `  ${path}`}: ${mend}`);
  const text = line === null ? undefined : lines[line - 1]?.trim();
  if (text !== undefined && text !== "") terminal.print(`    ${text}`);
}

function printSound(file: string, profile: DeviceProfile, terminal: Terminal): void {
  const { label, points } = summaryOf(profile);
  terminal.print(`${basename(file)} is sound: ${label}`);
  for (const point of points) terminal.print(`  ${point}`);
}

type Point = DeviceProfile["points"][string];

function summaryOf(profile: DeviceProfile) {
  const points = Object.entries<Point>(profile.points).map(([name, point]) => {
    const where = "fn" in point ? `, function ${point.fn}, address ${point.address}, ${point.type}` : "";
    const bounds = "min" in point ? `, ${point.min} to ${point.max}` : "";
    return `${name}: ${point.unit}${where}${bounds}`;
  });
  return { profile: profile.profile, label: profile.label, points };
}
