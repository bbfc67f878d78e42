// What a simulated Modbus device answers, whatever carries the question: functions 1 to 6, 15 and 16, and exceptions.

import type { RegisterModel } from "./register-models.ts";

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
const BITS_MAX = 2000;
const REGISTERS_MAX = 125;

/** Answers one protocol data unit (function code first) with another. */
export function answerPdu(model: RegisterModel, request: Buffer): Buffer {
  const fn = request.readUInt8(0);
  if (fn === 1 || fn === 2 || fn === 3 || fn === 4) return answerRead(model, request, fn);
  if (fn === 5 || fn === 6 || fn === 15 || fn === 16) return answerWrite(model, request, fn);
  return refusal(fn, ILLEGAL_FUNCTION);
}

function refusal(fn: number, code: number): Buffer {
  return Buffer.from([fn | 0x80, code]);
}

function answerRead(model: RegisterModel, request: Buffer, fn: 1 | 2 | 3 | 4): Buffer {
  if (request.length !== 5) return refusal(fn, ILLEGAL_VALUE);
  const address = request.readUInt16BE(1);
  const count = request.readUInt16BE(3);
  const isBits = fn === 1 || fn === 2;
  if (count < 1 || count > (isBits ? BITS_MAX : REGISTERS_MAX)) return refusal(fn, ILLEGAL_VALUE);
  const data = Buffer.alloc(isBits ? Math.ceil(count / 8) : count * 2);
  for (let index = 0; index < count; index += 1) {
    const value = model.read(fn, address + index);
    if (value === undefined) return refusal(fn, ILLEGAL_ADDRESS);
    if (!isBits) data.writeUInt16BE(value & 0xffff, index * 2);
    else if (value !== 0) data.writeUInt8(data.readUInt8(index >>> 3) | (1 << (index & 7)), index >>> 3);
  }
  return Buffer.concat([Buffer.from([fn, data.length]), data]);
}

function answerWrite(model: RegisterModel, request: Buffer, fn: 5 | 6 | 15 | 16): Buffer {
  if (model.write === undefined) return refusal(fn, ILLEGAL_FUNCTION);
  const values = writtenValues(request, fn);
  if (values === undefined) return refusal(fn, ILLEGAL_VALUE);
  const address = request.readUInt16BE(1);
  const kind = fn === 5 || fn === 15 ? 1 : 3;
  // A device refuses the whole request before it changes anything.
  for (const at of values.keys()) {
    if (model.read(kind, address + at) === undefined) return refusal(fn, ILLEGAL_ADDRESS);
  }
  for (const [at, value] of values.entries()) model.write(kind, address + at, value);
  return request.subarray(0, 5);
}

function writtenValues(request: Buffer, fn: 5 | 6 | 15 | 16): number[] | undefined {
  if (request.length < 5) return undefined;
  const second = request.readUInt16BE(3);
  if (fn === 6) return request.length === 5 ? [second] : undefined;
  if (fn === 5) return request.length === 5 && (second === 0 || second === 0xff00) ? [second === 0 ? 0 : 1] : undefined;
  const bytes = fn === 15 ? Math.ceil(second / 8) : second * 2;
  if (second < 1 || request.length !== 6 + bytes || request[5] !== bytes) return undefined;
  return Array.from({ length: second }, (_, at) =>
    fn === 15 ? (request.readUInt8(6 + (at >>> 3)) >>> (at & 7)) & 1 : request.readUInt16BE(6 + at * 2),
  );
}
