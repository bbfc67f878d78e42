// From registers to a value with its quality.

import type { Quality } from "@isotherm/coldchain";
import type { ChannelReading } from "./device-poll.ts";
import type { BitPoint, DevicePoint, RegisterPoint } from "./device-profile.ts";
import { isFloat, numberIn, numberInWord, rawOf, valueBytes, wordOf } from "./register-types.ts";

/** `registers` as they came, unsigned, or one bit (functions 1 and 2). */
export function decodePoint(
  channel: string,
  point: DevicePoint,
  registers: readonly number[],
  isProbeFault: boolean,
): ChannelReading {
  if (point.type === "bit") return bitReading(channel, point, registers);
  if (registers.length === 1) {
    const raw = wordOf(registers[0] as number, point.order);
    const verdict = isProbeFault ? "probe-fault" : judged(point, raw, numberInWord(raw, point.type, point.byte));
    if (typeof verdict === "number") return { channel, value: verdict, quality: "good", raw };
    return { channel, value: null, quality: verdict, raw };
  }
  const bytes = valueBytes(registers, point.order);
  const raw = rawOf(bytes, point.type);
  const came = raw === undefined ? { registers } : { raw, registers };
  const verdict = isProbeFault ? "probe-fault" : judged(point, raw, numberIn(bytes, point.type));
  if (typeof verdict === "number") return { channel, value: verdict, quality: "good", ...came };
  return { channel, value: null, quality: verdict, ...came };
}

/** The value, or why there is none. */
function judged(point: RegisterPoint, raw: number | undefined, number: number | undefined): number | Quality {
  if (number === undefined || isSentinel(point, number, raw)) return "sentinel";
  const value = scaled(point, number);
  return value < point.min || value > point.max ? "out-of-physical-range" : value;
}

function bitReading(channel: string, point: BitPoint, registers: readonly number[]): ChannelReading {
  const register = registers[0] as number;
  const isSet = ((register >>> (point.bit ?? 0)) & 1) !== Number(point.invert);
  return { channel, value: isSet ? 1 : 0, quality: "good", raw: register };
}

function isSentinel({ type, sentinels }: RegisterPoint, number: number, raw: number | undefined): boolean {
  if (sentinels.length === 0) return false;
  if (type === "s8" || type === "u8") return sentinels.includes(number & 0xff);
  if (!isFloat(type)) return sentinels.includes(raw as number);
  return sentinels.some((sentinel) => number === (type === "f32" ? Math.fround(sentinel) : sentinel));
}

const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** Divides by a power of ten: 81 / 10 is the double 8.1, while 81 × 0.1 is 8.100000000000001. */
function scaled(point: RegisterPoint, number: number): number {
  const { decimals } = point;
  if (isFloat(point.type)) {
    // The float32 of 8.1 is above 8.1, so a float is rounded to the decimals that its device means; minus zero is zero.
    const rounded = Number(number.toFixed(decimals)) + 0;
    return point.deviceUnit === undefined ? rounded : ((rounded - 32) * 5) / 9;
  }
  const divisor = decimals > 0 ? (POWERS_OF_TEN[decimals] as number) : 1;
  const whole = decimals < 0 ? number * (POWERS_OF_TEN[-decimals] as number) : number;
  if (point.deviceUnit === undefined) return whole / divisor;
  return ((whole - 32 * divisor) * 5) / (9 * divisor);
}
