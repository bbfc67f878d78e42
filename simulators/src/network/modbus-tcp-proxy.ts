// A relay between a Modbus TCP master and its server that mistreats the replies: late, doubled, cut, foreign, reset.

import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Cancel, Random, Scheduler } from "@isotherm/coldchain";

export const TCP_FAULTS = [
  "silence",
  "late",
  "doubled",
  "gap",
  "reset-before",
  "reset-in-mid-frame",
  "wrong-transaction",
  "wrong-unit",
  "foreign",
  "garbage",
] as const;
export type TcpFault = (typeof TCP_FAULTS)[number];

export interface ModbusTcpProxyOptions {
  readonly host: string;
  readonly port: number;
  readonly nextFault: () => TcpFault | undefined;
  /** A late reply is delayed by a random time between these; default 150 to 500. */
  readonly lateMinMs?: number;
  readonly lateMaxMs?: number;
  /** Told each request as it goes by. */
  readonly onRequest?: (request: Uint8Array) => void;
  /** Told each request that went by, the very same array, and the server's honest reply to it. */
  readonly onExchange?: (request: Uint8Array, reply: Uint8Array) => void;
  readonly random: Random;
  readonly scheduler: Scheduler;
}

export interface ModbusTcpProxy {
  readonly port: number;
  readonly counters: { readonly replies: number; readonly faults: number; readonly connections: number };
  close(): Promise<void>;
}

const HEADER_BYTES = 6;
const GAP_MS = 30;
/** Connections at once; more are refused. */
const CONNECTIONS_MAX = 64;

export async function modbusTcpProxy(options: ModbusTcpProxyOptions): Promise<ModbusTcpProxy> {
  const proxy = new FaultyRelay(options);
  await proxy.listen();
  return proxy;
}

class FaultyRelay implements ModbusTcpProxy {
  readonly counters = { replies: 0, faults: 0, connections: 0 };
  readonly #options: ModbusTcpProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #pending = new Set<Cancel>();
  /** Frames that wait until the rest of another has gone: a TCP stream delays bytes, but never puts one frame into another. */
  readonly #waiting = new Map<Socket, Uint8Array[]>();

  constructor(options: ModbusTcpProxyOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (near) => this.#accept(near));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
  }

  #accept(near: Socket): void {
    if (this.#sockets.size >= CONNECTIONS_MAX) {
      near.destroy();
      return;
    }
    this.counters.connections += 1;
    const far = connect({ host: this.#options.host, port: this.#options.port, noDelay: true });
    const asked = new Map<number, Uint8Array>();
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    near.on(
      "data",
      framesOf((frame) => {
        this.#options.onRequest?.(frame);
        asked.set(frame.readUInt16BE(0), frame);
        if (asked.size > CONNECTIONS_MAX) asked.clear();
        far.write(frame);
      }),
    );
    far.on(
      "data",
      framesOf((frame) => {
        const request = asked.get(frame.readUInt16BE(0));
        asked.delete(frame.readUInt16BE(0));
        this.counters.replies += 1;
        if (request !== undefined) this.#options.onExchange?.(request, frame);
        this.#mistreat(near, frame);
      }),
    );
  }

  #mistreat(near: Socket, frame: Buffer): void {
    const { random, nextFault, lateMinMs = 150, lateMaxMs = 500 } = this.#options;
    const fault = nextFault();
    if (fault !== undefined) this.counters.faults += 1;
    const cut = 1 + Math.floor(random() * (frame.length - 1));
    switch (fault) {
      case undefined:
        return this.#send(near, frame);
      case "silence":
        return;
      case "late":
        return this.#later(lateMinMs + random() * (lateMaxMs - lateMinMs), () => this.#send(near, frame));
      case "doubled":
        return this.#send(near, Buffer.concat([frame, frame]));
      case "gap":
        return this.#sendInParts(near, frame, cut);
      case "reset-before":
        return void near.resetAndDestroy();
      case "reset-in-mid-frame":
        this.#send(near, frame.subarray(0, cut));
        return this.#later(1, () => void near.resetAndDestroy());
      case "wrong-transaction":
        return this.#send(near, changed(frame, 1, 0x55));
      case "wrong-unit":
        return this.#send(near, changed(frame, HEADER_BYTES, 0x40));
      case "foreign":
        // The reply to a request of somebody else, as a gateway with a mixed-up table sends it, and then ours.
        return this.#send(near, Buffer.concat([changed(changed(frame, 0, 0x70), frame.length - 1, 0x3f), frame]));
      case "garbage":
        return this.#send(near, Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"));
    }
  }

  #send(near: Socket, bytes: Uint8Array): void {
    const waiting = this.#waiting.get(near);
    if (waiting !== undefined) waiting.push(bytes);
    else if (near.writable) near.write(bytes);
  }

  #sendInParts(near: Socket, frame: Uint8Array, cut: number): void {
    if (this.#waiting.has(near)) return this.#send(near, frame);
    this.#send(near, frame.subarray(0, cut));
    const waiting: Uint8Array[] = [];
    this.#waiting.set(near, waiting);
    this.#later(GAP_MS, () => {
      this.#waiting.delete(near);
      for (const bytes of [frame.subarray(cut), ...waiting]) this.#send(near, bytes);
    });
  }

  #later(delayMs: number, run: () => void): void {
    const cancel = this.#options.scheduler.after(delayMs, () => {
      this.#pending.delete(cancel);
      run();
    });
    this.#pending.add(cancel);
  }

  async close(): Promise<void> {
    for (const cancel of this.#pending) cancel();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Cuts what arrives into whole frames. */
function framesOf(take: (frame: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= HEADER_BYTES && rest.length >= HEADER_BYTES + rest.readUInt16BE(4)) {
      const end = HEADER_BYTES + rest.readUInt16BE(4);
      const frame = rest.subarray(0, end);
      rest = rest.subarray(end);
      take(frame);
    }
  };
}

function changed(frame: Buffer, at: number, mask: number): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt8(copy.readUInt8(at) ^ mask, at);
  return copy;
}
