// Every change of a result, with what caused it. Rows are only ever added.

import type { SqlRow, StateDb } from "./state-db.ts";
import type { AuditRow } from "./state-rows.ts";

export interface AuditEntry {
  readonly tenantId: string;
  readonly subjectId: string;
  readonly kind: string;
  readonly atMs: number;
  /** Plain data; undefined when there was nothing. */
  readonly before: unknown;
  readonly after: unknown;
  readonly cause: string;
  readonly personId: string | null;
}

/** Of what caused a change no more than this is written. */
const CAUSE_LENGTH_MAX = 2000;

/** Within a transaction. */
export function writeAudit(db: StateDb, entry: AuditEntry): void {
  const text = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  const { cause } = entry;
  db.run(
    `INSERT INTO audit (tenant_id, subject_id, kind, at_ms, before, after, cause, person_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    entry.tenantId,
    entry.subjectId,
    entry.kind,
    entry.atMs,
    text(entry.before),
    text(entry.after),
    cause.length <= CAUSE_LENGTH_MAX ? cause : `${cause.slice(0, CAUSE_LENGTH_MAX)}…`,
    entry.personId,
  );
}

export function auditOf(row: SqlRow): AuditRow {
  const data = (value: unknown): unknown => (typeof value === "string" ? JSON.parse(value) : null);
  return {
    auditId: Number(row["audit_id"]),
    tenantId: String(row["tenant_id"]),
    subjectId: String(row["subject_id"]),
    kind: String(row["kind"]),
    atMs: Number(row["at_ms"]),
    before: data(row["before"]),
    after: data(row["after"]),
    cause: String(row["cause"]),
    personId: row["person_id"] === null ? null : String(row["person_id"]),
  };
}
