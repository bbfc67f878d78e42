// Modbus RTU. A reply carries no sign of which request it answers but unit, function and length, so the line remembers
// what it asked: no request goes out while a reply to an earlier one may still come that could be taken for its own.

import { crc16 } from "./crc16.ts";
import type { LineCounters } from "./master-tally.ts";
import { ModbusCrcError, ModbusMismatchError, ModbusWithheldError } from "./modbus-error.ts";
import type { ModbusError } from "./modbus-error.ts";
import { countOf, describeAny, isWrite, judgeAny, pduBytes, putPdu, replyBytes, replyStart } from "./modbus-request.ts";
import type { ModbusRequest } from "./modbus-request.ts";
import { RequestMemory } from "./request-memory.ts";
import type { RequestTrace } from "./request-memory.ts";

export interface RtuLineOptions {
  /** Gives the 3.5 characters of silence; without it 1.75 ms, the specification's figure above 19,200 baud. */
  readonly baudRate?: number | undefined;
  readonly guardMs: number;
  /** After a failure or a stray byte the line must be silent for so long. */
  readonly quietMs: number;
  /** A line that never falls silent is tried again after so long. */
  readonly drainMaxMs: number;
  readonly lateMaxMs: number;
  /** A repeater's second copy of a reply comes within this. */
  readonly doubleMaxMs: number;
  /** The adapter hears what it sends. */
  readonly echo: boolean;
  readonly inOrder: boolean;
  readonly turnaroundMs: number;
}

export type ExchangeEnd = "answered" | "refused" | "failed";

interface Exchange {
  readonly request: ModbusRequest;
  readonly sentCount: number;
  readonly sent: Uint8Array;
  /** How the right reply begins after its unit, and its length with unit and checksum. */
  readonly start: Uint8Array;
  readonly frameBytes: number;
  readonly trace: RequestTrace;
}

const BUFFER_MAX_BYTES = 512;
const BITS_PER_CHARACTER = 11;
/** Start bit, eight data bits, stop bit: no character is shorter. */
const CHARACTER_BITS_MIN = 10;
const EXCEPTION_BYTES = 5;
/** To wait for the whole of a shorter reply, where an exception came, costs 40 ms at 9600 baud. */
const LONG_REPLY_BYTES = 40;
/**
 * Timers keep whole milliseconds, so the last fraction of a silence is not waited for: a byte is seen later than it ended
 * on the wire, the port is flushed before it sends, and at 8N1 a character is a bit shorter than is reckoned here.
 */
const SILENCE_REST_MS = 0.4;

export class RtuLine {
  readonly counters: LineCounters = { strayBytes: 0, lateReplies: 0 };
  readonly #options: RtuLineOptions;
  readonly #characterMs: number;
  readonly #silentMs: number;
  readonly #memory = new RequestMemory();
  #exchange: Exchange | undefined;
  #buffer: Uint8Array = new Uint8Array(0);
  #lastByteAtMs = -Infinity;
  #dirtySinceMs: number | undefined;
  #notBeforeMs = -Infinity;
  #polledFor: ModbusRequest | undefined;

  constructor(options: RtuLineOptions) {
    this.#options = options;
    this.#characterMs = options.baudRate === undefined ? 0 : (BITS_PER_CHARACTER * 1000) / options.baudRate;
    this.#silentMs = Math.max(3.5 * this.#characterMs, 1.75, options.guardMs);
  }

  /** 0: send now. More: ask again after so many milliseconds. An error: this request is not to be sent. */
  admit(request: ModbusRequest, nowMs: number): number | ModbusError {
    this.#memory.forgetUntil(nowMs);
    const quietAtMs = this.#quietAtMs(nowMs, request.guardMs ?? 0);
    if (quietAtMs - nowMs > SILENCE_REST_MS) return quietAtMs - nowMs;
    const count = this.#memory.tellableCount(request);
    if (count === undefined) {
      return new ModbusWithheldError(
        `${describeAny(request)} waits: a late reply to an earlier request could be taken for its own.`,
      );
    }
    return this.#waitForSecondCopy(request, count, nowMs);
  }

