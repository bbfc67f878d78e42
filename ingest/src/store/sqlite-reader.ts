// The embedded home's way out: reads while another process writes, a page at a time, so that nobody waits long.
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { QUALITY_GOOD } from "@isotherm/coldchain";
import {
  BucketBuilder,
  bucketWidthMs,
  ReadingColumnsBuilder,
  type ReadingRow,
  singleBuckets,
} from "./column-builder.ts";
import {
  checkCountQuery,
  checkFirstQuery,
  checkHoursQuery,
  checkLastQuery,
  checkReadingsQuery,
  checkSeriesQuery,
  checkTrackQuery,
} from "./query-check.ts";
import type {
  CountQuery,
  FirstQuery,
  HoursQuery,
  HourSums,
  LastQuery,
  ReadingColumns,
  ReadingReader,
  ReadingsQuery,
  SeriesBuckets,
  SeriesId,
  SeriesQuery,
  StoredReading,
  Track,
  TrackQuery,
} from "./reading-store.ts";
import { asStoreWork } from "./sqlite-errors.ts";
import { hourRow, HOURS_OF_SERIES } from "./sqlite-hours.ts";
import { checkFormat, READING_STORE_MIGRATIONS } from "./sqlite-schema.ts";
import { StoreFormatError, StoreUnavailableError } from "./store-errors.ts";
import { readTrack } from "./track.ts";

/** Rows read before other work of the process has its turn: some ten milliseconds. */
const PAGE_ROWS = 10_000;
/** In WAL a writer never blocks a reader, except for moments of recovery. */
const LOCK_PATIENCE_MS = 200;

interface PageQuery {
  readonly series: number;
  readonly fromMs: number;
  readonly fromOrdinal: number;
  readonly toMs: number;
}

export class SqliteReadingReader implements ReadingReader {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #page: StatementSync;

