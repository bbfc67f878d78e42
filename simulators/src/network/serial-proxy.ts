// A serial line between a Modbus master and its slaves: two ptys, the bytes between them paced as a baud rate would, and
// faults done to the replies.

import { join } from "node:path";
import type { Cancel, Clock, Random, Scheduler } from "@isotherm/coldchain";
import { PacedLane } from "./paced-lane.ts";
import { ptyEnd } from "./pty-end.ts";
import type { PtyEnd } from "./pty-end.ts";
import { FrameCutter } from "./rtu-frame-cutter.ts";
import { arrivalsOf } from "./serial-faults.ts";
import type { FaultTimes, SerialFault } from "./serial-faults.ts";

export interface SerialProxyOptions {
  /** Where the two nodes are made: `master` and `slave`. */
  readonly folder: string;
  /** Paces the bytes, 10 bits to a character (8N1). Without it they pass as fast as they can. */
  readonly baudRate?: number;
  /** Chooses what happens to the next reply; undefined lets it through. */
  readonly nextFault: () => SerialFault | undefined;
  /** Default: late by 150 to 500 ms, a second copy within 30 ms, gaps of 50 ms. */
  readonly times?: Partial<FaultTimes>;
  /** An unplugged port comes back after so long; default 100. */
  readonly unpluggedMs?: number;
  /** Told each request as it goes by. */
  readonly onRequest?: (request: Uint8Array) => void;
  /** Told each request that went by, the very same array, and the slave's honest reply to it. */
  readonly onExchange?: (request: Uint8Array, reply: Uint8Array) => void;
  readonly random: Random;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
}

export interface SerialProxy {
  /** What the master opens. */
  readonly masterPath: string;
  /** What the slave opens. */
  readonly slavePath: string;
  /** Pulls the master's port out; it comes back by itself. */
  unplug(): Promise<void>;
  readonly isPlugged: boolean;
  readonly counters: { readonly requests: number; readonly replies: number; readonly faults: number };
  close(): Promise<void>;
}

const BITS_PER_CHARACTER = 10;
/** A frame whose length cannot be known ends with so much silence. */
const FRAME_GAP_MS = 10;

export async function serialProxy(options: SerialProxyOptions): Promise<SerialProxy> {
  const line = new FaultyLine(options);
  await line.open();
  return line;
}

class FaultyLine implements SerialProxy {
  readonly masterPath: string;
  readonly slavePath: string;
  readonly counters = { requests: 0, replies: 0, faults: 0 };
  readonly #options: SerialProxyOptions;
  readonly #times: FaultTimes;
  readonly #toMaster: PacedLane;
  readonly #toSlave: PacedLane;
  readonly #requests: FrameCutter;
  readonly #replies: FrameCutter;
  /** Requests that the slave has not answered. */
  readonly #asked: Uint8Array[] = [];
  readonly #pending = new Set<Cancel>();
  #master: PtyEnd | undefined;
  #slave: PtyEnd | undefined;
  #replugging: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: SerialProxyOptions) {
    this.#options = options;
    this.#times = { lateMinMs: 150, lateMaxMs: 500, doubleMaxMs: 30, gapMs: 50, ...options.times };
    this.masterPath = join(options.folder, "master");
    this.slavePath = join(options.folder, "slave");
    const { clock, scheduler, baudRate } = options;
    const characterMs = baudRate === undefined ? 0 : (BITS_PER_CHARACTER * 1000) / baudRate;
    const lane = (deliver: (bytes: Uint8Array) => void): PacedLane =>
      new PacedLane({ characterMs, clock, scheduler, deliver });
    this.#toMaster = lane((bytes) => this.#master?.write(bytes));
    this.#toSlave = lane((bytes) => this.#slave?.write(bytes));
    const gapMs = FRAME_GAP_MS;
    this.#requests = new FrameCutter({ direction: "request", gapMs, scheduler, take: (one) => this.#request(one) });
    this.#replies = new FrameCutter({ direction: "reply", gapMs, scheduler, take: (one) => this.#reply(one) });
  }

  get isPlugged(): boolean {
    return this.#master !== undefined;
  }

  async open(): Promise<void> {
    this.#slave = await ptyEnd(this.slavePath, (bytes) => this.#replies.add(bytes));
    await this.#plug();
  }

  async #plug(): Promise<void> {
    this.#master = await ptyEnd(this.masterPath, (bytes) => this.#requests.add(bytes));
  }

  #request(frame: Uint8Array): void {
    this.counters.requests += 1;
    this.#options.onRequest?.(frame);
    this.#asked.push(frame);
    // A slave that never answers must not fill memory.
    if (this.#asked.length > 16) this.#asked.shift();
    this.#toSlave.send(frame, this.#options.clock.monotonicMs());
  }

  #reply(frame: Uint8Array): void {
    const at = this.#asked.findIndex((request) => mayAnswer(frame, request));
    const request = this.#asked.splice(0, at + 1).at(-1);
    if (request === undefined) return;
    this.counters.replies += 1;
    this.#options.onExchange?.(request, frame);
    const fault = this.#options.nextFault();
    if (fault !== undefined) this.counters.faults += 1;
    for (const { afterMs, bytes } of arrivalsOf(fault, request, frame, this.#times, this.#options.random)) {
      this.#deliver(bytes, afterMs);
    }
    if (fault === "unplug") void this.unplug();
  }

  #deliver(bytes: Uint8Array, afterMs: number): void {
    const send = (): void => void this.#toMaster.send(bytes, this.#options.clock.monotonicMs());
    if (afterMs === 0) return send();
    const cancel = this.#options.scheduler.after(afterMs, () => {
      this.#pending.delete(cancel);
      send();
    });
    this.#pending.add(cancel);
  }

  unplug(): Promise<void> {
    this.#replugging ??= this.#replug().finally(() => (this.#replugging = undefined));
    return this.#replugging;
  }

  async #replug(): Promise<void> {
    const master = this.#master;
    this.#master = undefined;
    await master?.close();
    this.#toMaster.clear();
    await new Promise<void>((resolve) => this.#options.scheduler.after(this.#options.unpluggedMs ?? 100, resolve));
    if (!this.#isClosed) await this.#plug();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#pending) cancel();
    await this.#replugging;
    this.#toMaster.clear();
    this.#toSlave.clear();
    await Promise.all([this.#master?.close(), this.#slave?.close()]);
  }
}

function mayAnswer(reply: Uint8Array, request: Uint8Array): boolean {
  const fn = request[1] as number;
  if (reply[0] !== request[0]) return false;
  if (reply[1] === (fn | 0x80)) return true;
  if (reply[1] !== fn || fn > 4) return reply[1] === fn;
  const count = ((request[4] as number) << 8) | (request[5] as number);
  return reply[2] === (fn <= 2 ? Math.ceil(count / 8) : count * 2);
}
