// DDATA under contract: records into columns and back. A record opens with its Record/Number metric; what follows by
// alias belongs to it until the next one opens.

import { CONTRACT, PROPERTY } from "./contract-names.ts";
import type { StreamBirth } from "./contract-birth.ts";
import type { ChainRecord, RecordReading } from "./chain-record.ts";
import { dataDigest, dataDigestOfBytes } from "./data-digest.ts";
import { formatGone, parseGone, type GoneRange } from "./gone-ranges.ts";
import { putNumber, putText, textOf, numberOf } from "./metric-access.ts";
import { DATATYPE, METRIC_FLAG, VALUE_KIND, type MetricColumns } from "./metric-columns.ts";
import { qualityOf, QUALITY_GOOD } from "./quality.ts";
import { MESSAGE_RECORDS_MAX, RecordCollector } from "./record-collector.ts";
import { RecordColumns } from "./record-columns.ts";
import { RangeSet, formatRanges, parseRanges, type Range } from "./ranges.ts";

export { MESSAGE_RECORDS_MAX, type GoneRange };

const SPARKPLUG_BAD = 0;
const SPARKPLUG_STALE = 500;

export interface DataHead {
  readonly birthId: string;
  readonly issued: number;
  readonly carries: readonly Range[];
  readonly gone: readonly GoneRange[];
  /** What the sender held when it wrote the message; readData holds what was read against it. */
  readonly digest: string;
}

export interface DataMessage extends Omit<DataHead, "digest"> {
  readonly records: readonly ChainRecord[];
  /** True when the gateway flagged the message as backlog. Judged by time all the same. */
  readonly historical: boolean;
}

/** Why a DDATA message earns nothing. `birth-unknown` is answered with a rebirth request, not with quarantine. */
export interface DataRefusal {
  readonly refused: "birth-unknown" | "not-under-contract" | "malformed";
  readonly reason: string;
  /** What the message says it carries, as far as that could be read. */
  readonly carries: readonly Range[];
  readonly birthId: string | undefined;
}

/** Appends the metrics of one DDATA message: the head by name, then the records by alias. */
export function putData(
  columns: MetricColumns,
  birth: StreamBirth,
  birthId: string,
  message: Omit<DataMessage, "birthId" | "carries">,
  nowMs: number,
): void {
  const carries = RangeSet.of(message.records.map(({ number }) => ({ first: number, last: number })));
  const digest = dataDigest(
    { birthId, issued: message.issued, carries: [...carries], gone: message.gone },
    message.records,
  );
  putText(columns, CONTRACT.birthId, birthId, nowMs);
  putText(columns, CONTRACT.carries, formatRanges(carries), nowMs);
  putText(columns, CONTRACT.digest, digest, nowMs);
  putNumber(columns, CONTRACT.issued, message.issued, DATATYPE.int64, nowMs);
  if (message.gone.length > 0) putText(columns, CONTRACT.gone, formatGone(message.gone), nowMs);
  let bootId = "";
  let anchorOrdinal = -1;
  for (const record of message.records) {
    const flags = message.historical ? METRIC_FLAG.historical : 0;
    setDataMetric(columns, birth.numberAlias, record.number, DATATYPE.int64, record.wallMs, flags);
    if (record.bootId !== bootId) putText(columns, CONTRACT.recordBoot, record.bootId, record.wallMs);
    if (record.anchorOrdinal !== anchorOrdinal)
      putNumber(columns, CONTRACT.recordAnchor, record.anchorOrdinal, DATATYPE.int64, record.wallMs);
    setDataMetric(columns, birth.monotonicAlias, record.monotonicMs, DATATYPE.int64, record.wallMs, flags);
    for (const reading of record.readings) putReading(columns, reading, record.wallMs, flags);
    ({ bootId, anchorOrdinal } = record);
  }
}

function setDataMetric(
  columns: MetricColumns,
  alias: number,
  value: number,
  datatype: number,
  timeMs: number,
  flags: number,
): number {
  const at = putNumber(columns, "", value, datatype, timeMs, alias);
  // The birth gave the datatype: DATA leaves it out (3.0, tck-id-payloads-metric-datatype-not-req).
  columns.flags[at] = (columns.flags[at] as number) | METRIC_FLAG.untyped | flags;
  return at;
}

function putReading(columns: MetricColumns, reading: RecordReading, wallMs: number, flags: number): void {
  const at = setDataMetric(columns, reading.alias, reading.value ?? 0, DATATYPE.double, wallMs, flags);
  if (reading.value === null) {
    columns.kind[at] = VALUE_KIND.none;
    columns.flags[at] = (columns.flags[at] as number) | METRIC_FLAG.null;
  }
  if (reading.quality === QUALITY_GOOD) return;
  const quality = qualityOf(reading.quality) ?? "device-timeout";
  columns.quality[at] = quality === "stale" ? SPARKPLUG_STALE : SPARKPLUG_BAD;
  columns.setProperty(at, PROPERTY.reason, quality);
}

