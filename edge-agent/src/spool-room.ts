// Making room in a full spool. Accepted records go first, oldest first; when none is left, the older half of what is
// not accepted is thinned to every second record, which keeps the shape of a long outage at half the resolution.

import { GATEWAY_STREAM, RangeSet, type GoneReason, type Range } from "@isotherm/coldchain";
import type { SpoolRecords } from "./spool-records.ts";
import { goneOf, type StreamState } from "./spool-stream.ts";

/** Records that one call removes at most, so that sampling is not kept waiting. */
const REMOVED_PER_CALL_MAX = 20_000;
const TRIMMED_AT_ONCE = 256;

export interface RoomMade {
  readonly trimmed: number;
  readonly thinned: number;
}

export interface RoomOptions {
  readonly streams: readonly StreamState[];
  readonly records: SpoolRecords;
  /** True while there is too little room. */
  readonly isTight: () => boolean;
  readonly settle: (stream: StreamState, reason: GoneReason, ranges: readonly Range[]) => void;
}

/** Runs within the caller's transaction. What it removed may still be less than is needed: then nothing more can go. */
export function makeRoom(options: RoomOptions): RoomMade {
  const trimmed = trimAccepted(options);
  let thinned = 0;
  // Thinning waits until nothing accepted is left, which may take several calls.
  if (trimmed < REMOVED_PER_CALL_MAX && options.isTight()) {
    for (const stream of options.streams) {
      // Without its anchors a boot cannot be placed in time: the gateway's own few records are never thinned.
      if (stream.assetId === GATEWAY_STREAM) continue;
      thinned += thinStream(options, stream, REMOVED_PER_CALL_MAX - thinned);
    }
  }
  return { trimmed, thinned };
}

function trimAccepted({ streams, records, isTight }: RoomOptions): number {
  let trimmed = 0;
  while (trimmed < REMOVED_PER_CALL_MAX && isTight()) {
    const oldest = oldestAccepted(streams, records);
    if (oldest === undefined) break;
    trimmed += records.remove(oldest.streamId, oldest.range);
  }
  return trimmed;
}

/** The lowest accepted records of the stream whose lowest one is oldest by its wall clock. */
function oldestAccepted(
  streams: readonly StreamState[],
  records: SpoolRecords,
): { streamId: number; range: Range } | undefined {
  let found: { streamId: number; range: Range; wallMs: number } | undefined;
  for (const { streamId, accepted } of streams) {
    const first = records.firstNumber(streamId);
    if (first === undefined) continue;
    const range = firstPresent(records, streamId, accepted, first);
    if (range === undefined) continue;
    // Bytes that cannot be read any more have no time: they go before everything else.
    const wallMs = records.read(streamId, { first: range.first, last: range.first }).records[0]?.wallMs ?? -Infinity;
    if (found === undefined || wallMs < found.wallMs) found = { streamId, range, wallMs };
  }
  return found;
}

function firstPresent(records: SpoolRecords, streamId: number, accepted: RangeSet, from: number): Range | undefined {
  for (const { first, last } of accepted) {
    if (last < from) continue;
    const present = records.presentIn(streamId, { first, last });
    if (present !== undefined) return { first: present, last: Math.min(last, present + TRIMMED_AT_ONCE - 1) };
  }
  return undefined;
}

/** Deletes every second record of the older half; returns how many that were. */
function thinStream(options: RoomOptions, stream: StreamState, removedMax: number): number {
  const kept = notAcceptedNorGone(stream);
  let older = Math.min(Math.floor(kept.size / 2), removedMax * 2);
  const removed = new Set<number>();
  let isSecond = false;
  for (const { first, last } of kept) {
    for (let number = first; number <= last && older > 0; number++, older--) {
      if (isSecond) removed.add(number);
      isSecond = !isSecond;
    }
    if (older <= 0) break;
  }
  if (removed.size === 0) return 0;
  options.records.removeScattered(stream.streamId, removed);
  const ranges = [...removed].map((number) => ({ first: number, last: number }));
  options.settle(stream, "thinned", ranges);
  return removed.size;
}

function notAcceptedNorGone(stream: StreamState): RangeSet {
  const away = goneOf(stream);
  away.addAll(stream.accepted);
  return RangeSet.of(away.missing(1, stream.issued));
}
