// Bytes to lines, and lines to cells.
import type { OddityLog } from "./oddities.ts";
import { AssessRefusal } from "./refusal.ts";

/** About 3 million rows; a larger file is refused unread. */
export const FILE_BYTES_MAX = 128 * 1024 * 1024;

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

export interface TextLines {
  /** Line 1 stands at 0. */
  readonly lines: readonly string[];
  readonly encoding: string;
}

/**
 * UTF-8, or UTF-16 by its mark. Anything else is read as GB 18030 when the columns asked for have Chinese names, and else
 * as Windows-1252, and that is noted. What then stands beside a number makes it unreadable, never another number.
 */
export function textLines(bytes: Uint8Array, columnNames: readonly string[], log: OddityLog): TextLines {
  if (bytes.length > FILE_BYTES_MAX)
    throw new AssessRefusal(
      `the file has ${bytes.length} bytes, of at most ${FILE_BYTES_MAX}`,
      "Cut it into parts that each fit.",
    );
  refuseOtherKinds(bytes);
  const { text, encoding } = decoded(bytes, columnNames);
  const lines = text.split(/\r\n|\n|\r/);
  if (encoding === "windows-1252" || encoding === "gb18030") {
    const line = lines.findIndex((each) => /[^\p{ASCII}]/u.test(each));
    log.note("not-utf8", line + 1, lines[line] ?? "");
  }
  return {
    lines: lines.map((line, i) => {
      if (!line.includes("\0")) return line;
      log.note("zero-bytes", i + 1, line);
      return line.replaceAll("\0", "");
    }),
    encoding,
  };
}

const OTHER_KINDS: readonly { readonly begin: readonly number[]; readonly kind: string }[] = [
  { begin: [0x50, 0x4b, 0x03, 0x04], kind: "an Excel workbook, or a zip archive" },
  { begin: [0xd0, 0xcf, 0x11, 0xe0], kind: "an Excel workbook of the old kind" },
  { begin: [0x25, 0x50, 0x44, 0x46], kind: "a PDF" },
  { begin: [0x1f, 0x8b], kind: "compressed (gzip)" },
];

function refuseOtherKinds(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new AssessRefusal("the file is empty", "Save or export it from the logger again.");
  const other = OTHER_KINDS.find(({ begin }) => begin.every((byte, at) => bytes[at] === byte));
  if (other !== undefined)
    throw new AssessRefusal(
      `the file is ${other.kind}, no text`,
      "Export or save the readings as CSV, and give that file.",
    );
}

function decoded(bytes: Uint8Array, columnNames: readonly string[]): { text: string; encoding: string } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder("utf-16le").decode(bytes), encoding: "utf-16le" };
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return { text: new TextDecoder("utf-16be").decode(bytes), encoding: "utf-16be" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "utf-8" };
  } catch {
    const isChinese = columnNames.some((name) => /\p{Script=Han}/u.test(name));
    const encoding = isChinese ? "gb18030" : "windows-1252";
    return { text: new TextDecoder(encoding).decode(bytes), encoding };
  }
}

/** The cells of one line, trimmed; within quotation marks the delimiter is text. No cell reaches over a line's end. */
export function cellsOf(line: string, delimiter: Delimiter, quoteIsOpen?: () => void): string[] {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const sign = line[i] as string;
    if (isQuoted && sign === '"' && line[i + 1] === '"') {
      cell += sign;
      i++;
    } else if (isQuoted && sign === '"') isQuoted = false;
    else if (isQuoted) cell += sign;
    else if (sign === '"' && cell.trim() === "") isQuoted = true;
    else if (sign === delimiter) {
      cells.push(cell.trim());
      cell = "";
    } else cell += sign;
  }
  if (isQuoted) quoteIsOpen?.();
  return [...cells, cell.trim()];
}
