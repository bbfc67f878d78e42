// A logger's file as readings: what the columns hold, in the unit and order in which they can be judged.
import type { ReadingSlice } from "@isotherm/coldchain";
import { type LoggerRow, type LoggerRows, loggerRows } from "./logger-rows.ts";
import { type Oddity, OddityLog } from "./oddities.ts";
import { AssessRefusal } from "./refusal.ts";
import { placeRows } from "./row-times.ts";
import { textLines } from "./text-lines.ts";
import type { DateOrder } from "./time-cell.ts";
import type { TimeZone } from "./time-zone.ts";
import type { Unit } from "./value-cell.ts";

export interface LoggerFileTerms {
  readonly timeColumns: readonly string[];
  readonly valueColumn: string;
  readonly quantity: "temperature" | "humidity";
  readonly unit?: "C" | "F";
  readonly timeZone?: string;
  readonly dateOrder?: DateOrder;
  readonly decimal?: "comma" | "point";
}

export interface LoggerFile {
  /** In °C or %RH, in order of time. */
  readonly readings: ReadingSlice;
  readonly lineCount: number;
  /** How the file was taken, in words. */
  readonly taken: readonly string[];
  readonly oddities: readonly Oddity[];
  readonly zone: TimeZone | undefined;
}

const DELIMITER_NAMES = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright bars" } as const;

/** What sensors can give; beyond it a value is a fault's code. */
const POSSIBLE = { temperature: [-200, 200], humidity: [0, 100] } as const;
/** Of DS18B20 and of float or integer registers read wrongly. */
const SUSPECT_C: readonly number[] = [-127, 85, -99.9, 99.9, -100];

/** @throws AssessRefusal when something of it can be read in two ways, or nothing can be read */
export function readLoggerFile(bytes: Uint8Array, terms: LoggerFileTerms): LoggerFile {
  const log = new OddityLog();
  const { lines, encoding } = textLines(bytes, [...terms.timeColumns, terms.valueColumn], log);
  const found = loggerRows(lines, terms.timeColumns, terms.valueColumn, log);
  const { header, delimiter, headerIndex, timeIndexes, valueIndex } = found.columns;
  if (found.rows.length === 0) throw nothingLeft(log);
  const unit = unitOfColumn(found, terms, log);
  settleDecimals(found.rows, terms.decimal, log);
  const headings = timeIndexes.map((at) => header[at] as string);
  const times = placeRows(found.rows, { timeZone: terms.timeZone, dateOrder: terms.dateOrder, headings }, log);
  const readings = inOrder(usable(found.rows, times.atMs, unit.unit, terms.quantity, log), log);
  if (readings.count === 0) throw nothingLeft(log);
  const named = headings.map((heading) => `"${heading}"`).join(" and ");
  const taken = [
    `${encoding}, cells parted by ${DELIMITER_NAMES[delimiter]}, header in line ${headerIndex + 1}`,
    `time from ${named}, value from "${header[valueIndex] ?? ""}"`,
    unit.taken,
    ...times.taken,
  ];
  return { readings, lineCount: lines.length, taken, oddities: log.list(), zone: times.zone };
}

function nothingLeft(log: OddityLog): AssessRefusal {
  const told = log
    .list()
    .map((each) => `\n    line ${each.firstLine} "${each.example}", ${each.count} times: ${each.meaning}`);
  const closing =
    told.length === 0 ? "It has no row below its header." : "Name other columns, or mend the rows named above.";
  return new AssessRefusal(`no row has both a time and a value that can be used${told.join("")}`, closing);
}