/** What a DDATA message says of itself, or undefined when it is not under contract. */
export function readDataHead(columns: MetricColumns): DataHead | DataRefusal {
  let birthId: string | undefined;
  let issued = 0;
  let carries: Range[] | undefined;
  let gone: GoneRange[] | undefined = [];
  let digest: string | undefined;
  for (let at = 0; at < columns.length && columns.name[at] !== ""; at++) {
    const name = columns.name[at];
    if (name === CONTRACT.birthId) birthId = textOf(columns, at);
    else if (name === CONTRACT.issued) issued = numberOf(columns, at) ?? 0;
    else if (name === CONTRACT.digest) digest = textOf(columns, at);
    else if (name === CONTRACT.carries) carries = parseRanges(textOf(columns, at) ?? "?");
    else if (name === CONTRACT.gone) gone = parseGone(textOf(columns, at) ?? "?");
  }
  if (birthId === undefined)
    return { refused: "not-under-contract", reason: "no Contract/BirthId", carries: [], birthId };
  if (carries === undefined || gone === undefined)
    return { refused: "malformed", reason: "Contract/Carries or Contract/Gone is not ranges", carries: [], birthId };
  if (digest === undefined || !Number.isSafeInteger(issued) || issued < 0)
    return { refused: "malformed", reason: "Contract/Digest is missing or Contract/Issued no count", carries, birthId };
  return { birthId, issued, carries, gone, digest };
}

/** What a DDATA message is, its records set apart: those stand in columns. */
export type DataFrame = Omit<DataMessage, "records">;

/**
 * Reads the records of a DDATA message, with the birth that its head names, into `records`. The ranges it claims and the
 * records it holds must be the same set: a message cut short or glued together earns nothing.
 */
export function readRecords(
  columns: MetricColumns,
  head: DataHead,
  birth: StreamBirth,
  records: RecordColumns,
): DataFrame | DataRefusal {
  const { birthId, issued, carries, gone } = head;
  const refuse = (reason: string): DataRefusal => ({ refused: "malformed", reason, carries, birthId });
  const collector = new RecordCollector(birth, records);
  let historical = false;
  for (let at = 0; at < columns.length; at++) {
    const problem = collector.take(columns, at);
    if (problem !== undefined) return refuse(problem);
    if (columns.hasFlag(at, METRIC_FLAG.historical)) historical = true;
  }
  const problem = collector.finish();
  if (problem !== undefined) return refuse(problem);
  const held = heldRanges(records);
  if (typeof held === "number") return refuse(`number ${held} stands twice`);
  if (!isClaimed(records, carries) && held !== formatRanges(RangeSet.of(carries)))
    return refuse(`claims ${formatRanges(carries)} but holds ${held}`);
  const digest = dataDigestOfBytes(head, held, records.bytes, records.byteCount);
  if (digest !== head.digest) return refuse(`Contract/Digest is ${head.digest}, what stands here gives ${digest}`);
  return { birthId, issued, carries, gone, historical };
}

/** The numbers of the records as ranges in words, or the number that stands twice. */
function heldRanges(records: RecordColumns): string | number {
  const { recordCount, number } = records;
  const first = number[0] as number;
  let inRow = 1;
  while (inRow < recordCount && number[inRow] === first + inRow) inRow++;
  if (inRow === recordCount) return inRow === 1 ? `${first}` : `${first}-${first + inRow - 1}`;
  const held = new RangeSet();
  for (let at = 0; at < recordCount; at++) {
    if (held.has(number[at] as number)) return number[at] as number;
    held.add(number[at] as number);
  }
  return formatRanges(held);
}

/** True when the records are one run of numbers, and that is what is claimed: nearly always. */
function isClaimed({ recordCount, number }: RecordColumns, carries: readonly Range[]): boolean {
  const [only] = carries;
  if (carries.length !== 1 || only === undefined || only.last - only.first !== recordCount - 1) return false;
  for (let at = 0; at < recordCount; at++) if (number[at] !== only.first + at) return false;
  return true;
}

/** The same with the records as objects. */
export function readData(columns: MetricColumns, head: DataHead, birth: StreamBirth): DataMessage | DataRefusal {
  const records = new RecordColumns();
  const frame = readRecords(columns, head, birth, records);
  if ("refused" in frame) return frame;
  return { ...frame, records: Array.from({ length: records.recordCount }, (_, at) => records.record(at)) };
}
