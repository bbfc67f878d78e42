// What a DDATA message's sender held when it wrote it. A cut, glued or altered message reads well as Sparkplug; without
// this a record that lost a reading on the way would be accepted in place of the one that was measured.

import { createHash, hash } from "node:crypto";
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
export function dataDigest(head: Digested, records: readonly ChainRecord[]): string {
  const sha256 = createHash("sha256");
  sha256.update(headText(head, formatRanges(RangeSet.of(head.carries))));
  for (const record of records) sha256.update(recordBytes(record));
  return sha256.digest("hex").slice(0, 16);
}

let scratch = Buffer.alloc(4096);

/**
 * The same over the canonical bytes of all records, one after the other, in one call: making a hash object costs more
 * than hashing a short message.
 *
 * @param carries the ranges as `formatRanges` writes them, joined
 */
export function dataDigestOfBytes(head: Digested, carries: string, records: Uint8Array, byteCount: number): string {
  const text = headText(head, carries);
  // A character of a birth's id takes three bytes at most.
  const needed = text.length * 3 + byteCount;
  if (needed > scratch.length) scratch = Buffer.alloc(needed * 2);
  const textBytes = scratch.write(text);
  scratch.set(byteCount === records.length ? records : records.subarray(0, byteCount), textBytes);
  return hash("sha256", scratch.subarray(0, textBytes + byteCount), "hex").slice(0, 16);
}

function headText({ birthId, issued, gone }: Digested, carries: string): string {
  // As JSON.stringify of an array writes it; ranges hold nothing that would have to be escaped.
  return `[1,${JSON.stringify(birthId)},${issued},"${carries}",${gone.length === 0 ? '""' : JSON.stringify(formatGone(gone))}]`;
}
