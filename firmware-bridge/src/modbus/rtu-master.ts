// The master of a serial line, its one owner: requests wait in one bounded queue and go out one at a time.

import type { Cancel, Clock } from "@isotherm/coldchain";
import { TransportLink } from "../transport/transport-link.ts";
import type { ModbusMaster, ModbusMasterOptions } from "./master-contract.ts";
import {
  ModbusClosedError,
  ModbusError,
  ModbusExceptionError,
  ModbusLinkDownError,
  ModbusQueueFullError,
  ModbusRestingError,
  ModbusTimeoutError,
} from "./modbus-error.ts";
import { MasterTally } from "./master-tally.ts";
import type { MasterCounters } from "./master-tally.ts";
import { checkAny, describeAny } from "./modbus-request.ts";
import type { ModbusRequest } from "./modbus-request.ts";
import type { ReadRequest } from "./read-request.ts";
import { RtuLine } from "./rtu-line.ts";
import { UnitRest } from "./unit-rest.ts";
import type { WriteRequest } from "./write-request.ts";

interface Waiting {
  readonly request: ModbusRequest;
  readonly resolve: (values: Uint16Array) => void;
  readonly reject: (error: ModbusError) => void;
}

/** Timers keep whole milliseconds: a shorter time is not worth one. */
const HOLD_MIN_MS = 2;

export class RtuMaster implements ModbusMaster {
  readonly #options: ModbusMasterOptions;
  readonly #line: RtuLine;
  readonly #link: TransportLink;
  readonly #tally = new MasterTally();
  readonly #rest = new UnitRest();
  readonly #queue: Waiting[] = [];
  #current: Waiting | undefined;
  #isSent = false;
  #isClosed = false;
  #cancelTimer: Cancel = () => undefined;
  #cancelHold: Cancel = () => undefined;

