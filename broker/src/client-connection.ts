import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Cancel, Scheduler } from "@isotherm/coldchain";
import type { Client } from "aedes";
import { ClientCutError } from "./errors.ts";
import { PacketLengths } from "./packet-lengths.ts";

/** CONNECT carries a client id, a user, a password and a will of a few dozen bytes; nobody needs more before signing in. */
const CONNECT_BYTES_MAX = 16 * 1024;
/** Room for the topic and the packet's own fields beside the payload. */
const TOPIC_BYTES_MAX = 1024;

type WriteDone = (error: Error | null | undefined) => void;

export interface ConnectionBounds {
  readonly payloadBytesMax: number;
  readonly outputBytesMax: number;
  readonly drainMsMax: number;
}

/**
 * A client's socket as aedes sees it, with bounds that a bare socket lacks.
 *
 * aedes hands the next message of a publisher on only when every subscriber of the last one had room, so one subscriber
 * that stops reading stops everybody who publishes to it. Here a subscriber's output waits in memory, and the client is cut
 * off as soon as its socket stands still for `drainMsMax` or its output passes `outputBytesMax`. Publishers are held only
 * while more than half of that is waiting, and for `drainMsMax` at most.
 */
export class ClientConnection extends Duplex {
  readonly socket: Socket;
  readonly #bounds: ConnectionBounds;
  readonly #scheduler: Scheduler;
  readonly #lengths: PacketLengths;
  #standstill: Cancel | undefined;
  #fullness: Cancel | undefined;

  constructor(socket: Socket, bounds: ConnectionBounds, scheduler: Scheduler) {
    super({ allowHalfOpen: false, writableHighWaterMark: Math.ceil(bounds.outputBytesMax / 2) });
    this.socket = socket;
    this.#bounds = bounds;
    this.#scheduler = scheduler;
    this.#lengths = new PacketLengths(CONNECT_BYTES_MAX, bounds.payloadBytesMax + TOPIC_BYTES_MAX);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
    socket.pause();
  }

  /** Ends the connection for a reason of the broker's own. */
  cut(error: ClientCutError): void {
    if (!this.destroyed) this.destroy(error);
  }

  /** Bytes that wait in memory for this client. */
  get outputBytes(): number {
    return this.writableLength + this.socket.writableLength;
  }

  override write(chunk: unknown, encodingOrDone?: BufferEncoding | WriteDone, done?: WriteDone): boolean {
    const hasRoom =
      typeof encodingOrDone === "string"
        ? super.write(chunk, encodingOrDone, done)
        : super.write(chunk, encodingOrDone);
    if (this.outputBytes > this.#bounds.outputBytesMax) {
      this.cut(
        new ClientCutError("OUTPUT_FULL", `more than ${this.#bounds.outputBytesMax} bytes waited for the client`),
      );
    } else if (!hasRoom && this.#fullness === undefined && !this.destroyed) {
      this.#fullness = this.#cutLater("the client's output did not empty");
      this.once("drain", () => {
        this.#fullness?.();
        this.#fullness = undefined;
      });
    }
    return hasRoom;
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pump([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#pump(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#standstill?.();
    this.#fullness?.();
    this.socket.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    const tooLong = this.#lengths.take(chunk);
    if (tooLong !== undefined) {
      const { announcedBytes, limitBytes } = tooLong;
      const words = `a packet of ${announcedBytes} bytes was announced where ${limitBytes} are allowed`;
      this.cut(new ClientCutError("PACKET_TOO_LARGE", words));
    } else if (!this.push(chunk)) {
      this.socket.pause();
    }
  }

  /** Hands chunks to the socket while it takes them, and waits for it in between, `drainMsMax` each time at most. */
  #pump(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    let next = 0;
    let hasRoom = true;
    this.socket.cork();
    while (next < chunks.length && hasRoom) hasRoom = this.socket.write(chunks[next++] ?? Buffer.alloc(0));
    this.socket.uncork();
    if (hasRoom) return done();
    this.#standstill = this.#cutLater("the client took nothing from its socket");
    this.socket.once("drain", () => {
      this.#standstill?.();
      this.#standstill = undefined;
      if (next < chunks.length) this.#pump(chunks.slice(next), done);
      else done();
    });
  }

  #cutLater(what: string): Cancel {
    const { drainMsMax } = this.#bounds;
    const error = () => new ClientCutError("DRAIN_TIMEOUT", `${what} for ${drainMsMax} ms`);
    return this.#scheduler.after(drainMsMax, () => this.cut(error()));
  }
}

/** Ends a client's connection for a reason of the broker's own. Every client of ours stands on a ClientConnection. */
export function cutClient(client: Client, error: ClientCutError): void {
  (client.conn as unknown as ClientConnection).cut(error);
}
