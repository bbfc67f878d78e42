// The trace database: facts in revisions that are only ever added, people apart from what they are called, and what the
// API server itself must remember (logins, sessions, intents on their way).

import type { DatabaseSync } from "node:sqlite";
import { TraceError } from "./errors.ts";

/** Highest schema version that this code writes. */
export const TRACE_USER_VERSION = 1;

const VERSION_1 = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('facts_version', 0);
-- One row a revision: the latest revision of (kind, id) is what holds, earlier ones are what was once said.
CREATE TABLE fact (
  kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, tenant_id TEXT NOT NULL,
  body TEXT NOT NULL, recorded_at_ms INTEGER NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (kind, id, revision)
) WITHOUT ROWID;
-- Names can be erased without touching what the person did.
CREATE TABLE person_name (person_id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE login (token_hash TEXT PRIMARY KEY, person_id TEXT NOT NULL, expires_at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE session (token_hash TEXT PRIMARY KEY, person_id TEXT NOT NULL, expires_at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE intent (
  intent_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, body TEXT NOT NULL,
  recorded_at_ms INTEGER NOT NULL, answered_at_ms INTEGER, answer TEXT
) WITHOUT ROWID;
CREATE INDEX intent_waiting ON intent (recorded_at_ms) WHERE answered_at_ms IS NULL;
`;

/** Brings a freshly opened database to the current version. Throws TraceError TRACE_VERSION for a newer one. */
export function prepareTraceDatabase(database: DatabaseSync): void {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;");
  const version = traceUserVersion(database);
  if (version > TRACE_USER_VERSION) throw newerVersion(version);
  if (version === 0) database.exec(`BEGIN; ${VERSION_1} PRAGMA user_version = ${TRACE_USER_VERSION}; COMMIT;`);
}

export function traceUserVersion(database: DatabaseSync): number {
  const row = database.prepare("PRAGMA user_version").get();
  return Number(row?.["user_version"] ?? 0);
}

export function newerVersion(version: number): TraceError {
  return new TraceError(
    "TRACE_VERSION",
    `The trace database has schema version ${version}; this program knows up to ${TRACE_USER_VERSION}. Install the newer program.`,
  );
}
