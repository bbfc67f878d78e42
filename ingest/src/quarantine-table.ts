// What could not be stored as a reading, kept as bytes with the reason, for a person.

import { createHash } from "node:crypto";
import type { StateDb } from "./state-db.ts";

export type QuarantineKind =
  "undecodable" | "number-conflict" | "point-refused" | "anchor-conflict" | "reading-conflict" | "foreign-refused";

export interface QuarantineEntry {
  readonly tenantId: string;
  readonly gatewayKey: string;
  readonly assetId: string;
  readonly epoch: string | null;
  readonly kind: QuarantineKind;
  /** As `1-3,7`; empty when not even the numbers could be read. */
  readonly numbers: string;
  readonly reason: string;
  readonly bytes: Uint8Array;
  readonly receivedAtMs: number;
}

export interface QuarantinedEntry extends QuarantineEntry {
  readonly quarantineId: number;
  /** First 8 bytes of SHA-256 over reason and bytes, as hex. */
  readonly digest: string;
}

/** For any reader of the state. */
export function quarantined(db: StateDb, quarantineId: number): QuarantinedEntry | undefined {
  const row = db.get("SELECT * FROM quarantine WHERE quarantine_id = ?", quarantineId);
  if (row === undefined) return undefined;
  return {
    quarantineId,
    tenantId: String(row["tenant_id"]),
    gatewayKey: String(row["gateway_key"]),
    assetId: String(row["asset_id"]),
    epoch: row["epoch"] === null ? null : String(row["epoch"]),
    kind: String(row["kind"]) as QuarantineKind,
    numbers: String(row["numbers"]),
    reason: String(row["reason"]),
    bytes: row["bytes"] as Uint8Array,
    digest: String(row["digest"]),
    receivedAtMs: Number(row["received_at_ms"]),
  };
}

export class QuarantineTable {
  readonly #db: StateDb;

  constructor(db: StateDb) {
    this.#db = db;
  }

  /** Bytes kept for one gateway. One that sends rubbish fills its own room only. */
  bytesOf(gatewayKey: string): number {
    const row = this.#db.get(
      "SELECT coalesce(sum(length(bytes)), 0) AS n FROM quarantine WHERE gateway_key = ?",
      gatewayKey,
    );
    return Number(row?.["n"]);
  }

  /** Within a transaction. The same entry again changes nothing. */
  save(entry: QuarantineEntry): void {
    const digest = createHash("sha256").update(entry.reason).update("\0").update(entry.bytes).digest("hex");
    this.#db.run(
      `INSERT OR IGNORE INTO quarantine
       (tenant_id, gateway_key, asset_id, epoch, kind, numbers, reason, bytes, digest, received_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      entry.tenantId,
      entry.gatewayKey,
      entry.assetId,
      entry.epoch,
      entry.kind,
      entry.numbers,
      entry.reason,
      entry.bytes,
      digest.slice(0, 16),
      entry.receivedAtMs,
    );
  }

  get(quarantineId: number): QuarantinedEntry | undefined {
    return quarantined(this.#db, quarantineId);
  }

  /** Another entry of the same bytes. */
  find({ gatewayKey, assetId, kind, numbers, bytes }: QuarantinedEntry): QuarantinedEntry | undefined {
    const row = this.#db.get(
      `SELECT quarantine_id FROM quarantine
       WHERE gateway_key = ? AND asset_id = ? AND kind = ? AND numbers = ? AND bytes = ?`,
      gatewayKey,
      assetId,
      kind,
      numbers,
      bytes,
    );
    return row === undefined ? undefined : this.get(Number(row["quarantine_id"]));
  }

  /** Within a transaction. */
  remove(quarantineId: number): void {
    this.#db.run("DELETE FROM quarantine WHERE quarantine_id = ?", quarantineId);
  }
}
