// Metrics of foreign Sparkplug payloads: born with names, datatypes and perhaps aliases, then read by either. Takes what
// Sparkplug 3.0 asks for and what gateways of 2.2 do: datatypes repeated in DATA, names in DATA, times only on the payload.

import {
  CONTRACT,
  DATATYPE,
  METRIC_FLAG,
  type MetricColumns,
  VALUE_KIND,
  asDatatype,
  qualityCode,
} from "@isotherm/coldchain";
import { type RawValue, converted, declaredBy } from "../mapping/channel-terms.ts";
import { shortestDecimal } from "../mapping/foreign-unit.ts";
import { type SparkplugRule, assetOf } from "../mapping/mapping-rules.ts";
import { type Captures, filled } from "../mapping/text-pattern.ts";
import type { ForeignReading, Unmapped } from "./foreign-report.ts";
import type { BornMetrics, ForeignMetric, MetricTarget } from "./foreign-session.ts";

const SPARKPLUG_GOOD = 192;
const SPARKPLUG_STALE = 500;

/** Metrics about Sparkplug itself, which no mapping needs to speak of. */
const OWN_METRIC = /^(?:bdSeq$|Node Control\/|Device Control\/)/;

/** A node's words, with the rule that speaks of it, if one does. */
export interface NodeTerms {
  readonly rule: SparkplugRule | undefined;
  /** Out of group and node. */
  readonly captures: Captures;
  /** Empty: the node itself. */
  readonly device: string;
}

/** True for a payload under our contract: it is read elsewhere. */
export function isUnderContract(columns: MetricColumns): boolean {
  const { version, epoch, birthId } = CONTRACT;
  return columns.name.some(
    (name, at) => at < columns.length && (name === version || name === epoch || name === birthId),
  );
}

/** The definitions that a birth gives. */
export function bornMetrics(columns: MetricColumns, terms: NodeTerms): BornMetrics {
  const byAlias = new Map<number, ForeignMetric>();
  const byName = new Map<string, ForeignMetric>();
  for (let at = 0; at < columns.length; at++) {
    const name = columns.name[at] as string;
    if (name === "") continue;
    const metric = { name, datatype: columns.datatype[at] as number, target: targetOf(terms, name) };
    byName.set(name, metric);
    if (columns.hasFlag(at, METRIC_FLAG.hasAlias)) byAlias.set(columns.alias[at] as number, metric);
  }
  return { byAlias, byName };
}

function targetOf({ rule, captures, device }: NodeTerms, name: string): MetricTarget | undefined {
  for (const channel of rule?.channels ?? []) {
    if ((channel.device === undefined) !== (device === "")) continue;
    const ofDevice = channel.device === undefined ? {} : channel.device.match(device);
    const ofMetric = channel.metric.match(name);
    if (rule === undefined || ofDevice === undefined || ofMetric === undefined) continue;
    const names = { ...captures, ...ofDevice, ...ofMetric };
    const assetName = filled(channel.asset, names);
    const assetId = assetName === undefined ? undefined : assetOf(rule, assetName);
    const declared = declaredBy(channel.terms, names, rule.maxSilenceMs);
    if (assetId !== undefined && declared !== undefined) return { assetId, declared, terms: channel.terms };
  }
  return undefined;
}

export interface MetricsReading {
  readonly readings: readonly ForeignReading[];
  readonly unmapped: readonly Unmapped[];
  /** In words, why a mapped metric's value was not taken. */
  readonly problems: readonly string[];
  /** Metrics that no birth known now explains: a birth is wanted. */
  readonly unknown: number;
  /** Templates, data sets, bytes and files. */
  readonly skipped: number;
}

export interface MetricTimes {
  readonly payloadMs: number | undefined;
  readonly receivedAtMs: number;
}

