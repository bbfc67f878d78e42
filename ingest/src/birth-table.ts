// Births that were ever received, so that old messages can be read after a restart.

import type { StreamBirth } from "@isotherm/coldchain";
import type { StateDb } from "./state-db.ts";

/** Births kept parsed in memory; further ones are read again from the file. */
const BIRTHS_CACHED_MAX = 20_000;

export interface ReceivedBirth {
  readonly gatewayKey: string;
  readonly birthId: string;
  readonly birth: StreamBirth;
  readonly receivedAtMs: number;
}

export class BirthTable {
  readonly #db: StateDb;
  readonly #cache = new Map<string, StreamBirth>();

  constructor(db: StateDb) {
    this.#db = db;
  }

  get(gatewayKey: string, assetId: string, birthId: string): StreamBirth | undefined {
    const key = `${gatewayKey}/${assetId}/${birthId}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const row = this.#db.get(
      "SELECT birth FROM birth WHERE gateway_key = ? AND asset_id = ? AND birth_id = ?",
      gatewayKey,
      assetId,
      birthId,
    );
    if (row === undefined) return undefined;
    const birth = JSON.parse(String(row["birth"])) as StreamBirth;
    if (this.#cache.size >= BIRTHS_CACHED_MAX) {
      const oldest = this.#cache.keys().next();
      if (oldest.done !== true) this.#cache.delete(oldest.value);
    }
    this.#cache.set(key, birth);
    return birth;
  }

  /** All that are kept of a stream's, the last received first. */
  all(gatewayKey: string, assetId: string): { readonly birthId: string; readonly birth: StreamBirth }[] {
    const sql = "SELECT birth_id, birth FROM birth WHERE gateway_key = ? AND asset_id = ? ORDER BY received_at_ms DESC";
    return this.#db
      .all(sql, gatewayKey, assetId)
      .map((row) => ({ birthId: String(row["birth_id"]), birth: JSON.parse(String(row["birth"])) as StreamBirth }));
  }

  /** Within a transaction. */
  save({ gatewayKey, birthId, birth, receivedAtMs }: ReceivedBirth): void {
    this.#db.run(
      // When it was last received says how long it may still be needed.
      `INSERT INTO birth VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET received_at_ms = max(received_at_ms, excluded.received_at_ms)`,
      gatewayKey,
      birth.assetId,
      birthId,
      JSON.stringify(birth),
      receivedAtMs,
    );
  }
}