function unitOfColumn(
  { columns, rows, unit }: LoggerRows,
  { quantity, unit: told }: LoggerFileTerms,
  log: OddityLog,
): { unit: Unit; taken: string } {
  const stated = unit?.unit ?? rows.find(({ value }) => value.stated !== undefined)?.value.stated?.unit;
  if (quantity === "humidity") {
    if (stated === "C" || stated === "F")
      throw new AssessRefusal(
        `the column says °${stated}, which is no humidity`,
        "Leave out --quantity humidity, or name another column.",
      );
    return { unit: "%", taken: "values in %RH" };
  }
  if (stated === "%")
    throw new AssessRefusal(
      "the column says %, which is no temperature",
      "Give --quantity humidity, or name another column.",
    );
  if (told !== undefined && unit !== undefined && unit.unit !== told)
    log.note("unit-contradicts", columns.headerIndex + 1, columns.header[columns.valueIndex] as string);
  if (told !== undefined) return { unit: told, taken: `values in °${told}, as --unit says` };
  if (stated === "F")
    throw new AssessRefusal(
      "the column says °F",
      "Confirm it with --unit F, or say --unit C if it is °C all the same.",
    );
  return {
    unit: "C",
    taken:
      stated === "C"
        ? "values in °C, as the column says"
        : "values in °C, since neither --unit nor the file says otherwise",
  };
}

function settleDecimals(rows: readonly LoggerRow[], told: "comma" | "point" | undefined, log: OddityLog): void {
  const first = (decimal: string): LoggerRow | undefined => rows.find(({ value }) => value.decimal === decimal);
  const unclear = first("unclear-comma");
  const comma = first("comma");
  const wrong = told === "point" ? (comma ?? unclear) : undefined;
  if (wrong !== undefined)
    throw new AssessRefusal(
      `line ${wrong.line}: "${wrong.valueText}" has a comma, --decimal says point`,
      "Give --decimal comma, or remove the commas.",
    );
  if (unclear !== undefined && comma === undefined && told === undefined)
    throw new AssessRefusal(
      `line ${unclear.line}: the comma in "${unclear.valueText}" may be a decimal sign or part thousands, and no other row tells`,
      "Say that it is the decimal sign with --decimal comma, or remove the commas.",
    );
  if (comma === undefined && unclear === undefined) return;
  for (const { line, valueText, value } of rows) {
    if (value.decimal === "comma" || value.decimal === "unclear-comma") log.note("decimal-comma", line, valueText);
    if (value.decimal === "point") log.note("decimal-mixed", line, valueText);
  }
}

interface UsableRow {
  readonly line: number;
  readonly timeText: string;
  readonly atMs: number;
  readonly value: number;
}

function usable(
  rows: readonly LoggerRow[],
  atMs: readonly (number | undefined)[],
  unit: Unit,
  quantity: keyof typeof POSSIBLE,
  log: OddityLog,
): UsableRow[] {
  const [least, greatest] = POSSIBLE[quantity];
  return rows.flatMap(({ line, timeText, valueText, value: cell }, i): UsableRow[] => {
    const placedMs = atMs[i];
    if (placedMs === undefined) return [];
    const value = unit === "F" ? ((cell.value - 32) * 5) / 9 : cell.value;
    const isForeign = cell.stated !== undefined && cell.stated.unit !== unit;
    if (isForeign || value < least || value > greatest) {
      log.note(isForeign ? "unit-differs" : "value-impossible", line, valueText);
      return [];
    }
    if (quantity === "temperature" && SUSPECT_C.includes(value)) log.note("value-suspect", line, valueText);
    return [{ line, timeText, atMs: placedMs, value }];
  });
}

/** By time, rows of one instant as they stand in the file, the same row once. */
function inOrder(rows: readonly UsableRow[], log: OddityLog): ReadingSlice {
  rows.forEach((row, i) => {
    const before = rows[i - 1];
    if (before !== undefined && row.atMs < before.atMs) log.note("time-backward", row.line, row.timeText);
  });
  const sorted = [...rows].sort((a, b) => a.atMs - b.atMs || a.line - b.line);
  let together: UsableRow[] = [];
  const kept = sorted.filter((row) => {
    if (together[0]?.atMs !== row.atMs) together = [];
    const isAgain = together.some(({ value }) => value === row.value);
    if (isAgain) log.note("time-duplicate", row.line, row.timeText);
    else if (together.length > 0) log.note("time-conflict", row.line, row.timeText);
    together.push(row);
    return !isAgain;
  });
  return {
    count: kept.length,
    atMs: Float64Array.from(kept, ({ atMs }) => atMs),
    value: Float64Array.from(kept, ({ value }) => value),
    good: new Uint8Array(kept.length).fill(1),
  };
}
