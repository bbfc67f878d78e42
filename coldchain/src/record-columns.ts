// Records of one message as columns and canonical bytes at once, so that reading them makes no object a record or reading.

import {
  type ChainRecord,
  parseRecordBytes,
  RECORD_HEAD_BYTES,
  RECORD_READING_BYTES,
  RECORD_NULL_FLAG,
  writeRecordHead,
} from "./chain-record.ts";

const GROWTH = 2;

/** What stands at the head of a record. */
export type RecordHead = Omit<ChainRecord, "readings">;

/** Growable columns, reused from message to message: `clear` keeps the capacity. Readings of record i: firstReading[i] … firstReading[i + 1]. */
export class RecordColumns {
  recordCount = 0;
  number: Float64Array;
  monotonicMs: Float64Array;
  wallMs: Float64Array;
  anchorOrdinal: Int32Array;
  readonly bootId: string[] = [];
  firstReading: Int32Array;
  readingCount = 0;
  alias: Float64Array;
  /** NaN when the device gave no number. */
  value: Float64Array;
  /** QualityCode. */
  quality: Uint8Array;
  /** Of all records, one after the other. */
  bytes: Uint8Array;
  byteCount = 0;
  #view: DataView;

  constructor(recordCapacity = 16, readingCapacity = 128) {
    this.number = new Float64Array(recordCapacity);
    this.monotonicMs = new Float64Array(recordCapacity);
    this.wallMs = new Float64Array(recordCapacity);
    this.anchorOrdinal = new Int32Array(recordCapacity);
    this.firstReading = new Int32Array(recordCapacity + 1);
    this.alias = new Float64Array(readingCapacity);
    this.value = new Float64Array(readingCapacity);
    this.quality = new Uint8Array(readingCapacity);
    this.bytes = new Uint8Array(recordCapacity * RECORD_HEAD_BYTES + readingCapacity * RECORD_READING_BYTES);
    this.#view = new DataView(this.bytes.buffer);
  }

  clear(): void {
    this.recordCount = 0;
    this.readingCount = 0;
    this.byteCount = 0;
  }

  /** Begins a record; readings follow, then `close`. */
  open(): void {
    if (this.recordCount + 1 >= this.firstReading.length) this.#growRecords();
    this.firstReading[this.recordCount] = this.readingCount;
    this.byteCount += RECORD_HEAD_BYTES;
    this.#reserve(0);
  }

  /** Readings of the record that is open. */
  get openReadings(): number {
    return this.readingCount - (this.firstReading[this.recordCount] as number);
  }

  /** Adds a reading to the open record. */
  add(alias: number, value: number | null, quality: number): void {
    const at = this.readingCount++;
    if (at >= this.alias.length) this.#growReadings();
    this.alias[at] = alias;
    this.value[at] = value ?? Number.NaN;
    this.quality[at] = quality;
    this.#reserve(RECORD_READING_BYTES);
    const byteAt = this.byteCount;
    this.#view.setUint32(byteAt, alias);
    this.#view.setUint8(byteAt + 4, value === null ? quality | RECORD_NULL_FLAG : quality);
    this.#view.setFloat64(byteAt + 5, value ?? 0);
    this.byteCount = byteAt + RECORD_READING_BYTES;
  }

  /** Ends the open record. The caller has checked what stands at its head. */
  close(number: number, bootId: string, monotonicMs: number, wallMs: number, anchorOrdinal: number): void {
    const at = this.recordCount++;
    const readings = this.readingCount - (this.firstReading[at] as number);
    const headAt = this.byteCount - readings * RECORD_READING_BYTES - RECORD_HEAD_BYTES;
    this.number[at] = number;
    this.bootId[at] = bootId;
    this.monotonicMs[at] = monotonicMs;
    this.wallMs[at] = wallMs;
    this.anchorOrdinal[at] = anchorOrdinal;
    this.firstReading[at + 1] = this.readingCount;
    writeRecordHead(this.bytes, this.#view, headAt, number, bootId, monotonicMs, wallMs, anchorOrdinal, readings);
  }

  /** Where the canonical bytes of a record begin; those of the one after the last are the end of all. */
  bytesFrom(record: number): number {
    const readings = record === this.recordCount ? this.readingCount : (this.firstReading[record] as number);
    return record * RECORD_HEAD_BYTES + readings * RECORD_READING_BYTES;
  }

  /** The canonical bytes of a record: a view that the next message overwrites. */
  bytesOf(record: number): Uint8Array {
    return this.bytes.subarray(this.bytesFrom(record), this.bytesFrom(record + 1));
  }

  /** A record as an object of its own. */
  record(record: number): ChainRecord {
    return parseRecordBytes(this.bytesOf(record));
  }

  push(record: ChainRecord): void {
    this.open();
    for (const { alias, value, quality } of record.readings) this.add(alias, value, quality);
    this.close(record.number, record.bootId, record.monotonicMs, record.wallMs, record.anchorOrdinal);
  }

  #reserve(more: number): void {
    if (this.byteCount + more <= this.bytes.length) return;
    const bytes = new Uint8Array((this.byteCount + more) * GROWTH);
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  #growRecords(): void {
    const capacity = this.number.length * GROWTH;
    this.number = wider(new Float64Array(capacity), this.number);
    this.monotonicMs = wider(new Float64Array(capacity), this.monotonicMs);
    this.wallMs = wider(new Float64Array(capacity), this.wallMs);
    this.anchorOrdinal = wider(new Int32Array(capacity), this.anchorOrdinal);
    this.firstReading = wider(new Int32Array(capacity + 1), this.firstReading);
  }

  #growReadings(): void {
    const capacity = this.alias.length * GROWTH;
    this.alias = wider(new Float64Array(capacity), this.alias);
    this.value = wider(new Float64Array(capacity), this.value);
    this.quality = wider(new Uint8Array(capacity), this.quality);
  }
}

function wider<A extends { set(from: A): void }>(to: A, from: A): A {
  to.set(from);
  return to;
}
