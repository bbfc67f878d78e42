// Gathers the metrics of a DDATA message into records: a record opens with its Record/Number metric.

import { headProblem, isBootId, RECORD_READINGS_MAX } from "./chain-record.ts";
import type { StreamBirth } from "./contract-birth.ts";
import { CONTRACT, PROPERTY } from "./contract-names.ts";
import { numberOf, textOf } from "./metric-access.ts";
import { METRIC_FLAG, type MetricColumns } from "./metric-columns.ts";
import { isQuality, qualityCode, QUALITY_GOOD } from "./quality.ts";
import type { RecordColumns } from "./record-columns.ts";

/** Records in one DDATA message at most. */
export const MESSAGE_RECORDS_MAX = 500;

const SPARKPLUG_GOOD = 192;
const NO_NUMBER = -1;

/** The aliases that a birth gives to channels; births are few and live long, messages are many. */
const aliasesOf = new WeakMap<StreamBirth, ReadonlySet<number>>();

/** Gathers metrics into records, in the order of the message. */
export class RecordCollector {
  readonly #birth: StreamBirth;
  readonly #aliases: ReadonlySet<number>;
  readonly #records: RecordColumns;
  /** Of the open record; NO_NUMBER when none is open. */
  #number = NO_NUMBER;
  #wallMs = 0;
  #monotonicMs: number | undefined;
  #aliasBefore = -1;
  #bootId = "";
  #anchorOrdinal = 0;

  /** @param records cleared first */
  constructor(birth: StreamBirth, records: RecordColumns) {
    this.#birth = birth;
    this.#records = records;
    records.clear();
    let aliases = aliasesOf.get(birth);
    if (aliases === undefined) aliasesOf.set(birth, (aliases = new Set(birth.channels.map(({ alias }) => alias))));
    this.#aliases = aliases;
  }

  /** Takes one metric; returns what is wrong with it, if anything. */
  take(columns: MetricColumns, at: number): string | undefined {
    const name = columns.name[at] as string;
    if (name !== "") {
      if (name === CONTRACT.recordBoot) this.#bootId = textOf(columns, at) ?? "";
      else if (name === CONTRACT.recordAnchor) this.#anchorOrdinal = numberOf(columns, at) ?? 0;
      return undefined;
    }
    if (!columns.hasFlag(at, METRIC_FLAG.hasAlias)) return undefined;
    const alias = columns.alias[at] as number;
    if (alias === this.#birth.numberAlias) return this.#openRecord(columns, at);
    if (this.#number === NO_NUMBER) return `alias ${alias} stands before the first record`;
    if (alias === this.#birth.monotonicAlias) this.#monotonicMs = numberOf(columns, at);
    else if (!this.#aliases.has(alias)) return `alias ${alias} is not in the birth`;
    else return this.#takeReading(columns, at, alias);
    return undefined;
  }

  /** Ends the last record; returns what is wrong with it, if anything. */
  finish(): string | undefined {
    return this.#closeRecord();
  }

  #openRecord(columns: MetricColumns, at: number): string | undefined {
    const problem = this.#closeRecord();
    if (problem !== undefined) return problem;
    const number = numberOf(columns, at);
    if (number === undefined || !Number.isSafeInteger(number) || number < 1) return "a record has no number";
    if (!columns.hasFlag(at, METRIC_FLAG.hasTime)) return `record ${number} has no time`;
    if (this.#records.recordCount >= MESSAGE_RECORDS_MAX) return `more than ${MESSAGE_RECORDS_MAX} records`;
    this.#number = number;
    this.#wallMs = columns.timeMs[at] as number;
    this.#monotonicMs = undefined;
    this.#aliasBefore = -1;
    this.#records.open();
    return undefined;
  }

  #closeRecord(): string | undefined {
    const number = this.#number;
    const monotonicMs = this.#monotonicMs;
    this.#number = NO_NUMBER;
    if (number === NO_NUMBER) return undefined;
    if (monotonicMs === undefined) return `record ${number} has no Record/MonotonicMs`;
    if (!isBootId(this.#bootId)) return `record ${number} has no Record/Boot`;
    const problem = headProblem(number, monotonicMs, this.#wallMs, this.#anchorOrdinal);
    if (problem !== undefined) return `record ${number}: ${problem}`;
    this.#records.close(number, this.#bootId, monotonicMs, this.#wallMs, this.#anchorOrdinal);
    return undefined;
  }

  #takeReading(columns: MetricColumns, at: number, alias: number): string | undefined {
    const number = this.#number;
    if (alias <= this.#aliasBefore) return `record ${number}: aliases do not ascend`;
    if (this.#records.openReadings >= RECORD_READINGS_MAX) return `record ${number} has too many readings`;
    const isNull = columns.hasFlag(at, METRIC_FLAG.null);
    const value = isNull ? null : numberOf(columns, at);
    if (value === undefined) return `record ${number}: alias ${alias} has no number`;
    if (value !== null && !Number.isFinite(value)) return `record ${number}: alias ${alias} is not finite`;
    let quality = QUALITY_GOOD;
    if (columns.quality[at] !== -1 && columns.quality[at] !== SPARKPLUG_GOOD) {
      const reason = columns.properties.get(at)?.get(PROPERTY.reason);
      quality = qualityCode(typeof reason === "string" && isQuality(reason) ? reason : "device-timeout");
    }
    this.#aliasBefore = alias;
    this.#records.add(alias, value, quality);
    return undefined;
  }
}