/** The values of a payload. `born` is undefined when no birth of the device is known. */
export function readMetrics(
  columns: MetricColumns,
  born: BornMetrics | undefined,
  terms: NodeTerms,
  times: MetricTimes,
): MetricsReading {
  const readings: ForeignReading[] = [];
  const unmapped: Unmapped[] = [];
  const problems: string[] = [];
  let [unknown, skipped] = [0, 0];
  for (let at = 0; at < columns.length; at++) {
    const metric = metricAt(columns, at, born, terms);
    if (metric === undefined) {
      if (columns.name[at] === "" || !OWN_METRIC.test(columns.name[at] as string)) unknown++;
      continue;
    }
    const { target, name } = metric;
    if (columns.kind[at] === VALUE_KIND.other) skipped++;
    else if (target !== undefined) {
      const reading = readingAt(columns, at, metric, target, timeOf(columns, at, terms, times));
      if (typeof reading === "string") problems.push(`${name}: ${reading}`);
      else readings.push(reading);
    } else if (!OWN_METRIC.test(name)) {
      const example = String(rawAt(columns, at, metric) ?? "").slice(0, 60);
      unmapped.push({ what: terms.device === "" ? name : `${terms.device}: ${name}`, reason: "no-rule", example });
    }
  }
  return { readings, unmapped, problems, unknown, skipped };
}

/** By alias as born; by name as born; by a name alone only where its own datatype says how the value is written. */
function metricAt(
  columns: MetricColumns,
  at: number,
  born: BornMetrics | undefined,
  terms: NodeTerms,
): ForeignMetric | undefined {
  const name = columns.name[at] as string;
  const known =
    name !== ""
      ? born?.byName.get(name)
      : columns.hasFlag(at, METRIC_FLAG.hasAlias)
        ? born?.byAlias.get(columns.alias[at] as number)
        : undefined;
  if (known !== undefined || name === "" || columns.datatype[at] === DATATYPE.unknown) return known;
  return { name, datatype: columns.datatype[at] as number, target: targetOf(terms, name) };
}

function timeOf(
  columns: MetricColumns,
  at: number,
  { rule }: NodeTerms,
  { payloadMs, receivedAtMs }: MetricTimes,
): Pick<ForeignReading, "atMs" | "isTimed"> {
  if (rule?.isTimeless === true) return { atMs: receivedAtMs, isTimed: true };
  const statedMs = columns.hasFlag(at, METRIC_FLAG.hasTime) ? columns.timeMs[at] : payloadMs;
  return statedMs === undefined ? { atMs: receivedAtMs, isTimed: false } : { atMs: statedMs, isTimed: true };
}

function rawAt(columns: MetricColumns, at: number, { datatype }: ForeignMetric): RawValue {
  const kind = columns.kind[at];
  if (kind === VALUE_KIND.text) return columns.text[at] as string;
  if (kind === VALUE_KIND.boolean) return columns.value[at] === 1;
  if (kind !== VALUE_KIND.number) return null;
  const value = columns.value[at] as number;
  if (datatype === DATATYPE.boolean) return value === 1;
  return shortestDecimal(columns.datatype[at] === DATATYPE.unknown ? asDatatype(value, datatype) : value);
}

function readingAt(
  columns: MetricColumns,
  at: number,
  metric: ForeignMetric,
  { assetId, declared, terms }: MetricTarget,
  time: Pick<ForeignReading, "atMs" | "isTimed">,
): ForeignReading | string {
  const value = converted(terms, rawAt(columns, at, metric));
  if (typeof value === "string") return value;
  const stated = columns.quality[at] as number;
  const reading = { assetId, declared, ...time, ...value };
  // What the gateway says of its value outweighs what we make of it; the number is kept beside it.
  if (stated === SPARKPLUG_STALE) return { ...reading, quality: qualityCode("stale") };
  if (stated >= 0 && stated !== SPARKPLUG_GOOD && value.quality === 0)
    return { ...reading, quality: qualityCode("device-timeout") };
  return reading;
}
