// Cuts a stream of bytes into Modbus RTU frames by their own lengths, and by silence where a length cannot be known.

import type { Cancel, Scheduler } from "@isotherm/coldchain";

export interface FrameCutterOptions {
  readonly direction: "request" | "reply";
  readonly gapMs: number;
  readonly scheduler: Scheduler;
  readonly take: (frame: Uint8Array) => void;
}

const FRAME_MAX_BYTES = 256;

export class FrameCutter {
  readonly #options: FrameCutterOptions;
  #bytes: Buffer = Buffer.alloc(0);
  #cancel: Cancel = () => undefined;

  constructor(options: FrameCutterOptions) {
    this.#options = options;
  }

  add(bytes: Uint8Array): void {
    this.#cancel();
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const length = lengthOf(this.#bytes, this.#options.direction);
      if (length === undefined || this.#bytes.length < length) break;
      this.#cut(length);
    }
    if (this.#bytes.length > FRAME_MAX_BYTES) this.#cut(this.#bytes.length);
    if (this.#bytes.length > 0) {
      this.#cancel = this.#options.scheduler.after(this.#options.gapMs, () => this.#cut(this.#bytes.length));
    }
  }

  #cut(length: number): void {
    const frame = Uint8Array.from(this.#bytes.subarray(0, length));
    this.#bytes = this.#bytes.subarray(length);
    this.#options.take(frame);
  }
}

/** The length of the frame that the bytes begin with, checksum included, once it can be told. */
export function lengthOf(bytes: Uint8Array, direction: "request" | "reply"): number | undefined {
  const fn = bytes[1];
  if (fn === undefined) return undefined;
  if (direction === "reply" && fn > 0x80) return 5;
  if (fn === 5 || fn === 6) return 8;
  if (fn === 15 || fn === 16) {
    if (direction === "reply") return 8;
    return bytes[6] === undefined ? undefined : 9 + bytes[6];
  }
  if (fn < 1 || fn > 4) return undefined;
  if (direction === "request") return 8;
  return bytes[2] === undefined ? undefined : 5 + bytes[2];
}
