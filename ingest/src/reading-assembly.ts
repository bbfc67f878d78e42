// Placed records as columns for the store: no object a reading, from the message to the store's request.

import { type ChainRecord, type RecordColumns, type StreamBirth, qualityCode } from "@isotherm/coldchain";
import type { ChannelState, LatestTable } from "./latest-table.ts";
import type { ReadingBatch, SeriesId } from "./store/reading-store.ts";
import type { StreamState } from "./stream-state.ts";

/** Store times are the millisecond plus the record's number modulo this, as nanoseconds. */
const ORDINALS = 1_000_000;
const CLOCK_UNTRUSTED = qualityCode("clock-untrusted");
const GROWTH = 2;
/** Canonical bytes that a reading may be expected to take, with its part of its record's head. */
const BYTES_PER_READING = 20;

/** Where a record's readings come from and belong to. */
export interface RecordSource {
  readonly stream: StreamState;
  readonly tenantId: string;
  readonly birth: StreamBirth;
  /** Undefined: no anchor ever came, so the untrusted wall clock stands, and the readings are flagged. */
  readonly sampledAtMs: number | undefined;
  readonly receivedAtMs: number;
}

/** A record as an object, for sources that are few. */
export interface PlacedRecord extends RecordSource {
  readonly record: ChainRecord;
  readonly bytes: Uint8Array;
}

/** What is kept of a record until its batch is committed. */
export interface AssembledRecord {
  readonly source: RecordSource;
  readonly number: number;
  readonly receivedAtMs: number;
  /** Where its canonical bytes stand among those of the batch. */
  readonly bytesFrom: number;
  readonly bytesTo: number;
}

/** One stored reading, seen from its channel. */
export interface StoredPoint {
  readonly series: SeriesId;
  readonly source: RecordSource;
  /** Of its record, and that record's canonical bytes. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly sampledAtMs: number;
  readonly value: number | null;
  readonly quality: number;
}

/** A batch for the store, and what each of its readings belongs to. */
export class AssembledReadings {
  readonly batch: ReadingBatch;
  /** By `batch.seriesKey`. */
  readonly channels: readonly ChannelState[];
  readonly records: readonly AssembledRecord[];
  /** Index into `records`, by reading. */
  readonly recordOf: Int32Array;
  readonly #bytes: Uint8Array;
  /** Readings that the store would not take. */
  readonly #refused = new Set<number>();

  constructor(
    batch: ReadingBatch,
    channels: readonly ChannelState[],
    records: readonly AssembledRecord[],
    recordOf: Int32Array,
    bytes: Uint8Array,
  ) {
    this.#bytes = bytes;
    this.batch = batch;
    this.channels = channels;
    this.records = records;
    this.recordOf = recordOf;
  }

  refuse(index: number): void {
    this.#refused.add(index);
  }

  isStored(index: number): boolean {
    return this.#refused.size === 0 || !this.#refused.has(index);
  }

  get storedCount(): number {
    return this.batch.count - this.#refused.size;
  }

  point(index: number): StoredPoint {
    const { seriesKey, sampledAtMs, value, quality } = this.batch;
    const number = value[index] as number;
    const record = this.records[this.recordOf[index] as number] as AssembledRecord;
    return {
      series: this.batch.series[seriesKey[index] as number] as SeriesId,
      source: record.source,
      number: record.number,
      bytes: this.#bytes.slice(record.bytesFrom, record.bytesTo),
      sampledAtMs: sampledAtMs[index] as number,
      value: Number.isNaN(number) ? null : number,
      quality: quality[index] as number,
    };
  }

  /** Every stored reading as an object: not for each batch. */
  *points(): Generator<StoredPoint> {
    for (let index = 0; index < this.batch.count; index++) if (this.isStored(index)) yield this.point(index);
  }
}

export class ReadingAssembly {
  readonly #latest: LatestTable;
  readonly #stamp: number;
  readonly #records: AssembledRecord[] = [];
  readonly #channels: ChannelState[] = [];
  #receivedAtMs = 0;
  #bytes: Uint8Array;
  #byteCount = 0;
  #count = 0;
  #recordOf: Int32Array;
  #seriesKey: Int32Array;
  #sampledAtMs: Float64Array;
  #ordinal: Int32Array;
  #value: Float64Array;
  #quality: Uint8Array;

