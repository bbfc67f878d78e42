// Readings as a chart of characters: a column keeps the least and the greatest of its time, so that no breach is hidden.
import { type ReadingSlice, type Side, visitStandingSpans } from "@isotherm/coldchain";
import type { FoundExcursion } from "./assessment.ts";

export interface ChartTerms {
  /** Columns of the terminal. */
  readonly width: number;
  readonly unit: string;
  readonly gapMs: number;
  readonly limits: readonly { readonly side: Side; readonly limit: number }[];
  /** How an instant is written below the chart. */
  readonly instant: (atMs: number) => string;
}

const HEIGHT = 14;
const WIDTH_MIN = 40;
const WIDTH_MAX = 240;

interface Column {
  least: number;
  greatest: number;
  monitoredMs: number;
  marks: Set<"▲" | "▼">;
}

/** Lines of at most `width` characters. There must be a reading. */
export function terminalChart(
  readings: ReadingSlice,
  excursions: readonly FoundExcursion[],
  terms: ChartTerms,
): string {
  const values = readings.value.subarray(0, readings.count);
  const shown = [...terms.limits.map(({ limit }) => limit), ...extremes(values)];
  const [bottom, top] = padded(Math.min(...shown), Math.max(...shown));
  const labels = labelsOf(bottom, top, terms);
  const labelWidth = Math.max(...labels.map((label) => label.length), "outside".length);
  const plotWidth = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, terms.width)) - labelWidth - 2;
  const columns = columnsOf(readings, excursions, terms.gapMs, plotWidth);
  const rowAt = (value: number): number => Math.round(((top - value) / (top - bottom)) * (HEIGHT - 1));
  const limitRows = terms.limits.map(({ side, limit }) => ({ side, row: rowAt(limit) }));
  const isLimit = (row: number): boolean => limitRows.some((limit) => limit.row === row);
  const isBeyond = (row: number): boolean =>
    limitRows.some((limit) => (limit.side === "high" ? row <= limit.row : row >= limit.row));
  const lines = labels.map((label, row) => {
    const cells = columns.map(({ column }) => cellOf(column, row, rowAt, isBeyond(row)) ?? (isLimit(row) ? "╌" : " "));
    return `${label.padStart(labelWidth)} ${isLimit(row) ? "┼" : "│"}${cells.join("")}`.trimEnd();
  });
  const below = (name: string, cells: readonly string[]): string[] =>
    cells.every((cell) => cell === " ") ? [] : [`${name.padStart(labelWidth)}  ${cells.join("")}`.trimEnd()];
  const first = terms.instant(readings.atMs[0] as number);
  const last = terms.instant(readings.atMs[readings.count - 1] as number);
  return [
    ...lines,
    `${" ".repeat(labelWidth)} └${"─".repeat(plotWidth)}`,
    ...below(
      "outside",
      columns.map(({ column: { marks } }) => (marks.size > 1 ? "◆" : ([...marks][0] ?? " "))),
    ),
    ...below(
      "no data",
      columns.map(({ column, lengthMs }) => (column.monitoredMs < lengthMs - 1 ? "░" : " ")),
    ),
    ...ends(first, last, plotWidth).map((line) => `${" ".repeat(labelWidth + 2)}${line}`),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

/** The first and the last instant under the ends of the chart, one below the other where it is narrow. */
function ends(first: string, last: string, plotWidth: number): string[] {
  if (first === last) return [first];
  const isNarrow = first.length + last.length + 1 > plotWidth;
  return isNarrow ? [first, last.padStart(plotWidth)] : [`${first}${last.padStart(plotWidth - first.length)}`];
}

function extremes(values: Float64Array): [number, number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
  return [least, greatest];
}

/** A steady value still needs a scale. */
function padded(least: number, greatest: number): [number, number] {
  const marginal = Math.max((greatest - least) * 0.05, 0.5);
  return [least - marginal, greatest + marginal];
}

/** A row's own value, but at a limit the limit itself. */
function labelsOf(bottom: number, top: number, { limits, unit }: ChartTerms): string[] {
  const step = (top - bottom) / (HEIGHT - 1);
  return Array.from({ length: HEIGHT }, (_, row) => {
    const found = limits.find(({ limit }) => Math.round((top - limit) / step) === row);
    if (found !== undefined) return `${Number(found.limit.toFixed(2))} ${unit}`;
    return row % 3 === 0 ? `${(top - row * step).toFixed(1)} ${unit}` : "";
  });
}

function cellOf(column: Column, row: number, rowAt: (value: number) => number, isBeyond: boolean): string | undefined {
  if (column.least > column.greatest) return undefined;
  const [from, to] = [rowAt(column.greatest), rowAt(column.least)];
  if (row < from || row > to) return undefined;
  if (isBeyond && column.marks.size > 0) return "█";
  return from === to ? "─" : "│";
}

function columnsOf(
  readings: ReadingSlice,
  excursions: readonly FoundExcursion[],
  gapMs: number,
  plotWidth: number,
): { column: Column; lengthMs: number }[] {
  const firstMs = readings.atMs[0] as number;
  const lengthMs = Math.max(1, (readings.atMs[readings.count - 1] as number) - firstMs) / plotWidth;
  const columns = Array.from({ length: plotWidth }, (): Column => ({
    least: Number.POSITIVE_INFINITY,
    greatest: Number.NEGATIVE_INFINITY,
    monitoredMs: 0,
    marks: new Set(),
  }));
  const indexAt = (atMs: number): number => Math.min(plotWidth - 1, Math.floor((atMs - firstMs) / lengthMs));
  const columnAt = (index: number): Column => columns[index] as Column;
  const include = (column: Column, value: number): void => {
    column.least = Math.min(column.least, value);
    column.greatest = Math.max(column.greatest, value);
  };
  for (let i = 0; i < readings.count; i++)
    include(columnAt(indexAt(readings.atMs[i] as number)), readings.value[i] as number);
  visitStandingSpans(readings, gapMs, (fromMs, toMs, value) => {
    for (let index = indexAt(fromMs); index < plotWidth && firstMs + index * lengthMs < toMs; index++) {
      const startMs = firstMs + index * lengthMs;
      const partMs = Math.min(toMs, startMs + lengthMs) - Math.max(fromMs, startMs);
      if (partMs <= 0) continue;
      columnAt(index).monitoredMs += partMs;
      include(columnAt(index), value);
    }
  });
  for (const {
    startMs,
    endMs,
    lastReadingMs,
    rule: { side },
  } of excursions)
    for (let index = indexAt(startMs); index <= indexAt(endMs ?? lastReadingMs); index++)
      if (endMs === null || index === indexAt(startMs) || firstMs + index * lengthMs < endMs)
        columnAt(index).marks.add(side === "high" ? "▲" : "▼");
  return columns.map((column) => ({ column, lengthMs }));
}
