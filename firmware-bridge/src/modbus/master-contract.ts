// The face of a Modbus master and what it can be told; both framings have the same.

import type { Clock, Scheduler } from "@isotherm/coldchain";
import type { Transport } from "../transport/transport.ts";
import type { MasterCounters } from "./master-tally.ts";
import type { ReadRequest } from "./read-request.ts";
import type { WriteRequest } from "./write-request.ts";

export interface ModbusMaster {
  /**
   * Registers (functions 3, 4) or bits as 0 and 1 (functions 1, 2), exactly `count` of them.
   * Rejects with a ModbusError; opens the transport when it is closed.
   */
  read(request: ReadRequest): Promise<Uint16Array>;
  /**
   * Resolves when the device has confirmed; a broadcast (RTU, unit 0) when it was sent, for nobody answers it.
   * Rejects with a ModbusError. After MODBUS_TIMEOUT the device may have written or not.
   */
  write(request: WriteRequest): Promise<void>;
  /** The clock of this bus, by which its devices reckon. */
  readonly clock: Clock;
  /** Rejects what waits and closes the transport. */
  close(): Promise<void>;
  readonly counters: MasterCounters;
}

export interface ModbusMasterOptions {
  readonly transport: Transport;
  readonly framing: "rtu" | "tcp";
  /** RTU: gives the silent interval and the wire time that is added to the timeout. */
  readonly baudRate?: number;
  readonly responseTimeoutMs: number;
  /** RTU: silence before each request, if more than 3.5 characters. */
  readonly guardMs?: number;
  /** RTU: silence that ends the draining after a failure; default 50. */
  readonly quietMs?: number;
  /** RTU: a line that never falls silent is tried again after this; default 1000. */
  readonly drainMaxMs?: number;
  /** RTU: no reply comes later than this after its request; default 2000. */
  readonly lateMaxMs?: number;
  /** RTU: a second copy of a reply comes within this; default 50. */
  readonly doubleMaxMs?: number;
  /** RTU: devices answer in the order in which they are asked; default false, which trusts nobody. See ReadRequest. */
  readonly inOrder?: boolean;
  /** RTU: silence after a broadcast, in which devices do what they were told; default 100. */
  readonly turnaroundMs?: number;
  /**
   * TCP: requests that may be on their way at once. Without it that is found out, up to the 16 of the specification: a
   * server that keeps silent or closes the connection when it gets more than it takes is given no more from then on.
   */
  readonly inFlightMax?: number;
  /** Units that do not answer are tried now and then only, where others would be held up; default true. */
  readonly restSilentUnits?: boolean;
  /** RTU: the adapter hears what it sends; default false. */
  readonly echo?: boolean;
  /** Requests that may wait; default 64. More are refused with MODBUS_QUEUE_FULL. */
  readonly queueMax?: number;
  /** Back-off between attempts to open, doubling; default 500 to 30,000. */
  readonly backoffMsMin?: number;
  readonly backoffMsMax?: number;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
}
