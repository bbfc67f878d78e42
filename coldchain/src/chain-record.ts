// A record: the readings of one asset at one sampling instant, numbered in its stream, and its canonical bytes.
// The canonical bytes are what the spool keeps, what digests and seals are taken over, and never change within a format.

import { qualityOf, type QualityCode } from "./quality.ts";

/** Format byte of the canonical bytes; a reader that meets a higher one sets the record aside untouched. */
export const RECORD_FORMAT = 1;

/** Readings of one record at most; keeps a record under 16 KiB and a message of 50 records under a broker's bound. */
export const RECORD_READINGS_MAX = 256;

/** Aliases of records are 32-bit in the canonical bytes. */
export const RECORD_ALIAS_MAX = 0xffffffff;

export interface RecordReading {
  readonly alias: number;
  /** Null when the device gave no number; a reading that is not good may still keep the number it gave. */
  readonly value: number | null;
  readonly quality: QualityCode;
}

export interface ChainRecord {
  /** 1, 2, 3 … within its stream. */
  readonly number: number;
  /** 32 hex digits: this boot of the gateway's machine, as far as its monotonic clock is one. */
  readonly bootId: string;
  /** Whole milliseconds. */
  readonly monotonicMs: number;
  /** Whole milliseconds, UTC as the gateway's clock had it. */
  readonly wallMs: number;
  /** Which anchor of the boot places this record in time; 0 when none was known: then the boot's first anchor does. */
  readonly anchorOrdinal: number;
  /** Ascending by alias, each alias once. */
  readonly readings: readonly RecordReading[];
}

/** Of the canonical bytes: before the readings, and of each reading. */
export const RECORD_HEAD_BYTES = 1 + 8 + 16 + 8 + 8 + 2 + 2;
export const RECORD_READING_BYTES = 4 + 1 + 8;
/** Beside the quality of a reading without a value. */
export const RECORD_NULL_FLAG = 0x80;
const HEAD_BYTES = RECORD_HEAD_BYTES;
const READING_BYTES = RECORD_READING_BYTES;
const NULL_FLAG = RECORD_NULL_FLAG;
const ANCHOR_ORDINAL_MAX = 0xffff;
const BOOT_ID = /^[0-9a-f]{32}$/;

/** A programmer gave a record that its format cannot hold. */
export class RecordShapeError extends Error {
  readonly code = "RECORD_SHAPE";
  override readonly name = "RecordShapeError";
}

