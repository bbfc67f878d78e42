// Finds the header of a file by the columns that were asked for, and with it how the cells are parted.
import { printable } from "./oddities.ts";
import { AssessRefusal } from "./refusal.ts";
import { DELIMITERS, type Delimiter, cellsOf } from "./text-lines.ts";

export interface Columns {
  /** The header's place in the lines, from 0. */
  readonly headerIndex: number;
  readonly delimiter: Delimiter;
  readonly header: readonly string[];
  readonly timeIndexes: readonly number[];
  readonly valueIndex: number;
}

/** Logger files begin with the device's particulars, seldom more than a screen of them. */
const HEADER_LINES_MAX = 500;
const LINES_SHOWN_MAX = 5;

const spaced = (name: string): string => name.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();
/** Without spaces, brackets and whatever an encoding made of a degree sign. */
const bare = (name: string): string => spaced(name).replace(/[^\p{ASCII}\p{Script=Han}]|[^\p{L}\p{N}]/gu, "");

/** From exact to loose; the first of these that finds every column is taken. */
const LIKENESSES: readonly ((cell: string, name: string) => boolean)[] = [
  (cell, name) => spaced(cell) === spaced(name),
  (cell, name) => bare(name) !== "" && bare(cell) === bare(name),
  (cell, name) =>
    spaced(cell).startsWith(spaced(name)) && !/^[\p{L}\p{N}]/u.test(spaced(cell).slice(spaced(name).length)),
];

/** @throws AssessRefusal when no line has the columns, or a name fits several */
export function findColumns(lines: readonly string[], timeColumns: readonly string[], valueColumn: string): Columns {
  const names = [...timeColumns, valueColumn];
  for (const isAlike of LIKENESSES) {
    for (let headerIndex = 0; headerIndex < Math.min(lines.length, HEADER_LINES_MAX); headerIndex++) {
      const line = lines[headerIndex] as string;
      if (line.trim() === "") continue;
      for (const delimiter of DELIMITERS) {
        const header = cellsOf(line, delimiter);
        const places = names.map((name) => header.flatMap((cell, i) => (isAlike(cell, name) ? [i] : [])));
        if (places.some((found) => found.length === 0)) continue;
        places.forEach((found, i) => refuseSeveral(names[i] as string, found, header));
        const indexes = places.map(([index]) => index as number);
        if (new Set(indexes).size < indexes.length) continue;
        return {
          headerIndex,
          delimiter,
          header,
          timeIndexes: indexes.slice(0, -1),
          valueIndex: indexes.at(-1) as number,
        };
      }
    }
  }
  const shown = lines.filter((line) => line.trim() !== "").slice(0, LINES_SHOWN_MAX);
  throw new AssessRefusal(
    `no line has the column${names.length > 1 ? "s" : ""} ${names.map((name) => `"${name}"`).join(" and ")}; the file begins:\n${shown.map((line) => `    ${printable(line)}`).join("\n")}`,
    "Give --time and --value as they stand in the header; a file without a header needs one written above its first row.",
  );
}

function refuseSeveral(name: string, found: readonly number[], header: readonly string[]): void {
  if (found.length < 2) return;
  const fitting = found.map((i) => `"${printable(header[i] as string)}"`).join(", ");
  const isSame = new Set(found.map((i) => header[i])).size === 1;
  throw new AssessRefusal(
    `"${name}" fits ${found.length} columns: ${fitting}`,
    isSame ? "Rename one of them in the file." : "Give the whole name of the one that is meant.",
  );
}
