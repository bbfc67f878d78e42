// An RS-485 line in memory, in virtual time: honest devices at the far end and, between them and the master, whatever
// a real line does to a frame. Replies are independent of each other, which is worse than any real device.

import type { Random, VirtualTime } from "@isotherm/coldchain";
import { crc16 } from "../src/modbus/crc16.ts";
import type { Transport } from "../src/transport/transport.ts";

/** What a line does to one reply. */
export const LINE_FAULTS = [
  "silence",
  "late",
  "doubled",
  "late-and-doubled",
  "truncated",
  "bits-flipped",
  "burst",
  "gap",
  "garbage-before",
  "garbage-after",
  "wrong-unit",
  "wrong-function",
  "wrong-length",
  "echo",
  "exception",
  "foreign",
] as const;
export type LineFault = (typeof LINE_FAULTS)[number];

export interface ScriptedLineOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  /** Chooses what happens to the next reply; undefined lets it through. */
  readonly nextFault: () => LineFault | undefined;
  readonly lateMaxMs: number;
  readonly doubleMaxMs: number;
  /** The far end answers one request after the other: no reply overtakes an earlier one. */
  readonly isInOrder?: boolean;
}

/** The register that a device holds: different for every unit, function and address. */
export function registerAt(unit: number, fn: number, address: number): number {
  return (unit * 4099 + fn * 523 + address * 31 + 7) & 0xffff;
}

export class ScriptedLine implements Transport {
  readonly name = "scripted line";
  readonly isOpen = true;
  readonly #options: ScriptedLineOptions;
  #lastReplyAtMs = 0;
  #listener: (bytes: Uint8Array) => void = () => undefined;

  constructor(options: ScriptedLineOptions) {
    this.#options = options;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  discardInput(): void {}

  onBytes(listener: (bytes: Uint8Array) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }

  onClose(): () => void {
    return () => undefined;
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#answer(new Uint8Array(bytes), this.#options.nextFault());
    return Promise.resolve();
  }

  #answer(request: Uint8Array, fault: LineFault | undefined): void {
    const reply = honestReply(request);
    const { lateMaxMs, doubleMaxMs } = this.#options;
    const isLate = fault === "late" || fault === "late-and-doubled";
    const { promptMs, lateMs } = this.#delays(lateMaxMs, isLate);
    switch (fault) {
      case undefined:
        return this.#deliver(promptMs, reply);
      case "silence":
        return;
      case "late":
        return this.#deliver(lateMs, reply);
      case "doubled":
        this.#deliver(promptMs, reply);
        return this.#deliver(promptMs + this.#below(doubleMaxMs), reply);
      case "late-and-doubled":
        this.#deliver(lateMs, reply);
        return this.#deliver(lateMs + this.#below(doubleMaxMs), reply);
      case "gap": {
        const cut = 1 + this.#below(reply.length - 1);
        this.#deliver(promptMs, reply.subarray(0, cut));
        return this.#deliver(promptMs + 50, reply.subarray(cut));
      }
      case "echo":
        this.#deliver(1, request);
        return this.#deliver(promptMs, reply);
      case "foreign":
        this.#deliver(this.#below(promptMs), honestReply(withUnit(request, 99)));
        return this.#deliver(promptMs, reply);
      default:
        return this.#deliver(promptMs, this.#damaged(reply, fault));
    }
  }

  #delays(lateMaxMs: number, isLate: boolean): { promptMs: number; lateMs: number } {
    const promptMs = 5 + this.#below(30);
    const lateMs = this.#below(lateMaxMs + 1);
    if (this.#options.isInOrder !== true) return { promptMs, lateMs };
    const nowMs = this.#options.time.monotonicMs();
    // What waits behind a late reply becomes late itself, and is then not answered at all beyond lateMaxMs.
    const afterMs = Math.min(Math.max(this.#lastReplyAtMs - nowMs + 1, 0), lateMaxMs);
    const ordered = { promptMs: Math.max(promptMs, afterMs), lateMs: Math.max(lateMs, afterMs) };
    this.#lastReplyAtMs = nowMs + (isLate ? ordered.lateMs : ordered.promptMs);
    return ordered;
  }

  #damaged(reply: Uint8Array, fault: LineFault): Uint8Array {
    switch (fault) {
      case "truncated":
        return reply.subarray(0, this.#below(reply.length));
      case "bits-flipped":
        return this.#flipped(
          reply,
          Array.from({ length: 1 + this.#below(3) }, () => this.#below(reply.length * 8)),
        );
      case "burst": {
        const start = this.#below(reply.length * 8 - 16);
        const inside = Array.from({ length: 14 }, (_, at) => start + 1 + at).filter(() => this.#options.random() < 0.5);
        return this.#flipped(reply, [start, ...inside]);
      }
      case "garbage-before":
        return Uint8Array.from([...this.#garbage(), ...reply]);
      case "garbage-after":
        return Uint8Array.from([...reply, ...this.#garbage()]);
      case "wrong-unit":
        return withUnit(reply, ((reply[0] as number) % 200) + 1);
      case "wrong-function":
        return sealed([reply[0] as number, 7 - (reply[1] as number), ...reply.subarray(2, -2)]);
      case "wrong-length":
        return sealed([
          reply[0] as number,
          reply[1] as number,
          (reply[2] as number) + 2,
          ...reply.subarray(3, -2),
          0,
          1,
        ]);
      default:
        return sealed([reply[0] as number, (reply[1] as number) | 0x80, 4]);
    }
  }

  #garbage(): number[] {
    return Array.from({ length: 1 + this.#below(4) }, () => this.#below(256));
  }

  #flipped(reply: Uint8Array, bits: readonly number[]): Uint8Array {
    const damaged = new Uint8Array(reply);
    for (const bit of new Set(bits)) damaged[bit >>> 3] = (damaged[bit >>> 3] as number) ^ (1 << (bit & 7));
    return damaged;
  }

  #deliver(afterMs: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    // A frame comes in two arrivals as often as in one.
    const cut = this.#options.random() < 0.5 ? bytes.length : 1 + this.#below(bytes.length);
    this.#options.time.after(afterMs, () => {
      this.#listener(bytes.slice(0, cut));
      if (cut < bytes.length) this.#listener(bytes.slice(cut));
    });
  }

  #below(limit: number): number {
    return Math.floor(this.#options.random() * limit);
  }
}

function honestReply(request: Uint8Array): Uint8Array {
  const [unit, fn, addressHigh, addressLow, countHigh, countLow] = request as unknown as number[];
  const address = ((addressHigh as number) << 8) | (addressLow as number);
  const count = ((countHigh as number) << 8) | (countLow as number);
  const registers = Array.from({ length: count }, (_, at) => registerAt(unit as number, fn as number, address + at));
  return sealed([unit as number, fn as number, count * 2, ...registers.flatMap((one) => [one >>> 8, one & 0xff])]);
}

function withUnit(frame: Uint8Array, unit: number): Uint8Array {
  return sealed([unit, ...frame.subarray(1, -2)]);
}

function sealed(body: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(body));
  return Uint8Array.from([...body, crc & 0xff, crc >>> 8]);
}
