// Streams, digests and gone ranges in the state file, with the streams in use kept in memory.

import { type GoneRange, type RangeSet as Ranges, RangeSet, formatRanges, parseRanges } from "@isotherm/coldchain";
import { type DigestRun, digestIn } from "./digest-tail.ts";
import { streamKeyOf } from "./message.ts";
import type { SqlRow, StateDb } from "./state-db.ts";
import { newStream, type StreamState } from "./stream-state.ts";

/** Ranges that one stored text may hold; ours are bounded far below when they are made. */
const RANGES_READ_MAX = 1_000_000;
/** Streams kept in memory; a fleet of that size is past one machine. */
const STREAMS_CACHED_MAX = 50_000;

export function rangesOf(text: unknown): Ranges {
  return RangeSet.of(parseRanges(String(text), RANGES_READ_MAX) ?? []);
}

export function streamOf(row: SqlRow): StreamState & { readonly streamId: number } {
  const [gatewayKey, epoch, assetId] = [String(row["gateway_key"]), String(row["epoch"]), String(row["asset_id"])];
  return {
    streamId: Number(row["stream_id"]),
    key: streamKeyOf(gatewayKey, epoch, assetId),
    gatewayKey,
    epoch,
    assetId,
    issued: Number(row["issued"]),
    accepted: rangesOf(row["accepted"]),
    quarantined: rangesOf(row["quarantined"]),
    gone: rangesOf(row["gone"]),
    digestsFrom: Number(row["digests_from"]),
    tailFirst: Number(row["tail_first"]),
    tail: String(row["tail"]),
  };
}

export class StreamTable {
  readonly #db: StateDb;
  readonly #cache = new Map<string, StreamState>();

  constructor(db: StateDb) {
    this.#db = db;
  }

  /** As committed; a copy must be taken before changing it. */
  get(gatewayKey: string, epoch: string, assetId: string): StreamState {
    const key = streamKeyOf(gatewayKey, epoch, assetId);
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const row = this.#db.get(
      "SELECT * FROM stream WHERE gateway_key = ? AND epoch = ? AND asset_id = ?",
      gatewayKey,
      epoch,
      assetId,
    );
    const stream = row === undefined ? newStream(gatewayKey, epoch, assetId) : streamOf(row);
    if (row !== undefined) this.#remember(key, stream);
    return stream;
  }

  byId(streamId: number): StreamState | undefined {
    const row = this.#db.get("SELECT * FROM stream WHERE stream_id = ?", streamId);
    return row === undefined ? undefined : streamOf(row);
  }

  digest(stream: StreamState, number: number): string | undefined {
    const { streamId, tailFirst, tail } = stream;
    const inTail = digestIn({ first: tailFirst, digests: tail }, number);
    if (inTail !== undefined || streamId === undefined) return inTail;
    const sql = "SELECT * FROM digests WHERE stream_id = ? AND first <= ? ORDER BY first DESC LIMIT 1";
    const row = this.#db.get(sql, streamId, number);
    if (row === undefined) return undefined;
    const digests = Buffer.from(row["body"] as Uint8Array).toString("hex");
    return digestIn({ first: Number(row["first"]), digests }, number);
  }

  /** Within a transaction. Gives a new stream its id. */
  save(stream: StreamState): number {
    const { streamId } = stream;
    if (streamId === undefined) return this.#insert(stream);
    const { issued, accepted, quarantined, gone, digestsFrom, tailFirst, tail } = stream;
    this.#db.run(
      `UPDATE stream SET issued = ?, accepted = ?, quarantined = ?, gone = ?, digests_from = ?, tail_first = ?, tail = ?
       WHERE stream_id = ?`,
      issued,
      formatRanges(accepted),
      formatRanges(quarantined),
      formatRanges(gone),
      digestsFrom,
      tailFirst,
      tail,
      streamId,
    );
    return streamId;
  }

  #insert(stream: StreamState): number {
    const { gatewayKey, epoch, assetId, issued } = stream;
    const texts = [formatRanges(stream.accepted), formatRanges(stream.quarantined), formatRanges(stream.gone)] as const;
    const row = this.#db.get(
      `INSERT INTO stream
         (gateway_key, epoch, asset_id, issued, accepted, quarantined, gone, digests_from, tail_first, tail)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING stream_id`,
      gatewayKey,
      epoch,
      assetId,
      issued,
      ...texts,
      stream.digestsFrom,
      stream.tailFirst,
      stream.tail,
    );
    return Number(row?.["stream_id"]);
  }

  /** Within a transaction. */
  saveDigests(streamId: number, { first, digests }: DigestRun): void {
    this.#db.run("INSERT OR REPLACE INTO digests VALUES (?, ?, ?)", streamId, first, Buffer.from(digests, "hex"));
  }

  /** Within a transaction: forgets digests below a number. */
  dropDigests(streamId: number, below: number): void {
    this.#db.run("DELETE FROM digests WHERE stream_id = ? AND first + length(body) / 8 <= ?", streamId, below);
  }

  /** Within a transaction. */
  saveGone(streamId: number, gone: readonly GoneRange[], receivedAtMs: number): void {
    for (const { first, last, reason } of gone)
      this.#db.run("INSERT OR IGNORE INTO gone VALUES (?, ?, ?, ?, ?)", streamId, first, last, reason, receivedAtMs);
  }

  /** After the transaction: what is committed is what is known. */
  committed(stream: StreamState): void {
    this.#remember(stream.key, stream);
  }

  #remember(key: string, stream: StreamState): void {
    if (this.#cache.size >= STREAMS_CACHED_MAX && !this.#cache.has(key)) {
      const oldest = this.#cache.keys().next();
      if (oldest.done !== true) this.#cache.delete(oldest.value);
    }
    this.#cache.set(key, stream);
  }
}