  /** @throws StoreUnavailableError when there is no file yet, StoreFormatError */
  constructor(path: string) {
    this.#path = path;
    this.#database = asStoreWork(path, () => open(path));
    this.#page = this.#database.prepare(
      `SELECT at_ms, ordinal, value, quality FROM readings
       WHERE series = ? AND (at_ms, ordinal) >= (?, ?) AND at_ms < ? ORDER BY at_ms, ordinal LIMIT ?`,
    );
  }

  async readings(query: ReadingsQuery): Promise<ReadingColumns> {
    const { limit, fromOrdinal } = checkReadingsQuery(query);
    const series = this.#idOf(query.series);
    const columns = new ReadingColumnsBuilder(limit);
    if (series === undefined) return columns.build();
    // One more than asked for says whether there is more.
    for await (const page of this.#pages({ ...query, series, fromOrdinal }, limit + 1)) columns.add(page);
    return columns.build();
  }

  async series(query: SeriesQuery): Promise<SeriesBuckets> {
    checkSeriesQuery(query);
    const series = this.#idOf(query.series);
    if (series === undefined) return singleBuckets([]);
    const window = { ...query, series, fromOrdinal: 0 };
    const few = this.#rows(window, query.buckets + 1);
    if (few.length <= query.buckets) return singleBuckets(few);
    const buckets = new BucketBuilder(query.fromMs, bucketWidthMs(query));
    for await (const page of this.#pages(window, Infinity)) for (const row of page) buckets.add(row);
    return buckets.build();
  }

  async count(query: CountQuery = {}): Promise<number> {
    checkCountQuery(query);
    let count = 0;
    for (const { id } of this.#seriesRows(query)) {
      count += Number(this.#all("SELECT count(*) AS count FROM readings WHERE series = ?", id as number)[0]?.["count"]);
      await nextTurn();
    }
    return count;
  }

  async last(query: LastQuery): Promise<StoredReading | undefined> {
    checkLastQuery(query);
    const series = this.#idOf(query.series);
    if (series === undefined) return undefined;
    const [row] = this.#all(
      `SELECT at_ms, ordinal, value, quality FROM readings WHERE series = ? AND at_ms < ? AND (? = 0 OR quality = 0)
       ORDER BY at_ms DESC, ordinal DESC LIMIT 1`,
      series,
      query.beforeMs,
      query.goodOnly === true ? 1 : 0,
    );
    return row === undefined ? undefined : storedReading(row);
  }

  async first(query: FirstQuery): Promise<StoredReading | undefined> {
    checkFirstQuery(query);
    const series = this.#idOf(query.series);
    if (series === undefined) return undefined;
    const [row] = this.#all(
      `SELECT at_ms, ordinal, value, quality FROM readings WHERE series = ? AND at_ms >= ? AND (? = 0 OR quality = 0)
       ORDER BY at_ms, ordinal LIMIT 1`,
      series,
      query.fromMs,
      query.goodOnly === true ? 1 : 0,
    );
    return row === undefined ? undefined : storedReading(row);
  }

  async hours(query: HoursQuery): Promise<readonly HourSums[]> {
    checkHoursQuery(query);
    const series = this.#idOf(query.series);
    const hours: HourSums[] = [];
    if (series === undefined) return hours;
    for (let fromMs = query.fromMs; ;) {
      const rows = this.#all(HOURS_OF_SERIES, series, fromMs, query.toMs, PAGE_ROWS).map(hourRow);
      for (const row of rows) hours.push(row);
      if (rows.length < PAGE_ROWS) return hours;
      fromMs = (rows.at(-1) as HourSums).hourMs + 1;
      await nextTurn();
    }
  }

  async seriesList(query: CountQuery = {}): Promise<readonly SeriesId[]> {
    checkCountQuery(query);
    return this.#seriesRows(query).map((row) => ({
      tenantId: String(row["tenant"]),
      assetId: String(row["asset"]),
      channel: String(row["channel"]),
    }));
  }

  async track(query: TrackQuery): Promise<Track> {
    checkTrackQuery(query);
    const channels = this.#all(
      "SELECT channel FROM series WHERE tenant = ? AND asset = ? AND channel LIKE 'latitude/%'",
      query.tenantId,
      query.assetId,
    );
    const places = channels.map(({ channel }) => String(channel).slice("latitude/".length));
    return readTrack(this, query, query.place === undefined ? places : [query.place]);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #all(sql: string, ...parameters: (string | number | null)[]): Record<string, unknown>[] {
    return this.#reading(() => this.#database.prepare(sql).all(...parameters));
  }

  #seriesRows({ tenantId = "", assetId = "" }: CountQuery): Record<string, unknown>[] {
    return this.#all(
      `SELECT * FROM series WHERE (?1 = '' OR tenant = ?1) AND (?2 = '' OR asset = ?2) ORDER BY tenant, asset, channel`,
      tenantId,
      assetId,
    );
  }

  #reading<T>(work: () => T): T {
    if (!this.#database.isOpen) throw new StoreUnavailableError("STORE_UNAVAILABLE", `${this.#path} was closed`);
    return asStoreWork(this.#path, work);
  }

  #idOf({ tenantId, assetId, channel }: SeriesId): number | undefined {
    const found = this.#all(
      "SELECT id FROM series WHERE tenant = ? AND asset = ? AND channel = ?",
      tenantId,
      assetId,
      channel,
    );
    return found[0]?.["id"] as number | undefined;
  }

  #rows({ series, fromMs, fromOrdinal, toMs }: PageQuery, limit: number): ReadingRow[] {
    return this.#reading(() => this.#page.all(series, fromMs, fromOrdinal, toMs, limit)).map(readingRow);
  }

  async *#pages(query: PageQuery, limit: number): AsyncGenerator<ReadingRow[]> {
    let from = query;
    for (let left = limit; left > 0;) {
      const wanted = Math.min(left, PAGE_ROWS);
      const rows = this.#rows(from, wanted);
      yield rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < wanted) return;
      left -= rows.length;
      from = { ...from, fromMs: last.atMs, fromOrdinal: last.ordinal + 1 };
      await nextTurn();
    }
  }
}

/** Lets whatever waits for the event loop go first. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function readingRow(row: Record<string, unknown>): ReadingRow {
  return {
    atMs: row["at_ms"] as number,
    ordinal: row["ordinal"] as number,
    number: (row["value"] as number | null) ?? NaN,
    quality: row["quality"] as number,
  };
}

function storedReading(row: Record<string, unknown>): StoredReading {
  const { atMs, ordinal, number, quality } = readingRow(row);
  return { atMs, ordinal, value: quality === QUALITY_GOOD ? number : NaN, quality };
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: LOCK_PATIENCE_MS });
  try {
    const version = checkFormat(database, path, READING_STORE_MIGRATIONS.length);
    if (version < READING_STORE_MIGRATIONS.length) {
      if (version === 0) throw new StoreUnavailableError("STORE_UNAVAILABLE", `${path} has no readings yet`);
      throw new StoreFormatError(
        "STORE_TOO_OLD",
        `${path} has format ${version}; start ingest, which brings it forward`,
      );
    }
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}
