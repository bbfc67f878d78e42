// What the master needs of a framing: when may a request go out, which bytes, and what do the bytes that come back mean.

import type { ModbusError } from "./modbus-error.ts";
import type { ModbusRequest } from "./modbus-request.ts";

export interface LineCounters {
  /** Bytes that arrived when nothing was asked, or beyond a reply. */
  strayBytes: number;
  /** Replies known to belong to an earlier request (TCP, by transaction id). */
  lateReplies: number;
}

export type ExchangeEnd = "answered" | "refused" | "failed";

export interface Line {
  /** 0: send now. More: ask again after so many milliseconds. An error: this request is not to be sent. */
  admit(request: ModbusRequest, nowMs: number): number | ModbusError;
  /** A request to make first, whose reply proves that one which is not to be sent can be sent after all. */
  proofFor(request: ModbusRequest): ModbusRequest | undefined;
  /** Nobody answers this request: it is over once it was sent. */
  isUnanswered(request: ModbusRequest): boolean;
  /** Begins the exchange and gives the bytes to send. */
  begin(request: ModbusRequest, nowMs: number): Uint8Array;
  /** Takes what arrived; gives the outcome of the current exchange once it is known. */
  receive(bytes: Uint8Array, nowMs: number): Uint16Array | ModbusError | undefined;
  /** Ends the current exchange; `refused` is an exception reply. */
  end(outcome: ExchangeEnd, nowMs: number): void;
  /** What the wire itself takes for the request and its reply, added to the response timeout. */
  wireTimeMs(request: ModbusRequest): number;
  /** The link was opened anew. */
  reset(): void;
  /** The byte stream is out of step: only a new connection mends it. */
  readonly isBroken: boolean;
  readonly counters: LineCounters;
}
