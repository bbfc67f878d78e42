// `isotherm-bridge scan`: which ports there are, and who answers on them at which speed.

import { fingerprintOf } from "../transport/port-address.ts";
import { listPorts } from "../transport/port-list.ts";
import { TransportError } from "../transport/transport.ts";
import { scanLine } from "./bus-scan.ts";
import type { LineUnderScan, ScanFinding, ScanPlan } from "./bus-scan.ts";
import { numbersOf, parityOf, parseOptions } from "./command-options.ts";
import type { Parity, ParsedOptions } from "./command-options.ts";
import { portTarget } from "./port-target.ts";
import { UsageError } from "./terminal.ts";
import type { ExitCode, Terminal } from "./terminal.ts";

const UNITS_DEFAULT = "1-16";
const BAUDS_DEFAULT = "9600,19200,38400,4800,115200,2400";

export const SCAN_HELP = `isotherm-bridge scan [--port PORT]... [options]

Lists the serial ports of this machine and asks on each of them who is there: first listens for a receiver that talks
on its own (NMEA 0183), then asks the units of a Modbus line, at one speed after another. It only reads.

Nothing else may use a port meanwhile: stop the agent first. Do not scan a bus that another master uses.

  --port PORT      only this port (may be given several times); also tcp:HOST[:PORT] and rtu+tcp:HOST:PORT
  --baud LIST      speeds to try; default ${BAUDS_DEFAULT}
  --parity LIST    none, even, odd; default none
  --units LIST     units to ask; default ${UNITS_DEFAULT}, all are 1-247
  --timeout MS     how long each may think; default 200. Slow devices need 500 or more
  --all            go on with the other speeds after somebody answered
  --list           only list the ports; open none
  --json           one JSON object for each port and each answer

Progress and advice go to standard error. Exit status: 0 somebody answered, 1 nobody, 2 no port could be opened.
`;

const LISTEN_MS = 1200;
const PROBES_PER_UNIT = 2;

interface Speed {
  readonly baudRate: number;
  readonly parity: Parity;
}

export async function scanCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = parseOptions(args, {
    port: { type: "string", multiple: true },
    baud: { type: "string" },
    parity: { type: "string" },
    units: { type: "string" },
    timeout: { type: "string" },
    all: { type: "boolean" },
    list: { type: "boolean" },
    json: { type: "boolean" },
  });
  if (options.words.length > 0) {
    throw new UsageError(`scan takes options only; a port is given by --port ${options.words[0]}.`);
  }
  const units = numbersOf("units", options.text("units") ?? UNITS_DEFAULT, { min: 1, max: 247 });
  const timeoutMs = options.number("timeout", { min: 20, max: 10_000 }) ?? 200;
  const speeds = speedsOf(options);
  const ports = await portsToScan(options, terminal);
  if (options.has("list")) return ports.length === 0 ? 1 : 0;
  const run = new Scan({ units, timeoutMs, listenMs: LISTEN_MS }, options, terminal);
  for (const port of ports) await run.port(port, speeds);
  return run.end(ports);
}

function speedsOf(options: ParsedOptions): Speed[] {
  const bauds = numbersOf("baud", options.text("baud") ?? BAUDS_DEFAULT, { min: 300, max: 921_600 });
  const parities = (options.text("parity") ?? "none").split(",").map(parityOf);
  return bauds.flatMap((baudRate) => parities.map((parity) => ({ baudRate, parity })));
}

async function portsToScan(options: ParsedOptions, terminal: Terminal): Promise<readonly string[]> {
  const named = options.texts("port");
  if (named.length > 0) return named;
  const ports = await listPorts();
  for (const port of ports) {
    const fingerprint = fingerprintOf(port);
    if (options.has("json")) terminal.print(JSON.stringify({ found: "port", ...port, fingerprint }));
    else {
      const names = [port.stablePath, fingerprint, port.manufacturer].filter((name) => name !== undefined);
      terminal.print(`port ${[port.path, ...names].join("  ")}`);
    }
  }
  if (ports.length === 0) {
    terminal.tell(
      "This machine shows no serial port. Is an adapter plugged in? (dmesg | tail tells whether it was seen)",
    );
    terminal.tell("A port that is not listed can be named: --port /dev/ttyAMA0");
  }
  return ports.map(({ path, stablePath }) => stablePath ?? path);
}

