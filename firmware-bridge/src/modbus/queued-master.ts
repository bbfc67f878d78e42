// What both masters have in common: one owner of one transport, a bounded queue of requests, units that rest, and a link
// that is opened when it is needed and tried again ever more slowly.

import type { Clock } from "@isotherm/coldchain";
import { TransportLink } from "../transport/transport-link.ts";
import type { ModbusMaster, ModbusMasterOptions } from "./master-contract.ts";
import { ModbusClosedError, ModbusLinkDownError, ModbusQueueFullError, ModbusRestingError } from "./modbus-error.ts";
import type { ModbusError } from "./modbus-error.ts";
import { MasterTally } from "./master-tally.ts";
import type { LineCounters, MasterCounters } from "./master-tally.ts";
import { checkAny, describeAny } from "./modbus-request.ts";
import type { ModbusRequest } from "./modbus-request.ts";
import type { ReadRequest } from "./read-request.ts";
import { UnitRest } from "./unit-rest.ts";
import type { WriteRequest } from "./write-request.ts";

export interface Waiting {
  readonly request: ModbusRequest;
  readonly resolve: (values: Uint16Array) => void;
  readonly reject: (error: ModbusError) => void;
}

export type WaitingParts = [request: ModbusRequest, resolve: Waiting["resolve"], reject: Waiting["reject"]];

export abstract class QueuedMaster<One extends Waiting> implements ModbusMaster {
  protected readonly options: ModbusMasterOptions;
  protected readonly tally = new MasterTally();
  protected readonly rest = new UnitRest();
  protected readonly queue: One[] = [];
  protected readonly link: TransportLink;
  #isClosed = false;

  constructor(options: ModbusMasterOptions) {
    this.options = options;
    this.link = new TransportLink(options);
    options.transport.onBytes((bytes) => this.receive(bytes));
    options.transport.onClose((reason) => this.#linkLost(reason));
  }

  protected abstract readonly lineCounters: LineCounters;
  protected abstract waiting(...parts: WaitingParts): One;
  /** Turns to the queue, if there is something to do and nothing that forbids it. */
  protected abstract next(): void;
  protected abstract receive(bytes: Uint8Array): void;
  /** The link is open. */
  protected abstract opened(): void;
  /** Rejects whatever is under way and forgets it. */
  protected abstract failCurrent(error: ModbusError): void;
  /** How long a request may take in vain. */
  protected abstract timeoutMs(request: ModbusRequest): number;

  get counters(): MasterCounters {
    return this.tally.snapshot(this.lineCounters, this.queue.length, this.rest.restingCount);
  }

  get clock(): Clock {
    return this.options.clock;
  }

  read(request: ReadRequest): Promise<Uint16Array> {
    return this.#ask(request);
  }

  async write(request: WriteRequest): Promise<void> {
    await this.#ask(request);
  }

  /** Not an async function: that would make a second promise, and two turns more, for each request. */
  #ask(request: ModbusRequest): Promise<Uint16Array> {
    return new Promise((resolve, reject) => {
      checkAny(request, this.options.framing);
      if (this.#isClosed) throw new ModbusClosedError("This bus was closed.");
      if (this.queue.length >= (this.options.queueMax ?? 64)) {
        this.tally.queueFull += 1;
        throw new ModbusQueueFullError(`The queue of ${this.options.transport.name} is full.`);
      }
      this.queue.push(this.waiting(request, resolve, reject));
      this.next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failAll(new ModbusClosedError("This bus was closed."));
    await this.options.transport.close();
  }

  /** Opens the link and calls `opened`; where it does not open, all that waits is rejected. */
  protected openLink(): void {
    const { transport } = this.options;
    this.link.open().then(
      () => {
        if (this.#isClosed) void transport.close();
        this.opened();
      },
      (cause: unknown) => {
        this.tally.linkFailures += 1;
        this.#failAll(new ModbusLinkDownError(`${transport.name} is down.`, { cause }));
      },
    );
  }

  /** Closes the link; the next request opens it again. The transport's close rejects whatever waits. */
  protected dropLink(): void {
    const { transport } = this.options;
    if (transport.isOpen) void transport.close();
    else this.next();
  }

  /** Why a request to a unit that does not answer is not to be sent now; or undefined. */
  protected restingError(request: ModbusRequest): ModbusRestingError | undefined {
    if (this.options.restSilentUnits === false) return undefined;
    if (this.rest.mayAsk(request.unit, this.timeoutMs(request), this.options.clock.monotonicMs())) return undefined;
    return new ModbusRestingError(`${describeAny(request)} waits: the unit does not answer.`);
  }

  #linkLost(reason: Error | undefined): void {
    if (this.#isClosed) return;
    this.tally.linkFailures += 1;
    const { name } = this.options.transport;
    this.#failAll(new ModbusLinkDownError(`${name} was lost.`, reason === undefined ? {} : { cause: reason }));
  }

  #failAll(error: ModbusError): void {
    const queued = this.queue.splice(0);
    this.failCurrent(error);
    for (const one of queued) one.reject(error);
  }
}
