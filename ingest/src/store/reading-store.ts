// The store of readings: one interface, two homes (SQLite, InfluxDB 1.x). See store-contract.test.ts for what both promise.

export { BUCKETS_MAX, READINGS_MAX, WRITES_WAITING_MAX } from "./store-limits.ts";
export { openReadingReader, openReadingWriter, openStoreUpkeep } from "./open-reading-store.ts";
export {
  StoreError,
  StoreFormatError,
  StoreFullError,
  StoreQueryError,
  StoreUnavailableError,
} from "./store-errors.ts";

/** Whose readings: ids as `isId`, channel as `isChannelId` of @isotherm/coldchain. */
export interface SeriesId {
  readonly tenantId: string;
  readonly assetId: string;
  readonly channel: string;
}

/** Readings as columns; the columns may be longer than `count`. */
export interface ReadingBatch {
  readonly count: number;
  /** Index into `series`. */
  readonly seriesKey: Int32Array;
  readonly series: readonly SeriesId[];
  /** UTC milliseconds, whole, 0 … 9 223 372 036 853. */
  readonly sampledAtMs: Float64Array;
  /** Record number modulo 1 000 000. The store's time is the millisecond plus this as nanoseconds. */
  readonly ordinal: Int32Array;
  /** NaN when the reading has no number, which a good one must have. */
  readonly value: Float64Array;
  /** QualityCode; 0 is good. */
  readonly quality: Uint8Array;
  readonly receivedAtMs: number;
}

/** Why one reading was not stored. `reading-conflict`: another value stands at its series, instant and ordinal. */
export type RefusalReason =
  | "id-invalid"
  | "time-invalid"
  | "ordinal-invalid"
  | "quality-unknown"
  | "value-missing"
  | "value-not-finite"
  | "reading-conflict"
  | "store-refused";

export interface RefusedPoint {
  /** Position in the batch. */
  readonly index: number;
  readonly reason: RefusalReason;
  /** What the store itself said, for `store-refused`. */
  readonly detail?: string;
}

export interface WriteResult {
  /** Ascending by index. Everything else of the batch is durable. */
  readonly refused: readonly RefusedPoint[];
}

/** The one writing process's way in. */
export interface ReadingWriter {
  /**
   * Idempotent: a reading that is already stored changes nothing. Resolves only when all but the refused are durable.
   * Calls are carried out one after the other; more than `WRITES_WAITING_MAX` waiting is STORE_BUSY.
   * @throws StoreUnavailableError, StoreFullError: part of the batch may be stored; write the same batch again later.
   */
  write(batch: ReadingBatch): Promise<WriteResult>;
  /** Lets writes under way end, then closes. */
  close(): Promise<void>;
}

/** Ascending by (atMs, ordinal); all columns have `length` entries. */
export interface ReadingColumns {
  readonly length: number;
  readonly atMs: Float64Array;
  readonly ordinal: Int32Array;
  /** NaN unless the reading is good. */
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  /** The number that a reading which is not good came with; NaN if it had none, or is good. Never for a chart. */
  readonly raw: Float64Array;
  /** True if the limit cut the answer: ask again from the last (atMs, ordinal + 1). */
  readonly more: boolean;
}

/** Ascending by fromMs; stretches without any reading have no entry. All columns have `length` entries. */
export interface SeriesBuckets {
  readonly length: number;
  /** Width of a bucket; 0 when each entry is one reading, `fromMs` being its instant. */
  readonly widthMs: number;
  readonly fromMs: Float64Array;
  /** Good readings. */
  readonly count: Int32Array;
  /** Of the good readings; NaN when there is none. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  /** When min and max were first reached; NaN when there is none. */
  readonly minAtMs: Float64Array;
  readonly maxAtMs: Float64Array;
  readonly notGood: Int32Array;
  /** The highest QualityCode in the bucket; 0 when all are good. */
  readonly worstQuality: Uint8Array;
}

export interface StoredReading {
  readonly atMs: number;
  readonly ordinal: number;
  /** NaN unless the reading is good. */
  readonly value: number;
  readonly quality: number;
}

/** Degrees WGS-84, ascending by atMs; all columns have `length` entries. */
export interface Track {
  readonly length: number;
  readonly atMs: Float64Array;
  readonly latitude: Float64Array;
  readonly longitude: Float64Array;
}

/** A value that stands from one good reading to the next. */
export interface StandingSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: number;
}

