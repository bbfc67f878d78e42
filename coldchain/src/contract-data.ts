// DDATA under contract: records into columns and back. A record opens with its Record/Number metric; what follows by
// alias belongs to it until the next one opens.

import { CONTRACT, GONE_REASONS, PROPERTY, type GoneReason } from "./contract-names.ts";
import type { StreamBirth } from "./contract-birth.ts";
import { RECORD_READINGS_MAX, type ChainRecord, type RecordReading } from "./chain-record.ts";
import { putNumber, putText, textOf, numberOf } from "./metric-access.ts";
import { DATATYPE, METRIC_FLAG, VALUE_KIND, type MetricColumns } from "./metric-columns.ts";
import { isQuality, qualityCode, qualityOf, QUALITY_GOOD } from "./quality.ts";
import { RangeSet, formatRanges, parseRanges, type Range } from "./ranges.ts";

/** Records in one DDATA message at most. */
export const MESSAGE_RECORDS_MAX = 500;

const SPARKPLUG_BAD = 0;
const SPARKPLUG_STALE = 500;

export interface GoneRange extends Range {
  readonly reason: GoneReason;
}

export interface DataHead {
  readonly birthId: string;
  readonly issued: number;
  readonly carries: readonly Range[];
  readonly gone: readonly GoneRange[];
}

