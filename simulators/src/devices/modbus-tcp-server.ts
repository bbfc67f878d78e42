// A simulated Modbus TCP slave, or a gateway with several behind it: faults on a switch.

import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { answerPdu } from "./modbus-slave.ts";
import type { RegisterModel } from "./register-models.ts";

export interface ModbusTcpServerOptions {
  /** By unit number. A unit that is not there stays silent, as on a serial bus. */
  readonly units: ReadonlyMap<number, RegisterModel>;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
}

export interface ModbusTcpServer {
  readonly host: string;
  readonly port: number;
  /** A silent unit takes requests and answers none of them. */
  setSilent(unit: number, isSilent: boolean): void;
  /** Resets every connection; the next one is taken as usual. */
  dropConnections(): void;
  close(): Promise<void>;
}

const HEADER_BYTES = 6;
const LENGTH_MAX = 254;

/** Resolves when it listens. */
export async function modbusTcpServer(options: ModbusTcpServerOptions): Promise<ModbusTcpServer> {
  const silent = new Set<number>();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    let pending: Buffer = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      pending = takeFrames(Buffer.concat([pending, bytes]), socket, (unit, pdu) => {
        const model = silent.has(unit) ? undefined : options.units.get(unit);
        return model && answerPdu(model, pdu);
      });
    });
  });
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const dropConnections = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    host,
    port: (server.address() as AddressInfo).port,
    setSilent(unit, isSilent) {
      if (isSilent) silent.add(unit);
      else silent.delete(unit);
    },
    dropConnections,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Answers each complete frame and gives back what is left; a stream that is not Modbus is cut off. */
function takeFrames(bytes: Buffer, socket: Socket, reply: (unit: number, pdu: Buffer) => Buffer | undefined): Buffer {
  let rest = bytes;
  while (rest.length >= HEADER_BYTES) {
    const length = rest.readUInt16BE(4);
    if (rest.readUInt16BE(2) !== 0 || length < 2 || length > LENGTH_MAX) {
      socket.destroy();
      return Buffer.alloc(0);
    }
    if (rest.length < HEADER_BYTES + length) break;
    const frame = rest.subarray(0, HEADER_BYTES + length);
    rest = rest.subarray(HEADER_BYTES + length);
    const unit = frame.readUInt8(HEADER_BYTES);
    const pdu = reply(unit, frame.subarray(HEADER_BYTES + 1));
    if (pdu === undefined) continue;
    const header = Buffer.from(frame.subarray(0, HEADER_BYTES + 1));
    header.writeUInt16BE(pdu.length + 1, 4);
    socket.write(Buffer.concat([header, pdu]));
  }
  return rest;
}