/** One UTC hour of one series; see hour-sums.ts. NaN where no good reading tells it. */
export interface HourSums {
  readonly hourMs: number;
  /** Good readings, and their plain sum. */
  readonly count: number;
  readonly valueSum: number;
  readonly notGood: number;
  readonly worstQuality: number;
  readonly min: number;
  readonly max: number;
  readonly minAtMs: number;
  readonly maxAtMs: number;
  readonly firstAtMs: number;
  readonly firstValue: number;
  readonly lastAtMs: number;
  readonly lastValue: number;
  /** Over the spans between good readings of the hour but the wide ones: their time, and value times time. */
  readonly innerMs: number;
  readonly innerValueMs: number;
  /** Sum of time times e^(−ΔH/RT) as `harmMs` × e^`harmLog`; `harmMs` is NaN when that is no temperature. */
  readonly harmLog: number;
  readonly harmMs: number;
  /** The longest of those spans. */
  readonly longestMs: number;
  /** The wide spans, in order. */
  readonly wide: readonly StandingSpan[];
}

/** `fromMs` belongs to the window, `toMs` does not. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ReadingsQuery extends TimeWindow {
  readonly series: SeriesId;
  /** With `fromMs` itself, only ordinals from this one on: where the page before ended. */
  readonly fromOrdinal?: number;
  /** READINGS_MAX unless given, and at most that. */
  readonly limit?: number;
}

export interface SeriesQuery extends TimeWindow {
  readonly series: SeriesId;
  /** 1 … BUCKETS_MAX. */
  readonly buckets: number;
}

export interface CountQuery {
  readonly tenantId?: string;
  readonly assetId?: string;
}

export interface LastQuery {
  readonly series: SeriesId;
  /** Exclusive. */
  readonly beforeMs: number;
  /** The last good one, whatever came after it. */
  readonly goodOnly?: boolean;
}

export interface FirstQuery {
  readonly series: SeriesId;
  /** Inclusive. */
  readonly fromMs: number;
  /** The first good one, whatever came before it. */
  readonly goodOnly?: boolean;
}

/** Hours that begin in the window. */
export interface HoursQuery extends TimeWindow {
  readonly series: SeriesId;
}

export interface TrackQuery extends TimeWindow {
  readonly tenantId: string;
  readonly assetId: string;
  /** 2 … READINGS_MAX. */
  readonly pointsMax: number;
  /** Of `latitude/<place>`; the first by name that has positions in the window unless given. */
  readonly place?: string;
}

/**
 * Reads while another process writes.
 * Every method throws StoreQueryError for a senseless question and StoreUnavailableError when the store is away.
 */
export interface ReadingReader {
  readings(query: ReadingsQuery): Promise<ReadingColumns>;
  /** Single readings when there are no more than `buckets`; else buckets that keep every minimum and maximum. */
  series(query: SeriesQuery): Promise<SeriesBuckets>;
  /** Readings stored, good or not. Reads everything it counts: for checks, not for pages. */
  count(query?: CountQuery): Promise<number>;
  last(query: LastQuery): Promise<StoredReading | undefined>;
  first(query: FirstQuery): Promise<StoredReading | undefined>;
  /** Hourly sums that are stored, ascending. An hour that has none may have readings that are not summed yet. */
  hours(query: HoursQuery): Promise<readonly HourSums[]>;
  /** Every series that ever had a reading, by tenant, asset and channel. */
  seriesList(query?: CountQuery): Promise<readonly SeriesId[]>;
  /** Good positions whose latitude and longitude share instant and ordinal; first and last are always kept. */
  track(query: TrackQuery): Promise<Track>;
  close(): Promise<void>;
}

/** What is done to a store beside taking readings, in small steps, by the one writing process. */
export interface StoreUpkeep {
  /** Puts rows in the place of those of the same hours; durable when it resolves. */
  writeHours(series: SeriesId, hours: readonly HourSums[]): Promise<void>;
  /** Removes readings of a window, oldest first, in one bounded step; says how many, and whether that was all. */
  expireReadings(series: SeriesId, window: TimeWindow): Promise<ExpiryStep>;
  /** Removes hourly sums of hours that begin in the window. */
  expireHours(series: SeriesId, window: TimeWindow): Promise<ExpiryStep>;
  close(): Promise<void>;
}

export interface ExpiryStep {
  readonly removed: number;
  readonly done: boolean;
}

/** Where readings live. */
export type StoreHome =
  | { readonly kind: "sqlite"; readonly path: string }
  | {
      readonly kind: "influx";
      /** http or https; may hold user:password and a path. */
      readonly url: string;
      readonly database: string;
      readonly user?: string;
      readonly password?: string;
      readonly token?: string;
    };
