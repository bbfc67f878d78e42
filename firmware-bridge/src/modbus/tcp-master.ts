// The master of a Modbus TCP connection. A reply names its request, so several may be on their way at once where the other
// side takes them; what is asked in one turn of the event loop goes out in one write.

import type { Cancel, Clock } from "@isotherm/coldchain";
import { TransportLink } from "../transport/transport-link.ts";
import type { ModbusMaster, ModbusMasterOptions } from "./master-contract.ts";
import { MasterTally } from "./master-tally.ts";
import type { MasterCounters } from "./master-tally.ts";
import {
  ModbusClosedError,
  ModbusError,
  ModbusLinkDownError,
  ModbusMismatchError,
  ModbusQueueFullError,
  ModbusRestingError,
  ModbusTimeoutError,
} from "./modbus-error.ts";
import { checkAny, countOf, describeAny, judgeAny } from "./modbus-request.ts";
import type { ModbusRequest } from "./modbus-request.ts";
import type { ReadRequest } from "./read-request.ts";
import { TCP_FRAME_MAX_BYTES, TcpFrameReader, putTcpFrame } from "./tcp-frames.ts";
import { UnitRest } from "./unit-rest.ts";
import type { WriteRequest } from "./write-request.ts";

interface Asked {
  readonly request: ModbusRequest;
  readonly resolve: (values: Uint16Array) => void;
  readonly reject: (error: ModbusError) => void;
  transactionId: number;
  deadlineMs: number;
}

/** A connection on which so many replies in a row did not come is made anew: a half-open one never answers again. */
const TIMEOUTS_BEFORE_RECONNECT = 3;

export class TcpMaster implements ModbusMaster {
  readonly #options: ModbusMasterOptions;
  readonly #link: TransportLink;
  readonly #frames = new TcpFrameReader();
  readonly #tally = new MasterTally();
  readonly #rest = new UnitRest();
  readonly #line = { strayBytes: 0, lateReplies: 0 };
  readonly #queue: Asked[] = [];
  /** Taken from the queue and not sent yet: the connection is being made, or this turn is not over. */
  #outbox: Asked[] = [];
  /** By transaction id, in the order in which they were sent. */
  readonly #inFlight = new Map<number, Asked>();
  #transactionId = 0;
  #isSending = false;
  #isClosed = false;
  #timeoutsInARow = 0;
  #wakesAtMs = Infinity;
  #cancelTimer: Cancel = () => undefined;

