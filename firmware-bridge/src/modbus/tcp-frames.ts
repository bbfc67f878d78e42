// Modbus TCP frames: a header with a transaction id before each protocol data unit, so that a reply names its request.

import { countOf, pduBytes, putPdu } from "./modbus-request.ts";
import type { ModbusRequest } from "./modbus-request.ts";

const HEADER_BYTES = 7;
/** Unit and protocol data unit together: from unit, function and exception code to the longest that a frame may carry. */
const LENGTH_MIN = 3;
const LENGTH_MAX = 254;

/** Puts a request's frame into `into` at `at`; gives where it ends. */
export function putTcpFrame(into: Uint8Array, at: number, transactionId: number, request: ModbusRequest): number {
  const length = pduBytes(request);
  into[at] = transactionId >>> 8;
  into[at + 1] = transactionId & 0xff;
  into[at + 2] = 0;
  into[at + 3] = 0;
  // The length counts the unit and the protocol data unit, at most 254, so its high byte stays 0.
  into[at + 4] = 0;
  into[at + 5] = length + 1;
  into[at + 6] = request.unit;
  putPdu(into, at + HEADER_BYTES, request, countOf(request));
  return at + HEADER_BYTES + length;
}

/** The length of a request's frame. */
export function tcpFrameBytes(request: ModbusRequest): number {
  return HEADER_BYTES + pduBytes(request);
}

/** Cuts the bytes of a connection into frames. */
export class TcpFrameReader {
  #rest: Uint8Array = new Uint8Array(0);
  #isBroken = false;

  /** The stream carries something that is not Modbus TCP: only a new connection mends it. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  push(bytes: Uint8Array, take: (transactionId: number, unit: number, pdu: Uint8Array) => void): void {
    const all = joined(this.#rest, bytes);
    let at = 0;
    while (all.length - at >= HEADER_BYTES - 1 && !this.#isBroken) {
      const length = word(all, at + 4);
      if (word(all, at + 2) !== 0 || length < LENGTH_MIN || length > LENGTH_MAX) {
        this.#isBroken = true;
        break;
      }
      const end = at + HEADER_BYTES - 1 + length;
      if (all.length < end) break;
      take(word(all, at), all[at + HEADER_BYTES - 1] as number, all.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    this.#rest = at === all.length ? new Uint8Array(0) : all.subarray(at);
  }

  reset(): void {
    this.#rest = new Uint8Array(0);
    this.#isBroken = false;
  }
}

function joined(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (before.length === 0) return bytes;
  const both = new Uint8Array(before.length + bytes.length);
  both.set(before);
  both.set(bytes, before.length);
  return both;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
