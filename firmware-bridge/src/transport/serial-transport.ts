// A serial port as a transport. Every opening builds a new SerialPort: after a write error the old object opens again
// without complaint and never carries another byte.

import { SerialPort } from "serialport";
import { listeners } from "./listeners.ts";
import { watchNode } from "./node-watch.ts";
import { findByFingerprint, isFingerprint } from "./port-address.ts";
import { listPorts } from "./port-list.ts";
import type { PortDescription } from "./port-list.ts";
import { portProblem } from "./port-problem.ts";
import { TransportError } from "./transport.ts";
import type { Transport } from "./transport.ts";

export interface SerialTransportOptions {
  /**
   * A device node, best one under `/dev/serial/by-id` or `by-path`, which stays the same when adapters are replugged;
   * or an adapter by its USB fingerprint, `usb:0403:6001` or `usb:0403:6001:SERIAL`, looked for at each opening.
   */
  readonly path: string;
  readonly baudRate: number;
  readonly parity?: "none" | "even" | "odd";
  readonly dataBits?: 7 | 8;
  readonly stopBits?: 1 | 2;
  /** Where fingerprints are looked up; default the machine's own ports. */
  readonly listPorts?: () => Promise<readonly PortDescription[]>;
}

/** 8N1 unless told otherwise. */
export function serialTransport(options: SerialTransportOptions): Transport {
  return new SerialTransport(options);
}

class SerialTransport implements Transport {
  readonly name: string;
  readonly #options: Required<SerialTransportOptions>;
  readonly #bytes = listeners<Uint8Array>();
  readonly #closes = listeners<Error | undefined>();
  readonly #operations = new Set<(cause: Error | undefined) => void>();
  #port: SerialPort | undefined;
  #opening: Promise<void> | undefined;
  #flushing: Promise<void> | undefined;
  #shutting: Promise<void> | undefined;
  #stopWatching: () => void = () => undefined;

  constructor(options: SerialTransportOptions) {
    this.#options = { parity: "none", dataBits: 8, stopBits: 1, listPorts, ...options };
    const { path, baudRate, dataBits, parity, stopBits } = this.#options;
    this.name = `${path} ${baudRate} ${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
  }

  get isOpen(): boolean {
    return this.#port !== undefined;
  }

  onBytes(listener: (bytes: Uint8Array) => void): () => void {
    return this.#bytes.add(listener);
  }

  onClose(listener: (reason: Error | undefined) => void): () => void {
    return this.#closes.add(listener);
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (this.#port !== undefined) return;
    this.#opening ??= this.#openNew().finally(() => (this.#opening = undefined));
    await this.#opening;
    if (signal?.aborted === true) {
      await this.close();
      throw new TransportError("TRANSPORT_ABORTED", `Opening ${this.name} was called off.`);
    }
  }

  async #openNew(): Promise<void> {
    // The system lends the port out once only: the last loan has to end first.
    await this.#shutting;
    const { listPorts: list, path: address, ...settings } = this.#options;
    const path = isFingerprint(address) ? findByFingerprint(address, await list()) : address;
    await new Promise<void>((resolve, reject) => {
      const port = newPort(path, settings);
      // A port without a data listener does not notice that it was unplugged, so this one stays attached for life.
      port.on("data", (bytes: Buffer) => {
        if (this.#port === port && this.#flushing === undefined) this.#bytes.tell(new Uint8Array(bytes));
      });
      port.on("error", (error: Error) => this.#lost(port, error));
      port.on("close", (error: Error | null | undefined) => this.#lost(port, error ?? undefined));
      port.open((error) => {
        if (error) {
          reject(portProblem(path, error));
        } else {
          this.#port = port;
          this.#stopWatching = watchNode(path, () => this.#lost(port, new Error("it was unplugged")));
          resolve();
        }
      });
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#flushing;
    await this.#untilDone((port, done) => port.write(Buffer.from(bytes), undefined, done));
  }

  discardInput(): void {
    if (this.#port === undefined || this.#flushing !== undefined) return;
    // Bytes that a stalled event loop left in the kernel are dropped here; a tty that cannot flush has nothing to drop.
    const flushed = this.#untilDone((port, done) => port.flush(done))
      .catch(() => undefined)
      .finally(() => {
        if (this.#flushing === flushed) this.#flushing = undefined;
      });
    this.#flushing = flushed;
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    const port = this.#port;
    if (port === undefined) return;
    this.#lost(port, undefined);
    await this.#shutting;
  }

  /** Runs one operation of the port. A port that vanishes may never call back, so its loss ends the operation too. */
  #untilDone(operation: (port: SerialPort, done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const port = this.#port;
      if (port === undefined) return reject(new TransportError("TRANSPORT_CLOSED", `${this.name} is not open.`));
      const lost = (cause: Error | undefined): void => {
        reject(new TransportError("TRANSPORT_LOST", `${this.name} went away.`, { cause }));
      };
      this.#operations.add(lost);
      operation(port, (error) => {
        this.#operations.delete(lost);
        if (error) lost(error);
        else resolve();
      });
    });
  }

  /** Runs for the first of the several 'error' and 'close' events that one end of a port may give. */
  #lost(port: SerialPort, reason: Error | undefined): void {
    if (this.#port !== port) return;
    this.#port = undefined;
    this.#flushing = undefined;
    this.#stopWatching();
    for (const lost of this.#operations) lost(reason);
    this.#operations.clear();
    this.#shutting = shut(port);
    const error =
      reason && new TransportError("TRANSPORT_LOST", `${this.name} went away: ${reason.message}`, { cause: reason });
    this.#closes.tell(error);
  }
}

/** Gives the port back to the system. A port that is already on its way out ends with its 'close'. */
async function shut(port: SerialPort): Promise<void> {
  if (port.isOpen) {
    await new Promise<void>((resolve) => {
      port.once("close", () => resolve());
      port.once("error", () => resolve());
      if (!port.closing) port.close(() => resolve());
    });
  }
  port.destroy();
}

type PortSettings = Omit<Required<SerialTransportOptions>, "path" | "listPorts">;

function newPort(path: string, settings: PortSettings): SerialPort {
  try {
    return new SerialPort({ path, ...settings, autoOpen: false });
  } catch (error) {
    throw portProblem(path, error as Error);
  }
}
