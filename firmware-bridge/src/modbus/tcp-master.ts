// The master of a Modbus TCP connection. A reply names its request, so several may be on their way at once where the other
// side takes them; what is asked in one turn of the event loop goes out in one write.

import type { Cancel } from "@isotherm/coldchain";
import { FlightLimit } from "./flight-limit.ts";
import type { ModbusMasterOptions } from "./master-contract.ts";
import {
  ModbusError,
  ModbusExceptionError,
  ModbusLinkDownError,
  ModbusMismatchError,
  ModbusTimeoutError,
} from "./modbus-error.ts";
import { countOf, describeAny, isWrite, judgeAny } from "./modbus-request.ts";
import type { ModbusRequest } from "./modbus-request.ts";
import { QueuedMaster } from "./queued-master.ts";
import type { Waiting, WaitingParts } from "./queued-master.ts";
import { TcpFrameReader, putTcpFrame, tcpFrameBytes } from "./tcp-frames.ts";

interface Asked extends Waiting {
  transactionId: number;
  deadlineMs: number;
  /** It was the how manyeth of those on their way. */
  nth: number;
  /** It was not answered among others, and is asked once more with no other on its way. */
  isAlone: boolean;
}

/** A connection on which so many replies in a row did not come is made anew: a half-open one never answers again. */
const TIMEOUTS_BEFORE_RECONNECT = 3;
/** The exception by which a server says that it has too much to do. */
const SERVER_BUSY = 6;

export class TcpMaster extends QueuedMaster<Asked> {
  protected readonly lineCounters = { strayBytes: 0, lateReplies: 0 };
  readonly #frames = new TcpFrameReader();
  /** Taken from the queue and not sent yet: the connection is being made, or this turn is not over. */
  #outbox: Asked[] = [];
  /** By transaction id, in the order in which they were sent. */
  readonly #inFlight = new Map<number, Asked>();
  readonly #flight: FlightLimit;
  #transactionId = 0;
  #isSending = false;
  #isAloneUnderWay = false;
  #timeoutsInARow = 0;
  #wakesAtMs = Infinity;
  #cancelTimer: Cancel = () => undefined;

  constructor(options: ModbusMasterOptions) {
    super(options);
    this.#flight = new FlightLimit(options.inFlightMax);
  }

  protected waiting(...[request, resolve, reject]: WaitingParts): Asked {
    return { request, resolve, reject, transactionId: -1, deadlineMs: Infinity, nth: 0, isAlone: false };
  }

  /** Takes from the queue as many as may be on their way, and sees to it that they are sent. */
  protected next(): void {
    for (let asked = this.queue[0]; asked !== undefined && this.#hasRoomFor(asked); asked = this.queue[0]) {
      this.queue.shift();
      const resting = this.restingError(asked.request);
      if (resting !== undefined) {
        this.#settle(asked, resting);
        continue;
      }
      this.#isAloneUnderWay = asked.isAlone;
      this.#outbox.push(asked);
    }
    if (this.#outbox.length === 0 || this.#isSending) return;
    this.#isSending = true;
    if (this.options.transport.isOpen) queueMicrotask(() => this.#send());
    else this.openLink();
  }

  #hasRoomFor({ isAlone }: Asked): boolean {
    const [waits, goes] = [this.#outbox.length, this.#inFlight.size];
    if (waits + goes === 0) return true;
    if (isAlone || this.#isAloneUnderWay || (goes > 0 && !this.#flight.isFound)) return false;
    return waits + goes < this.#flight.now;
  }

  protected opened(): void {
    this.#frames.reset();
    this.#send();
  }

  #send(): void {
    this.#isSending = false;
    const { transport, clock } = this.options;
    // The connection may have gone, or been closed by us, since these were taken.
    if (this.#outbox.length === 0) return;
    if (!transport.isOpen) return this.next();
    const sent = this.#outbox;
    this.#outbox = [];
    const nowMs = clock.monotonicMs();
    // From the pool: memory of its own for each piece would cost more than all else that is done here.
    const bytes = Buffer.allocUnsafe(sent.reduce((sum, { request }) => sum + tcpFrameBytes(request), 0));
    let end = 0;
    for (const asked of sent) {
      asked.transactionId = this.#freeTransactionId();
      this.#inFlight.set(asked.transactionId, asked);
      asked.nth = this.#inFlight.size;
      // Those before it on their way to the same gateway may each take their own timeout.
      asked.deadlineMs = nowMs + this.timeoutMs(asked.request) * this.#inFlight.size;
      end = putTcpFrame(bytes, end, asked.transactionId, asked.request);
      this.#wakeBy(asked.deadlineMs, nowMs);
    }
    this.tally.requests += sent.length;
    transport.write(bytes).catch((cause: unknown) => {
      const error = new ModbusLinkDownError(`Sending on ${transport.name} failed.`, { cause });
      for (const asked of sent) if (this.#inFlight.delete(asked.transactionId)) this.#settle(asked, error);
      this.#breakLink();
    });
  }

  #freeTransactionId(): number {
    do this.#transactionId = (this.#transactionId + 1) & 0xffff;
    while (this.#inFlight.has(this.#transactionId));
    return this.#transactionId;
  }

  protected receive(bytes: Uint8Array): void {
    this.#timeoutsInARow = 0;
    this.#frames.push(bytes, (transactionId, unit, pdu) => {
      const asked = this.#inFlight.get(transactionId);
      if (asked === undefined) {
        this.lineCounters.lateReplies += 1;
        return;
      }
      this.#inFlight.delete(transactionId);
      const { request } = asked;
      if (unit === request.unit) this.#answered(asked, judgeAny(pdu, request, countOf(request)));
      else this.#settle(asked, new ModbusMismatchError(`A reply to ${describeAny(request)} names another unit.`));
    });
    if (this.#frames.isBroken) this.#breakOff();
    else this.next();
  }

  #answered(asked: Asked, outcome: Uint16Array | ModbusError): void {
    const isBusy = outcome instanceof ModbusExceptionError && outcome.exceptionCode === SERVER_BUSY;
    if (isBusy && this.#mayBeTooMany(asked)) {
      this.#askAlone(asked);
      return;
    }
    if (asked.isAlone) this.#flight.tooMany();
    else if (!isBusy) this.#flight.answered(asked.nth);
    this.#settle(asked, outcome);
  }

  /** A write may have been done although nobody said so, and is not repeated. */
  #mayBeTooMany({ request, nth }: Asked): boolean {
    return this.#flight.isUnproven(nth) && !isWrite(request);
  }

  #askAlone(asked: Asked): void {
    asked.isAlone = true;
    this.queue.unshift(asked);
  }

