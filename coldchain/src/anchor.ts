// Anchors place a boot's monotonic time in UTC. An anchor is itself a record of the gateway's own stream.

import type { ChainRecord } from "./chain-record.ts";

export interface Anchor {
  readonly bootId: string;
  /** 1 for the boot's first; a record names the anchor that places it, or 0 for the first one that will come. */
  readonly ordinal: number;
  readonly monotonicMs: number;
  readonly utcMs: number;
  readonly errorMs: number;
}

/** UTC instant of a monotonic instant of the anchor's boot, in whole milliseconds. */
export function placeInTime(anchor: Anchor, monotonicMs: number): number {
  return Math.round(anchor.utcMs + (monotonicMs - anchor.monotonicMs));
}

/** Which anchor of its boot places this record. */
export function anchorOrdinalOf(record: Pick<ChainRecord, "anchorOrdinal">): number {
  return record.anchorOrdinal === 0 ? 1 : record.anchorOrdinal;
}
