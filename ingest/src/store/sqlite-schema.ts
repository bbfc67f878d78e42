// The file format of the SQLite home, and the way forward from older ones.
import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { StoreFormatError } from "./store-errors.ts";

/** Takes a file from version n (its position in the list) to n + 1. */
export type Migration = (database: DatabaseSync) => void;

/** Every step there ever was, oldest first; only ever append. The number of steps is the version of the format. */
export const READING_STORE_MIGRATIONS: readonly Migration[] = [
  (database) => {
    database.exec(`
      CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        asset TEXT NOT NULL,
        channel TEXT NOT NULL,
        UNIQUE (tenant, asset, channel)
      ) STRICT;
      CREATE TABLE readings (
        series INTEGER NOT NULL REFERENCES series (id),
        at_ms INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        value REAL,
        quality INTEGER NOT NULL,
        received_at_ms INTEGER NOT NULL,
        PRIMARY KEY (series, at_ms, ordinal)
      ) STRICT, WITHOUT ROWID;
    `);
  },
  (database) => {
    // Numbers that a row may lack are null. `wide` is three doubles a span, little-endian: from, to, value.
    database.exec(`
      CREATE TABLE hours (
        series INTEGER NOT NULL REFERENCES series (id),
        hour_ms INTEGER NOT NULL,
        good INTEGER NOT NULL, value_sum REAL NOT NULL, not_good INTEGER NOT NULL, worst_quality INTEGER NOT NULL,
        min REAL, max REAL, min_at_ms INTEGER, max_at_ms INTEGER,
        first_at_ms INTEGER, first_value REAL, last_at_ms INTEGER, last_value REAL,
        inner_ms INTEGER NOT NULL, inner_value_ms REAL NOT NULL, harm_log REAL NOT NULL, harm_ms REAL,
        longest_ms INTEGER NOT NULL, wide BLOB NOT NULL,
        PRIMARY KEY (series, hour_ms)
      ) STRICT, WITHOUT ROWID;
    `);
  },
];

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

/**
 * Refuses a file that another program or a newer version made.
 * @throws StoreFormatError
 */
export function checkFormat(database: DatabaseSync, path: string, newest: number): number {
  const version = versionOf(database);
  if (version > newest) {
    throw new StoreFormatError("STORE_TOO_NEW", `${path} has format ${version}; this version knows up to ${newest}`);
  }
  const tables = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"];
  if (version === 0 && tables !== 0) {
    throw new StoreFormatError("STORE_NOT_OURS", `${path} is a database of something else`);
  }
  return version;
}

/**
 * Brings the file to the newest format, one transaction a step, after a copy of what it was: `<path>.v<version>.backup`.
 * @throws StoreFormatError
 */
export function migrate(database: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  const version = checkFormat(database, path, migrations.length);
  // A backup that is already there is of an attempt that was cut off before its first commit, or older: keep the first.
  if (version > 0 && version < migrations.length) {
    const backup = `${path}.v${version}.backup`;
    if (!existsSync(backup)) database.prepare("VACUUM INTO ?").run(backup);
  }
  for (let step = version; step < migrations.length; step += 1) {
    database.exec("BEGIN IMMEDIATE");
    try {
      migrations[step]?.(database);
      database.exec(`PRAGMA user_version = ${step + 1}; COMMIT`);
    } catch (thrown) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw thrown;
    }
  }
}
