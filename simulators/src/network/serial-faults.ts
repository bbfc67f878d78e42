// What a serial line, its adapters and its other devices do to a reply.

import type { Random } from "@isotherm/coldchain";

export const SERIAL_FAULTS = [
  "crc",
  "bits-flipped",
  "burst",
  "truncated",
  "gap",
  "silence",
  "late",
  "doubled",
  "garbage-before",
  "garbage-after",
  "wrong-unit",
  "foreign",
  "echo",
  "unplug",
] as const;
export type SerialFault = (typeof SERIAL_FAULTS)[number];

/** Bytes that reach the master so long after the reply was ready. */
export interface Arrival {
  readonly afterMs: number;
  readonly bytes: Uint8Array;
}

export interface FaultTimes {
  /** A late reply is delayed by a random time from the first of these to the second. */
  readonly lateMinMs: number;
  readonly lateMaxMs: number;
  /** A second copy comes within this. */
  readonly doubleMaxMs: number;
  readonly gapMs: number;
}

/** What arrives in place of an honest reply. `unplug` gives the part that arrives before the port is gone. */
export function arrivalsOf(
  fault: SerialFault | undefined,
  request: Uint8Array,
  reply: Uint8Array,
  times: FaultTimes,
  random: Random,
): Arrival[] {
  const below = (limit: number): number => Math.floor(random() * limit);
  const garbage = (): number[] => Array.from({ length: 1 + below(4) }, () => below(256));
  const at = (afterMs: number, bytes: Iterable<number>): Arrival => ({ afterMs, bytes: Uint8Array.from(bytes) });
  const cut = 1 + below(reply.length - 1);
  switch (fault) {
    case undefined:
      return [at(0, reply)];
    case "silence":
      return [];
    case "crc":
      return [at(0, flipped(reply, [(reply.length - 2) * 8 + below(16)]))];
    case "bits-flipped":
      return [at(0, flipped(reply, severalBits(reply, 1 + below(3), below)))];
    case "burst":
      return [at(0, flipped(reply, burstBits(reply, 2 + below(15), below)))];
    case "truncated":
    case "unplug":
      return [at(0, reply.subarray(0, cut))];
    case "gap":
      return [at(0, reply.subarray(0, cut)), at(times.gapMs, reply.subarray(cut))];
    case "late":
      return [at(times.lateMinMs + below(times.lateMaxMs - times.lateMinMs), reply)];
    case "doubled":
      return [at(0, reply), at(below(times.doubleMaxMs), reply)];
    case "garbage-before":
      return [at(0, [...garbage(), ...reply])];
    case "garbage-after":
      return [at(0, [...reply, ...garbage()])];
    case "wrong-unit":
      return [at(0, sealed([1 + ((reply[0] as number) % 247), ...reply.subarray(1, -2)]))];
    case "foreign":
      // Another master and its slave: a whole exchange, with a value that would look right here.
      return [
        at(0, [...sealed([99, ...request.subarray(1, -2)]), ...sealed([99, ...reply.subarray(1, -2)]), ...reply]),
      ];
    case "echo":
      return [at(0, [...request, ...reply])];
  }
}

function severalBits(bytes: Uint8Array, count: number, below: (limit: number) => number): number[] {
  const bits = new Set<number>();
  while (bits.size < count) bits.add(below(bytes.length * 8));
  return [...bits];
}

/** A burst of `length` bits: its first and last are wrong, those between as chance has it. */
function burstBits(bytes: Uint8Array, length: number, below: (limit: number) => number): number[] {
  const start = below(bytes.length * 8 - length + 1);
  const between = Array.from({ length: length - 2 }, (_, index) => start + 1 + index).filter(() => below(2) === 1);
  return [start, ...between, start + length - 1];
}

function flipped(bytes: Uint8Array, bits: readonly number[]): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  for (const bit of bits) damaged[bit >>> 3] = (damaged[bit >>> 3] as number) ^ (0x80 >>> (bit & 7));
  return damaged;
}

/** The frame with its CRC-16/MODBUS, reckoned bit by bit: the product's own table must not vouch for itself. */
export function sealed(body: Iterable<number>): Uint8Array {
  const bytes = [...body];
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return Uint8Array.from([...bytes, crc & 0xff, crc >>> 8]);
}
