// The spool's tables. Records are immutable bytes; what is known of them (accepted, gone) stands beside them as ranges,
// so that blocks of records can be sealed later without touching one of them.

import type { DatabaseSync } from "node:sqlite";

/** `user_version` of a spool that this agent writes. */
export const SPOOL_VERSION = 1;

const PAGE_BYTES = 4096;
/** The write-ahead log is cut back to this after a checkpoint; it comes on top of `bytesMax`. */
const LOG_BYTES_MAX = 8 * 1024 * 1024;

const TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE streams (
    streamId INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    assetId TEXT NOT NULL,
    numberAlias INTEGER NOT NULL,
    monotonicAlias INTEGER NOT NULL,
    UNIQUE (epoch, assetId)
  ) STRICT;
  CREATE TABLE channels (
    alias INTEGER PRIMARY KEY,
    streamId INTEGER NOT NULL,
    channel TEXT NOT NULL,
    role TEXT NOT NULL,
    unit TEXT NOT NULL,
    resolution REAL NOT NULL,
    UNIQUE (streamId, channel)
  ) STRICT;
  CREATE TABLE records (
    streamId INTEGER NOT NULL,
    number INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (streamId, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE settled (
    streamId INTEGER NOT NULL,
    state TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (streamId, state, first)
  ) STRICT, WITHOUT ROWID;
`;

/** Sets a connection up for writing and bounds the file; makes the tables in a new one. */
export function prepareSpool(db: DatabaseSync, bytesMax: number): void {
  db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  db.exec(`PRAGMA journal_size_limit = ${LOG_BYTES_MAX}`);
  if (spoolVersion(db) === 0) {
    db.exec("BEGIN IMMEDIATE");
    db.exec(TABLES);
    db.exec(`PRAGMA user_version = ${SPOOL_VERSION}`);
    db.exec("COMMIT");
  }
  db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytesMax / PAGE_BYTES))}`);
}

export function spoolVersion(db: DatabaseSync): number {
  return pragma(db, "user_version");
}

/** Bytes of the file that hold something. */
export function usedBytes(db: DatabaseSync): number {
  return (pragma(db, "page_count") - pragma(db, "freelist_count")) * PAGE_BYTES;
}

/** True when SQLite finds the file's structure sound. */
export function isSound(db: DatabaseSync): boolean {
  const row = db.prepare("PRAGMA quick_check(1)").get();
  return row !== undefined && Object.values(row)[0] === "ok";
}

function pragma(db: DatabaseSync, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return Number(row === undefined ? 0 : Object.values(row)[0]);
}
