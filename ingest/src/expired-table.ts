// Stretches of an asset's readings that have expired, and so can be judged no more: what was found in them stands.

import type { StateDb } from "./state-db.ts";
import type { TimeWindow } from "./store/reading-store.ts";

export class ExpiredTable {
  readonly #db: StateDb;

  constructor(db: StateDb) {
    this.#db = db;
  }

  /** In order of time; stretches that touch are one. */
  of(tenantId: string, assetId: string): TimeWindow[] {
    return expiredOf(this.#db, tenantId, assetId);
  }

  /** Within a transaction. */
  add(tenantId: string, assetId: string, window: TimeWindow, nowMs: number): void {
    let { fromMs, toMs } = window;
    const touching = "tenant_id = ? AND asset_id = ? AND from_ms <= ? AND to_ms >= ?";
    for (const row of this.#db.all(`SELECT * FROM raw_expired WHERE ${touching}`, tenantId, assetId, toMs, fromMs)) {
      fromMs = Math.min(fromMs, Number(row["from_ms"]));
      toMs = Math.max(toMs, Number(row["to_ms"]));
    }
    this.#db.run(`DELETE FROM raw_expired WHERE ${touching}`, tenantId, assetId, toMs, fromMs);
    this.#db.run("INSERT INTO raw_expired VALUES (?, ?, ?, ?, ?)", tenantId, assetId, fromMs, toMs, nowMs);
  }
}

/** For any reader of the state. */
export function expiredOf(db: StateDb, tenantId: string, assetId: string): TimeWindow[] {
  const sql = "SELECT from_ms, to_ms FROM raw_expired WHERE tenant_id = ? AND asset_id = ? ORDER BY from_ms";
  return db.all(sql, tenantId, assetId).map((row) => ({ fromMs: Number(row["from_ms"]), toMs: Number(row["to_ms"]) }));
}
