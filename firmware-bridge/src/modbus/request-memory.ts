// What was asked on a wire without transaction ids, kept as long as a reply to it may still come.

import { countOf, isWrite, replyShape } from "./modbus-request.ts";
import type { ModbusRequest } from "./modbus-request.ts";
import { isBitFunction } from "./read-request.ts";
import type { ReadRequest } from "./read-request.ts";

/** One request that went out. */
export interface RequestTrace {
  /** What tells one reply from another on this wire: unit, function and length. */
  readonly shape: string;
  readonly unit: number;
  readonly fn: number;
  readonly address: number;
  readonly sentAtMs: number;
  untilMs: number;
  isAnswered: boolean;
}

export class RequestMemory {
  #traces: RequestTrace[] = [];

  forgetUntil(nowMs: number): void {
    this.#traces = this.#traces.filter((trace) => trace.untilMs > nowMs);
  }

  keep(request: ModbusRequest, sentCount: number, sentAtMs: number): RequestTrace {
    const { unit, fn, address } = request;
    const shape = replyShape(request, sentCount);
    const trace = { shape, unit, fn, address, sentAtMs, untilMs: Infinity, isAnswered: false };
    this.#traces.push(trace);
    return trace;
  }

  /**
   * The asked count, or a wider one, whose reply cannot be confused with that of a request that failed; or undefined.
   * Preferred is one that no answered request's reply looks like either, for it need not wait for second copies.
   */
  tellableCount(request: ModbusRequest): number | undefined {
    const asked = countOf(request);
    if (isWrite(request)) return this.#isOpen(replyShape(request, asked)) ? undefined : asked;
    const isBits = isBitFunction(request.fn);
    const countMax = Math.min(asked + (request.widenMax ?? 0), isBits ? 2000 : 125);
    let tellable: number | undefined;
    for (let count = asked; count <= countMax; count += isBits ? 8 : 1) {
      const shape = replyShape(request, count);
      if (this.#isOpen(shape)) continue;
      if (!this.#traces.some((trace) => trace.shape === shape)) return count;
      tellable ??= count;
    }
    return tellable;
  }

  /** A narrower read of the same place whose reply can be told from all that may still come; or undefined. */
  narrowerThan(request: ModbusRequest): ReadRequest | undefined {
    if (isWrite(request)) return undefined;
    const step = isBitFunction(request.fn) ? 8 : 1;
    for (let count = request.count - step; count >= 1; count -= step) {
      if (!this.#isOpen(replyShape(request, count))) return { ...request, count, widenMax: 0 };
    }
    return undefined;
  }

  /** Whether a reply of this shape to a request that failed may still come. */
  #isOpen(shape: string): boolean {
    return this.#traces.some((trace) => trace.shape === shape && !trace.isAnswered);
  }

  /** A device that answers in order has answered this one: what it still owed before will not come, save a second copy. */
  prove(answered: RequestTrace, untilMs: number): void {
    for (const trace of this.#traces) {
      if (trace.unit !== answered.unit || trace.isAnswered || trace.sentAtMs >= answered.sentAtMs) continue;
      trace.isAnswered = true;
      trace.untilMs = untilMs;
    }
  }

  /** Whether an earlier request of this unit and function failed, so that an exception may be the answer to that one. */
  owesBefore(trace: RequestTrace): boolean {
    const { unit, fn, sentAtMs } = trace;
    return this.#traces.some(
      (one) => one.unit === unit && one.fn === fn && !one.isAnswered && one !== trace && one.sentAtMs <= sentAtMs,
    );
  }

  /**
   * How long a second copy of a reply of this shape may still come. One of the very same request counts too: taken for
   * the answer it would be out of date, and leave the true one to be taken for that of another request.
   */
  secondCopyMs(request: ModbusRequest, count: number, nowMs: number): number {
    const shape = replyShape(request, count);
    const rivals = this.#traces.filter((trace) => trace.shape === shape);
    return Math.max(0, ...rivals.map((trace) => trace.untilMs - nowMs));
  }
}
