// What a bus has seen since it was made: the figures behind "is this line healthy".

import {
  ModbusCrcError,
  ModbusExceptionError,
  ModbusMismatchError,
  ModbusRestingError,
  ModbusTimeoutError,
  ModbusWithheldError,
} from "./modbus-error.ts";
import type { ModbusError } from "./modbus-error.ts";

export interface LineCounters {
  /** Bytes that arrived when nothing was asked, or beyond a reply. */
  strayBytes: number;
  /** Replies known to belong to an earlier request (TCP, by transaction id). */
  lateReplies: number;
}

export interface MasterCounters {
  readonly requests: number;
  readonly replies: number;
  readonly timeouts: number;
  readonly crcErrors: number;
  readonly mismatches: number;
  readonly exceptions: number;
  /** Requests not sent because an older reply could have been taken for theirs. */
  readonly withheld: number;
  /** Requests not sent because their unit rests after timeouts. */
  readonly rested: number;
  /** Units that rest now. */
  readonly unitsResting: number;
  readonly queueFull: number;
  /** Openings that failed and links that were lost. */
  readonly linkFailures: number;
  readonly strayBytes: number;
  readonly lateReplies: number;
  /** Requests that wait now. */
  readonly queued: number;
}

export class MasterTally {
  requests = 0;
  queueFull = 0;
  linkFailures = 0;
  #replies = 0;
  #timeouts = 0;
  #crcErrors = 0;
  #mismatches = 0;
  #exceptions = 0;
  #withheld = 0;
  #rested = 0;

  count(outcome: Uint16Array | ModbusError): void {
    if (outcome instanceof Uint16Array) this.#replies += 1;
    else if (outcome instanceof ModbusTimeoutError) this.#timeouts += 1;
    else if (outcome instanceof ModbusCrcError) this.#crcErrors += 1;
    else if (outcome instanceof ModbusMismatchError) this.#mismatches += 1;
    else if (outcome instanceof ModbusExceptionError) this.#exceptions += 1;
    else if (outcome instanceof ModbusWithheldError) this.#withheld += 1;
    else if (outcome instanceof ModbusRestingError) this.#rested += 1;
  }

  snapshot(line: LineCounters, queued: number, unitsResting: number): MasterCounters {
    return {
      requests: this.requests,
      replies: this.#replies,
      timeouts: this.#timeouts,
      crcErrors: this.#crcErrors,
      mismatches: this.#mismatches,
      exceptions: this.#exceptions,
      withheld: this.#withheld,
      rested: this.#rested,
      unitsResting,
      queueFull: this.queueFull,
      linkFailures: this.linkFailures,
      strayBytes: line.strayBytes,
      lateReplies: line.lateReplies,
      queued,
    };
  }
}
