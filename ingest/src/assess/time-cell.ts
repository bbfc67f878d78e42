// One cell with a time, as loggers write it: read only as far as the cell itself tells.

export const DATE_ORDERS = ["dmy", "mdy", "ymd"] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

export interface CivilTime {
  readonly kind: "civil";
  /** Three numbers in the order in which they stand. */
  readonly date: readonly [number, number, number];
  /** Undefined when the cell does not tell: `01/02/2026`. */
  readonly order: DateOrder | undefined;
  /** A year of two digits, which any of the three may be. */
  readonly hasShortYear: boolean;
  readonly dayMs: number;
  /** Minutes east of UTC; undefined when the cell names none. */
  readonly offsetMinutes: number | undefined;
}

export type TimeCell = CivilTime | { readonly kind: "epoch"; readonly atMs: number; readonly unit: "s" | "ms" };

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const CLOCK = /(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s?([AP])\.?M\.?)?/.source;
const OFFSET = /(Z|(?:UTC|GMT)?[+\-−]\d{1,2}(?::?\d{2})?|UTC|GMT)/.source;
const REST = `(?:[T,\\s]+${CLOCK}\\s?(?:\\(?${OFFSET}\\)?)?)$`;
const at = (date: RegExp): RegExp => new RegExp(`^${date.source}${REST}`, "i");

const YEAR_FIRST = at(/(\d{4})([-/.])(\d{1,2})\2(\d{1,2})/);
const COMPACT = at(/(\d{4})(\d{2})(\d{2})/);
const YEAR_LAST = at(/(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})/);
const DAY_NAME_YEAR = at(/(\d{1,2})[-\s/.]+([a-z]{3,9})\.?[-\s/.,]+(\d{4})/);
const NAME_DAY_YEAR = at(/([a-z]{3,9})\.?\s(\d{1,2}),?\s(\d{4})/);

/** Undefined when it is no time that can be read; a date alone is none. */
export function readTimeCell(text: string): TimeCell | undefined {
  const cell = plain(text);
  if (/^\d{13}$/.test(cell)) return { kind: "epoch", atMs: Number(cell), unit: "ms" };
  if (/^\d{10}(?:\.\d{1,9})?$/.test(cell)) return { kind: "epoch", atMs: Math.round(Number(cell) * 1_000), unit: "s" };
  let match = YEAR_FIRST.exec(cell);
  if (match !== null) return civil([match[1], match[3], match[4]], "ymd", match.slice(5));
  match = COMPACT.exec(cell);
  if (match !== null) return civil([match[1], match[2], match[3]], "ymd", match.slice(4));
  match = YEAR_LAST.exec(cell);
  if (match !== null) return civil([match[1], match[3], match[4]], undefined, match.slice(5));
  match = DAY_NAME_YEAR.exec(cell);
  if (match !== null) return civil([match[1], monthOf(match[2]), match[3]], "dmy", match.slice(4));
  match = NAME_DAY_YEAR.exec(cell);
  if (match !== null) return civil([monthOf(match[1]), match[2], match[3]], "mdy", match.slice(4));
  return undefined;
}

/** Every kind of space as one, Chinese dates and halves of the day as figures and letters. */
function plain(text: string): string {
  const spaced = text.replace(/\s+/gu, " ").trim();
  const dated = spaced.replace(/^(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日\s?/, "$1-$2-$3 ");
  return dated.replace(
    /(上午|下午)\s?(\S+)/,
    (_, half: string, clock: string) => `${clock} ${half === "上午" ? "AM" : "PM"}`,
  );
}

function monthOf(name: string | undefined): string {
  return String(MONTHS.indexOf((name ?? "").slice(0, 3).toLowerCase()) + 1);
}

type Texts = readonly (string | undefined)[];

function civil(date: Texts, order: DateOrder | undefined, rest: Texts): CivilTime | undefined {
  const [hourText, minuteText, secondText = "0", fraction = "", half, offset] = rest;
  const [hour, minute, second] = [Number(hourText), Number(minuteText), Number(secondText)];
  if (minute > 59 || second > 59 || hour > 23 || (half !== undefined && (hour < 1 || hour > 12))) return undefined;
  const isAfternoon = half?.toUpperCase() === "P";
  const dayHour = half === undefined ? hour : (hour % 12) + (isAfternoon ? 12 : 0);
  const millisecond = Math.floor(Number(`0.${fraction === "" ? "0" : fraction}`) * 1_000 + 1e-6);
  return {
    kind: "civil",
    date: date.map(Number) as unknown as readonly [number, number, number],
    order,
    hasShortYear: order === undefined && date[2]?.length === 2,
    dayMs: ((dayHour * 60 + minute) * 60 + second) * 1_000 + millisecond,
    offsetMinutes: offset === undefined ? undefined : offsetMinutesOf(offset),
  };
}

/** `Z`, `UTC`, `+08:00`, `+0800`, `GMT-5` as minutes east; undefined when it is none. */
export function offsetMinutesOf(text: string): number | undefined {
  const match = /^(?:Z|(?:UTC|GMT)?(?:([+\-−])(\d{1,2})(?::?(\d{2}))?)?)$/i.exec(text.trim());
  if (match === null || text.trim() === "") return undefined;
  const [, sign, hours = "0", minutes = "0"] = match;
  const size = Number(hours) * 60 + Number(minutes);
  return size > 14 * 60 || Number(minutes) > 59 ? undefined : sign === undefined || sign === "+" ? size : -size;
}

/** Milliseconds as if the cell's clock ran on UTC; undefined for a day that no calendar has. */
export function civilMs(time: CivilTime, order: DateOrder): number | undefined {
  const [first, second, third] = time.date;
  const [year, month, day] =
    order === "ymd" ? [first, second, third] : order === "dmy" ? [third, second, first] : [third, first, second];
  const fullYear = time.hasShortYear ? 2_000 + year : year;
  const midnight = new Date(Date.UTC(fullYear, month - 1, day));
  const isReal =
    midnight.getUTCFullYear() === fullYear && midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  return isReal ? midnight.getTime() + time.dayMs : undefined;
}
