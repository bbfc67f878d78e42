// Modbus TCP. Each request has a transaction id of its own, so a late reply is known for what it is and passed over.

import type { Line, LineCounters } from "./line.ts";
import { ModbusMismatchError } from "./modbus-error.ts";
import type { ModbusError } from "./modbus-error.ts";
import { describeRequest, judgePdu, writeReadPdu } from "./read-request.ts";
import type { ReadRequest } from "./read-request.ts";

const HEADER_BYTES = 7;
/** Unit and protocol data unit together: from unit, function and exception code to the longest that a frame may carry. */
const LENGTH_MIN = 3;
const LENGTH_MAX = 254;

export class TcpLine implements Line {
  readonly counters: LineCounters = { strayBytes: 0, lateReplies: 0 };
  #transactionId = 0;
  #request: ReadRequest | undefined;
  #buffer: Uint8Array = new Uint8Array(0);
  #isBroken = false;

  get isBroken(): boolean {
    return this.#isBroken;
  }

  admit(): number {
    return 0;
  }

  begin(request: ReadRequest): Uint8Array {
    this.#request = request;
    this.#transactionId = (this.#transactionId + 1) & 0xffff;
    const sent = new Uint8Array(12);
    sent[0] = this.#transactionId >>> 8;
    sent[1] = this.#transactionId & 0xff;
    sent[5] = 6;
    sent[6] = request.unit;
    writeReadPdu(sent, 7, request, request.count);
    return sent;
  }

  receive(bytes: Uint8Array): Uint16Array | ModbusError | undefined {
    const joined = new Uint8Array(this.#buffer.length + bytes.length);
    joined.set(this.#buffer);
    joined.set(bytes, this.#buffer.length);
    this.#buffer = joined;
    let outcome: Uint16Array | ModbusError | undefined;
    while (this.#buffer.length >= HEADER_BYTES - 1 && !this.#isBroken) {
      const length = word(this.#buffer, 4);
      if (word(this.#buffer, 2) !== 0 || length < LENGTH_MIN || length > LENGTH_MAX) {
        this.#isBroken = true;
        return new ModbusMismatchError("The connection carries something that is not Modbus TCP.");
      }
      const end = HEADER_BYTES - 1 + length;
      if (this.#buffer.length < end) break;
      const frame = this.#buffer.subarray(0, end);
      this.#buffer = this.#buffer.slice(end);
      outcome ??= this.#judge(frame);
    }
    return outcome;
  }

  #judge(frame: Uint8Array): Uint16Array | ModbusError | undefined {
    const request = this.#request;
    if (request === undefined || word(frame, 0) !== this.#transactionId) {
      this.counters.lateReplies += 1;
      return undefined;
    }
    if (frame[6] !== request.unit) {
      return new ModbusMismatchError(`A reply to ${describeRequest(request)} names another unit.`);
    }
    return judgePdu(frame.subarray(HEADER_BYTES), request, request.count);
  }

  end(): void {
    this.#request = undefined;
  }

  wireTimeMs(): number {
    return 0;
  }

  reset(): void {
    this.#buffer = new Uint8Array(0);
    this.#isBroken = false;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