  #breakOff(): void {
    const error = new ModbusMismatchError("The connection carries something that is not Modbus TCP.");
    const asked = [...this.#inFlight.values()];
    this.#inFlight.clear();
    for (const one of asked) this.#settle(one, error);
    this.#breakLink();
  }

  #settle(asked: Asked, outcome: Uint16Array | ModbusError): void {
    this.tally.count(outcome);
    this.rest.note(asked.request.unit, outcome, this.options.clock.monotonicMs());
    if (outcome instanceof ModbusError) {
      asked.reject(outcome);
      return;
    }
    this.link.proved();
    asked.resolve(outcome);
  }

  protected timeoutMs(request: ModbusRequest): number {
    return request.responseTimeoutMs ?? this.options.responseTimeoutMs;
  }

  /** One timer for all: it is not taken back for each reply, but looks round when it fires. */
  #wakeBy(atMs: number, nowMs: number): void {
    if (atMs >= this.#wakesAtMs) return;
    this.#cancelTimer();
    this.#wakesAtMs = atMs;
    this.#cancelTimer = this.options.scheduler.after(atMs - nowMs, () => this.#lookRound());
  }

  #lookRound(): void {
    this.#wakesAtMs = Infinity;
    const nowMs = this.options.clock.monotonicMs();
    let isDead = false;
    for (const asked of this.#inFlight.values()) {
      if (asked.deadlineMs > nowMs) continue;
      if (this.#mayBeTooMany(asked)) {
        this.#takeBack();
        continue;
      }
      this.#inFlight.delete(asked.transactionId);
      const waitedMs = this.timeoutMs(asked.request);
      this.#settle(asked, new ModbusTimeoutError(`No reply within ${waitedMs} ms to ${describeAny(asked.request)}.`));
      this.#timeoutsInARow += 1;
      isDead ||= this.#timeoutsInARow >= TIMEOUTS_BEFORE_RECONNECT;
    }
    for (const { deadlineMs } of this.#inFlight.values()) this.#wakeBy(deadlineMs, nowMs);
    if (isDead) this.#breakLink();
    else this.next();
  }

  /** Those that may have been too many go back to the queue, to be asked one by one. */
  #takeBack(): void {
    const tooMany = [...this.#inFlight.values()].filter((asked) => this.#mayBeTooMany(asked));
    for (const asked of tooMany.reverse()) {
      this.#inFlight.delete(asked.transactionId);
      this.#askAlone(asked);
    }
  }

  #breakLink(): void {
    this.#timeoutsInARow = 0;
    this.dropLink();
  }

  protected failCurrent(error: ModbusError): void {
    this.#cancelTimer();
    this.#wakesAtMs = Infinity;
    this.#isSending = false;
    const all = [...this.#inFlight.values(), ...this.#outbox];
    // Some servers answer more than they take by closing the connection.
    if (all.some(({ nth }) => this.#flight.isUnproven(nth))) this.#flight.tooMany();
    this.#inFlight.clear();
    this.#outbox = [];
    for (const asked of all) asked.reject(error);
  }
}
