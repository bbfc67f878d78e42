// What a technician should look at next, told by what came back on the line.

import {
  ModbusCrcError,
  ModbusExceptionError,
  ModbusLinkDownError,
  ModbusMismatchError,
  ModbusTimeoutError,
} from "../modbus/modbus-error.ts";
import { TransportError } from "../transport/transport.ts";
import { meaningOf } from "./decode-command.ts";

export interface LineEvidence {
  readonly errors: readonly Error[];
  /** Whether any byte at all came back. */
  readonly heardBytes: number;
  readonly unit: number;
  /** `9600 baud, parity none`; undefined for a network connection. */
  readonly settings?: string;
  readonly port: string;
}

/** Empty when the errors need no advice. */
export function lineAdvice(evidence: LineEvidence): string[] {
  const { errors, heardBytes, unit, settings, port } = evidence;
  const exception = errors.find((error) => error instanceof ModbusExceptionError);
  if (exception instanceof ModbusExceptionError) {
    const { exceptionCode } = exception;
    return [
      `Unit ${unit} answers, but refuses: exception ${exceptionCode}, ${meaningOf(exceptionCode)}.`,
      "The line is well. The device is of another model or firmware than this profile describes.",
    ];
  }
  const linkDown = errors.find((error) => error instanceof ModbusLinkDownError);
  if (linkDown !== undefined) return [rootOf(linkDown).message, "It is tried again until you stop with Ctrl-C."];
  if (errors.some((error) => error instanceof ModbusMismatchError && error.message.includes("set echo"))) {
    return [
      "The adapter hears what it sends, which is no fault: add --echo here, and echo: true to the gateway's bus.",
    ];
  }
  const isGarbled = errors.some((error) => error instanceof ModbusCrcError || error instanceof ModbusMismatchError);
  if ((isGarbled || heardBytes > 0) && settings !== undefined) {
    return [
      `Bytes come back (${heardBytes}), but no sound reply from unit ${unit}. Most often the speed is wrong: this was`,
      `${settings}. "isotherm-bridge scan --port ${port}" tries the usual ones.`,
      `Otherwise two devices share unit ${unit}, another master uses this bus, or the line lacks its terminating resistors.`,
    ];
  }
  if (!errors.some((error) => error instanceof ModbusTimeoutError)) return [];
  return settings === undefined ? silentNetworkAdvice(unit) : silentLineAdvice(unit, settings, port);
}

function silentLineAdvice(unit: number, settings: string, port: string): string[] {
  return [
    `Not one byte came back from unit ${unit}. Look at, in this order:`,
    "  1. power: is the device on, and does it share a ground with the adapter?",
    "  2. wires: A to A and B to B; makers disagree on which is which, so swap the two and try again (nothing breaks)",
    `  3. unit: is the device really unit ${unit}? "isotherm-bridge scan --port ${port}" asks the others`,
    `  4. speed: this was ${settings}; a device at another speed stays silent`,
  ];
}

function silentNetworkAdvice(unit: number): string[] {
  return [
    `The connection stands, but unit ${unit} does not answer.`,
    "A gateway often knows its own device as unit 1, 0 or 255; one with a bus behind it stays silent when that device does.",
  ];
}

/** A link that is down because it was down a moment ago has the true reason further back. */
function rootOf(error: Error): Error {
  const { cause } = error;
  const isReason = error instanceof TransportError && error.code !== "TRANSPORT_CLOSED";
  return isReason || !(cause instanceof Error) ? error : rootOf(cause);
}
