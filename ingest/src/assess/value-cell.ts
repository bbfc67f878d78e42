// One cell with a value, as loggers write it.

export type Unit = "C" | "F" | "%";

export interface StatedUnit {
  readonly unit: Unit;
  /** True when the degree sign before the letter was spoilt by a wrong encoding. */
  readonly isBroken: boolean;
}

export type ValueCell =
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable" }
  | {
      readonly kind: "number";
      readonly value: number;
      /** `unclear-comma`: three digits follow it, so that it may also part thousands. */
      readonly decimal: "none" | "point" | "comma" | "unclear-comma";
      readonly hasTypographicMinus: boolean;
      readonly stated: StatedUnit | undefined;
    };

const MISSING =
  /^(?:|-+|–|—|n\/?a|nan|null|none|no ?data|err(?:or)?|fault|open|short|ol|lo|hi|\*+|#.*|无|无数据|故障)$/i;
const NUMBER = /^([+\-−–]?)\s?(\d{0,9})(?:([.,])(\d{1,12}))?(?![\d.,])\s*(.*)$/su;

export function readValueCell(cell: string): ValueCell {
  if (MISSING.test(cell)) return { kind: "missing" };
  const match = NUMBER.exec(cell);
  if (match === null) return { kind: "unreadable" };
  const [, sign = "", whole = "", mark, digits = "", suffix = ""] = match;
  const stated = suffix === "" ? undefined : unitOf(suffix);
  if ((whole === "" && digits === "") || (suffix !== "" && stated === undefined)) return { kind: "unreadable" };
  const size = Number(`${whole === "" ? "0" : whole}.${digits === "" ? "0" : digits}`);
  return {
    kind: "number",
    value: sign === "" || sign === "+" ? size : -size,
    decimal:
      mark === undefined ? "none" : mark === "." ? "point" : isUnclear(whole, digits) ? "unclear-comma" : "comma",
    hasTypographicMinus: sign === "−" || sign === "–",
    stated,
  };
}

/** `1,234` may be either; `0,234`, `12,34` and `1234,567` cannot part thousands. */
function isUnclear(whole: string, digits: string): boolean {
  return digits.length === 3 && whole.length <= 3 && !/^0*$/.test(whole);
}

/** ℃ and ℉ as they are, and as UTF-8 or GB bytes look when read as Windows-1252; °C and °F as GBK. */
const SIGNS: readonly (readonly [sign: string, unit: Unit, isBroken: boolean])[] = [
  ["℃", "C", false],
  ["℉", "F", false],
  ["â„ƒ", "C", true],
  ["â„‰", "F", true],
  ["¡æ", "C", true],
  ["癈", "C", true],
  ["癋", "F", true],
];

/** The unit that a text is, such as `°C`, `deg F`, `Â°C`, `?C`, `%RH`; undefined when it is none. */
export function unitOf(text: string): StatedUnit | undefined {
  const trimmed = text.trim();
  const sign = SIGNS.find(([each]) => each === trimmed);
  if (sign !== undefined) return { unit: sign[1], isBroken: sign[2] };
  if (/^%\s*r?\.?h?\.?$|^r\.?h\.?\s*%?$/i.test(trimmed)) return { unit: "%", isBroken: false };
  const letter = /^(.*?)\s*([CF])$/su.exec(
    trimmed.replace(/^(deg(?:rees?)?\.?\s*)?celsius$/i, "C").replace(/^(deg(?:rees?)?\.?\s*)?fahrenheit$/i, "F"),
  );
  if (letter === null) return undefined;
  const [, before = "", unit] = letter;
  if (/^(?:|°|º|˚|deg\.?|degrees?)$/i.test(before)) return { unit: unit as Unit, isBroken: false };
  return isBrokenSign(before) ? { unit: unit as Unit, isBroken: true } : undefined;
}

function isBrokenSign(text: string): boolean {
  return text === "?" || /^[^\p{ASCII}\p{Script=Han}]{1,4}$/u.test(text);
}

/** The unit that a column's heading names: in brackets, after a comma, or by a degree sign; undefined when none or several. */
export function headingUnit(heading: string): StatedUnit | undefined {
  const parts = heading.split(/[()[\]{},;/（）【】]|_(?=[CF]$)/);
  const ends = [...parts, ...parts.map((part) => /[^\w\s]*[?%\s]*\S*$/su.exec(part)?.[0] ?? "")];
  const glued = [...heading.matchAll(/(?:℃|℉|â„ƒ|â„‰|¡æ|癈|癋|[^\p{ASCII}\p{Script=Han}]{1,4}\s?[CF]\b|\?[CF]\b)/gu)];
  const found = [...ends, ...glued.map(([text]) => text)].map(unitOf).filter((unit) => unit !== undefined);
  const units = new Set(found.map(({ unit }) => unit));
  return units.size === 1
    ? { unit: (found[0] as StatedUnit).unit, isBroken: found.every(({ isBroken }) => isBroken) }
    : undefined;
}
