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
}
