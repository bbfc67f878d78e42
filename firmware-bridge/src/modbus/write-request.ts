// Requests that change a device: one coil or register, or several in a row.

import { ModbusMismatchError, ModbusRequestError } from "./modbus-error.ts";

/** 5 one coil, 6 one register, 15 several coils, 16 several registers. */
export type WriteFunction = 5 | 6 | 15 | 16;

export interface WriteRequest {
  /** RTU: 0 tells all devices at once; none of them answers. */
  readonly unit: number;
  readonly fn: WriteFunction;
  /** 0-based, as on the wire. */
  readonly address: number;
  /** Coils as 0 and 1 (at most 1968), registers as unsigned 16 bits (at most 123); functions 5 and 6 take exactly one. */
  readonly values: readonly number[];
  readonly lateMaxMs?: number;
  readonly guardMs?: number;
  readonly responseTimeoutMs?: number;
  readonly inOrder?: boolean;
}

const COILS_MAX = 1968;
const REGISTERS_MAX = 123;
const COIL_ON = 0xff00;

export function describeWrite({ unit, fn, address, values }: WriteRequest): string {
  return `unit ${unit}, function ${fn}, address ${address}, ${values.length === 1 ? `value ${values[0]}` : `${values.length} values`}`;
}

/** Throws a ModbusRequestError for what no frame can carry. */
export function checkWrite(request: WriteRequest, framing: "rtu" | "tcp"): void {
  const { unit, fn, address, values } = request;
  const isCoil = fn === 5 || fn === 15;
  const countMax = fn < 15 ? 1 : isCoil ? COILS_MAX : REGISTERS_MAX;
  const valueMax = isCoil ? 1 : 0xffff;
  const fits =
    [unit, address, ...values].every(Number.isInteger) &&
    [5, 6, 15, 16].includes(fn) &&
    unit >= 0 &&
    unit <= (framing === "rtu" ? 247 : 255) &&
    address >= 0 &&
    address + values.length <= 65536 &&
    values.length >= 1 &&
    values.length <= countMax &&
    values.every((value) => value >= 0 && value <= valueMax);
  if (fits) return;
  throw new ModbusRequestError(`No Modbus frame can carry ${describeWrite(request)}.`);
}

export function writePdu(request: WriteRequest): Uint8Array {
  const { fn, address, values } = request;
  const second = fn === 5 ? (values[0] === 1 ? COIL_ON : 0) : fn === 6 ? (values[0] as number) : values.length;
  const head = [fn, address >>> 8, address & 0xff, second >>> 8, second & 0xff];
  if (fn === 5 || fn === 6) return Uint8Array.from(head);
  const data = fn === 15 ? packed(values) : values.flatMap((value) => [value >>> 8, value & 0xff]);
  return Uint8Array.from([...head, data.length, ...data]);
}

function packed(coils: readonly number[]): number[] {
  const bytes = Array.from({ length: Math.ceil(coils.length / 8) }, () => 0);
  for (const [at, coil] of coils.entries()) bytes[at >>> 3] = (bytes[at >>> 3] as number) | (coil << (at & 7));
  return bytes;
}

/** A device confirms a write by repeating where it wrote and what (5, 6) or how many (15, 16). */
export function judgeWrite(pdu: Uint8Array, request: WriteRequest): Uint16Array | ModbusMismatchError {
  const wanted = writePdu(request).subarray(0, 5);
  if (pdu.length === 5 && wanted.every((byte, at) => pdu[at] === byte)) return new Uint16Array(0);
  return new ModbusMismatchError(`A reply that does not confirm ${describeWrite(request)} was set aside.`);
}
