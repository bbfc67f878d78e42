// A transport in memory whose far end answers each frame as it is told, after so many milliseconds of virtual time.

import type { VirtualTime } from "@isotherm/coldchain";
import { crc16 } from "../src/modbus/crc16.ts";
import type { Transport } from "../src/transport/transport.ts";

export interface AnsweringLine extends Transport {
  /** Every frame that was sent, without its checksum, with the time at which it was. */
  readonly sent: { readonly atMs: number; readonly body: readonly number[] }[];
}

/**
 * `answer` is given a frame without its checksum, and gives a reply without one, or nothing. With `copyAfterMs` each reply
 * comes a second time, as through a repeater.
 */
export function answeringLine(
  time: VirtualTime,
  answer: (body: readonly number[]) => readonly number[] | undefined,
  afterMs = 5,
  copyAfterMs?: number,
): AnsweringLine {
  let listener: (bytes: Uint8Array) => void = () => undefined;
  const sent: { atMs: number; body: readonly number[] }[] = [];
  return {
    name: "answering line",
    isOpen: true,
    sent,
    open: () => Promise.resolve(),
    close: () => Promise.resolve(),
    discardInput: () => undefined,
    onClose: () => () => undefined,
    onBytes(next) {
      listener = next;
      return () => undefined;
    },
    write(bytes) {
      const body = [...bytes.subarray(0, -2)];
      sent.push({ atMs: time.monotonicMs(), body });
      const reply = answer(body);
      if (reply === undefined) return Promise.resolve();
      time.after(afterMs, () => listener(sealed(reply)));
      if (copyAfterMs !== undefined) time.after(afterMs + copyAfterMs, () => listener(sealed(reply)));
      return Promise.resolve();
    },
  };
}

function sealed(body: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(body));
  return Uint8Array.from([...body, crc & 0xff, crc >>> 8]);
}

/** Lets virtual time pass until the promise is settled. */
export async function passing<Value>(time: VirtualTime, pending: Promise<Value>, stepMs = 1): Promise<Value> {
  let isDone = false;
  const mark = (): void => {
    isDone = true;
  };
  pending.then(mark, mark);
  while (!isDone) {
    for (let turn = 0; turn < 16; turn += 1) await Promise.resolve();
    if (!isDone) time.advance(stepMs);
  }
  return pending;
}
