// Anchors, and the records that wait for theirs.

import { type Anchor, anchorOrdinalOf } from "@isotherm/coldchain";
import type { StateDb } from "./state-db.ts";
import type { KeptRecord } from "./stream-state.ts";

export interface PendingRecord {
  readonly streamId: number;
  readonly number: number;
  readonly gatewayKey: string;
  readonly birthId: string;
  readonly bytes: Uint8Array;
  readonly receivedAtMs: number;
  /** The anchor that has come, or undefined when the record has waited long enough. */
  readonly anchor: Anchor | undefined;
}

const GATEWAYS_CACHED_MAX = 50_000;
const RELEASABLE = `
SELECT p.*, a.monotonic_ms, a.utc_ms, a.error_ms FROM pending p LEFT JOIN anchor a
  ON a.gateway_key = p.gateway_key AND a.boot_id = p.boot_id AND a.ordinal = p.anchor_ordinal`;

export class AnchorTable {
  readonly #db: StateDb;
  /** The anchor last asked for, by gateway: an anchor that is stored never changes. */
  readonly #last = new Map<string, Anchor>();

  constructor(db: StateDb) {
    this.#db = db;
  }

  get(gatewayKey: string, bootId: string, ordinal: number): Anchor | undefined {
    const last = this.#last.get(gatewayKey);
    if (last?.bootId === bootId && last.ordinal === ordinal) return last;
    const anchor = this.#read(gatewayKey, bootId, ordinal);
    if (anchor !== undefined) {
      if (this.#last.size >= GATEWAYS_CACHED_MAX) this.#last.clear();
      this.#last.set(gatewayKey, anchor);
    }
    return anchor;
  }

  #read(gatewayKey: string, bootId: string, ordinal: number): Anchor | undefined {
    const row = this.#db.get(
      "SELECT * FROM anchor WHERE gateway_key = ? AND boot_id = ? AND ordinal = ?",
      gatewayKey,
      bootId,
      ordinal,
    );
    if (row === undefined) return undefined;
    const { monotonic_ms: monotonicMs, utc_ms: utcMs, error_ms: errorMs } = row;
    return { bootId, ordinal, monotonicMs: Number(monotonicMs), utcMs: Number(utcMs), errorMs: Number(errorMs) };
  }

  /** Within a transaction. */
  save(gatewayKey: string, anchor: Anchor): void {
    const { bootId, ordinal, monotonicMs, utcMs, errorMs } = anchor;
    this.#db.run(
      "INSERT OR IGNORE INTO anchor VALUES (?, ?, ?, ?, ?, ?)",
      gatewayKey,
      bootId,
      ordinal,
      monotonicMs,
      utcMs,
      errorMs,
    );
  }

  pendingCount(gatewayKey: string): number {
    return Number(this.#db.get("SELECT count(*) AS n FROM pending WHERE gateway_key = ?", gatewayKey)?.["n"]);
  }

  /** Within a transaction. */
  keepPending(streamId: number, gatewayKey: string, birthId: string, record: KeptRecord, atMs: number): void {
    this.#db.run(
      "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      streamId,
      record.number,
      gatewayKey,
      record.bootId,
      anchorOrdinalOf(record),
      birthId,
      record.bytes,
      atMs,
    );
  }

  /** Within a transaction. */
  dropPending(streamId: number, number: number): void {
    this.#db.run("DELETE FROM pending WHERE stream_id = ? AND number = ?", streamId, number);
  }

  /** Records whose anchor has come, and those received before `waitedSinceMs`. */
  releasable(waitedSinceMs: number, limit: number): PendingRecord[] {
    const rows = [
      ...this.#db.all(`${RELEASABLE} WHERE a.ordinal IS NOT NULL LIMIT ?`, limit),
      ...this.#db.all(`${RELEASABLE} WHERE a.ordinal IS NULL AND p.received_at_ms <= ? LIMIT ?`, waitedSinceMs, limit),
    ].slice(0, limit);
    return rows.map((row) => ({
      streamId: Number(row["stream_id"]),
      number: Number(row["number"]),
      gatewayKey: String(row["gateway_key"]),
      birthId: String(row["birth_id"]),
      bytes: row["record"] as Uint8Array,
      receivedAtMs: Number(row["received_at_ms"]),
      anchor:
        row["utc_ms"] === null
          ? undefined
          : {
              bootId: String(row["boot_id"]),
              ordinal: Number(row["anchor_ordinal"]),
              monotonicMs: Number(row["monotonic_ms"]),
              utcMs: Number(row["utc_ms"]),
              errorMs: Number(row["error_ms"]),
            },
    }));
  }

  /** Within a transaction: a record of the gateway's own stream, kept as its bytes. */
  keepGatewayRecord(streamId: number, birthId: string, { number, bytes }: KeptRecord, atMs: number): void {
    this.#db.run("INSERT OR IGNORE INTO gateway_record VALUES (?, ?, ?, ?, ?)", streamId, number, birthId, bytes, atMs);
  }
}
