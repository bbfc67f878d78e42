// A stream of the spool as it stands in memory: its aliases, how far it is issued, what is accepted and what is gone.

import {
  GONE_REASONS,
  RangeSet,
  type ChannelDeclaration,
  type GoneReason,
  type StreamBirth,
} from "@isotherm/coldchain";
import type { DatabaseSync } from "node:sqlite";

export interface SpoolStream {
  readonly streamId: number;
  readonly epoch: string;
  readonly assetId: string;
  readonly numberAlias: number;
  readonly monotonicAlias: number;
  /** By channel id. */
  readonly channels: ReadonlyMap<string, ChannelDeclaration>;
  /** Highest number given. */
  readonly issued: number;
  readonly accepted: RangeSet;
  readonly gone: Readonly<Record<GoneReason, RangeSet>>;
}

/** The spool's own, writable view. */
export interface StreamState extends SpoolStream {
  readonly channels: Map<string, ChannelDeclaration>;
  readonly gone: Record<GoneReason, RangeSet>;
  issued: number;
  /** True when `accepted` holds what is not on disk yet. */
  acceptedChanged: boolean;
}

/** What a stream's DBIRTH declares. */
export function birthOf(stream: SpoolStream): StreamBirth {
  const { epoch, assetId, issued, numberAlias, monotonicAlias } = stream;
  return { epoch, assetId, issued, numberAlias, monotonicAlias, channels: [...stream.channels.values()] };
}

/** Everything gone, whatever the reason. */
export function goneOf(stream: SpoolStream): RangeSet {
  const all = new RangeSet();
  for (const reason of GONE_REASONS) all.addAll(stream.gone[reason]);
  return all;
}

interface StreamRow {
  readonly streamId: number;
  readonly epoch: string;
  readonly assetId: string;
  readonly numberAlias: number;
  readonly monotonicAlias: number;
}

/** Reads every stream; `issued` is the highest number that anything in the spool speaks of. */
export function loadStreams(db: DatabaseSync): StreamState[] {
  const rows = db.prepare("SELECT * FROM streams ORDER BY streamId").all() as unknown as StreamRow[];
  const lastNumber = db.prepare("SELECT coalesce(max(number), 0) AS last FROM records WHERE streamId = ?");
  return rows.map((row) => {
    const accepted = loadRanges(db, row.streamId, "accepted");
    const gone = { thinned: loadRanges(db, row.streamId, "thinned"), corrupt: loadRanges(db, row.streamId, "corrupt") };
    const last = Number(lastNumber.get(row.streamId)?.["last"]);
    const issued = Math.max(last, accepted.max, gone.thinned.max, gone.corrupt.max);
    return { ...row, channels: loadChannels(db, row.streamId), issued, accepted, gone, acceptedChanged: false };
  });
}

function loadChannels(db: DatabaseSync, streamId: number): Map<string, ChannelDeclaration> {
  const rows = db
    .prepare("SELECT alias, channel, role, unit, resolution FROM channels WHERE streamId = ? ORDER BY alias")
    .all(streamId) as unknown as ChannelDeclaration[];
  return new Map(rows.map((row) => [row.channel, { ...row }]));
}

function loadRanges(db: DatabaseSync, streamId: number, state: string): RangeSet {
  const ranges = new RangeSet();
  const rows = db
    .prepare("SELECT first, last FROM settled WHERE streamId = ? AND state = ? ORDER BY first")
    .iterate(streamId, state);
  for (const { first, last } of rows) ranges.add(Number(first), Number(last));
  return ranges;
}
