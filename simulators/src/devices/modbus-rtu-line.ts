// Simulated Modbus RTU slaves on a serial line of their own: a pty for the master, bytes paced as the baud rate would.

import type { Clock, Scheduler } from "@isotherm/coldchain";
import { PacedLane } from "../network/paced-lane.ts";
import { ptyEnd } from "../network/pty-end.ts";
import type { PtyEnd } from "../network/pty-end.ts";
import { FrameCutter } from "../network/rtu-frame-cutter.ts";
import { sealed } from "../network/serial-faults.ts";
import { answerPdu } from "./modbus-slave.ts";
import type { RegisterModel } from "./register-models.ts";

export interface ModbusRtuLineOptions {
  /** The node that the master opens. */
  readonly path: string;
  readonly baudRate: number;
  /** By unit number. A unit that is not there stays silent. */
  readonly units: ReadonlyMap<number, RegisterModel>;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
}

export interface ModbusRtuLine {
  readonly path: string;
  readonly counters: { readonly requests: number; readonly damaged: number };
  /** A silent unit takes requests and answers none of them. */
  setSilent(unit: number, isSilent: boolean): void;
  close(): Promise<void>;
}

/** 8N1. */
const BITS_PER_CHARACTER = 10;
const SILENT_CHARACTERS = 3.5;
const FRAME_GAP_MS = 10;

/** Resolves when the node can be opened. Needs socat. */
export async function modbusRtuLine(options: ModbusRtuLineOptions): Promise<ModbusRtuLine> {
  const line = new SlavesOnALine(options);
  await line.open();
  return line;
}

class SlavesOnALine implements ModbusRtuLine {
  readonly path: string;
  readonly counters = { requests: 0, damaged: 0 };
  readonly #options: ModbusRtuLineOptions;
  readonly #characterMs: number;
  readonly #lane: PacedLane;
  readonly #requests: FrameCutter;
  readonly #silent = new Set<number>();
  #pty: PtyEnd | undefined;

  constructor(options: ModbusRtuLineOptions) {
    const { path, baudRate, clock, scheduler } = options;
    this.path = path;
    this.#options = options;
    this.#characterMs = (BITS_PER_CHARACTER * 1000) / baudRate;
    this.#lane = new PacedLane({
      characterMs: this.#characterMs,
      clock,
      scheduler,
      deliver: (bytes) => this.#pty?.write(bytes),
    });
    this.#requests = new FrameCutter({
      direction: "request",
      gapMs: FRAME_GAP_MS,
      scheduler,
      take: (frame) => this.#answer(frame),
    });
  }

  async open(): Promise<void> {
    this.#pty = await ptyEnd(this.path, (bytes) => this.#requests.add(bytes));
  }

  setSilent(unit: number, isSilent: boolean): void {
    if (isSilent) this.#silent.add(unit);
    else this.#silent.delete(unit);
  }

  #answer(frame: Uint8Array): void {
    const body = frame.subarray(0, -2);
    this.counters.requests += 1;
    if (frame.length < 4 || Buffer.compare(sealed(body), frame) !== 0) {
      this.counters.damaged += 1;
      return;
    }
    const unit = body[0] as number;
    const pdu = Buffer.from(body.subarray(1));
    if (unit === 0) {
      for (const model of this.#options.units.values()) answerPdu(model, pdu);
      return;
    }
    const model = this.#silent.has(unit) ? undefined : this.#options.units.get(unit);
    if (model === undefined) return;
    // The request is on the wire for its own time, and ends with the silence by which a slave knows that it is over.
    const endsInMs = (frame.length + SILENT_CHARACTERS) * this.#characterMs;
    this.#lane.send(sealed([unit, ...answerPdu(model, pdu)]), this.#options.clock.monotonicMs() + endsInMs);
  }

  async close(): Promise<void> {
    this.#lane.clear();
    await this.#pty?.close();
  }
}
