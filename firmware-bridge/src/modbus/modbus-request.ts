// What a framing needs to know of a request, be it a read or a write.

import { ModbusExceptionError } from "./modbus-error.ts";
import type { ModbusError } from "./modbus-error.ts";
import { checkRequest, dataBytes, describeRequest, judgePdu, writeReadPdu } from "./read-request.ts";
import type { ReadRequest } from "./read-request.ts";
import { checkWrite, describeWrite, judgeWrite, writePdu } from "./write-request.ts";
import type { WriteRequest } from "./write-request.ts";

export type ModbusRequest = ReadRequest | WriteRequest;

export function isWrite(request: ModbusRequest): request is WriteRequest {
  return "values" in request;
}

/** Throws a ModbusRequestError for what no frame can carry. */
export function checkAny(request: ModbusRequest, framing: "rtu" | "tcp"): void {
  if (isWrite(request)) checkWrite(request, framing);
  else checkRequest(request, framing);
}

export function describeAny(request: ModbusRequest): string {
  return isWrite(request) ? describeWrite(request) : describeRequest(request);
}

/** How many registers or bits are asked for or written. */
export function countOf(request: ModbusRequest): number {
  return isWrite(request) ? request.values.length : request.count;
}

const READ_PDU_BYTES = 5;

/** The length of the request's protocol data unit. */
export function pduBytes(request: ModbusRequest): number {
  return isWrite(request) ? writePdu(request).length : READ_PDU_BYTES;
}

/** Puts the request's protocol data unit into `into`; a read may ask for more than its `count`. */
export function putPdu(into: Uint8Array, at: number, request: ModbusRequest, sentCount: number): void {
  if (isWrite(request)) into.set(writePdu(request), at);
  else writeReadPdu(into, at, request, sentCount);
}

/** The bytes with which the right reply begins, function code first: all that can be known before it comes. */
export function replyStart(request: ModbusRequest, sentCount: number): Uint8Array {
  if (isWrite(request)) return writePdu(request).subarray(0, 5);
  return Uint8Array.of(request.fn, dataBytes(request.fn, sentCount));
}

/** The length of the right reply's protocol data unit. */
export function replyBytes(request: ModbusRequest, sentCount: number): number {
  return isWrite(request) ? 5 : 2 + dataBytes(request.fn, sentCount);
}

/** What tells one reply from another on a wire without transaction ids: unit, and the start of the reply. */
export function replyShape(request: ModbusRequest, sentCount: number): string {
  if (isWrite(request)) return `${request.unit}/${writePdu(request).subarray(0, 5).join("/")}`;
  return `${request.unit}/${request.fn}/${dataBytes(request.fn, sentCount)}`;
}

/** Judges a complete protocol data unit against the request that was sent; a confirmed write gives no registers. */
export function judgeAny(pdu: Uint8Array, request: ModbusRequest, sentCount: number): Uint16Array | ModbusError {
  if (pdu[0] === (request.fn | 0x80) && pdu.length === 2) {
    const code = pdu[1] as number;
    return new ModbusExceptionError(`The device refuses ${describeAny(request)}: exception ${code}.`, code);
  }
  return isWrite(request) ? judgeWrite(pdu, request) : judgePdu(pdu, request, sentCount);
}
