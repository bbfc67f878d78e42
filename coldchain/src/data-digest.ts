// What a DDATA message's sender held when it wrote it. A cut, glued or altered message reads well as Sparkplug; without
// this a record that lost a reading on the way would be accepted in place of the one that was measured.

import { createHash } from "node:crypto";
import { recordBytes, type ChainRecord } from "./chain-record.ts";
import { formatGone, type GoneRange } from "./gone-ranges.ts";
import { formatRanges, RangeSet, type Range } from "./ranges.ts";

export interface Digested {
  readonly birthId: string;
  readonly issued: number;
  readonly carries: readonly Range[];
  readonly gone: readonly GoneRange[];
}

/**
 * 16 hex digits: SHA-256, cut to 64 bits, over the head as text and every record's canonical bytes in their order. Finds
 * damage and bugs, not forgers: whoever may publish may compute it. Throws RecordShapeError.
 */
export function dataDigest({ birthId, issued, carries, gone }: Digested, records: readonly ChainRecord[]): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([1, birthId, issued, formatRanges(RangeSet.of(carries)), formatGone(gone)]));
  for (const record of records) hash.update(recordBytes(record));
  return hash.digest("hex").slice(0, 16);
}
