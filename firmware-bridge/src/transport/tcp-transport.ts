// A TCP connection as a transport: Modbus TCP, serial-to-Ethernet converters, gpsd's raw port.

import { connect } from "node:net";
import type { Socket } from "node:net";
import { listeners } from "./listeners.ts";
import { TransportError } from "./transport.ts";
import type { Transport } from "./transport.ts";

export interface TcpTransportOptions {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** Sent at the beginning of each connection, to peers that talk only when asked to. */
  readonly greeting?: string;
}

const READ_MAX_BYTES = 16_384;

export function tcpTransport(options: TcpTransportOptions): Transport {
  return new TcpTransport(options);
}

class TcpTransport implements Transport {
  readonly name: string;
  readonly #options: TcpTransportOptions;
  readonly #bytes = listeners<Uint8Array>();
  readonly #closes = listeners<Error | undefined>();
  #socket: Socket | undefined;
  #opening: Promise<void> | undefined;

  constructor(options: TcpTransportOptions) {
    this.#options = options;
    this.name = `tcp ${options.host}:${options.port}`;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  onBytes(listener: (bytes: Uint8Array) => void): () => void {
    return this.#bytes.add(listener);
  }

  onClose(listener: (reason: Error | undefined) => void): () => void {
    return this.#closes.add(listener);
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (this.#socket !== undefined) return;
    this.#opening ??= this.#connect(signal).finally(() => (this.#opening = undefined));
    await this.#opening;
  }

  #connect(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const { host, port, connectTimeoutMs } = this.#options;
      if (signal?.aborted === true) return reject(this.#aborted());
      const socket = connect({
        host,
        port,
        noDelay: true,
        keepAlive: true,
        // One buffer for all arrivals, of which each is given its part: the system's own would be 64 kB for each of them.
        onread: {
          buffer: Buffer.alloc(READ_MAX_BYTES),
          callback: (length, buffer) => {
            if (this.#socket === socket) this.#bytes.tell(Buffer.from(buffer.subarray(0, length)));
            return true;
          },
        },
      });
      let settled = false;
      const fail = (error: TransportError): void => {
        if (settled) return;
        settled = true;
        socket.destroy();
        reject(error);
      };
      const onAbort = (): void => fail(this.#aborted());
      signal?.addEventListener("abort", onAbort, { once: true });
      // The socket's own idle timeout is a timer of the operating environment: it stands down once connected.
      socket.setTimeout(connectTimeoutMs, () => {
        fail(new TransportError("CONNECT_TIMEOUT", `${this.name} did not answer within ${connectTimeoutMs} ms.`));
      });
      socket.on("error", (error: NodeJS.ErrnoException) => {
        if (settled) this.#lost(socket, error);
        else fail(connectError(this.name, error));
      });
      socket.on("close", () => {
        signal?.removeEventListener("abort", onAbort);
        this.#lost(socket, new Error("the other side closed the connection"));
      });
      socket.once("connect", () => {
        if (settled) return;
        settled = true;
        signal?.removeEventListener("abort", onAbort);
        socket.setTimeout(0);
        this.#socket = socket;
        const { greeting } = this.#options;
        if (greeting !== undefined) socket.write(greeting);
        resolve();
      });
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) throw new TransportError("TRANSPORT_CLOSED", `${this.name} is not open.`);
    await new Promise<void>((resolve, reject) => {
      socket.write(bytes, (error) => {
        if (error) reject(new TransportError("TRANSPORT_LOST", `Writing to ${this.name} failed.`, { cause: error }));
        else resolve();
      });
    });
  }

  /** Nothing to do: every arrival is delivered at once, and what the peer still sends cannot be called back. */
  discardInput(): void {}

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#lost(socket, undefined);
  }

  #aborted(): TransportError {
    return new TransportError("TRANSPORT_ABORTED", `Connecting to ${this.name} was called off.`);
  }

  #lost(socket: Socket, reason: Error | undefined): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    socket.destroy();
    const error =
      reason && new TransportError("TRANSPORT_LOST", `${this.name} was lost: ${reason.message}`, { cause: reason });
    this.#closes.tell(error);
  }
}

function connectError(name: string, cause: NodeJS.ErrnoException): TransportError {
  if (cause.code === "ECONNREFUSED") {
    return new TransportError("CONNECT_REFUSED", `${name} refuses the connection: nothing listens there.`, { cause });
  }
  const why = CONNECT_FAILURES[cause.code ?? ""];
  if (why !== undefined) return new TransportError("CONNECT_FAILED", `${name}: ${why}`, { cause });
  return new TransportError("CONNECT_FAILED", `Connecting to ${name} failed: ${cause.message}`, { cause });
}

const CONNECT_FAILURES: Readonly<Record<string, string>> = {
  ENOTFOUND: "no host has this name. Write its address, or mend its name.",
  EAI_AGAIN: "the host's name cannot be looked up now. Is the network up?",
  EHOSTUNREACH: "nobody has this address. Is the device on, and in this network?",
  ENETUNREACH: "there is no way to this network. Is the network up?",
};
