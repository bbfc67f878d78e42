// A receiver behind gpsd: its own sentences, untouched, over gpsd's TCP port.

import { tcpTransport } from "../transport/tcp-transport.ts";
import type { TcpTransportOptions } from "../transport/tcp-transport.ts";
import type { Transport } from "../transport/transport.ts";

/** gpsd's registered port. */
const GPSD_PORT = 2947;
/** Level 1 passes NMEA on as it came and shows other protocols as hexadecimal digits, which the decoder passes over. */
const WATCH_RAW = '?WATCH={"enable":true,"raw":1};\n';

export type GpsdOptions = Pick<TcpTransportOptions, "host" | "connectTimeoutMs"> & {
  /** Default 2947. */
  readonly port?: number;
  /** One receiver of several, by its path on gpsd's machine; default all. */
  readonly device?: string;
};

/** A transport for {@link gpsDevice} that asks gpsd, at each connection, for what its receivers send. */
export function gpsdTransport(options: GpsdOptions): Transport {
  const { device, port = GPSD_PORT, ...rest } = options;
  const watch = device === undefined ? WATCH_RAW : WATCH_RAW.replace("}", `,"device":${JSON.stringify(device)}}`);
  return tcpTransport({ ...rest, port, greeting: watch });
}
