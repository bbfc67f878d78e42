// What `--port` may name, and the transport that it means.

import { gpsdTransport } from "../gps/gpsd.ts";
import { serialTransport } from "../transport/serial-transport.ts";
import { tcpTransport } from "../transport/tcp-transport.ts";
import type { Transport } from "../transport/transport.ts";
import type { Parity } from "./command-options.ts";
import { UsageError } from "./terminal.ts";

export interface LineSettings {
  readonly baudRate: number;
  readonly parity: Parity;
}

export interface OpenedTarget {
  readonly transport: Transport;
  /** Modbus: how requests travel. */
  readonly framing: "rtu" | "tcp";
  readonly isSerial: boolean;
}

export const PORT_HELP = `PORT is one of
  /dev/serial/by-id/usb-...    a serial adapter by a name that stays the same (ls -l /dev/serial/by-id shows them)
  /dev/ttyUSB0, COM3           a serial port by a name that may change when adapters are replugged
  usb:0403:6001[:SERIAL]       a USB adapter by vendor, product and serial number (scan shows them)
  tcp:HOST[:PORT]              Modbus TCP (port 502), or, with its port, a receiver that sends NMEA
  rtu+tcp:HOST:PORT            a serial-to-Ethernet converter that passes Modbus RTU through
  gpsd:HOST[:PORT]             the receiver's own sentences from gpsd (port 2947)`;

const NETWORK = /^(tcp|rtu\+tcp|gpsd):(?:\/\/)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/;
const MODBUS_TCP_PORT = 502;
const CONNECT_TIMEOUT_MS = 3000;

/** Throws a UsageError for a text that names no port. Opens nothing. */
export function portTarget(port: string, { baudRate, parity }: LineSettings): OpenedTarget {
  if (/^(tcp|rtu\+tcp|gpsd):/.test(port)) return networkTarget(port);
  return { transport: serialTransport({ path: port, baudRate, parity }), framing: "rtu", isSerial: true };
}

function networkTarget(text: string): OpenedTarget {
  const [, kind, bracketed = "", given] = NETWORK.exec(text) ?? [];
  const port = given === undefined ? undefined : Number(given);
  const isMissing = kind === "rtu+tcp" && port === undefined;
  if (kind === undefined || isMissing || (port !== undefined && (port < 1 || port > 65_535))) {
    throw new UsageError(`"${text}" names no port. Write it such as tcp:192.168.1.20:502.`);
  }
  const host = bracketed.replace(/^\[|\]$/g, "");
  const network = { host, connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const transport =
    kind === "gpsd"
      ? gpsdTransport({ ...network, ...(port === undefined ? {} : { port }) })
      : tcpTransport({ ...network, port: port ?? MODBUS_TCP_PORT });
  return { transport, framing: kind === "tcp" ? "tcp" : "rtu", isSerial: false };
}
