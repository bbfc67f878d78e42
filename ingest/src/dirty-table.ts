// Intervals of channels that are to be assessed (again), durable until they are.

import type { QuietChannels } from "./quiet-channels.ts";
import type { SqlRow, StateDb } from "./state-db.ts";

export interface DirtyMark {
  readonly dirtyId: number;
  readonly tenantId: string;
  readonly assetId: string;
  readonly channel: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the good readings newer than any judged before on this channel; null when there were none. */
  readonly newerFromMs: number | null;
  readonly newerToMs: number | null;
  readonly receivedAtMs: number;
  /** Stream and numbers, or the fact. */
  readonly cause: string;
}

/** Everything that a changed fact may touch: to the end of time. */
export const END_OF_TIME_MS = Number.MAX_SAFE_INTEGER;

export class DirtyTable {
  readonly #db: StateDb;
  readonly #quiet: QuietChannels;

  constructor(db: StateDb, quiet: QuietChannels) {
    this.#db = db;
    this.#quiet = quiet;
  }

  /** Within a transaction. */
  add(mark: Omit<DirtyMark, "dirtyId">): void {
    this.#db.run(
      `INSERT INTO dirty (tenant_id, asset_id, channel, from_ms, to_ms, newer_from_ms, newer_to_ms,
         received_at_ms, cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      mark.tenantId,
      mark.assetId,
      mark.channel,
      mark.fromMs,
      mark.toMs,
      mark.newerFromMs,
      mark.newerToMs,
      mark.receivedAtMs,
      mark.cause,
    );
    this.#quiet.changed(mark);
  }

  /** Marks of readings, and then of facts, each in the order in which they were made; of a channel all of its facts at once. */
  next(readingsMax: number, factsMax: number): DirtyMark[] {
    const sql = "SELECT * FROM dirty WHERE to_ms";
    const readings = this.#db.all(`${sql} <> ? ORDER BY dirty_id LIMIT ?`, END_OF_TIME_MS, readingsMax).map(markOf);
    const facts = this.#db.all(`${sql} = ? ORDER BY dirty_id LIMIT ?`, END_OF_TIME_MS, factsMax).map(markOf);
    const others = facts.flatMap(({ dirtyId, tenantId, assetId, channel }) =>
      this.#db.all(
        `${sql} = ? AND tenant_id = ? AND asset_id = ? AND channel = ? AND dirty_id > ?`,
        ...[END_OF_TIME_MS, tenantId, assetId, channel, dirtyId],
      ),
    );
    const all = [...readings, ...facts, ...others.map(markOf)];
    return [...new Map(all.map((mark) => [mark.dirtyId, mark])).values()];
  }

  /** Within a transaction. */
  clear(marks: readonly DirtyMark[]): void {
    for (const mark of marks) {
      this.#db.run("DELETE FROM dirty WHERE dirty_id = ?", mark.dirtyId);
      this.#quiet.changed(mark);
    }
  }

  /** Of the newest mark; 0 when there is none. */
  lastId(): number {
    return Number(this.#db.get("SELECT max(dirty_id) AS last FROM dirty")?.["last"] ?? 0);
  }

  count(): number {
    return Number(this.#db.get("SELECT count(*) AS n FROM dirty")?.["n"]);
  }
}

function markOf(row: SqlRow): DirtyMark {
  return {
    dirtyId: Number(row["dirty_id"]),
    tenantId: String(row["tenant_id"]),
    assetId: String(row["asset_id"]),
    channel: String(row["channel"]),
    fromMs: Number(row["from_ms"]),
    toMs: Number(row["to_ms"]),
    newerFromMs: row["newer_from_ms"] === null ? null : Number(row["newer_from_ms"]),
    newerToMs: row["newer_to_ms"] === null ? null : Number(row["newer_to_ms"]),
    receivedAtMs: Number(row["received_at_ms"]),
    cause: String(row["cause"]),
  };
}
