// A simulated position receiver behind TCP: whoever connects hears one round a second.

import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Cancel, Clock, Scheduler } from "@isotherm/coldchain";
import type { RoutePosition } from "../physics/route.ts";
import { nmeaRound } from "./nmea-sentences.ts";

export interface NmeaTcpServerOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Where the receiver is at that time; undefined is a tunnel or a torn antenna. */
  readonly position: (utcMs: number) => RoutePosition | undefined;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
  /** Default 1000. */
  readonly everyMs?: number;
}

export interface NmeaTcpServer {
  readonly host: string;
  readonly port: number;
  /** A silent receiver keeps its connections and says nothing. */
  setSilent(isSilent: boolean): void;
  close(): Promise<void>;
}

/** A listener that does not read is cut off when so much waits for it. */
const WAITING_MAX_BYTES = 65_536;

/** Resolves when it listens. */
export async function nmeaTcpServer(options: NmeaTcpServerOptions): Promise<NmeaTcpServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.resume();
  });
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  let isSilent = false;
  let cancel: Cancel = () => undefined;
  const talk = (): void => {
    cancel = options.scheduler.after(options.everyMs ?? 1000, talk);
    if (isSilent || sockets.size === 0) return;
    const utcMs = options.clock.wallMs();
    const round = nmeaRound(utcMs, options.position(utcMs));
    for (const socket of sockets) {
      if (socket.writableLength > WAITING_MAX_BYTES) socket.destroy();
      else socket.write(round);
    }
  };
  talk();
  return {
    host,
    port: (server.address() as AddressInfo).port,
    setSilent(silent) {
      isSilent = silent;
    },
    async close() {
      cancel();
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
