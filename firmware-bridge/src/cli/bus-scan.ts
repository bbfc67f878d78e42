// Looks for whatever answers on one port: first listens for a receiver, then asks units at one speed after another.

import { nmeaDecoder } from "../gps/nmea-decoder.ts";
import { ModbusCrcError, ModbusExceptionError, ModbusMismatchError } from "../modbus/modbus-error.ts";
import { modbusMaster } from "../modbus/modbus-master.ts";
import type { ModbusMaster } from "../modbus/master-contract.ts";
import type { ReadFunction } from "../modbus/read-request.ts";
import type { Transport } from "../transport/transport.ts";
import type { Parity } from "./command-options.ts";
import { pause } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

export interface ScanPlan {
  readonly units: readonly number[];
  readonly timeoutMs: number;
  /** How long to listen for a receiver; 0 asks at once. */
  readonly listenMs: number;
}

export interface LineUnderScan {
  readonly transport: Transport;
  readonly framing: "rtu" | "tcp";
  readonly baudRate?: number;
  readonly parity?: Parity;
}

export type ScanFinding =
  | { readonly protocol: "nmea-0183"; readonly sentences: number }
  | { readonly protocol: "modbus"; readonly unit: number; readonly answer: string }
  /** Something talks, and cannot be understood at this speed. */
  | { readonly protocol: "unknown"; readonly heardBytes: number };

/** A request that hardly any device ignores: most answer it, the others refuse it, and both are answers. */
const PROBES: readonly { readonly fn: ReadFunction; readonly address: number }[] = [
  { fn: 3, address: 0 },
  { fn: 4, address: 1 },
];

/** Opens the transport and closes it. `tried` is called before each unit. Throws a TransportError. */
export async function scanLine(
  line: LineUnderScan,
  plan: ScanPlan,
  terminal: Terminal,
  tried: (unit: number) => void,
): Promise<ScanFinding[]> {
  const { transport, framing } = line;
  let heardBytes = 0;
  const decoder = nmeaDecoder();
  const stopListening = transport.onBytes((bytes) => {
    heardBytes += bytes.length;
    decoder.push(bytes);
    decoder.take();
  });
  await transport.open();
  try {
    if (plan.listenMs > 0) await pause(terminal, plan.listenMs);
    const { sentences } = decoder.counters;
    if (sentences > 0) return [{ protocol: "nmea-0183", sentences }];
    const { clock, scheduler } = terminal;
    const settings = line.baudRate === undefined ? {} : { baudRate: line.baudRate };
    const responseTimeoutMs = plan.timeoutMs;
    // Every request goes to another unit or function, so that no late reply can be taken for another's.
    const master = modbusMaster({
      transport,
      framing,
      ...settings,
      responseTimeoutMs,
      lateMaxMs: responseTimeoutMs,
      restSilentUnits: false,
      clock,
      scheduler,
    });
    const found: ScanFinding[] = [];
    for (const unit of plan.units) {
      if (terminal.stop.aborted) break;
      tried(unit);
      const answer = await answerOf(master, unit);
      if (answer !== undefined) found.push({ protocol: "modbus", unit, answer });
    }
    await master.close();
    return found.length === 0 && heardBytes > 0 ? [{ protocol: "unknown", heardBytes }] : found;
  } finally {
    stopListening();
    await transport.close();
  }
}

async function answerOf(master: ModbusMaster, unit: number): Promise<string | undefined> {
  for (const probe of PROBES) {
    try {
      const [register] = await master.read({ unit, ...probe, count: 1 });
      return `answers, function ${probe.fn} register ${probe.address} is ${register}`;
    } catch (error) {
      if (error instanceof ModbusExceptionError)
        return `answers, and refuses a trial read: exception ${error.exceptionCode}`;
      // What came was of an earlier unit, or damaged: the second question tells.
      const isNoise = error instanceof ModbusCrcError || error instanceof ModbusMismatchError;
      if (isNoise) continue;
    }
  }
  return undefined;
}
