// From registers to a value with its quality.

import type { ChannelReading } from "./device-poll.ts";
import type { BitPoint, DevicePoint, RegisterPoint } from "./device-profile.ts";
import { isFloat, numberIn, rawOf, valueBytes } from "./register-types.ts";

/** `registers` as they came, unsigned, or one bit (functions 1 and 2). */
export function decodePoint(
  channel: string,
  point: DevicePoint,
  registers: readonly number[],
  isProbeFault: boolean,
): ChannelReading {
  if (point.type === "bit") return bitReading(channel, point, registers);
  const bytes = valueBytes(registers, point.order);
  const raw = rawOf(bytes, point.type);
  const came = { channel, ...(raw === undefined ? {} : { raw }), ...(registers.length > 1 ? { registers } : {}) };
  if (isProbeFault) return { ...came, value: null, quality: "probe-fault" };
  const number = numberIn(bytes, point.type, point.byte);
  if (number === undefined || isSentinel(point, number, raw)) return { ...came, value: null, quality: "sentinel" };
  const value = scaled(point, number);
  if (value < point.min || value > point.max) return { ...came, value: null, quality: "out-of-physical-range" };
  return { ...came, value, quality: "good" };
}

function bitReading(channel: string, point: BitPoint, registers: readonly number[]): ChannelReading {
  const register = registers[0] as number;
  const isSet = ((register >>> (point.bit ?? 0)) & 1) !== Number(point.invert);
  return { channel, value: isSet ? 1 : 0, quality: "good", raw: register };
}

function isSentinel({ type, sentinels }: RegisterPoint, number: number, raw: number | undefined): boolean {
  if (type === "s8" || type === "u8") return sentinels.includes(number & 0xff);
  if (!isFloat(type)) return sentinels.includes(raw as number);
  return sentinels.some((sentinel) => number === (type === "f32" ? Math.fround(sentinel) : sentinel));
}

/** Divides by a power of ten: 81 / 10 is the double 8.1, while 81 × 0.1 is 8.100000000000001. */
function scaled(point: RegisterPoint, number: number): number {
  const { decimals } = point;
  // The float32 of 8.1 is above 8.1, so a float is rounded to the decimals that its device means.
  const whole = isFloat(point.type) ? Number(number.toFixed(decimals)) + 0 : number;
  const divisor = isFloat(point.type) ? 1 : 10 ** Math.max(decimals, 0);
  const factor = 10 ** Math.max(-decimals, 0);
  if (point.deviceUnit === "[degF]") return ((whole * factor - 32 * divisor) * 5) / (9 * divisor);
  return (whole * factor) / divisor;
}
