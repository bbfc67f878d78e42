// What was asked on a wire without transaction ids, kept as long as a reply to it may still come.

import { dataBytes, isBitFunction } from "./read-request.ts";
import type { ReadRequest } from "./read-request.ts";

/** One request that went out. */
export interface RequestTrace {
  /** What tells one reply from another on this wire: unit, function and length. */
  readonly shape: string;
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

  keep(request: ReadRequest, sentCount: number, sentAtMs: number): RequestTrace {
    const shape = shapeOf(request, sentCount);
    const trace = { shape, address: request.address, sentAtMs, untilMs: Infinity, isAnswered: false };
    this.#traces.push(trace);
    return trace;
  }

  /** The asked count, or a wider one, whose reply cannot be confused with that of a request that failed; or undefined. */
  tellableCount(request: ReadRequest): number | undefined {
    const isBits = isBitFunction(request.fn);
    const countMax = Math.min(request.count + (request.widenMax ?? 0), isBits ? 2000 : 125);
    for (let count = request.count; count <= countMax; count += isBits ? 8 : 1) {
      const shape = shapeOf(request, count);
      if (!this.#traces.some((trace) => trace.shape === shape && !trace.isAnswered)) return count;
    }
    return undefined;
  }

  /** How long a second copy of another address's reply of this shape may still come. */
  secondCopyMs(request: ReadRequest, count: number, nowMs: number): number {
    const shape = shapeOf(request, count);
    const rivals = this.#traces.filter((trace) => trace.shape === shape && trace.address !== request.address);
    return Math.max(0, ...rivals.map((trace) => trace.untilMs - nowMs));
  }
}

function shapeOf(request: ReadRequest, count: number): string {
  return `${request.unit}/${request.fn}/${dataBytes(request.fn, count)}`;
}