export interface DataMessage extends DataHead {
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

export function formatGone(gone: readonly GoneRange[]): string {
  return GONE_REASONS.map((reason) => [reason, formatRanges(gone.filter((range) => range.reason === reason))] as const)
    .filter(([, ranges]) => ranges !== "")
    .map(([reason, ranges]) => `${reason}:${ranges}`)
    .join(";");
}

export function parseGone(text: string): GoneRange[] | undefined {
  if (text === "") return [];
  const gone: GoneRange[] = [];
  for (const part of text.split(";")) {
    const colon = part.indexOf(":");
    const reason = GONE_REASONS.find((known) => known === part.slice(0, colon));
    const ranges = parseRanges(part.slice(colon + 1));
    if (reason === undefined || ranges === undefined) return undefined;
    for (const range of ranges) gone.push({ ...range, reason });
  }
  return gone;
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
  putText(columns, CONTRACT.birthId, birthId, nowMs);
  putText(columns, CONTRACT.carries, formatRanges(carries), nowMs);
  putNumber(columns, CONTRACT.issued, message.issued, DATATYPE.int64, nowMs);
  if (message.gone.length > 0) putText(columns, CONTRACT.gone, formatGone(message.gone), nowMs);
  let bootId = "";
  let anchorOrdinal = -1;
  for (const record of message.records) {
    const flags = message.historical ? METRIC_FLAG.historical : 0;
    setDataMetric(columns, birth.numberAlias, record.number, DATATYPE.unknown, record.wallMs, flags);
    if (record.bootId !== bootId) putText(columns, CONTRACT.recordBoot, record.bootId, record.wallMs);
    if (record.anchorOrdinal !== anchorOrdinal)
      putNumber(columns, CONTRACT.recordAnchor, record.anchorOrdinal, DATATYPE.int64, record.wallMs);
    setDataMetric(columns, birth.monotonicAlias, record.monotonicMs, DATATYPE.unknown, record.wallMs, flags);
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
  columns.flags[at] = (columns.flags[at] as number) | flags;
  return at;
}

function putReading(columns: MetricColumns, reading: RecordReading, wallMs: number, flags: number): void {
  const at = setDataMetric(columns, reading.alias, reading.value ?? 0, DATATYPE.unknown, wallMs, flags);
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
  for (let at = 0; at < columns.length && columns.name[at] !== ""; at++) {
    const name = columns.name[at];
    if (name === CONTRACT.birthId) birthId = textOf(columns, at);
    else if (name === CONTRACT.issued) issued = numberOf(columns, at) ?? 0;
    else if (name === CONTRACT.carries) carries = parseRanges(textOf(columns, at) ?? "?");
    else if (name === CONTRACT.gone) gone = parseGone(textOf(columns, at) ?? "?");
  }
  if (birthId === undefined)
    return { refused: "not-under-contract", reason: "no Contract/BirthId", carries: [], birthId };
  if (carries === undefined || gone === undefined)
    return { refused: "malformed", reason: "Contract/Carries or Contract/Gone is not ranges", carries: [], birthId };
  return { birthId, issued, carries, gone };
}

/**
 * Reads the records of a DDATA message with the birth that its head names. The ranges it claims and the records it holds
 * must be the same set: a message cut short or glued together earns nothing.
 */
export function readData(columns: MetricColumns, head: DataHead, birth: StreamBirth): DataMessage | DataRefusal {
  const refuse = (reason: string): DataRefusal => ({
    refused: "malformed",
    reason,
    carries: head.carries,
    birthId: head.birthId,
  });
  const records = new RecordCollector(birth);
  let historical = false;
  for (let at = 0; at < columns.length; at++) {
    const problem = records.take(columns, at);
    if (problem !== undefined) return refuse(problem);
    if (columns.hasFlag(at, METRIC_FLAG.historical)) historical = true;
  }
  const list = records.finish();
  if (typeof list === "string") return refuse(list);
  const held = new RangeSet();
  for (const { number } of list) {
    if (held.has(number)) return refuse(`number ${number} stands twice`);
    held.add(number);
  }
  if (formatRanges(held) !== formatRanges(RangeSet.of(head.carries)))
    return refuse(`claims ${formatRanges(head.carries)} but holds ${formatRanges(held)}`);
  return { ...head, records: list, historical };
}

interface OpenRecord {
  number: number;
  monotonicMs: number | undefined;
  wallMs: number;
  readings: RecordReading[];
}

/** Gathers metrics into records, in the order of the message. */
class RecordCollector {
  readonly #birth: StreamBirth;
  readonly #aliases: ReadonlySet<number>;
  readonly #records: ChainRecord[] = [];
  #open: OpenRecord | undefined;
  #bootId = "";
  #anchorOrdinal = 0;

  constructor(birth: StreamBirth) {
    this.#birth = birth;
    this.#aliases = new Set(birth.channels.map(({ alias }) => alias));
  }

  /** Takes one metric; returns what is wrong with it, if anything. */
  take(columns: MetricColumns, at: number): string | undefined {
    const name = columns.name[at] as string;
    if (name === CONTRACT.recordBoot) this.#bootId = textOf(columns, at) ?? "";
    else if (name === CONTRACT.recordAnchor) this.#anchorOrdinal = numberOf(columns, at) ?? 0;
    if (name !== "" || !columns.hasFlag(at, METRIC_FLAG.hasAlias)) return undefined;
    const alias = columns.alias[at] as number;
    if (alias === this.#birth.numberAlias) return this.#openRecord(columns, at);
    if (this.#open === undefined) return `alias ${alias} stands before the first record`;
    if (alias === this.#birth.monotonicAlias) this.#open.monotonicMs = numberOf(columns, at);
    else if (!this.#aliases.has(alias)) return `alias ${alias} is not in the birth`;
    else return this.#takeReading(this.#open, columns, at, alias);
    return undefined;
  }

  finish(): readonly ChainRecord[] | string {
    return this.#closeRecord() ?? this.#records;
  }

  #openRecord(columns: MetricColumns, at: number): string | undefined {
    const problem = this.#closeRecord();
    if (problem !== undefined) return problem;
    const number = numberOf(columns, at);
    if (number === undefined || !Number.isSafeInteger(number) || number < 1) return "a record has no number";
    if (this.#records.length >= MESSAGE_RECORDS_MAX) return `more than ${MESSAGE_RECORDS_MAX} records`;
    this.#open = { number, monotonicMs: undefined, wallMs: columns.timeMs[at] as number, readings: [] };
    return undefined;
  }

  #closeRecord(): string | undefined {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return undefined;
    const { number, monotonicMs, wallMs, readings } = open;
    if (monotonicMs === undefined) return `record ${number} has no Record/MonotonicMs`;
    if (!/^[0-9a-f]{32}$/.test(this.#bootId)) return `record ${number} has no Record/Boot`;
    const { bootId, anchorOrdinal } = { bootId: this.#bootId, anchorOrdinal: this.#anchorOrdinal };
    this.#records.push({ number, bootId, monotonicMs, wallMs, anchorOrdinal, readings });
    return undefined;
  }

  #takeReading(open: OpenRecord, columns: MetricColumns, at: number, alias: number): string | undefined {
    if (alias <= (open.readings.at(-1)?.alias ?? -1)) return `record ${open.number}: aliases do not ascend`;
    if (open.readings.length >= RECORD_READINGS_MAX) return `record ${open.number} has too many readings`;
    const isNull = columns.hasFlag(at, METRIC_FLAG.null);
    const value = isNull ? null : numberOf(columns, at);
    if (value === undefined) return `record ${open.number}: alias ${alias} has no number`;
    if (value !== null && !Number.isFinite(value)) return `record ${open.number}: alias ${alias} is not finite`;
    let quality = QUALITY_GOOD;
    if (columns.quality[at] !== -1 && columns.quality[at] !== 192) {
      const reason = columns.properties.get(at)?.get(PROPERTY.reason);
      quality = qualityCode(typeof reason === "string" && isQuality(reason) ? reason : "device-timeout");
    }
    open.readings.push({ alias, value, quality });
    return undefined;
  }
}
