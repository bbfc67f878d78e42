// The one writer of the trace database, owned by the API server.

import { DatabaseSync } from "node:sqlite";
import type { Clock } from "@isotherm/coldchain";
import { TraceError } from "./errors.ts";
import { factRow, type FactKind } from "./fact-kinds.ts";
import { readFacts } from "./trace-reader.ts";
import type { TraceFacts } from "./fact-shapes.ts";
import { prepareTraceDatabase } from "./schema.ts";

export interface WrittenFact {
  readonly revision: number;
  /** False when the same had been said before: nothing was added. */
  readonly added: boolean;
}

export class TraceWriter {
  readonly database: DatabaseSync;
  readonly #clock: Clock;
  #facts: TraceFacts | undefined;

  /** Opens or makes the file. Throws TraceError TRACE_VERSION when a newer program has written it. */
  constructor(path: string, clock: Clock) {
    this.database = new DatabaseSync(path);
    this.#clock = clock;
    prepareTraceDatabase(this.database);
  }

  /**
   * Says a fact: checked whole, then added as the next revision unless it equals the last one. An id never moves to
   * another tenant. Throws TraceError FACT_REFUSED naming every problem.
   */
  put(kind: FactKind, value: unknown, recordedBy: string): WrittenFact {
    const { id, tenantId, body, name } = factRow(kind, value);
    this.#facts = undefined;
    return this.#transaction(() => {
      const last = this.database
        .prepare("SELECT revision, tenant_id, body FROM fact WHERE kind = ? AND id = ? ORDER BY revision DESC LIMIT 1")
        .get(kind, id);
      if (last !== undefined && last["tenant_id"] !== tenantId)
        throw new TraceError("FACT_REFUSED", `${kind} ${id} belongs to another tenant.`);
      this.#requireKnown(kind, body);
      if (name !== undefined) this.database.prepare("INSERT OR REPLACE INTO person_name VALUES (?, ?)").run(id, name);
      const text = JSON.stringify(body);
      if (last?.["body"] === text) return { revision: Number(last["revision"]), added: false };
      const revision = Number(last?.["revision"] ?? 0) + 1;
      this.database
        .prepare("INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?, ?)")
        .run(kind, id, revision, tenantId, text, this.#clock.wallMs(), recordedBy);
      this.database.exec("UPDATE meta SET value = value + 1 WHERE key = 'facts_version'");
      return { revision, added: true };
    });
  }

  /** Read again only after a fact was said: this process is the only one that says any. */
  facts(): TraceFacts {
    return (this.#facts ??= readFacts(this.database));
  }

  close(): void {
    this.database.close();
  }

  #requireKnown(kind: FactKind, body: Record<string, unknown>): void {
    const missing: string[] = [];
    const need = (wanted: FactKind, id: unknown): void => {
      if (typeof id !== "string") return;
      const row = this.database.prepare("SELECT 1 FROM fact WHERE kind = ? AND id = ? LIMIT 1").get(wanted, id);
      if (row === undefined) missing.push(`${wanted} ${id}`);
    };
    if (kind !== "tenant" && kind !== "profile") need("tenant", body["tenantId"]);
    if (kind === "asset")
      for (const { profileId } of body["standing"] as { profileId: string }[]) need("profile", profileId);
    if (kind === "shipment") {
      for (const profileId of body["profileIds"] as string[]) need("profile", profileId);
      for (const leg of body["legs"] as { assetId: string; driverPersonId: string | null }[]) {
        need("asset", leg.assetId);
        need("person", leg.driverPersonId);
      }
    }
    if (missing.length > 0)
      throw new TraceError("FACT_REFUSED", `Not known yet, say these first: ${[...new Set(missing)].join(", ")}.`);
  }

  #transaction<T>(work: () => T): T {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.database.exec("COMMIT");
      return result;
    } catch (error) {
      this.database.exec("ROLLBACK");
      throw error;
    }
  }
}
