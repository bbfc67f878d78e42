// Hourly sums and expiry in the SQLite home: a connection of its own in the writing process, one short transaction a step.
import { DatabaseSync } from "node:sqlite";
import { checkHoursQuery } from "./query-check.ts";
import type { ExpiryStep, HourSums, SeriesId, StoreUpkeep, TimeWindow } from "./reading-store.ts";
import { hourValues, PUT_HOUR } from "./sqlite-hours.ts";
import { asStoreWork } from "./sqlite-errors.ts";
import { checkFormat, READING_STORE_MIGRATIONS } from "./sqlite-schema.ts";
import { StoreFormatError, StoreUnavailableError } from "./store-errors.ts";

/** How long to wait for the readings' own transaction, which stalls the event loop; a step is tried again later. */
const LOCK_PATIENCE_MS = 50;
/** Rows removed in one transaction: some ten milliseconds. */
const EXPIRE_ROWS = 5_000;

export class SqliteUpkeep implements StoreUpkeep {
  readonly #path: string;
  readonly #database: DatabaseSync;

  /** @throws StoreUnavailableError, StoreFormatError */
  constructor(path: string) {
    this.#path = path;
    this.#database = asStoreWork(path, () => open(path));
  }

  async writeHours(series: SeriesId, hours: readonly HourSums[]): Promise<void> {
    checkHoursQuery({ series, fromMs: 0, toMs: 0 });
    this.#transaction(() => {
      const { tenantId, assetId, channel } = series;
      this.#database
        .prepare("INSERT OR IGNORE INTO series (tenant, asset, channel) VALUES (?, ?, ?)")
        .run(tenantId, assetId, channel);
      const id = this.#idOf(series) as number;
      const put = this.#database.prepare(PUT_HOUR);
      for (const hour of hours) put.run(...hourValues(id, hour));
    });
  }

  async expireReadings(series: SeriesId, window: TimeWindow): Promise<ExpiryStep> {
    return this.#expire({ series, ...window }, (id) => {
      // The row after the step's last one, if there is one: up to it, and not the whole window, is removed.
      const next = this.#database
        .prepare(
          `SELECT at_ms, ordinal FROM readings WHERE series = ? AND at_ms >= ? AND at_ms < ?
           ORDER BY at_ms, ordinal LIMIT 1 OFFSET ?`,
        )
        .get(id, window.fromMs, window.toMs, EXPIRE_ROWS);
      const end = next === undefined ? [window.toMs, 0] : [Number(next["at_ms"]), Number(next["ordinal"])];
      return this.#database
        .prepare("DELETE FROM readings WHERE series = ? AND at_ms >= ? AND (at_ms, ordinal) < (?, ?)")
        .run(id, window.fromMs, ...end).changes;
    });
  }

  async expireHours(series: SeriesId, window: TimeWindow): Promise<ExpiryStep> {
    return this.#expire(
      { series, ...window },
      (id) =>
        this.#database
          .prepare(
            `DELETE FROM hours WHERE series = ?1 AND hour_ms IN (SELECT hour_ms FROM hours
               WHERE series = ?1 AND hour_ms >= ? AND hour_ms < ? ORDER BY hour_ms LIMIT ?)`,
          )
          .run(id, window.fromMs, window.toMs, EXPIRE_ROWS).changes,
    );
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #expire(query: TimeWindow & { readonly series: SeriesId }, remove: (id: number) => number | bigint): ExpiryStep {
    checkHoursQuery(query);
    return this.#transaction(() => {
      const id = this.#idOf(query.series);
      const removed = id === undefined ? 0 : Number(remove(id));
      return { removed, done: removed < EXPIRE_ROWS };
    });
  }

  #idOf({ tenantId, assetId, channel }: SeriesId): number | undefined {
    const row = this.#database
      .prepare("SELECT id FROM series WHERE tenant = ? AND asset = ? AND channel = ?")
      .get(tenantId, assetId, channel);
    return row?.["id"] as number | undefined;
  }

  #transaction<T>(work: () => T): T {
    if (!this.#database.isOpen) throw new StoreUnavailableError("STORE_UNAVAILABLE", `${this.#path} was closed`);
    return asStoreWork(this.#path, () => {
      try {
        this.#database.exec("BEGIN IMMEDIATE");
        const result = work();
        this.#database.exec("COMMIT");
        return result;
      } catch (thrown) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw thrown;
      }
    });
  }
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: LOCK_PATIENCE_MS });
  try {
    const version = checkFormat(database, path, READING_STORE_MIGRATIONS.length);
    if (version < READING_STORE_MIGRATIONS.length)
      throw new StoreFormatError("STORE_TOO_OLD", `${path} has format ${version}; open its writer first`);
    database.exec("PRAGMA synchronous = FULL");
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}
