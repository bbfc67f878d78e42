// Gathers the metrics of a DDATA message into records: a record opens with its Record/Number metric.

import { RECORD_READINGS_MAX, type ChainRecord, type RecordReading } from "./chain-record.ts";
import type { StreamBirth } from "./contract-birth.ts";
import { CONTRACT, PROPERTY } from "./contract-names.ts";
import { numberOf, textOf } from "./metric-access.ts";
import { METRIC_FLAG, type MetricColumns } from "./metric-columns.ts";
import { isQuality, qualityCode, QUALITY_GOOD } from "./quality.ts";

/** Records in one DDATA message at most. */
export const MESSAGE_RECORDS_MAX = 500;

const SPARKPLUG_GOOD = 192;

interface OpenRecord {
  number: number;
  monotonicMs: number | undefined;
  wallMs: number;
  readings: RecordReading[];
}

/** Gathers metrics into records, in the order of the message. */
export class RecordCollector {
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
    if (!columns.hasFlag(at, METRIC_FLAG.hasTime)) return `record ${number} has no time`;
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
    if (columns.quality[at] !== -1 && columns.quality[at] !== SPARKPLUG_GOOD) {
      const reason = columns.properties.get(at)?.get(PROPERTY.reason);
      quality = qualityCode(typeof reason === "string" && isQuality(reason) ? reason : "device-timeout");
    }
    open.readings.push({ alias, value, quality });
    return undefined;
  }
}
