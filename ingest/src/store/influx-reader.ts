// The InfluxDB home's way out, by InfluxQL.
import { QUALITY_GOOD } from "@isotherm/coldchain";
import {
  type Bucket,
  bucketWidthMs,
  emptyBucket,
  ReadingColumnsBuilder,
  type ReadingRow,
  seriesBuckets,
  singleBuckets,
} from "./column-builder.ts";
import type { AnswerSeries, Cell } from "./influx-answer.ts";
import { InfluxConnection, type InfluxHome } from "./influx-connection.ts";
import { HOUR_FIELDS, hourOfCells } from "./influx-hours.ts";
import { POINT_FIELDS, pointRow, seriesConditions, tagConditions } from "./influx-lines.ts";
import { instantOf, nanosecondsOf } from "./influx-time.ts";
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
import { readTrack } from "./track.ts";

/** Rows asked for at once; a server of the 1.0 days cuts longer answers. */
const PAGE_ROWS = 10_000;
/** The last that a query may name, and one before the end of time, at which no reading of ours is (see STORE_TIME_MAX_MS). */
const LAST_NANOSECOND = "9223372036854775806";
const LIMITS = { connections: 4, requestsMax: 64, answerTimeoutMs: 60_000 };

export class InfluxReadingReader implements ReadingReader {
  readonly #connection: InfluxConnection;

  /** @throws StoreQueryError when the address makes no sense. */
  constructor(home: InfluxHome) {
    this.#connection = new InfluxConnection(home, LIMITS);
  }

  async readings(query: ReadingsQuery): Promise<ReadingColumns> {
    const { limit, fromOrdinal } = checkReadingsQuery(query);
    const columns = new ReadingColumnsBuilder(limit);
    let from = nanosecondsOf(query.fromMs, 0);
    if (fromOrdinal > 0) from = nextNanosecond(query.fromMs, fromOrdinal - 1);
    // One more than asked for says whether there is more.
    for (let left = limit + 1; left > 0; left = limit + 1 - columns.seen) {
      const wanted = Math.min(left, PAGE_ROWS);
      const page = await this.#rows(query, from, wanted);
      columns.add(page);
      const last = page.at(-1);
      if (last === undefined || page.length < wanted) break;
      from = nextNanosecond(last.atMs, last.ordinal);
    }
    return columns.build();
  }

