// What was unusual about a file, and what was done about it: nothing is put right in silence.

/** By code: what was met, and what became of it. */
const MEANINGS = {
  "not-utf8": "bytes that are not UTF-8; the file was read in another encoding",
  "zero-bytes": "zero bytes, as a loss of power leaves; removed",
  "text-above-header": "text above the header; passed over",
  "header-repeated": "the header again, as after a restart of the logger; passed over",
  "unit-row": "a row of units; taken as the unit of the column",
  "text-row": "neither a time nor a value; passed over",
  "quote-open": "a quotation mark that nothing closes; the cell was ended with the line",
  "cells-too-many": "more cells than the header has, so that it is unclear which is which; not used",
  "time-unreadable": "a time that cannot be read; not used",
  "time-skipped": "a local time that no clock showed, since clocks were put forward over it; not used",
  "time-repeated": "a local time that clocks showed twice; placed by the order of the rows",
  "time-backward": "earlier than the row before; put in order of time",
  "time-duplicate": "the same time and value again; counted once",
  "time-conflict": "another value at the same time; both kept, in the order of the file",
  "offset-changed": "another UTC offset than the row before; each row was placed by its own",
  "offset-missing": "no UTC offset where other rows have one; placed by --time-zone",
  "value-missing": "no value; not used",
  "value-unreadable": "a value that cannot be read; not used",
  "value-impossible": "a value that cannot be; not used",
  "value-suspect": "a value that many devices give for a fault; used all the same: remove the row if it is one",
  "unit-contradicts": "a heading that names another unit than --unit; --unit was followed",
  "unit-differs": "a value in another unit than the column; not used",
  "decimal-comma": "a comma as the decimal sign",
  "decimal-mixed": "a decimal point where other rows have a comma",
  "minus-sign": "a typographic minus sign; read as minus",
  "degree-sign-broken": "a degree sign in a broken encoding; the unit was read from the letter after it",
} as const;

export type OddityCode = keyof typeof MEANINGS;

export interface Oddity {
  readonly code: OddityCode;
  readonly count: number;
  /** The first line that has it, from 1. */
  readonly firstLine: number;
  /** What stands there, cut short. */
  readonly example: string;
  readonly meaning: string;
}

const EXAMPLE_LENGTH_MAX = 60;

/** Counts oddities by code, and keeps the first of each. */
export class OddityLog {
  readonly #found = new Map<OddityCode, { count: number; firstLine: number; example: string }>();

  note(code: OddityCode, line: number, example: string): void {
    const known = this.#found.get(code);
    if (known === undefined || line < known.firstLine)
      this.#found.set(code, { count: (known?.count ?? 0) + 1, firstLine: line, example: printable(example) });
    else known.count++;
  }

  /** In the order of their first lines. */
  list(): Oddity[] {
    const all = [...this.#found].map(([code, found]) => ({ code, ...found, meaning: MEANINGS[code] }));
    return all.sort((a, b) => a.firstLine - b.firstLine);
  }
}

/** A file must not be able to move the cursor of whoever reads about it. */
export function printable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, " ").trim();
  return clean.length > EXAMPLE_LENGTH_MAX ? `${clean.slice(0, EXAMPLE_LENGTH_MAX)}…` : clean;
}
