// The master of a serial line, its one owner: requests wait in one bounded queue and go out one at a time.

import type { Cancel } from "@isotherm/coldchain";
import type { ModbusMasterOptions } from "./master-contract.ts";
import type { LineCounters } from "./master-tally.ts";
import { ModbusError, ModbusExceptionError, ModbusLinkDownError, ModbusTimeoutError } from "./modbus-error.ts";
import { describeAny } from "./modbus-request.ts";
import type { ModbusRequest } from "./modbus-request.ts";
import { QueuedMaster } from "./queued-master.ts";
import type { Waiting, WaitingParts } from "./queued-master.ts";
import { RtuLine } from "./rtu-line.ts";

/** Timers keep whole milliseconds: a shorter time is not worth one. */
const HOLD_MIN_MS = 2;

export class RtuMaster extends QueuedMaster<Waiting> {
  readonly #line: RtuLine;
  #current: Waiting | undefined;
  #isOpening = false;
  #isSent = false;
  #cancelTimer: Cancel = () => undefined;
  #cancelHold: Cancel = () => undefined;

  constructor(options: ModbusMasterOptions) {
    super(options);
    this.#line = rtuLine(options);
  }

  protected get lineCounters(): LineCounters {
    return this.#line.counters;
  }

  protected waiting(...[request, resolve, reject]: WaitingParts): Waiting {
    return { request, resolve, reject };
  }

  protected next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.queue.shift();
    if (this.#current === undefined) return;
    const { request } = this.#current;
    const resting = this.#line.isUnanswered(request) ? undefined : this.restingError(request);
    if (resting !== undefined) this.#finish(resting);
    else if (this.options.transport.isOpen) this.#admit();
    else this.#open();
  }

  #open(): void {
    this.#isOpening = true;
    this.openLink();
  }

  protected opened(): void {
    // The link may have been lost and asked for again before it said that it was open: only one of the two goes on.
    if (!this.#isOpening) return;
    this.#isOpening = false;
    this.#line.reset();
    this.#admit();
  }

  /** Waits for the silence that the line needs, then sends, or refuses what could be answered by an older reply. */
  #admit(): void {
    const waiting = this.#current;
    if (waiting === undefined) return;
    const verdict = this.#line.admit(waiting.request, this.options.clock.monotonicMs());
    if (verdict instanceof ModbusError) this.#proveOrRefuse(waiting, verdict);
    else if (verdict > 0) this.#cancelTimer = this.options.scheduler.after(verdict, () => this.#admit());
    else this.#send(waiting);
  }

  /** What could be answered by an older reply goes out after a request that proves the older ones gone, or not at all. */
  #proveOrRefuse(waiting: Waiting, refusal: ModbusError): void {
    const proof = this.#line.proofFor(waiting.request);
    if (proof === undefined) return this.#finish(refusal);
    this.queue.unshift(waiting);
    const reject = (error: ModbusError): void => {
      const at = this.queue.indexOf(waiting);
      if (at < 0) return;
      this.queue.splice(at, 1);
      waiting.reject(error);
    };
    this.#current = { request: proof, resolve: () => undefined, reject };
    this.#admit();
  }

  protected timeoutMs(request: ModbusRequest): number {
    return (request.responseTimeoutMs ?? this.options.responseTimeoutMs) + this.#line.wireTimeMs(request);
  }

  #send(waiting: Waiting): void {
    const { transport, clock, scheduler } = this.options;
    transport.discardInput();
    const bytes = this.#line.begin(waiting.request, clock.monotonicMs());
    this.#isSent = true;
    this.tally.requests += 1;
    const timeoutMs = this.timeoutMs(waiting.request);
    this.#cancelTimer = scheduler.after(timeoutMs, () => {
      const waitedMs = Math.round(timeoutMs);
      this.#finish(new ModbusTimeoutError(`No reply within ${waitedMs} ms to ${describeAny(waiting.request)}.`));
    });
    const sent = (): void => {
      if (this.#current === waiting && this.#line.isUnanswered(waiting.request)) this.#finish(new Uint16Array(0));
    };
    transport.write(bytes).then(sent, (cause: unknown) => {
      if (this.#current !== waiting) return;
      this.#finish(new ModbusLinkDownError(`Sending on ${transport.name} failed.`, { cause }));
    });
  }

  protected receive(bytes: Uint8Array): void {
    this.#cancelHold();
    const outcome = this.#line.receive(bytes, this.options.clock.monotonicMs());
    if (this.#current === undefined || !this.#isSent) return;
    if (outcome === undefined) this.#holdInput();
    else this.#finish(outcome);
  }

  /** Lets the rest of a reply gather while the wire cannot have brought it yet, rather than wake for each byte of it. */
  #holdInput(): void {
    const { transport, scheduler } = this.options;
    const holdMs = Math.floor(this.#line.restTimeMs());
    if (holdMs < HOLD_MIN_MS || transport.holdInput === undefined) return;
    const release = transport.holdInput();
    const cancelTimer = scheduler.after(holdMs, release);
    this.#cancelHold = () => {
      this.#cancelHold = () => undefined;
      cancelTimer();
      release();
    };
  }

  /** Ends the current request, with its values or its error, and turns to the next. */
  #finish(outcome: Uint16Array | ModbusError): void {
    const waiting = this.#current;
    if (waiting === undefined) return;
    this.#cancelTimer();
    this.#cancelHold();
    const isAnswered = !(outcome instanceof ModbusError);
    if (this.#isSent) this.#endExchange(waiting.request, outcome);
    this.#current = undefined;
    this.#isSent = false;
    this.tally.count(outcome);
    if (isAnswered) {
      this.link.proved();
      waiting.resolve(outcome);
    } else {
      waiting.reject(outcome);
      if (outcome instanceof ModbusLinkDownError) return this.dropLink();
    }
    this.next();
  }

  #endExchange(request: ModbusRequest, outcome: Uint16Array | ModbusError): void {
    const nowMs = this.options.clock.monotonicMs();
    const isRefused = outcome instanceof ModbusExceptionError;
    const isAnswered = outcome instanceof Uint16Array;
    this.#line.end(isAnswered ? "answered" : isRefused ? "refused" : "failed", nowMs);
    if (this.#line.isUnanswered(request)) return;
    this.rest.note(request.unit, outcome, nowMs);
  }

  protected failCurrent(error: ModbusError): void {
    this.#cancelTimer();
    this.#cancelHold();
    if (this.#isSent) this.#line.end("failed", this.options.clock.monotonicMs());
    const current = this.#current;
    this.#current = undefined;
    this.#isOpening = false;
    this.#isSent = false;
    current?.reject(error);
  }
}

function rtuLine(options: ModbusMasterOptions): RtuLine {
  return new RtuLine({
    baudRate: options.baudRate,
    guardMs: options.guardMs ?? 0,
    quietMs: options.quietMs ?? 50,
    drainMaxMs: options.drainMaxMs ?? 1000,
    lateMaxMs: options.lateMaxMs ?? 2000,
    doubleMaxMs: options.doubleMaxMs ?? 50,
    echo: options.echo ?? false,
    inOrder: options.inOrder ?? false,
    turnaroundMs: options.turnaroundMs ?? 100,
  });
}
