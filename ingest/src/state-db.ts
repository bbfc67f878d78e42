// Ingest's own database: one writing process, every change in a transaction that moves the cursor on.

import { copyFileSync, existsSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { StateFileError } from "./errors.ts";
import { MIGRATIONS, STATE_VERSION, type StateMigration } from "./state-schema.ts";

export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = Record<string, SqlValue>;

const BUSY_TIMEOUT_MS = 5000;

export class StateDb {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #undo: (() => void)[] = [];

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  all(sql: string, ...values: SqlValue[]): SqlRow[] {
    return this.#statement(sql).all(...values);
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return this.#statement(sql).get(...values);
  }

  /** Rows changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** Runs `change` whole or not at all, durably. */
  transaction<T>(change: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = change();
      this.run("UPDATE counter SET value = value + 1 WHERE name = 'cursor'");
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      for (const undo of this.#undo) undo();
      throw error;
    } finally {
      this.#undo = [];
    }
  }

  /** Within a transaction: what is to be taken back in memory should it not commit. */
  onRollback(undo: () => void): void {
    this.#undo.push(undo);
  }

  cursor(): number {
    return Number(this.get("SELECT value FROM counter WHERE name = 'cursor'")?.["value"] ?? 0);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Opens or makes the state file and brings it to this version, after a copy of an older one. Throws StateFileError. */
export function openState(file: string): StateDb {
  const existed = existsSync(file);
  const db = openDatabase(file, false);
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    const version = versionOf(db, file);
    if (existed && version > 0 && version < STATE_VERSION) {
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      copyFileSync(file, `${file}.v${version}`);
    }
    for (let next = version; next < STATE_VERSION; next++) {
      migrate(db, MIGRATIONS[next] ?? "", next + 1);
    }
    return new StateDb(db);
  } catch (error) {
    db.close();
    if (error instanceof StateFileError) throw error;
    throw new StateFileError("STATE_UNREADABLE", `${file} cannot be used as ingest's state`, error);
  }
}

function migrate(db: DatabaseSync, migration: StateMigration, version: number): void {
  db.exec("BEGIN IMMEDIATE");
  if (typeof migration === "string") db.exec(migration);
  else migration(db);
  db.exec(`PRAGMA user_version = ${version}; COMMIT`);
}

/** Opens the state file for reading while ingest writes it. Throws StateFileError. */
export function openStateReadOnly(file: string): StateDb {
  if (!existsSync(file))
    throw new StateFileError("STATE_ABSENT", `${file} does not exist; ingest makes it when it first runs`);
  const db = openDatabase(file, true);
  try {
    const version = versionOf(db, file);
    if (version < STATE_VERSION)
      throw new StateFileError("STATE_UNREADABLE", `${file} is of version ${version}; start ingest once to migrate it`);
    return new StateDb(db);
  } catch (error) {
    db.close();
    if (error instanceof StateFileError) throw error;
    throw new StateFileError("STATE_UNREADABLE", `${file} cannot be read as ingest's state`, error);
  }
}

function openDatabase(file: string, readOnly: boolean): DatabaseSync {
  try {
    return new DatabaseSync(file, { readOnly, timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw new StateFileError("STATE_UNREADABLE", `${file} cannot be opened`, error);
  }
}

function versionOf(db: DatabaseSync, file: string): number {
  const version = Number((db.prepare("PRAGMA user_version").get() as SqlRow)["user_version"]);
  if (version > STATE_VERSION)
    throw new StateFileError("STATE_NEWER", `${file} is of version ${version}, this ingest knows ${STATE_VERSION}`);
  return version;
}
