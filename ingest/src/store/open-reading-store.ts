// Opens a home of readings by its description.
import type { ReadingReader, ReadingWriter, StoreHome } from "./reading-store.ts";
import { InfluxReadingReader } from "./influx-reader.ts";
import { InfluxReadingWriter } from "./influx-writer.ts";
import { SqliteReadingReader } from "./sqlite-reader.ts";
import { SqliteReadingWriter } from "./sqlite-writer.ts";

/**
 * Opens the store for the one process that writes it. SQLite: creates or migrates the file. InfluxDB: no I/O yet, so a
 * store that is away does not keep ingest from starting; the database is created by the first write that misses it.
 * @throws StoreUnavailableError, StoreFullError, StoreFormatError, StoreQueryError (an address that makes no sense).
 */

export async function openReadingWriter(home: StoreHome): Promise<ReadingWriter> {
  return home.kind === "sqlite" ? new SqliteReadingWriter(home.path) : new InfluxReadingWriter(home);
}

/**
 * Opens the store read-only. A SQLite file that is not there yet is STORE_UNAVAILABLE: ask again when ingest has run.
 * @throws StoreUnavailableError, StoreFormatError, StoreQueryError (an address that makes no sense).
 */

export async function openReadingReader(home: StoreHome): Promise<ReadingReader> {
  return home.kind === "sqlite" ? new SqliteReadingReader(home.path) : new InfluxReadingReader(home);
}