  constructor(options: ModbusMasterOptions) {
    this.#options = options;
    this.#line = rtuLine(options);
    this.#link = new TransportLink(options);
    options.transport.onBytes((bytes) => this.#receive(bytes));
    options.transport.onClose((reason) => this.#linkLost(reason));
  }

  get counters(): MasterCounters {
    return this.#tally.snapshot(this.#line.counters, this.#queue.length, this.#rest.restingCount);
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  read(request: ReadRequest): Promise<Uint16Array> {
    return this.#ask(request);
  }

  async write(request: WriteRequest): Promise<void> {
    await this.#ask(request);
  }

  async #ask(request: ModbusRequest): Promise<Uint16Array> {
    checkAny(request, "rtu");
    if (this.#isClosed) throw new ModbusClosedError("This bus was closed.");
    if (this.#queue.length >= (this.#options.queueMax ?? 64)) {
      this.#tally.queueFull += 1;
      throw new ModbusQueueFullError(`The queue of ${this.#options.transport.name} is full.`);
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failAll(new ModbusClosedError("This bus was closed."));
    await this.#options.transport.close();
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#queue.shift();
    if (this.#current === undefined) return;
    if (this.#isResting(this.#current.request)) {
      this.#finish(new ModbusRestingError(`${describeAny(this.#current.request)} waits: the unit does not answer.`));
      return;
    }
    if (this.#options.transport.isOpen) {
      this.#admit();
      return;
    }
    this.#link.open().then(
      () => {
        this.#line.reset();
        if (this.#isClosed) void this.#options.transport.close();
        else if (this.#current !== undefined) this.#admit();
        else this.#next();
      },
      (cause: unknown) => {
        this.#tally.linkFailures += 1;
        this.#failAll(new ModbusLinkDownError(`${this.#options.transport.name} is down.`, { cause }));
      },
    );
  }

  /** Waits for the silence that the line needs, then sends, or refuses what could be answered by an older reply. */
  #admit(): void {
    const waiting = this.#current;
    if (waiting === undefined) return;
    const verdict = this.#line.admit(waiting.request, this.#options.clock.monotonicMs());
    if (verdict instanceof ModbusError) this.#proveOrRefuse(waiting, verdict);
    else if (verdict > 0) this.#cancelTimer = this.#options.scheduler.after(verdict, () => this.#admit());
    else this.#send(waiting);
  }

  /** What could be answered by an older reply goes out after a request that proves the older ones gone, or not at all. */
  #proveOrRefuse(waiting: Waiting, refusal: ModbusError): void {
    const proof = this.#line.proofFor(waiting.request);
    if (proof === undefined) return this.#finish(refusal);
    this.#queue.unshift(waiting);
    const reject = (error: ModbusError): void => {
      const at = this.#queue.indexOf(waiting);
      if (at < 0) return;
      this.#queue.splice(at, 1);
      waiting.reject(error);
    };
    this.#current = { request: proof, resolve: () => undefined, reject };
    this.#admit();
  }

  #isResting(request: ModbusRequest): boolean {
    if (this.#options.restSilentUnits === false || this.#line.isUnanswered(request)) return false;
    return !this.#rest.mayAsk(request.unit, this.#timeoutMs(request), this.#options.clock.monotonicMs());
  }

  #timeoutMs(request: ModbusRequest): number {
    return (request.responseTimeoutMs ?? this.#options.responseTimeoutMs) + this.#line.wireTimeMs(request);
  }

  #send(waiting: Waiting): void {
    const { transport, clock, scheduler } = this.#options;
    transport.discardInput();
    const bytes = this.#line.begin(waiting.request, clock.monotonicMs());
    this.#isSent = true;
    this.#tally.requests += 1;
    const timeoutMs = this.#timeoutMs(waiting.request);
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

  #receive(bytes: Uint8Array): void {
    this.#cancelHold();
    const outcome = this.#line.receive(bytes, this.#options.clock.monotonicMs());
    if (this.#current === undefined || !this.#isSent) return;
    if (outcome === undefined) this.#holdInput();
    else this.#finish(outcome);
  }

  /** Lets the rest of a reply gather while the wire cannot have brought it yet, rather than wake for each byte of it. */
  #holdInput(): void {
    const { transport, scheduler } = this.#options;
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
    this.#tally.count(outcome);
    if (isAnswered) {
      this.#link.proved();
      waiting.resolve(outcome);
    } else {
      waiting.reject(outcome);
      if (outcome instanceof ModbusLinkDownError) return this.#dropLink();
    }
    this.#next();
  }

  #endExchange(request: ModbusRequest, outcome: Uint16Array | ModbusError): void {
    const nowMs = this.#options.clock.monotonicMs();
    const isRefused = outcome instanceof ModbusExceptionError;
    const isAnswered = outcome instanceof Uint16Array;
    this.#line.end(isAnswered ? "answered" : isRefused ? "refused" : "failed", nowMs);
    if (this.#line.isUnanswered(request)) return;
    this.#rest.note(request.unit, outcome, nowMs);
  }

  /** Closes the link; the next read opens it again. The transport's close rejects whatever waits. */
  #dropLink(): void {
    const { transport } = this.#options;
    if (transport.isOpen) void transport.close();
    else this.#next();
  }

  #linkLost(reason: Error | undefined): void {
    if (this.#isClosed) return;
    this.#tally.linkFailures += 1;
    const { name } = this.#options.transport;
    this.#failAll(new ModbusLinkDownError(`${name} was lost.`, reason === undefined ? {} : { cause: reason }));
  }

  #failAll(error: ModbusError): void {
    this.#cancelTimer();
    this.#cancelHold();
    if (this.#isSent) this.#line.end("failed", this.#options.clock.monotonicMs());
    const all = this.#current === undefined ? [] : [this.#current];
    all.push(...this.#queue.splice(0));
    this.#current = undefined;
    this.#isSent = false;
    for (const waiting of all) waiting.reject(error);
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