  constructor(options: ModbusMasterOptions) {
    this.#options = options;
    this.#link = new TransportLink(options);
    options.transport.onBytes((bytes) => this.#receive(bytes));
    options.transport.onClose((reason) => this.#linkLost(reason));
  }

  get counters(): MasterCounters {
    return this.#tally.snapshot(this.#line, this.#queue.length, this.#rest.restingCount);
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
    checkAny(request, "tcp");
    if (this.#isClosed) throw new ModbusClosedError("This bus was closed.");
    if (this.#queue.length >= (this.#options.queueMax ?? 64)) {
      this.#tally.queueFull += 1;
      throw new ModbusQueueFullError(`The queue of ${this.#options.transport.name} is full.`);
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject, transactionId: -1, deadlineMs: Infinity });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failAll(new ModbusClosedError("This bus was closed."));
    await this.#options.transport.close();
  }

  /** Takes from the queue as many as may be on their way, and sees to it that they are sent. */
  #next(): void {
    const inFlightMax = Math.max(1, this.#options.inFlightMax ?? 1);
    while (this.#queue.length > 0 && this.#inFlight.size + this.#outbox.length < inFlightMax) {
      const asked = this.#queue.shift() as Asked;
      if (this.#isResting(asked.request)) {
        this.#settle(asked, new ModbusRestingError(`${describeAny(asked.request)} waits: the unit does not answer.`));
      } else {
        this.#outbox.push(asked);
      }
    }
    if (this.#outbox.length === 0 || this.#isSending) return;
    this.#isSending = true;
    if (this.#options.transport.isOpen) queueMicrotask(() => this.#send());
    else this.#open();
  }

  #open(): void {
    this.#link.open().then(
      () => {
        this.#frames.reset();
        if (this.#isClosed) void this.#options.transport.close();
        this.#send();
      },
      (cause: unknown) => {
        this.#isSending = false;
        this.#tally.linkFailures += 1;
        this.#failAll(new ModbusLinkDownError(`${this.#options.transport.name} is down.`, { cause }));
      },
    );
  }

  #send(): void {
    this.#isSending = false;
    const { transport, clock } = this.#options;
    // The connection may have gone, or been closed by us, since these were taken.
    if (this.#outbox.length === 0) return;
    if (!transport.isOpen) return this.#next();
    const sent = this.#outbox;
    this.#outbox = [];
    const nowMs = clock.monotonicMs();
    const bytes = new Uint8Array(sent.length * TCP_FRAME_MAX_BYTES);
    let end = 0;
    for (const asked of sent) {
      asked.transactionId = this.#freeTransactionId();
      this.#inFlight.set(asked.transactionId, asked);
      // Those before it on their way to the same gateway may each take their own timeout.
      asked.deadlineMs = nowMs + this.#timeoutMs(asked.request) * this.#inFlight.size;
      end = putTcpFrame(bytes, end, asked.transactionId, asked.request);
      this.#wakeBy(asked.deadlineMs, nowMs);
    }
    this.#tally.requests += sent.length;
    transport.write(bytes.subarray(0, end)).catch((cause: unknown) => {
      const error = new ModbusLinkDownError(`Sending on ${transport.name} failed.`, { cause });
      for (const asked of sent) if (this.#inFlight.delete(asked.transactionId)) this.#settle(asked, error);
      this.#dropLink();
    });
  }

  #freeTransactionId(): number {
    do this.#transactionId = (this.#transactionId + 1) & 0xffff;
    while (this.#inFlight.has(this.#transactionId));
    return this.#transactionId;
  }

  #receive(bytes: Uint8Array): void {
    this.#timeoutsInARow = 0;
    this.#frames.push(bytes, (transactionId, unit, pdu) => {
      const asked = this.#inFlight.get(transactionId);
      if (asked === undefined) {
        this.#line.lateReplies += 1;
        return;
      }
      this.#inFlight.delete(transactionId);
      const { request } = asked;
      if (unit === request.unit) this.#settle(asked, judgeAny(pdu, request, countOf(request)));
      else this.#settle(asked, new ModbusMismatchError(`A reply to ${describeAny(request)} names another unit.`));
    });
    if (this.#frames.isBroken) this.#breakOff();
    else this.#next();
  }

  #breakOff(): void {
    const error = new ModbusMismatchError("The connection carries something that is not Modbus TCP.");
    const asked = [...this.#inFlight.values()];
    this.#inFlight.clear();
    for (const one of asked) this.#settle(one, error);
    this.#dropLink();
  }

  #settle(asked: Asked, outcome: Uint16Array | ModbusError): void {
    this.#tally.count(outcome);
    this.#rest.note(asked.request.unit, outcome, this.#options.clock.monotonicMs());
    if (outcome instanceof ModbusError) {
      asked.reject(outcome);
      return;
    }
    this.#link.proved();
    asked.resolve(outcome);
  }

  #isResting(request: ModbusRequest): boolean {
    if (this.#options.restSilentUnits === false) return false;
    return !this.#rest.mayAsk(request.unit, this.#timeoutMs(request), this.#options.clock.monotonicMs());
  }

  #timeoutMs(request: ModbusRequest): number {
    return request.responseTimeoutMs ?? this.#options.responseTimeoutMs;
  }

  /** One timer for all: it is not taken back for each reply, but looks round when it fires. */
  #wakeBy(atMs: number, nowMs: number): void {
    if (atMs >= this.#wakesAtMs) return;
    this.#cancelTimer();
    this.#wakesAtMs = atMs;
    this.#cancelTimer = this.#options.scheduler.after(atMs - nowMs, () => this.#lookRound());
  }

  #lookRound(): void {
    this.#wakesAtMs = Infinity;
    const nowMs = this.#options.clock.monotonicMs();
    let nextMs = Infinity;
    let isDead = false;
    for (const [transactionId, asked] of this.#inFlight) {
      if (asked.deadlineMs > nowMs) {
        nextMs = Math.min(nextMs, asked.deadlineMs);
        continue;
      }
      this.#inFlight.delete(transactionId);
      const waitedMs = this.#timeoutMs(asked.request);
      this.#settle(asked, new ModbusTimeoutError(`No reply within ${waitedMs} ms to ${describeAny(asked.request)}.`));
      this.#timeoutsInARow += 1;
      isDead ||= this.#timeoutsInARow >= TIMEOUTS_BEFORE_RECONNECT;
    }
    if (nextMs < Infinity) this.#wakeBy(nextMs, nowMs);
    if (isDead) this.#dropLink();
    else this.#next();
  }

  /** Closes the link; the next read opens it again. The transport's close rejects whatever waits. */
  #dropLink(): void {
    this.#timeoutsInARow = 0;
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
    this.#wakesAtMs = Infinity;
    const all = [...this.#inFlight.values(), ...this.#outbox, ...this.#queue.splice(0)];
    this.#inFlight.clear();
    this.#outbox = [];
    for (const asked of all) asked.reject(error);
  }
}