/** Bytes that are not a record of a format that we know. */
export class RecordBytesError extends Error {
  readonly code: "RECORD_FORMAT_UNKNOWN" | "RECORD_BYTES";
  override readonly name = "RecordBytesError";
  constructor(code: "RECORD_FORMAT_UNKNOWN" | "RECORD_BYTES", message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Canonical bytes, format 1, big-endian: format u8, number f64, boot 16 bytes, monotonicMs f64, wallMs f64,
 * anchorOrdinal u16, count u16; then per reading alias u32, quality u8 (bit 7: no value), value f64 (0 when none).
 */
export function recordBytes(record: ChainRecord): Uint8Array {
  const problem = shapeProblem(record);
  if (problem !== undefined) throw new RecordShapeError(problem);
  const { readings } = record;
  const bytes = new Uint8Array(HEAD_BYTES + readings.length * READING_BYTES);
  const view = new DataView(bytes.buffer);
  const { number, bootId, monotonicMs, wallMs, anchorOrdinal } = record;
  writeRecordHead(bytes, view, 0, number, bootId, monotonicMs, wallMs, anchorOrdinal, readings.length);
  let at = HEAD_BYTES;
  for (const { alias, value, quality } of readings) {
    view.setUint32(at, alias);
    bytes[at + 4] = value === null ? quality | NULL_FLAG : quality;
    view.setFloat64(at + 5, value ?? 0);
    at += READING_BYTES;
  }
  return bytes;
}

/** Writes the head of a record's canonical bytes at `at` of a message's; `view` is over the same bytes. */
export function writeRecordHead(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  number: number,
  bootId: string,
  monotonicMs: number,
  wallMs: number,
  anchorOrdinal: number,
  readingCount: number,
): void {
  bytes[at] = RECORD_FORMAT;
  view.setFloat64(at + 1, number);
  for (let i = 0; i < 16; i++)
    bytes[at + 9 + i] = hexDigit(bootId.charCodeAt(i * 2)) * 16 + hexDigit(bootId.charCodeAt(i * 2 + 1));
  // The wire has no minus zero for whole numbers; adding zero takes it away here too.
  view.setFloat64(at + 25, monotonicMs + 0);
  view.setFloat64(at + 33, wallMs + 0);
  view.setUint16(at + 41, anchorOrdinal);
  view.setUint16(at + 43, readingCount);
}

/** Of a lower-case digit. */
function hexDigit(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

export function isBootId(text: string): boolean {
  return BOOT_ID.test(text);
}

/** What keeps the head of a record from being written, in words. */
export function headProblem(
  number: number,
  monotonicMs: number,
  wallMs: number,
  anchorOrdinal: number,
): string | undefined {
  if (!Number.isSafeInteger(number) || number < 1) return `number ${number} is not 1, 2, 3 …`;
  if (!Number.isSafeInteger(monotonicMs)) return `monotonicMs ${monotonicMs} is not in whole milliseconds`;
  if (!Number.isSafeInteger(wallMs)) return `wallMs ${wallMs} is not in whole milliseconds`;
  if (!Number.isInteger(anchorOrdinal) || anchorOrdinal < 0 || anchorOrdinal > ANCHOR_ORDINAL_MAX)
    return `anchorOrdinal ${anchorOrdinal} is not 0-${ANCHOR_ORDINAL_MAX}`;
  return undefined;
}

/** What keeps a record from being written: whatever the bytes could not give back as it was. */
function shapeProblem(record: ChainRecord): string | undefined {
  const { number, bootId, monotonicMs, wallMs, anchorOrdinal, readings } = record;
  if (!isBootId(bootId)) return "bootId must be 32 hex digits";
  const ofHead = headProblem(number, monotonicMs, wallMs, anchorOrdinal);
  if (ofHead !== undefined) return ofHead;
  if (readings.length > RECORD_READINGS_MAX) return `more than ${RECORD_READINGS_MAX} readings`;
  let aliasBefore = -1;
  for (const { alias, value, quality } of readings) {
    if (!Number.isInteger(alias) || alias > RECORD_ALIAS_MAX) return `alias ${alias} is not 0-${RECORD_ALIAS_MAX}`;
    if (alias <= aliasBefore) return "readings must ascend by alias, each alias once";
    if (value !== null && !Number.isFinite(value)) return `alias ${alias}: value is not finite`;
    if (qualityOf(quality) === undefined) return `alias ${alias}: unknown quality code ${quality}`;
    aliasBefore = alias;
  }
  return undefined;
}

/** Reads canonical bytes. Throws RecordBytesError: unknown format, truncated, or shaped as recordBytes never writes. */
export function parseRecordBytes(bytes: Uint8Array): ChainRecord {
  if (bytes[0] !== RECORD_FORMAT)
    throw new RecordBytesError(
      "RECORD_FORMAT_UNKNOWN",
      `record format ${bytes[0] ?? "missing"}, expected ${RECORD_FORMAT}`,
    );
  if (bytes.length < HEAD_BYTES) throw new RecordBytesError("RECORD_BYTES", `${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(43);
  if (bytes.length !== HEAD_BYTES + count * READING_BYTES)
    throw new RecordBytesError("RECORD_BYTES", `${bytes.length} bytes do not hold ${count} readings`);
  let bootId = "";
  for (let i = 0; i < 16; i++) bootId += (bytes[9 + i] as number).toString(16).padStart(2, "0");
  const readings: RecordReading[] = [];
  for (let at = HEAD_BYTES; at < bytes.length; at += READING_BYTES) {
    const flags = bytes[at + 4] as number;
    const quality = flags & ~NULL_FLAG;
    if (flags & NULL_FLAG && !Object.is(view.getFloat64(at + 5), 0))
      throw new RecordBytesError("RECORD_BYTES", "a reading without a value has one");
    readings.push({
      alias: view.getUint32(at),
      value: flags & NULL_FLAG ? null : view.getFloat64(at + 5),
      quality,
    });
  }
  const record: ChainRecord = {
    number: view.getFloat64(1),
    bootId,
    monotonicMs: view.getFloat64(25),
    wallMs: view.getFloat64(33),
    anchorOrdinal: view.getUint16(41),
    readings,
  };
  if (Object.is(record.monotonicMs, -0) || Object.is(record.wallMs, -0))
    throw new RecordBytesError("RECORD_BYTES", "a time of minus zero");
  const problem = shapeProblem(record);
  if (problem !== undefined) throw new RecordBytesError("RECORD_BYTES", problem);
  return record;
}
