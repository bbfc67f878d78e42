// `isotherm-bridge read`: a device through its profile, live.

import type { DeviceProfile, ModbusProfile, PositionProfile } from "../device/device-profile.ts";
import { deviceProfileNames, loadDeviceProfile, parseDeviceProfile } from "../device/parse-profile.ts";
import { parityOf, parseOptions } from "./command-options.ts";
import type { ParsedOptions } from "./command-options.ts";
import { modbusReader } from "./modbus-reader.ts";
import { PORT_HELP, portTarget } from "./port-target.ts";
import { positionReader } from "./position-reader.ts";
import { tableLines } from "./reading-table.ts";
import type { TableRow } from "./reading-table.ts";
import { pause, readInput, UsageError } from "./terminal.ts";
import type { ExitCode, Terminal } from "./terminal.ts";

export const READ_HELP = `isotherm-bridge read PROFILE --port PORT [--unit N] [options]

Reads a device through its profile and shows, again and again until Ctrl-C: the channel, its raw registers, the value,
its quality, how long the answer took, and how often there was none.

PROFILE is the name of one that is shipped, or a file:
${listOf(deviceProfileNames())}

${PORT_HELP}

  --unit N         the device's number on the bus, 1 to 247; default 1
  --baud N         the bus's speed; default as in the profile
  --parity P       none, even or odd; default as in the profile
  --echo           the adapter hears what it sends
  --every MS       time between two reads; default 1000
  --count N        stop after so many; default: go on
  --json           one JSON object a read

A value stands only beside the quality "good". Others say why there is none: device-timeout (no answer), bad-crc
(a damaged answer), sentinel (the device says that it has no value), probe-fault, out-of-physical-range, stuck, stale.

Exit status: 0 the last read gave at least one value, 1 it gave none, 2 the port could not be opened.
`;

/** Names in indented lines, six in each. */
function listOf(names: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < names.length; at += 6) lines.push(`  ${names.slice(at, at + 6).join(", ")}`);
  return lines.join(",\n");
}

/** One way of reading, live. */
export interface Reader {
  readonly title: string;
  /** Throws a TransportError when the port cannot be opened. */
  open(): Promise<void>;
  read(): Promise<TableRow[]>;
  /** What to look at next; about all reads so far. */
  advice(rows: readonly TableRow[]): string[];
  close(): Promise<void>;
}

export async function readCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = parseOptions(args, {
    port: { type: "string" },
    unit: { type: "string" },
    baud: { type: "string" },
    parity: { type: "string" },
    echo: { type: "boolean" },
    every: { type: "string" },
    count: { type: "string" },
    json: { type: "boolean" },
  });
  const [name, ...others] = options.words;
  if (name === undefined || others.length > 0) {
    throw new UsageError(`Name one profile: ${deviceProfileNames().join(", ")}, or a file.`);
  }
  const everyMs = options.number("every", { min: 10, max: 3_600_000 }) ?? 1000;
  const count = options.number("count", { min: 1, max: 1e9 }) ?? Number.POSITIVE_INFINITY;
  const reader = readerOf(await profileOf(name, terminal), options, terminal);
  await reader.open();
  try {
    return await readOn(reader, { everyMs, count, isJson: options.has("json") }, terminal);
  } finally {
    await reader.close();
  }
}

function readerOf(profile: DeviceProfile, options: ParsedOptions, terminal: Terminal): Reader {
  const port = options.text("port");
  if (port === undefined) {
    throw new UsageError('Say where the device is: --port /dev/ttyUSB0. "isotherm-bridge scan" lists the ports.');
  }
  const parity = options.text("parity");
  const settings = {
    baudRate: options.number("baud", { min: 300, max: 921_600 }) ?? profile.baudRate,
    parity: parity === undefined ? parityIn(profile) : parityOf(parity),
  };
  const target = portTarget(port, settings);
  if (profile.protocol === "nmea-0183") return positionReader(profile, target, port, terminal);
  const unit = options.number("unit", { min: target.framing === "rtu" ? 1 : 0, max: 255 }) ?? 1;
  if (!Number.isInteger(unit)) throw new UsageError(`--unit takes a whole number, not ${unit}.`);
  return modbusReader(profile, { ...target, ...settings, port, unit, echo: options.has("echo") }, terminal);
}

function parityIn(profile: ModbusProfile | PositionProfile) {
  return profile.protocol === "modbus" ? profile.parity : "none";
}

/** What looks like a file is one; anything else must be shipped. */
async function profileOf(name: string, terminal: Terminal): Promise<DeviceProfile> {
  if (!/[./\\]/.test(name)) return loadDeviceProfile(name);
  const text = new TextDecoder().decode(await readInput(terminal, name));
  const parsed = parseDeviceProfile(text, name);
  if ("profile" in parsed) return parsed.profile;
  const problems = parsed.problems.map(({ place, mend }) => `  ${place}: ${mend}`).join("\n");
  throw new UsageError(`The profile cannot be used:\n${problems}`);
}

interface Course {
  readonly everyMs: number;
  readonly count: number;
  readonly isJson: boolean;
}

async function readOn(reader: Reader, { everyMs, count, isJson }: Course, terminal: Terminal): Promise<ExitCode> {
  const { clock, stop } = terminal;
  let isWell = false;
  let given: string[] = [];
  for (let round = 1; round <= count && !stop.aborted; round += 1) {
    const startedAtMs = clock.monotonicMs();
    const rows = await reader.read();
    isWell = rows.some(({ quality }) => quality === "good");
    const at = new Date(clock.wallMs()).toISOString();
    const advice = reader.advice(rows);
    if (isJson) {
      terminal.print(JSON.stringify({ at, readings: rows }));
    } else {
      const lines = [`${reader.title} · read ${round} · ${at.slice(11, 19)} UTC`, ...tableLines(rows)];
      if (terminal.show === undefined) for (const line of [...lines, ""]) terminal.print(line);
      else terminal.show([...lines, "", ...advice]);
    }
    // Where lines scroll by, advice is given once, and again when it changes.
    const isNews = advice.join("\n") !== given.join("\n");
    if (isNews && (terminal.show === undefined || isJson)) for (const line of advice) terminal.tell(line);
    given = advice;
    const restMs = everyMs - (clock.monotonicMs() - startedAtMs);
    if (round < count) await pause(terminal, Math.max(0, restMs));
  }
  return isWell ? 0 : 1;
}
