// Which of a message's numbers are new, seen before, contradicted or gone. Pure but for the stream state it is given.

import { hash } from "node:crypto";
import type { GoneRange, RecordColumns } from "@isotherm/coldchain";
import type { StreamState } from "./stream-state.ts";

/** A record of the message, by its place in it, with the first 8 bytes of the SHA-256 of its canonical bytes, as hex. */
export interface Digested {
  readonly at: number;
  readonly number: number;
  readonly digest: string;
}

export interface Sequenced {
  /** To be stored; their numbers are now accepted. */
  readonly fresh: readonly Digested[];
  readonly duplicates: number;
  /** Duplicates of numbers whose digest is no longer kept. */
  readonly unchecked: number;
  /** Numbers seen before with another record. */
  readonly conflicts: readonly (Digested & { readonly knownDigest: string })[];
  /** Newly declared gone: the parts that no record stands for. */
  readonly gone: readonly GoneRange[];
  /** Left unaccepted, because the stream has too many ranges already. */
  readonly overRanges: number;
}

/** First 8 bytes of SHA-256, as 16 hex digits. */
export function digestOf(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex").slice(0, 16);
}

/**
 * Takes one message into the stream. A number counts as seen when a record of it is stored; one that was quarantined as
 * unreadable, or declared gone, is stored after all when its record comes: what is known is never less for having come
 * in another order.
 *
 * @param stream changed: what is taken is accepted
 * @param records each number once
 * @param knownDigest the digest of a stored number, undefined when none is kept
 * @param rangesMax a number that would open one more range than this is left unaccepted
 */
export function sequence(
  stream: StreamState,
  message: { readonly issued: number; readonly gone: readonly GoneRange[] },
  records: RecordColumns,
  knownDigest: (number: number) => string | undefined,
  rangesMax: number,
): Sequenced {
  const fresh: Digested[] = [];
  const conflicts: (Digested & { knownDigest: string })[] = [];
  let duplicates = 0;
  let unchecked = 0;
  let overRanges = 0;
  for (let at = 0; at < records.recordCount; at++) {
    const number = records.number[at] as number;
    const digested = { at, number, digest: digestOf(records.bytesOf(at)) };
    if (isStored(stream, number)) {
      const known = knownDigest(number);
      if (known === undefined) unchecked++;
      else if (known === digested.digest) duplicates++;
      else conflicts.push({ ...digested, knownDigest: known });
    } else if (opensRange(stream, number) && stream.accepted.rangeCount >= rangesMax) overRanges++;
    else {
      stream.accepted.add(number);
      stream.quarantined.delete(number);
      stream.gone.delete(number);
      fresh.push(digested);
    }
  }
  const gone = takeGone(stream, message.gone);
  stream.issued = Math.max(stream.issued, message.issued, stream.accepted.max);
  return { fresh, duplicates, unchecked, conflicts, gone, overRanges };
}

function isStored(stream: StreamState, number: number): boolean {
  return stream.accepted.has(number) && !stream.quarantined.has(number) && !stream.gone.has(number);
}

function opensRange({ accepted }: StreamState, number: number): boolean {
  return !accepted.has(number) && !accepted.has(number - 1) && !accepted.has(number + 1);
}

function takeGone(stream: StreamState, declared: readonly GoneRange[]): GoneRange[] {
  const taken: GoneRange[] = [];
  for (const { first, last, reason } of declared) {
    for (const part of [...stream.accepted.missing(first, last)]) {
      stream.accepted.add(part.first, part.last);
      stream.gone.add(part.first, part.last);
      taken.push({ ...part, reason });
    }
  }
  return taken;
}

/** Takes numbers back that were fresh in a message but cannot be kept after all. */
export function withdraw(stream: StreamState, number: number): void {
  stream.accepted.delete(number);
}
