// Requests that read some registers or bits of a unit.

import { ModbusMismatchError, ModbusRequestError } from "./modbus-error.ts";

/** 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers. */
export type ReadFunction = 1 | 2 | 3 | 4;

export interface ReadRequest {
  readonly unit: number;
  readonly fn: ReadFunction;
  /** 0-based, as on the wire. */
  readonly address: number;
  /** Registers (at most 125) or bits (at most 2000). */
  readonly count: number;
  /** How many more may be read after them, so that a request can be told from an earlier one; default 0. */
  readonly widenMax?: number;
  /** RTU: no reply of this device comes later than this after its request. Default: the master's. */
  readonly lateMaxMs?: number;
  /** RTU: silence that this device needs before a request, if more than 3.5 characters. */
  readonly guardMs?: number;
  readonly responseTimeoutMs?: number;
  /**
   * RTU: this device never answers an earlier request after a later one, so that an answered request proves that the
   * replies of those before it are gone. Default: the master's.
   */
  readonly inOrder?: boolean;
}

export function isBitFunction(fn: ReadFunction): boolean {
  return fn === 1 || fn === 2;
}

/** How many data bytes a right reply carries. */
export function dataBytes(fn: ReadFunction, count: number): number {
  return isBitFunction(fn) ? Math.ceil(count / 8) : count * 2;
}

/** Throws a ModbusRequestError for what no frame can carry. */
export function checkRequest(request: ReadRequest, framing: "rtu" | "tcp"): void {
  const { unit, fn, address, count } = request;
  const unitMin = framing === "rtu" ? 1 : 0;
  const unitMax = framing === "rtu" ? 247 : 255;
  const countMax = isBitFunction(fn) ? 2000 : 125;
  const isWhole =
    Number.isInteger(unit) && Number.isInteger(fn) && Number.isInteger(address) && Number.isInteger(count);
  const fits =
    isWhole && unit >= unitMin && unit <= unitMax && fn >= 1 && fn <= 4 && address >= 0 && address + count <= 65536;
  if (fits && count >= 1 && count <= countMax) return;
  throw new ModbusRequestError(`No Modbus frame can ask for ${describeRequest(request)}.`);
}

export function describeRequest({ unit, fn, address, count }: ReadRequest): string {
  return `unit ${unit}, function ${fn}, address ${address}, count ${count}`;
}

/** The request's protocol data unit, with `count` as sent (which may be wider than asked). */
export function writeReadPdu(into: Uint8Array, at: number, request: ReadRequest, count: number): void {
  into[at] = request.fn;
  into[at + 1] = request.address >>> 8;
  into[at + 2] = request.address & 0xff;
  into[at + 3] = count >>> 8;
  into[at + 4] = count & 0xff;
}

/** Reads the data of a reply that has been matched: the first `count` registers, or bits as 0 and 1. */
export function readData(data: Uint8Array, request: ReadRequest): Uint16Array {
  const values = new Uint16Array(request.count);
  const isBits = isBitFunction(request.fn);
  for (let at = 0; at < values.length; at += 1) {
    values[at] = isBits
      ? ((data[at >>> 3] as number) >>> (at & 7)) & 1
      : ((data[2 * at] as number) << 8) | (data[2 * at + 1] as number);
  }
  return values;
}

/** Judges the protocol data unit of a reply (function code first) against the read that was sent with `sentCount`. */
export function judgePdu(pdu: Uint8Array, request: ReadRequest, sentCount: number): Uint16Array | ModbusMismatchError {
  const expected = dataBytes(request.fn, sentCount);
  if (pdu[0] === request.fn && pdu[1] === expected && pdu.length === expected + 2) {
    return readData(pdu.subarray(2), request);
  }
  return new ModbusMismatchError(`A reply that does not answer ${describeRequest(request)} was set aside.`);
}
