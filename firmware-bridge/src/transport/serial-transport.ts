// A serial port as a transport: found by path or by its adapter's fingerprint, opened anew after each loss.

import { listeners } from "./listeners.ts";
import { watchNode } from "./node-watch.ts";
import { findByFingerprint, isFingerprint } from "./port-address.ts";
import { listPorts } from "./port-list.ts";
import type { PortDescription } from "./port-list.ts";
import { portProblem } from "./port-problem.ts";
import { openSerialLine } from "./serial-line.ts";
import type { SerialLine } from "./serial-line.ts";
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
  readonly #writes = new Set<(cause: Error | undefined) => void>();
  #line: SerialLine | undefined;
  #opening: Promise<void> | undefined;
  #shutting: Promise<void> | undefined;
  #stopWatching: () => void = () => undefined;

  constructor(options: SerialTransportOptions) {
    this.#options = { parity: "none", dataBits: 8, stopBits: 1, listPorts, ...options };
    const { path, baudRate, dataBits, parity, stopBits } = this.#options;
    this.name = `${path} ${baudRate} ${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
  }

  get isOpen(): boolean {
    return this.#line !== undefined;
  }

  onBytes(listener: (bytes: Uint8Array) => void): () => void {
    return this.#bytes.add(listener);
  }

  onClose(listener: (reason: Error | undefined) => void): () => void {
    return this.#closes.add(listener);
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (this.#line !== undefined) return;
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
    const line = await openSerialLine(
      { path, ...settings },
      { bytes: (bytes) => this.#bytes.tell(bytes), lost: (reason) => this.#lost(line, reason) },
    ).catch((error: unknown) => {
      throw portProblem(path, error as Error);
    });
    this.#line = line;
    this.#stopWatching = watchNode(path, () => this.#lost(line, new Error("it was unplugged")));
  }

  /** A port that vanishes may never take the bytes nor refuse them, so its loss ends the write too. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = this.#line;
      if (line === undefined) return reject(new TransportError("TRANSPORT_CLOSED", `${this.name} is not open.`));
      const lost = (cause: Error | undefined): void => {
        reject(new TransportError("TRANSPORT_LOST", `${this.name} went away.`, { cause }));
      };
      this.#writes.add(lost);
      line.write(bytes).then(
        () => {
          this.#writes.delete(lost);
          resolve();
        },
        (error: unknown) => this.#lost(line, error as Error),
      );
    });
  }

  /** What a stalled event loop left with the system is dropped here. */
  discardInput(): void {
    this.#line?.discard();
  }

  holdInput(): () => void {
    const line = this.#line;
    line?.hold();
    return () => line?.release();
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    const line = this.#line;
    if (line === undefined) return;
    this.#lost(line, undefined);
    await this.#shutting;
  }

  /** Runs for the first of the several ways in which the end of a port may be noticed. */
  #lost(line: SerialLine, reason: Error | undefined): void {
    if (this.#line !== line) return;
    this.#line = undefined;
    this.#stopWatching();
    for (const lost of this.#writes) lost(reason);
    this.#writes.clear();
    // What is gone cannot be given back any more.
    this.#shutting = line.close().catch(() => undefined);
    const error =
      reason && new TransportError("TRANSPORT_LOST", `${this.name} went away: ${reason.message}`, { cause: reason });
    this.#closes.tell(error);
  }
}
