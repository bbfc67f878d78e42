// Opens a home of readings by its description.
import type { ReadingReader, ReadingWriter, StoreHome, StoreUpkeep } from "./reading-store.ts";
import { InfluxReadingReader } from "./influx-reader.ts";
import { InfluxUpkeep } from "./influx-upkeep.ts";
import { InfluxReadingWriter } from "./influx-writer.ts";
import { SqliteReadingReader } from "./sqlite-reader.ts";
import { SqliteUpkeep } from "./sqlite-upkeep.ts";
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

/**
 * Opens the store for hourly sums and expiry, in the process that writes it and after its writer was opened.
 * @throws StoreUnavailableError, StoreFormatError, StoreQueryError (an address that makes no sense).
 */

export async function openStoreUpkeep(home: StoreHome): Promise<StoreUpkeep> {
  return home.kind === "sqlite" ? new SqliteUpkeep(home.path) : new InfluxUpkeep(home);
}
