// The embedded home's way in: one file, WAL, every commit synced to disk.
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { checkBatch } from "./reading-check.ts";
import type { ReadingBatch, ReadingWriter, RefusedPoint, SeriesId, WriteResult } from "./reading-store.ts";
import { asStoreWork } from "./sqlite-errors.ts";
import { migrate, type Migration, READING_STORE_MIGRATIONS } from "./sqlite-schema.ts";
import { StoreUnavailableError } from "./store-errors.ts";

/** How long to wait for a lock, which stalls the event loop. Only a person with a shell holds one: we are the one writer. */
const LOCK_PATIENCE_MS = 50;
/** What the write-ahead log shrinks to after a burst. */
const WAL_BYTES_KEPT = 64 * 1024 * 1024;

interface Statements {
  readonly addSeries: StatementSync;
  readonly findSeries: StatementSync;
  readonly addReading: StatementSync;
  readonly findReading: StatementSync;
}

/** A write is synchronous: some 6 µs a reading with the sync to disk, during which the process does nothing else. */
export class SqliteReadingWriter implements ReadingWriter {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #idOfSeries = new Map<string, number>();

  /** @throws StoreUnavailableError, StoreFullError, StoreFormatError */
  constructor(path: string, migrations: readonly Migration[] = READING_STORE_MIGRATIONS) {
    this.#path = path;
    [this.#database, this.#statements] = asStoreWork(path, () => open(path, migrations));
  }

  async write(batch: ReadingBatch): Promise<WriteResult> {
    if (!this.#database.isOpen) throw new StoreUnavailableError("STORE_UNAVAILABLE", `${this.#path} was closed`);
    const { storable, refused } = checkBatch(batch);
    const conflicts = asStoreWork(this.#path, () => this.#inTransaction(() => this.#add(batch, storable)));
    if (conflicts.length === 0) return { refused };
    return { refused: [...refused, ...conflicts].sort((a, b) => a.index - b.index) };
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #inTransaction<T>(work: () => T): T {
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (thrown) {
      // A series added in a transaction that did not commit has no id.
      this.#idOfSeries.clear();
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw thrown;
    }
  }

  #add(batch: ReadingBatch, storable: Int32Array): RefusedPoint[] {
    const conflicts: RefusedPoint[] = [];
    const ids: (number | undefined)[] = [];
    const { addReading } = this.#statements;
    for (const index of storable) {
      const key = batch.seriesKey[index] as number;
      const id = (ids[key] ??= this.#idOf(batch.series[key] as SeriesId));
      const atMs = batch.sampledAtMs[index] as number;
      const ordinal = batch.ordinal[index] as number;
      const number = batch.value[index] as number;
      const value = Number.isNaN(number) ? null : number;
      const quality = batch.quality[index] as number;
      const { changes } = addReading.run(id, atMs, ordinal, value, quality, batch.receivedAtMs);
      if (changes !== 0) continue;
      const stored = this.#statements.findReading.get(id, atMs, ordinal);
      // SQLite keeps no negative zero, so === is the right comparison.
      if (stored?.["quality"] === quality && stored["value"] === value) continue;
      conflicts.push({ index, reason: "reading-conflict" });
    }
    return conflicts;
  }

  #idOf({ tenantId, assetId, channel }: SeriesId): number {
    const name = `${tenantId} ${assetId} ${channel}`;
    let id = this.#idOfSeries.get(name);
    if (id !== undefined) return id;
    this.#statements.addSeries.run(tenantId, assetId, channel);
    id = Number(this.#statements.findSeries.get(tenantId, assetId, channel)?.["id"]);
    this.#idOfSeries.set(name, id);
    return id;
  }
}

function open(path: string, migrations: readonly Migration[]): [DatabaseSync, Statements] {
  const database = new DatabaseSync(path, { timeout: LOCK_PATIENCE_MS });
  try {
    migrate(database, path, migrations);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    database.exec(`PRAGMA journal_size_limit = ${WAL_BYTES_KEPT}`);
    return [
      database,
      {
        addSeries: database.prepare("INSERT OR IGNORE INTO series (tenant, asset, channel) VALUES (?, ?, ?)"),
        findSeries: database.prepare("SELECT id FROM series WHERE tenant = ? AND asset = ? AND channel = ?"),
        addReading: database.prepare(
          `INSERT INTO readings (series, at_ms, ordinal, value, quality, received_at_ms) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO NOTHING`,
        ),
        findReading: database.prepare(
          "SELECT value, quality FROM readings WHERE series = ? AND at_ms = ? AND ordinal = ?",
        ),
      },
    ];
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}
