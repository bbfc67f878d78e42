// Putting single metrics into columns and taking single values out; the codec itself works on whole columns.

import { DATATYPE, METRIC_FLAG, VALUE_KIND, type MetricColumns } from "./metric-columns.ts";

/** Appends a numeric or boolean metric; with an alias it declares (name and alias) or, with an empty name, uses it. */
export function putNumber(
  columns: MetricColumns,
  name: string,
  value: number,
  datatype: number,
  timeMs: number,
  alias?: number,
): number {
  const at = columns.push();
  columns.name[at] = name;
  columns.value[at] = value;
  columns.kind[at] = datatype === DATATYPE.boolean ? VALUE_KIND.boolean : VALUE_KIND.number;
  columns.datatype[at] = datatype;
  columns.timeMs[at] = timeMs;
  columns.flags[at] = METRIC_FLAG.hasTime;
  if (alias !== undefined) {
    columns.alias[at] = alias;
    columns.flags[at] = METRIC_FLAG.hasTime | METRIC_FLAG.hasAlias;
  }
  return at;
}

/** Appends a String metric by name. */
export function putText(columns: MetricColumns, name: string, text: string, timeMs: number): number {
  const at = columns.push();
  columns.name[at] = name;
  columns.text[at] = text;
  columns.kind[at] = VALUE_KIND.text;
  columns.datatype[at] = DATATYPE.string;
  columns.timeMs[at] = timeMs;
  columns.flags[at] = METRIC_FLAG.hasTime;
  return at;
}

export function textOf(columns: MetricColumns, at: number): string | undefined {
  return columns.kind[at] === VALUE_KIND.text ? columns.text[at] : undefined;
}

export function numberOf(columns: MetricColumns, at: number): number | undefined {
  const kind = columns.kind[at];
  return kind === VALUE_KIND.number || kind === VALUE_KIND.boolean ? columns.value[at] : undefined;
}

/** Index of the first metric of that name, or -1. */
export function findMetric(columns: MetricColumns, name: string): number {
  return columns.name.indexOf(name);
}
