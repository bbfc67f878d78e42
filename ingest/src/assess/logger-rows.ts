// The rows of a logger's file that hold a time and a value, each still as it was written.
import { type Columns, findColumns } from "./column-search.ts";
import type { OddityLog } from "./oddities.ts";
import { AssessRefusal } from "./refusal.ts";
import { cellsOf } from "./text-lines.ts";
import { type TimeCell, readTimeCell } from "./time-cell.ts";
import { type StatedUnit, type ValueCell, headingUnit, readValueCell, unitOf } from "./value-cell.ts";

export interface LoggerRow {
  readonly line: number;
  readonly timeText: string;
  readonly time: TimeCell;
  readonly valueText: string;
  readonly value: Extract<ValueCell, { kind: "number" }>;
}

export interface LoggerRows {
  readonly columns: Columns;
  readonly rows: readonly LoggerRow[];
  /** What the file says of the column's unit, in its heading or in a row of units below it. */
  readonly unit: StatedUnit | undefined;
}

/** Passes over what is no reading, and notes it. */
export function loggerRows(
  lines: readonly string[],
  timeColumns: readonly string[],
  valueColumn: string,
  log: OddityLog,
): LoggerRows {
  const columns = findColumns(lines, timeColumns, valueColumn);
  const { headerIndex, delimiter, header, timeIndexes, valueIndex } = columns;
  const heading = header[valueIndex] as string;
  let unit = headingUnit(heading);
  if (unit?.isBroken === true) log.note("degree-sign-broken", headerIndex + 1, heading);
  for (let i = 0; i < headerIndex; i++)
    if ((lines[i] as string).trim() !== "") log.note("text-above-header", i + 1, lines[i] as string);
  const rows: LoggerRow[] = [];
  for (let i = headerIndex + 1; i < lines.length; i++) {
    const text = lines[i] as string;
    const cells = cellsOf(text, delimiter, () => log.note("quote-open", i + 1, text));
    if (cells.every((cell) => cell === "")) continue;
    if ([...timeIndexes, valueIndex].every((at) => cells[at] === header[at])) {
      log.note("header-repeated", i + 1, text);
      continue;
    }
    const timeText = timeIndexes.map((at) => cells[at] ?? "").join(" ");
    const valueText = cells[valueIndex] ?? "";
    const stated = rows.length === 0 ? unitOf(valueText) : undefined;
    if (stated !== undefined && readTimeCell(timeText) === undefined) {
      log.note("unit-row", i + 1, text);
      if (unit !== undefined && unit.unit !== stated.unit) throw contradiction(heading, valueText, i + 1);
      unit = stated;
      continue;
    }
    const row = rowOf({ line: i + 1, text, timeText, valueText }, cells.slice(header.length), log);
    if (row !== undefined) rows.push(row);
  }
  return { columns, rows, unit };
}

function contradiction(heading: string, text: string, line: number): AssessRefusal {
  return new AssessRefusal(
    `the heading "${heading}" and line ${line} ("${text}") name different units`,
    "Correct one of them in the file.",
  );
}

interface WrittenRow {
  readonly line: number;
  readonly text: string;
  readonly timeText: string;
  readonly valueText: string;
}

function rowOf(written: WrittenRow, cellsBeyond: readonly string[], log: OddityLog): LoggerRow | undefined {
  const { line, text, timeText, valueText } = written;
  const time = readTimeCell(timeText);
  const value = readValueCell(valueText);
  if (time === undefined && value.kind !== "number") log.note("text-row", line, text);
  // `2026-02-01 10:00,5,2` under `time,value`: which of the commas is the decimal one?
  else if (cellsBeyond.some((cell) => cell !== "")) log.note("cells-too-many", line, text);
  else if (time === undefined) log.note("time-unreadable", line, timeText);
  else if (value.kind === "missing") log.note("value-missing", line, text);
  else if (value.kind === "unreadable") log.note("value-unreadable", line, valueText);
  else {
    if (value.hasTypographicMinus) log.note("minus-sign", line, valueText);
    if (value.stated?.isBroken === true) log.note("degree-sign-broken", line, valueText);
    return { line, timeText, time, valueText, value };
  }
  return undefined;
}