  async series(query: SeriesQuery): Promise<SeriesBuckets> {
    checkSeriesQuery(query);
    const few = await this.#rows(query, nanosecondsOf(query.fromMs, 0), query.buckets + 1);
    if (few.length <= query.buckets) return singleBuckets(few);
    const widthMs = bucketWidthMs(query);
    const from = `FROM reading WHERE ${seriesConditions(query.series)} AND ${windowOf(query)}`;
    const into = `GROUP BY time(${widthMs}ms, ${query.fromMs % widthMs}ms) fill(none)`;
    // bottom and top, unlike min and max, tell when.
    const [sums, lows, highs] = await this.#connection.query([
      `SELECT count(value), mean(value), count(quality), max(quality) ${from} ${into}`,
      `SELECT bottom(value, 1) ${from} ${into}`,
      `SELECT top(value, 1) ${from} ${into}`,
    ]);
    const buckets = new Map<number, Bucket>();
    const bucketAt = (atMs: number): Bucket => {
      const fromMs = atMs - ((atMs - query.fromMs) % widthMs);
      const bucket = buckets.get(fromMs) ?? emptyBucket(fromMs);
      buckets.set(fromMs, bucket);
      return bucket;
    };
    for (const cells of rowsOf(sums)) addSums(bucketAt(instantOf(String(cells[0])).atMs), cells);
    for (const [time, value] of rowsOf(lows)) {
      const { atMs } = instantOf(String(time));
      Object.assign(bucketAt(atMs), { min: value, minAtMs: atMs });
    }
    for (const [time, value] of rowsOf(highs)) {
      const { atMs } = instantOf(String(time));
      Object.assign(bucketAt(atMs), { max: value, maxAtMs: atMs });
    }
    return seriesBuckets(
      [...buckets.values()].sort((a, b) => a.fromMs - b.fromMs),
      widthMs,
    );
  }

  async count(query: CountQuery = {}): Promise<number> {
    checkCountQuery(query);
    const conditions = tagConditions({ tenant: query.tenantId, asset: query.assetId });
    const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
    // A point has a value or a quality, never both.
    const [answer] = await this.#connection.query([`SELECT count(value), count(quality) FROM reading${where}`]);
    const [, good, notGood] = rowsOf(answer)[0] ?? [];
    return Number(good ?? 0) + Number(notGood ?? 0);
  }

  async last(query: LastQuery): Promise<StoredReading | undefined> {
    checkLastQuery(query);
    return this.#one(query, `time >= 0 AND time < ${nanosecondsOf(query.beforeMs, 0)}`, "DESC");
  }

  async first(query: FirstQuery): Promise<StoredReading | undefined> {
    checkFirstQuery(query);
    return this.#one(query, `time >= ${nanosecondsOf(query.fromMs, 0)} AND time <= ${LAST_NANOSECOND}`, "ASC");
  }

  async hours(query: HoursQuery): Promise<readonly HourSums[]> {
    checkHoursQuery(query);
    const hours: HourSums[] = [];
    for (let fromMs = query.fromMs; ;) {
      const where = `WHERE ${seriesConditions(query.series)} AND ${windowOf({ ...query, fromMs })}`;
      const [answer] = await this.#connection.query([`SELECT ${HOUR_FIELDS} FROM hour ${where} LIMIT ${PAGE_ROWS}`]);
      const page = rowsOf(answer).map(hourOfCells);
      for (const hour of page) hours.push(hour);
      if (page.length < PAGE_ROWS) return hours;
      fromMs = (page.at(-1) as HourSums).hourMs + 1;
    }
  }

  async seriesList(query: CountQuery = {}): Promise<readonly SeriesId[]> {
    checkCountQuery(query);
    const conditions = tagConditions({ tenant: query.tenantId, asset: query.assetId });
    const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
    const [answer] = await this.#connection.query([`SHOW SERIES FROM reading${where}`]);
    return rowsOf(answer)
      .map(([key]) => seriesOfKey(String(key)))
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  async track(query: TrackQuery): Promise<Track> {
    checkTrackQuery(query);
    if (query.place !== undefined) return readTrack(this, query, [query.place]);
    const where = tagConditions({ tenant: query.tenantId, asset: query.assetId }).join(" AND ");
    const [answer] = await this.#connection.query([`SHOW TAG VALUES FROM reading WITH KEY = "channel" WHERE ${where}`]);
    const latitudes = rowsOf(answer).map(([, channel]) => String(channel));
    const places = latitudes.flatMap((channel) => (channel.startsWith("latitude/") ? [channel.slice(9)] : []));
    return readTrack(this, query, places);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #one(
    { series, goodOnly }: Pick<LastQuery, "series" | "goodOnly">,
    when: string,
    order: "ASC" | "DESC",
  ): Promise<StoredReading | undefined> {
    // A row without any of the fields asked for does not come, so asking for the value alone asks for the good ones.
    const fields = goodOnly === true ? "value" : POINT_FIELDS;
    const where = `WHERE ${seriesConditions(series)} AND ${when}`;
    const [answer] = await this.#connection.query([
      `SELECT ${fields} FROM reading ${where} ORDER BY time ${order} LIMIT 1`,
    ]);
    const cells = rowsOf(answer)[0];
    if (cells === undefined) return undefined;
    const { atMs, ordinal, number, quality } = pointRow(cells);
    return { atMs, ordinal, value: quality === QUALITY_GOOD ? number : NaN, quality };
  }

  async #rows(query: Pick<SeriesQuery, "series" | "toMs">, from: string, limit: number): Promise<ReadingRow[]> {
    const window = `time >= ${from} AND time < ${nanosecondsOf(query.toMs, 0)}`;
    const where = `WHERE ${seriesConditions(query.series)} AND ${window}`;
    const [answer] = await this.#connection.query([`SELECT ${POINT_FIELDS} FROM reading ${where} LIMIT ${limit}`]);
    return rowsOf(answer).map(pointRow);
  }
}

/** `reading,asset=…,channel=…,tenant=…` as SHOW SERIES gives it; ids hold nothing that is escaped. */
function seriesOfKey(key: string): SeriesId {
  const tags = new Map(key.split(",").map((part) => part.split("=", 2) as [string, string]));
  const of = (name: string): string => tags.get(name) ?? "";
  return { tenantId: of("tenant"), assetId: of("asset"), channel: of("channel") };
}

function nameOf({ tenantId, assetId, channel }: SeriesId): string {
  return `${tenantId} ${assetId} ${channel}`;
}

function rowsOf(answer: readonly AnswerSeries[] | undefined): readonly (readonly Cell[])[] {
  return answer?.[0]?.values ?? [];
}

function windowOf({ fromMs, toMs }: { fromMs: number; toMs: number }): string {
  return `time >= ${nanosecondsOf(fromMs, 0)} AND time < ${nanosecondsOf(toMs, 0)}`;
}

function nextNanosecond(atMs: number, ordinal: number): string {
  return ordinal === 999_999 ? nanosecondsOf(atMs + 1, 0) : nanosecondsOf(atMs, ordinal + 1);
}

function addSums(bucket: Bucket, [, count, mean, notGood, worst]: readonly Cell[]): void {
  bucket.count = Number(count ?? 0);
  bucket.mean = mean === null || mean === undefined ? NaN : Number(mean);
  bucket.notGood = Number(notGood ?? 0);
  bucket.worstQuality = Number(worst ?? 0);
}
