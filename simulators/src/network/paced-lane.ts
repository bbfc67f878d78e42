// One direction of a serial line: bytes arrive no faster than its baud rate carries them, in the order in which they set out.

import type { Cancel, Clock, Scheduler } from "@isotherm/coldchain";

export interface PacedLaneOptions {
  /** 0: no pacing, all at once. */
  readonly characterMs: number;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly deliver: (bytes: Uint8Array) => void;
}

interface Run {
  readonly bytes: Uint8Array;
  readonly startsAtMs: number;
  delivered: number;
}

/** Bytes that may be on their way at once; more are dropped and counted, as a line that talks without end would lose them. */
const WAITING_MAX_BYTES = 65_536;

export class PacedLane {
  droppedBytes = 0;
  readonly #options: PacedLaneOptions;
  readonly #runs: Run[] = [];
  #freeAtMs = -Infinity;
  #waitingBytes = 0;
  #cancel: Cancel | undefined;

  constructor(options: PacedLaneOptions) {
    this.#options = options;
  }

  /** Sends bytes from `atMs` on, or when the line is free. Gives the time at which the last of them has arrived. */
  send(bytes: Uint8Array, atMs: number): number {
    if (this.#waitingBytes + bytes.length > WAITING_MAX_BYTES) {
      this.droppedBytes += bytes.length;
      return this.#freeAtMs;
    }
    const startsAtMs = Math.max(atMs, this.#freeAtMs);
    this.#freeAtMs = startsAtMs + bytes.length * this.#options.characterMs;
    this.#waitingBytes += bytes.length;
    this.#runs.push({ bytes, startsAtMs, delivered: 0 });
    if (this.#cancel === undefined) this.#pump();
    return this.#freeAtMs;
  }

  /** Whatever is on its way is lost. */
  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#runs.length = 0;
    this.#waitingBytes = 0;
    this.#freeAtMs = -Infinity;
  }

  #pump(): void {
    this.#cancel = undefined;
    const { characterMs, clock, scheduler, deliver } = this.#options;
    const nowMs = clock.monotonicMs();
    for (let run = this.#runs[0]; run !== undefined; run = this.#runs[0]) {
      const passed = characterMs === 0 ? Infinity : Math.floor((nowMs - run.startsAtMs) / characterMs + 1e-9);
      const due = run.startsAtMs > nowMs ? 0 : Math.min(run.bytes.length, Math.max(0, passed));
      if (due > run.delivered) {
        deliver(run.bytes.slice(run.delivered, due));
        this.#waitingBytes -= due - run.delivered;
        run.delivered = due;
      }
      if (run.delivered < run.bytes.length) {
        const nextAtMs = run.startsAtMs + (run.delivered + 1) * characterMs;
        this.#cancel = scheduler.after(Math.max(0, nextAtMs - nowMs), () => this.#pump());
        return;
      }
      this.#runs.shift();
    }
  }
}