  /** Where the device answers in order, the reply to a narrower read proves that the older ones are gone. */
  proofFor(request: ModbusRequest): ModbusRequest | undefined {
    return this.#isInOrder(request) ? this.#memory.narrowerThan(request) : undefined;
  }

  /** Nobody answers this request: it is over once it was sent. */
  isUnanswered(request: ModbusRequest): boolean {
    return isWrite(request) && request.unit === 0;
  }

  #isInOrder(request: ModbusRequest): boolean {
    return request.inOrder ?? this.#options.inOrder;
  }

  /** The time at which the line has been silent for long enough. */
  #quietAtMs(nowMs: number, guardMs: number): number {
    const silentAtMs = Math.max(this.#lastByteAtMs + Math.max(this.#silentMs, guardMs), this.#notBeforeMs);
    if (this.#dirtySinceMs === undefined) return silentAtMs;
    const drainedAtMs = Math.min(
      Math.max(this.#lastByteAtMs, this.#dirtySinceMs) + this.#options.quietMs,
      this.#dirtySinceMs + this.#options.drainMaxMs,
    );
    if (drainedAtMs > nowMs) return drainedAtMs;
    return silentAtMs;
  }

  /** An answered request may be answered again by a repeater: one of the same shape waits that long. */
  #waitForSecondCopy(request: ModbusRequest, count: number, nowMs: number): number {
    const waitMs = this.#memory.secondCopyMs(request, count, nowMs);
    if (waitMs > 0) {
      this.#polledFor = request;
      // One turn of the event loop more, so that a copy which a stall left in the kernel is seen before we send.
      return waitMs + 1;
    }
    if (this.#polledFor !== request) return 0;
    this.#polledFor = undefined;
    return 1;
  }

  /** Begins the exchange and gives the bytes to send. */
  begin(request: ModbusRequest, nowMs: number): Uint8Array {
    const sentCount = this.#memory.tellableCount(request) ?? countOf(request);
    const crcAt = pduBytes(request) + 1;
    const sent = new Uint8Array(crcAt + 2);
    sent[0] = request.unit;
    putPdu(sent, 1, request, sentCount);
    const crc = crc16(sent, crcAt);
    sent[crcAt] = crc & 0xff;
    sent[crcAt + 1] = crc >>> 8;
    if (this.isUnanswered(request)) {
      this.#notBeforeMs = nowMs + this.#characterMs * sent.length + this.#options.turnaroundMs;
      return sent;
    }
    const trace = this.#memory.keep(request, sentCount, nowMs);
    const start = replyStart(request, sentCount);
    this.#exchange = { request, sentCount, sent, start, frameBytes: replyBytes(request, sentCount) + 3, trace };
    this.#buffer = new Uint8Array(0);
    this.#dirtySinceMs = undefined;
    return sent;
  }

  /** Takes what arrived; gives the outcome of the current exchange once it is known. */
  receive(bytes: Uint8Array, nowMs: number): Uint16Array | ModbusError | undefined {
    this.#lastByteAtMs = nowMs;
    if (this.#exchange === undefined) {
      this.#stray(bytes.length, nowMs);
      return undefined;
    }
    const joined = new Uint8Array(this.#buffer.length + bytes.length);
    joined.set(this.#buffer);
    joined.set(bytes, this.#buffer.length);
    this.#buffer = joined;
    if (joined.length > BUFFER_MAX_BYTES) return new ModbusMismatchError("The line talks without end.");
    return this.#judge(this.#exchange, joined, nowMs);
  }

  #judge(exchange: Exchange, received: Uint8Array, nowMs: number): Uint16Array | ModbusError | undefined {
    const { request, sent, sentCount, start } = exchange;
    const isEcho = isPrefixOf(received, sent);
    // A confirmed write of one coil or register looks like its echo, so only an option can tell them apart.
    const isLikeEcho = replyBytes(request, sentCount) + 3 === sent.length && isWrite(request);
    if (isEcho && received.length < sent.length && (this.#options.echo || received.length > 3)) return undefined;
    if (isEcho && received.length >= sent.length && !this.#options.echo && !isLikeEcho) {
      return new ModbusMismatchError("The adapter hears what it sends: set echo for this bus.");
    }
    const isEchoed = isEcho && this.#options.echo;
    const reply = withoutGlitch(isEchoed ? received.subarray(sent.length) : received, request.unit);
    if (reply.length === 0) return undefined;
    if (reply[0] !== request.unit) return mismatch(request, "it names another unit");
    const isException = reply[1] === (request.fn | 0x80);
    if (!isException) {
      const wrongAt = start.findIndex((byte, at) => at + 1 < reply.length && reply[at + 1] !== byte);
      if (wrongAt === 0) return mismatch(request, "it names another function");
      if (wrongAt > 0) return mismatch(request, "its length or place is another");
    }
    const frameBytes = isException ? EXCEPTION_BYTES : exchange.frameBytes;
    if (reply.length < frameBytes) return undefined;
    if (crc16(reply, frameBytes) !== 0) {
      return new ModbusCrcError(`The reply to ${describeAny(request)} has a wrong checksum.`);
    }
    if (reply.length > frameBytes) this.#stray(reply.length - frameBytes, nowMs);
    return judgeAny(reply.subarray(1, frameBytes - 2), request, sentCount);
  }

  /** How long the wire takes at least for what the reply under way still lacks; 0 when nothing is known of that. */
  restTimeMs(): number {
    const { baudRate, echo } = this.#options;
    if (this.#exchange === undefined || baudRate === undefined) return 0;
    const { frameBytes, sent } = this.#exchange;
    const reply = this.#buffer.subarray(echo ? sent.length : 0);
    const received = this.#buffer.length - (echo ? sent.length : 0);
    // Only its second byte says whether a reply is an exception, which is short; before a long wait that is looked at.
    const mayBeException = received < 2 ? frameBytes >= LONG_REPLY_BYTES : (reply[1] as number) >= 0x80;
    const wantedBytes = mayBeException ? EXCEPTION_BYTES : frameBytes;
    return ((wantedBytes - received) * CHARACTER_BITS_MIN * 1000) / baudRate;
  }

  /** Ends the current exchange; `refused` is an exception reply. */
  end(outcome: ExchangeEnd, nowMs: number): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    const { request, trace } = exchange;
    const { doubleMaxMs } = this.#options;
    // An exception names no address: it is this request's own only if no earlier one could still be answered by it.
    trace.isAnswered = outcome === "answered" || (outcome === "refused" && !this.#memory.owesBefore(trace));
    const lateMaxMs = request.lateMaxMs ?? this.#options.lateMaxMs;
    trace.untilMs = doubleMaxMs + (trace.isAnswered ? nowMs : trace.sentAtMs + lateMaxMs);
    if (outcome === "answered" && this.#isInOrder(request)) this.#memory.prove(trace, nowMs + doubleMaxMs);
    if (!trace.isAnswered) this.#dirtySinceMs ??= nowMs;
  }

  /** What the wire itself takes for the request and its reply, added to the response timeout. */
  wireTimeMs(request: ModbusRequest): number {
    const widest = countOf(request) + (isWrite(request) ? 0 : (request.widenMax ?? 0));
    return this.#characterMs * (pduBytes(request) + replyBytes(request, widest) + 6);
  }

  /** What was asked before may still be answered after the port was opened again, so the traces stay. */
  reset(): void {
    this.#buffer = new Uint8Array(0);
  }

  #stray(count: number, nowMs: number): void {
    this.counters.strayBytes += count;
    this.#dirtySinceMs ??= nowMs;
  }
}

function mismatch(request: ModbusRequest, why: string): ModbusMismatchError {
  return new ModbusMismatchError(`A reply was set aside that does not answer ${describeAny(request)}: ${why}.`);
}

/** Whether all that was received so far, as far as it overlaps, is what we sent. */
function isPrefixOf(received: Uint8Array, sent: Uint8Array): boolean {
  return sent.every((byte, at) => at >= received.length || received[at] === byte);
}

/** RS-485 drivers that switch on or off give a 0x00 or 0xFF; at most two of them are passed over. */
function withoutGlitch(reply: Uint8Array, unit: number): Uint8Array {
  let start = 0;
  while (start < 2 && (reply[start] === 0x00 || reply[start] === 0xff) && reply[start] !== unit) start += 1;
  return reply.subarray(start);
}