  /** @param readings as many as may be expected; more make it grow */
  constructor(latest: LatestTable, readings = 64) {
    this.#latest = latest;
    this.#stamp = latest.nextStamp();
    this.#bytes = new Uint8Array(readings * BYTES_PER_READING);
    this.#recordOf = new Int32Array(readings);
    this.#seriesKey = new Int32Array(readings);
    this.#sampledAtMs = new Float64Array(readings);
    this.#ordinal = new Int32Array(readings);
    this.#value = new Float64Array(readings);
    this.#quality = new Uint8Array(readings);
  }

  get pointCount(): number {
    return this.#count;
  }

  add({ record, bytes, ...source }: PlacedRecord): void {
    const channels = this.#begin(source, record.number, bytes, record.readings.length);
    for (const { alias, value, quality } of record.readings)
      this.#put(channels.get(alias), value ?? Number.NaN, quality, source.sampledAtMs ?? record.wallMs, source);
  }

  /** A record of a message, of which the columns will be gone with the next message. */
  addFrom(columns: RecordColumns, at: number, source: RecordSource): void {
    const first = columns.firstReading[at] as number;
    const end = columns.firstReading[at + 1] as number;
    const channels = this.#begin(source, columns.number[at] as number, columns.bytesOf(at), end - first);
    const wallMs = columns.wallMs[at] as number;
    const atMs = source.sampledAtMs ?? wallMs;
    for (let i = first; i < end; i++)
      this.#put(
        channels.get(columns.alias[i] as number),
        columns.value[i] as number,
        columns.quality[i] as number,
        atMs,
        source,
      );
  }

  /** The batch for the store. */
  finish(): AssembledReadings {
    const batch = {
      count: this.#count,
      seriesKey: this.#seriesKey,
      series: this.#channels.map(({ series }) => series),
      sampledAtMs: this.#sampledAtMs,
      ordinal: this.#ordinal,
      value: this.#value,
      quality: this.#quality,
      receivedAtMs: this.#receivedAtMs,
    };
    return new AssembledReadings(batch, this.#channels, this.#records, this.#recordOf, this.#bytes);
  }

  #begin(source: RecordSource, number: number, bytes: Uint8Array, readings: number) {
    this.#receivedAtMs = Math.max(this.#receivedAtMs, source.receivedAtMs);
    const bytesFrom = this.#byteCount;
    const bytesTo = bytesFrom + bytes.length;
    this.#records.push({ source, number, receivedAtMs: source.receivedAtMs, bytesFrom, bytesTo });
    if (bytesTo > this.#bytes.length) this.#growBytes(bytesTo);
    this.#bytes.set(bytes, bytesFrom);
    this.#byteCount = bytesTo;
    if (this.#count + readings > this.#value.length) this.#grow(this.#count + readings);
    return this.#latest.ofBirth(source.tenantId, source.birth);
  }

  #put(
    channel: ChannelState | undefined,
    value: number,
    quality: number,
    atMs: number,
    { sampledAtMs }: RecordSource,
  ): void {
    if (channel === undefined) throw new Error("a reading of a channel that its birth does not declare");
    if (channel.stamp !== this.#stamp) {
      channel.stamp = this.#stamp;
      channel.key = this.#channels.push(channel) - 1;
    }
    const at = this.#count++;
    const record = this.#records.length - 1;
    this.#recordOf[at] = record;
    this.#seriesKey[at] = channel.key;
    this.#sampledAtMs[at] = atMs;
    this.#ordinal[at] = (this.#records[record] as AssembledRecord).number % ORDINALS;
    this.#value[at] = value;
    this.#quality[at] = sampledAtMs === undefined ? CLOCK_UNTRUSTED : quality;
  }

  #growBytes(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * GROWTH));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, this.#value.length * GROWTH);
    const wider = <A extends { set(from: A): void }>(to: A, from: A): A => {
      to.set(from);
      return to;
    };
    this.#recordOf = wider(new Int32Array(capacity), this.#recordOf);
    this.#seriesKey = wider(new Int32Array(capacity), this.#seriesKey);
    this.#sampledAtMs = wider(new Float64Array(capacity), this.#sampledAtMs);
    this.#ordinal = wider(new Int32Array(capacity), this.#ordinal);
    this.#value = wider(new Float64Array(capacity), this.#value);
    this.#quality = wider(new Uint8Array(capacity), this.#quality);
  }
}