class Scan {
  readonly #plan: ScanPlan;
  readonly #isJson: boolean;
  readonly #goesOn: boolean;
  readonly #terminal: Terminal;
  #answers = 0;
  #opened = 0;
  #isGarbled = false;
  #next = "";

  constructor(plan: ScanPlan, options: ParsedOptions, terminal: Terminal) {
    this.#plan = plan;
    this.#isJson = options.has("json");
    this.#goesOn = options.has("all");
    this.#terminal = terminal;
  }

  async port(port: string, speeds: readonly Speed[]): Promise<void> {
    const isNetwork = /^(tcp|rtu\+tcp):/.test(port);
    const steps = isNetwork ? speeds.slice(0, 1) : speeds;
    const stepMs = this.#plan.listenMs + this.#plan.units.length * PROBES_PER_UNIT * (this.#plan.timeoutMs + 25);
    const seconds = Math.ceil((steps.length * stepMs) / 1000);
    const { tell, stop } = this.#terminal;
    tell(`${port}: asking ${this.#plan.units.length} units, ${steps.length} speeds, ${seconds} s at most`);
    for (const [index, speed] of steps.entries()) {
      if (stop.aborted) return;
      const name = isNetwork ? "" : `${speed.baudRate} ${speed.parity}`;
      const step = `${port} ${name} (${index + 1} of ${steps.length})`;
      try {
        const found = await this.#try(port, speed, isNetwork, step);
        this.#opened += 1;
        if (found.some(({ protocol }) => protocol !== "unknown") && !this.#goesOn) return;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        tell(`${port}: ${error.message}`);
        if (error.code.startsWith("PORT_") || error.code.startsWith("CONNECT_")) return;
      }
    }
  }

  async #try(port: string, speed: Speed, isNetwork: boolean, step: string): Promise<ScanFinding[]> {
    const { transport, framing } = portTarget(port, speed);
    const line: LineUnderScan = isNetwork ? { transport, framing } : { transport, framing, ...speed };
    const plan = isNetwork && framing === "tcp" ? { ...this.#plan, listenMs: 0 } : this.#plan;
    const { show, tell } = this.#terminal;
    if (show === undefined) tell(`${step} ...`);
    else show([`${step}: listening`]);
    const found = await scanLine(line, plan, this.#terminal, (unit) => show?.([`${step}: unit ${unit}`]));
    show?.([]);
    for (const finding of found) this.#report(port, isNetwork ? {} : speed, finding);
    return found;
  }

  #report(port: string, speed: Partial<Speed>, finding: ScanFinding): void {
    const { print } = this.#terminal;
    const baud = speed.baudRate === undefined ? "" : ` --baud ${speed.baudRate}`;
    const parity = speed.parity === undefined || speed.parity === "none" ? "" : ` --parity ${speed.parity}`;
    if (this.#next === "" && finding.protocol !== "unknown") {
      const [profile, unit] = finding.protocol === "modbus" ? ["PROFILE", ` --unit ${finding.unit}`] : ["gps-nmea", ""];
      this.#next = `${profile} --port ${port}${baud}${parity}${unit}`;
    }
    if (finding.protocol === "unknown") this.#isGarbled = true;
    else this.#answers += 1;
    if (this.#isJson) return print(JSON.stringify({ found: "answer", port, ...speed, ...finding }));
    const place = speed.baudRate === undefined ? port : `${port}  ${speed.baudRate} baud, parity ${speed.parity}`;
    if (finding.protocol === "modbus") print(`${place}  Modbus unit ${finding.unit} ${finding.answer}`);
    else if (finding.protocol === "nmea-0183") print(`${place}  NMEA receiver: ${finding.sentences} sentences heard`);
    else print(`${place}  ${finding.heardBytes} bytes that make no sense at this speed`);
  }

  end(ports: readonly string[]): ExitCode {
    const { tell, stop } = this.#terminal;
    if (this.#answers > 0) {
      tell(`Next, to see values: isotherm-bridge read ${this.#next}`);
      return 0;
    }
    if (this.#opened === 0) return ports.length === 0 ? 1 : 2;
    if (stop.aborted) tell("Stopped before the end: nobody answered so far.");
    else if (this.#isGarbled) {
      tell("Something talks, but at none of these speeds does it make sense. Try --parity even,odd and other --baud.");
    } else {
      tell("Nobody answered. Is the device on? Swap A and B and scan again. Then try --units 1-247, --parity even,odd");
      tell("and --timeout 1000. A device that is asked by its wrong number or speed stays silent.");
    }
    return 1;
  }
}
