// The count that the demonstration stands on, made from two sources that know nothing of each other: the gateways'
// spools say what was taken, ingest's state says what was accepted.

import type { Range } from "@isotherm/coldchain";

/** One stream as its gateway's spool tells it. */
export interface SpoolStream {
  readonly epoch: string;
  readonly assetId: string;
  readonly issued: number;
  /** Numbers that lie in the spool and that it does not hold for accepted. */
  readonly holds: (number: number) => boolean;
}

/** One stream as ingest tells it. */
export interface AcceptedStream {
  readonly epoch: string;
  readonly assetId: string;
  readonly issued: number;
  readonly accepted: number;
  /** Ranges up to `issued` that are not accepted; at most so many as ingest lists. */
  readonly holes: readonly Range[];
}

export interface Tally {
  /** Records that the spools took. */
  readonly taken: number;
  readonly accepted: number;
  /** Not accepted, and there in a spool. */
  readonly onGateways: number;
  /** Neither accepted nor in any spool. */
  readonly lost: number;
}

/**
 * `taken = accepted + onGateways + lost`, each counted for itself. The spools must have been read before ingest: then
 * whatever a spool held as accepted is in what ingest says, and what came after the look at the spools is left out.
 */
export function tallyOf(spools: readonly SpoolStream[], accepted: readonly AcceptedStream[]): Tally {
  const total = { taken: 0, accepted: 0, onGateways: 0, lost: 0 };
  for (const spool of spools) {
    const known = accepted.find(({ epoch, assetId }) => epoch === spool.epoch && assetId === spool.assetId);
    total.taken += spool.issued;
    total.accepted += acceptedUpTo(spool.issued, known);
    for (const { first, last } of outstanding(spool, known))
      for (let number = first; number <= last; number++)
        if (spool.holds(number)) total.onGateways++;
        else total.lost++;
  }
  return total;
}

/** How many numbers up to `issued` ingest has accepted, by its own count. */
function acceptedUpTo(issued: number, known: AcceptedStream | undefined): number {
  if (known === undefined) return 0;
  if (known.issued <= issued) return known.accepted;
  const beyond = known.issued - issued;
  return known.accepted - (beyond - sizeOf(clip(known.holes, issued + 1, known.issued)));
}

function outstanding(spool: SpoolStream, known: AcceptedStream | undefined): Range[] {
  const knownIssued = Math.min(known?.issued ?? 0, spool.issued);
  const ranges = clip(known?.holes ?? [], 1, spool.issued);
  if (spool.issued > knownIssued) ranges.push({ first: knownIssued + 1, last: spool.issued });
  return ranges;
}

function clip(ranges: readonly Range[], first: number, last: number): Range[] {
  return ranges
    .map((range) => ({ first: Math.max(first, range.first), last: Math.min(last, range.last) }))
    .filter((range) => range.first <= range.last);
}

function sizeOf(ranges: readonly Range[]): number {
  return ranges.reduce((total, { first, last }) => total + last - first + 1, 0);
}

/** `taken 46,212 = accepted 46,209 + on gateways 3 + lost 0`. */
export function tallyLine({ taken, accepted, onGateways, lost }: Tally): string {
  const n = (value: number): string => value.toLocaleString("en-US");
  return `taken ${n(taken)} = accepted ${n(accepted)} + on gateways ${n(onGateways)} + lost ${n(lost)}`;
}
