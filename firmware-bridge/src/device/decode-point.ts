// From a register to a value with its quality.

import type { ChannelReading } from "./device-poll.ts";
import type { DevicePoint, RegisterPoint } from "./device-profile.ts";

/** `raw` is the register as it came, unsigned, or the bit. */
export function decodePoint(channel: string, point: DevicePoint, raw: number, isProbeFault: boolean): ChannelReading {
  if (point.type === "bit") {
    const isSet = point.invert ? raw === 0 : raw !== 0;
    return { channel, value: isSet ? 1 : 0, quality: "good", raw };
  }
  if (isProbeFault) return { channel, value: null, quality: "probe-fault", raw };
  if (point.sentinels.includes(raw)) return { channel, value: null, quality: "sentinel", raw };
  const value = scaled(point, raw);
  if (value < point.min || value > point.max) return { channel, value: null, quality: "out-of-physical-range", raw };
  return { channel, value, quality: "good", raw };
}

/** Divides by a power of ten: 81 / 10 is the double 8.1, while 81 × 0.1 is 8.100000000000001. */
function scaled(point: RegisterPoint, raw: number): number {
  const signed = point.type === "s16" && raw > 0x7fff ? raw - 0x10000 : raw;
  return signed / 10 ** point.decimals;
}
