// `isotherm-bridge decode`: what is in a capture.

import { decodeNmeaCapture } from "./nmea-capture.ts";
import type { CapturedEpoch } from "./nmea-capture.ts";
import { decodeRtuCapture } from "./rtu-capture.ts";
import type { CapturedFrame } from "./rtu-capture.ts";
import { parseOptions } from "./command-options.ts";
import { readInput, UsageError } from "./terminal.ts";
import type { ExitCode, Terminal } from "./terminal.ts";

export const DECODE_HELP = `isotherm-bridge decode --protocol nmea|modbus-rtu FILE [--json]

Reads a capture and prints what it says: one line for each instant of a receiver, or for each frame of a bus.
FILE is "-" for standard input. Lines that begin with # are headers and are passed over.

  --protocol nmea         the bytes of a GPS receiver, as they came
  --protocol modbus-rtu   the bytes of a line, as they came, or as hexadecimal digits: one frame a line, such as
                            01 04 00 01 00 02 20 0b
                            RX: 01 04 04 ff 45 02 8d 1b 40
                          also what mbpoll -v and libmodbus print: [01][04]... and <01><04>...
  --json                  one JSON object a line
  --not-before DATE       nmea: no fix is older than this day (2024-01-01). A receiver whose week counter rolled
                          over says a date 1024 weeks too early; that much is added, and "weeksAdded" says so.
                          Default: some 18 years ago
  --speed-max MPS         nmea: nothing that was followed moves faster; default 150

To make a capture of a receiver: stty -F /dev/ttyUSB0 9600 raw; cat /dev/ttyUSB0 > receiver.nmea

Qualities of nmea
  good                    a measured position
  sentinel                the receiver itself has none: no-fix, simulated, estimated, by-hand, no-position, or
                          few-satellites (fewer than three cannot measure a position)
  out-of-physical-range   a position that cannot be true: zero-position (0,0), impossible-speed, or jump (further
                          from the last one than could be driven in the time)
Only "good" positions are used; the others are shown here as the receiver gave them.

JSON of nmea: time, timeOfDay, mode (1 no fix, 2 position, 3 and height), lat, lon, alt, speedMps, trackDeg,
satellites, quality; flaw and weeksAdded where there are any. null where the receiver gave nothing.
JSON of modbus-rtu: at (byte or line of the capture), kind (request, reply, exception, other, damaged), unit,
function, address, count, values, exception, quality, hex.
`;

/** A year less than a rollover, so that a receiver which rolled over is told even where our own clock is not right. */
const PLAUSIBLE_AGE_MS = (1024 * 7 - 366) * 86_400_000;

export async function decodeCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = parseOptions(args, {
    protocol: { type: "string" },
    json: { type: "boolean" },
    "not-before": { type: "string" },
    "speed-max": { type: "string" },
  });
  const [file, ...others] = options.words;
  const protocol = options.text("protocol");
  if (protocol !== "nmea" && protocol !== "modbus-rtu") {
    const given = protocol === undefined ? "" : `, not ${protocol}`;
    throw new UsageError(`Say what the capture is of: --protocol nmea or --protocol modbus-rtu${given}.`);
  }
  if (file === undefined || others.length > 0)
    throw new UsageError("Name one file to decode, or - for standard input.");
  const earliestUtcMs = dateOf(options.text("not-before")) ?? terminal.clock.wallMs() - PLAUSIBLE_AGE_MS;
  const speedMaxMps = options.number("speed-max", { min: 1, max: 20_000 });
  const capture = await readInput(terminal, file);
  const isJson = options.has("json");
  if (protocol === "modbus-rtu") return printFrames(decodeRtuCapture(capture), capture, isJson, terminal);
  const limits = speedMaxMps === undefined ? { earliestUtcMs } : { earliestUtcMs, speedMaxMps };
  const { epochs, counters } = decodeNmeaCapture(capture, limits);
  for (const epoch of epochs) terminal.print(isJson ? JSON.stringify(epoch) : epochLine(epoch));
  if (counters.sentences === 0) {
    terminal.tell(`There is no NMEA sentence with a right checksum in these ${capture.length} bytes.`);
    terminal.tell("They may be of another protocol, or were captured at another baud rate than the receiver's.");
    return 1;
  }
  const damaged = counters.rejected === 0 ? "" : `, ${counters.rejected} damaged or without a checksum were set aside`;
  if (!isJson)
    terminal.tell(`${counters.sentences} sentences${damaged}; ${epochs.length} instants: ${talliesOf(epochs)}`);
  return 0;
}

function dateOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const atMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) throw new UsageError(`--not-before takes a day such as 2024-01-01, not "${text}".`);
  return atMs;
}

const MODES = { 1: "no fix", 2: "2D", 3: "3D" } as const;

function epochLine(epoch: CapturedEpoch): string {
  const { lat, lon, alt, speedMps, trackDeg, satellites } = epoch;
  const time = epoch.time?.replace("T", " ").replace("Z", "") ?? `${" ".repeat(11)}${epoch.timeOfDay ?? "no time"}`;
  const parts = [
    time.padEnd(23),
    MODES[epoch.mode].padEnd(6),
    place(lat, "N", "S", 10).padStart(12),
    place(lon, "E", "W", 11).padStart(13),
    (alt === null ? "" : `${alt.toFixed(1)} m`).padStart(9),
    (speedMps === null ? "" : `${speedMps.toFixed(1)} m/s`).padStart(9),
    (trackDeg === null ? "" : `${trackDeg.toFixed(0)}°`).padStart(5),
    (satellites === null ? "" : `${satellites} sat`).padStart(6),
    ` ${epoch.quality}${epoch.flaw === undefined ? "" : ` (${epoch.flaw})`}`,
    epoch.weeksAdded === undefined ? "" : ` date mended by ${epoch.weeksAdded} weeks`,
  ];
  return parts.join(" ").trimEnd();
}

function place(degrees: number | null, positive: string, negative: string, width: number): string {
  if (degrees === null) return "";
  return `${Math.abs(degrees).toFixed(6).padStart(width)} ${degrees < 0 ? negative : positive}`;
}

function talliesOf(epochs: readonly CapturedEpoch[]): string {
  const tallies = new Map<string, number>();
  for (const { flaw } of epochs) tallies.set(flaw ?? "good", (tallies.get(flaw ?? "good") ?? 0) + 1);
  return [...tallies].map(([name, count]) => `${count} ${name}`).join(", ") || "none";
}

/** The names of the Modbus specification, with what they mostly mean in the field. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: "illegal function",
  2: "illegal address: there is no such register",
  3: "illegal value: often too many registers at once",
  4: "the device failed",
  5: "accepted, but takes long",
  6: "busy",
  8: "memory error",
  10: "gateway path unavailable",
  11: "no device behind the gateway answers",
};

function printFrames(
  frames: readonly CapturedFrame[],
  capture: Uint8Array,
  isJson: boolean,
  terminal: Terminal,
): ExitCode {
  for (const frame of frames) terminal.print(isJson ? JSON.stringify(frame) : frameLine(frame));
  const damaged = frames.filter(({ kind }) => kind === "damaged").length;
  const sound = frames.length - damaged;
  if (sound === 0) {
    terminal.tell(`There is no Modbus RTU frame with a right checksum in these ${capture.length} bytes.`);
    terminal.tell("They may be of another protocol (Modbus TCP has no checksum), or of another baud rate or parity.");
    return 1;
  }
  if (!isJson) terminal.tell(`${sound} frames, ${damaged} stretches that are damaged or of another protocol`);
  return 0;
}

function frameLine(frame: CapturedFrame): string {
  const at = String(frame.at).padStart(6);
  if (frame.kind === "damaged") return `${at}  damaged    ${shortened(frame.hex)}`;
  const address = frame.address === null ? "" : `address ${frame.address}, count ${frame.count ?? "?"}`;
  const values = frame.values === null ? "" : ` = ${frame.values.join(" ")}`;
  const exception = frame.exception === null ? "" : `exception ${frame.exception}, ${meaningOf(frame.exception)}`;
  const rest = [address, exception].filter((part) => part !== "").join(": ") + values;
  return `${at}  ${frame.kind.padEnd(9)}  unit ${frame.unit}, function ${frame.function}${rest === "" ? "" : `: ${rest}`}`;
}

const HEX_SHOWN = 32 * 3 - 1;

function shortened(hex: string): string {
  return hex.length <= HEX_SHOWN ? hex : `${hex.slice(0, HEX_SHOWN)} ... (${(hex.length + 1) / 3} bytes)`;
}

export function meaningOf(exception: number): string {
  return EXCEPTIONS[exception] ?? "not in the specification";
}
