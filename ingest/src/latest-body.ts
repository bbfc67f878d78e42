// How the newest readings of an asset's channels are packed: doubles, little-endian, NaN where there is none.

/** Offsets in doubles: of the asset at its head, then of each channel by its slot. */
export const SLOT = {
  /** Newest sampling and receiving time of the asset. */
  lastSampledAtMs: 0,
  lastReceivedAtMs: 1,
  head: 2,
  size: 4,
  atMs: 0,
  value: 1,
  quality: 2,
  judgedToMs: 3,
} as const;

export interface LatestOfChannel {
  readonly atMs: number;
  /** Null when the device gave no number. */
  readonly value: number | null;
  readonly quality: number;
}

/** @param bytes as stored; what is not there is NaN */
export function latestBody(channels: number, bytes?: Uint8Array): Float64Array {
  const body = new Float64Array(SLOT.head + channels * SLOT.size).fill(Number.NaN);
  if (bytes !== undefined) new Uint8Array(body.buffer).set(bytes.subarray(0, body.byteLength));
  return body;
}

/** The newest reading in a slot, or undefined when there is none. */
export function latestOf(body: Float64Array, slot: number): LatestOfChannel | undefined {
  const at = SLOT.head + slot * SLOT.size;
  const atMs = body[at + SLOT.atMs] ?? Number.NaN;
  if (Number.isNaN(atMs)) return undefined;
  const value = body[at + SLOT.value] as number;
  return { atMs, value: Number.isNaN(value) ? null : value, quality: body[at + SLOT.quality] as number };
}
