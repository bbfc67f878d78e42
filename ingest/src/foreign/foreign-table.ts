// Foreign gateways, what came from them unmapped, and arrivals that are being stored: in ingest's state.

import { createHash } from "node:crypto";
import { type ChannelDeclaration } from "@isotherm/coldchain";
import type { StateDb } from "../state-db.ts";
import type { ForeignArrival, ForeignSource, Unmapped } from "./foreign-report.ts";

/** Declarations remembered as written; the rest is merely written again. */
const DECLARED_MAX = 200_000;
/** Arrivals taken up at once after a restart. */
const JOURNAL_PAGE = 500;

export interface UnmappedNote extends Unmapped {
  readonly gatewayKey: string;
  readonly count: number;
  readonly atMs: number;
}

export interface JournalEntry {
  readonly digest: string;
  readonly body: string;
}

export class ForeignTable {
  readonly #db: StateDb;
  /** Gateway keys with their kind and mapping. */
  readonly #gateways = new Map<string, string>();
  readonly #declared = new Map<string, string>();

  /** What came unmapped before is forgotten: mappings are read at the start, and may speak of it now. */
  constructor(db: StateDb) {
    this.#db = db;
    db.run("DELETE FROM foreign_unmapped");
    for (const row of db.all("SELECT * FROM foreign_gateway"))
      this.#gateways.set(String(row["gateway_key"]), signOf(String(row["source"]), row["mapping"]));
  }

  has(gatewayKey: string): boolean {
    return this.#gateways.has(gatewayKey);
  }

  get gatewayCount(): number {
    return this.#gateways.size;
  }

  /** Within a transaction; `settle` must follow it. */
  save(left: Iterable<string>, sources: Iterable<ForeignSource>): void {
    for (const gatewayKey of left) this.#db.run("DELETE FROM foreign_gateway WHERE gateway_key = ?", gatewayKey);
    for (const { gatewayKey, kind, mapping } of sources)
      if (this.#gateways.get(gatewayKey) !== signOf(kind, mapping))
        this.#db.run("INSERT OR REPLACE INTO foreign_gateway VALUES (?, ?, ?)", gatewayKey, kind, mapping);
  }

  /** True when this process has not written the declaration yet. */
  isNewDeclaration(tenantId: string, assetId: string, declared: ChannelDeclaration): boolean {
    return this.#declared.get(`${tenantId}/${assetId}/${declared.channel}`) !== JSON.stringify(declared);
  }

  /** After the transaction: what it wrote is known from now on. */
  settle(left: Iterable<string>, sources: Iterable<ForeignSource>, arrivals: Iterable<ForeignArrival>): void {
    for (const gatewayKey of left) this.#gateways.delete(gatewayKey);
    for (const { gatewayKey, kind, mapping } of sources) this.#gateways.set(gatewayKey, signOf(kind, mapping));
    if (this.#declared.size >= DECLARED_MAX) this.#declared.clear();
    for (const { source, readings } of arrivals)
      for (const { assetId, declared } of readings)
        this.#declared.set(`${source.tenantId}/${assetId}/${declared.channel}`, JSON.stringify(declared));
  }

  /** Within a transaction. Beyond `limit` rows further ones are only counted; returns how many were. */
  saveUnmapped(notes: readonly UnmappedNote[], limit: number): number {
    if (notes.length === 0) return 0;
    let over = 0;
    let listed = Number(this.#db.get("SELECT count(*) AS n FROM foreign_unmapped")?.["n"]);
    for (const { gatewayKey, what, reason, example, count, atMs } of notes) {
      const known = this.#db.run(
        `UPDATE foreign_unmapped SET count = count + ?, last_at_ms = max(last_at_ms, ?), example = ?, reason = ?
         WHERE gateway_key = ? AND what = ?`,
        ...[count, atMs, example, reason, gatewayKey, what],
      );
      if (known > 0) continue;
      if (listed >= limit) {
        over += count;
        continue;
      }
      const row = [gatewayKey, what, reason, example, count, atMs, atMs];
      this.#db.run("INSERT INTO foreign_unmapped VALUES (?, ?, ?, ?, ?, ?, ?)", ...row);
      listed++;
    }
    return over;
  }

  /** Within a transaction. The same arrival again changes nothing. */
  writeJournal(entries: readonly JournalEntry[]): void {
    for (const { digest, body } of entries)
      this.#db.run("INSERT OR IGNORE INTO foreign_journal (digest, body) VALUES (?, ?)", digest, body);
  }

  /** Within a transaction. */
  clearJournal(entries: readonly JournalEntry[]): void {
    for (const { digest } of entries) this.#db.run("DELETE FROM foreign_journal WHERE digest = ?", digest);
  }

  /** The oldest arrivals that a former process had begun to store. */
  journal(): ForeignArrival[] {
    return this.#db
      .all("SELECT body FROM foreign_journal ORDER BY journal_id LIMIT ?", JOURNAL_PAGE)
      .map(({ body }) => JSON.parse(String(body)) as ForeignArrival);
  }
}

function signOf(kind: string, mapping: unknown): string {
  return JSON.stringify([kind, mapping]);
}

export function journalEntry(arrival: ForeignArrival): JournalEntry {
  const body = JSON.stringify(arrival);
  return { digest: createHash("sha256").update(body).digest("base64url"), body };
}
