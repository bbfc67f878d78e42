// Modbus TCP. Each request has a transaction id of its own, so a late reply is known for what it is and passed over.

import type { Line, LineCounters } from "./line.ts";
import { ModbusMismatchError } from "./modbus-error.ts";
import type { ModbusError } from "./modbus-error.ts";
import { countOf, describeAny, judgeAny, requestPdu } from "./modbus-request.ts";
import type { ModbusRequest } from "./modbus-request.ts";

const HEADER_BYTES = 7;
/** Unit and protocol data unit together: from unit, function and exception code to the longest that a frame may carry. */
const LENGTH_MIN = 3;
const LENGTH_MAX = 254;

export class TcpLine implements Line {
  readonly counters: LineCounters = { strayBytes: 0, lateReplies: 0 };
  #transactionId = 0;
  #request: ModbusRequest | undefined;
  #buffer: Uint8Array = new Uint8Array(0);
  #isBroken = false;

  get isBroken(): boolean {
    return this.#isBroken;
  }

  admit(): number {
    return 0;
  }

  proofFor(): undefined {
    return undefined;
  }

  /** Over TCP every request is answered, unit 0 too: it means the device at the end of the connection. */
  isUnanswered(): boolean {
    return false;
  }

  begin(request: ModbusRequest): Uint8Array {
    this.#request = request;
    this.#transactionId = (this.#transactionId + 1) & 0xffff;
    const pdu = requestPdu(request, countOf(request));
    const sent = new Uint8Array(HEADER_BYTES + pdu.length);
    sent[0] = this.#transactionId >>> 8;
    sent[1] = this.#transactionId & 0xff;
    // The length counts the unit and the protocol data unit, at most 254, so its high byte stays 0.
    sent[5] = pdu.length + 1;
    sent[6] = request.unit;
    sent.set(pdu, HEADER_BYTES);
    return sent;
  }

  receive(bytes: Uint8Array): Uint16Array | ModbusError | undefined {
    this.#buffer = joined(this.#buffer, bytes);
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
      return new ModbusMismatchError(`A reply to ${describeAny(request)} names another unit.`);
    }
    return judgeAny(frame.subarray(HEADER_BYTES), request, countOf(request));
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

function joined(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (before.length === 0) return bytes;
  const both = new Uint8Array(before.length + bytes.length);
  both.set(before);
  both.set(bytes, before.length);
  return both;
}
