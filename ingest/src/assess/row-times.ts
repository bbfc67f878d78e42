// Places rows in time. Whatever the file and the options leave open is refused, not guessed.
import type { LoggerRow } from "./logger-rows.ts";
import type { OddityLog } from "./oddities.ts";
import { AssessRefusal } from "./refusal.ts";
import { type CivilTime, DATE_ORDERS, type DateOrder, civilMs, offsetMinutesOf } from "./time-cell.ts";
import { TimeZone } from "./time-zone.ts";

export interface TimeTerms {
  readonly timeZone: string | undefined;
  readonly dateOrder: DateOrder | undefined;
  /** The headings of the time columns, which may name an offset: `Date Time, GMT+08:00`. */
  readonly headings: readonly string[];
}

export interface PlacedTimes {
  /** Of each row, UTC milliseconds; undefined when its time is none. */
  readonly atMs: readonly (number | undefined)[];
  /** How times were taken, in words. */
  readonly taken: readonly string[];
  /** For showing times as the people of the place read them; undefined: UTC. */
  readonly zone: TimeZone | undefined;
}

export function placeRows(rows: readonly LoggerRow[], terms: TimeTerms, log: OddityLog): PlacedTimes {
  const civil = rows.flatMap((row) => (row.time.kind === "civil" ? [{ ...row, time: row.time }] : []));
  const { order, taken: orderTaken } = orderOf(civil, terms.dateOrder);
  const bareRow = civil.find(({ time }) => time.offsetMinutes === undefined);
  const { zone, taken: zoneTaken } = zoneOf(bareRow, terms);
  const isMixed = bareRow !== undefined && civil.some(({ time }) => time.offsetMinutes !== undefined);
  let lastMs: number | undefined;
  let lastOffset: number | undefined;
  const place = ({ line, timeText, time }: LoggerRow): number | undefined => {
    if (time.kind === "epoch") return time.atMs;
    const localMs = civilMs(time, time.order ?? order);
    if (localMs === undefined) return void log.note("time-unreadable", line, timeText);
    if (time.offsetMinutes !== undefined) {
      if (lastOffset !== undefined && lastOffset !== time.offsetMinutes) log.note("offset-changed", line, timeText);
      lastOffset = time.offsetMinutes;
      return localMs - time.offsetMinutes * 60_000;
    }
    if (isMixed) log.note("offset-missing", line, timeText);
    const instants = (zone as TimeZone).instantsOf(localMs);
    if (instants.length === 0) return void log.note("time-skipped", line, timeText);
    if (instants.length > 1) log.note("time-repeated", line, timeText);
    return instants.find((atMs) => lastMs === undefined || atMs > lastMs) ?? instants.at(-1);
  };
  const atMs = rows.map((row) => {
    const placedMs = place(row);
    lastMs = placedMs ?? lastMs;
    return placedMs;
  });
  return { atMs, taken: [...epochTaken(rows), ...orderTaken, ...zoneTaken], zone };
}

function epochTaken(rows: readonly LoggerRow[]): string[] {
  const units = new Set(rows.flatMap(({ time }) => (time.kind === "epoch" ? [time.unit] : [])));
  return [...units].map((unit) => `times of ${unit === "s" ? "10" : "13"} digits are Unix time in ${unit}`);
}

type CivilRow = Omit<LoggerRow, "time"> & { readonly time: CivilTime };

/** The order of day, month and year: as told, or as the rows together prove, which rule the other orders out. */
function orderOf(rows: readonly CivilRow[], told: DateOrder | undefined): { order: DateOrder; taken: string[] } {
  // A row that no order makes a day of proves nothing.
  const isReadable = ({ time }: CivilRow): boolean => DATE_ORDERS.some((each) => civilMs(time, each) !== undefined);
  const open = rows.filter((row) => row.time.order === undefined && isReadable(row));
  const [first] = open;
  if (first === undefined) return { order: "ymd", taken: [] };
  if (told !== undefined) return { order: told, taken: [`dates are ${told}, as --date-order says`] };
  const against = DATE_ORDERS.map((order) => ({
    order,
    row: open.find(({ time }) => civilMs(time, order) === undefined),
  }));
  const [left, ...further] = against.flatMap(({ order, row }) => (row === undefined ? [order] : []));
  if (left !== undefined && further.length === 0) {
    const proofs = new Set(
      against.flatMap(({ row }) => (row === undefined ? [] : [`line ${row.line} (${row.timeText})`])),
    );
    return { order: left, taken: [`dates are ${left}, as no other order fits ${[...proofs].join(" and ")}`] };
  }
  if (left === undefined) {
    const told = against.map(({ order, row }) => `${order} does not fit line ${row?.line} ("${row?.timeText}")`);
    throw new AssessRefusal(
      `dates are not written in one order: ${told.join(", ")}`,
      "Say which holds with --date-order; rows that contradict it will not be used.",
    );
  }
  throw new AssessRefusal(
    `line ${first.line}: "${first.timeText}" may be ${[left, ...further].join(" or ")}, and no row tells which`,
    `Say it with --date-order ${[left, ...further].join(" or ")} (d day, m month, y year).`,
  );
}

function zoneOf(
  bareRow: CivilRow | undefined,
  { timeZone, headings }: TimeTerms,
): { zone: TimeZone | undefined; taken: string[] } {
  if (timeZone !== undefined) {
    const taken = bareRow === undefined ? "only shown by; each row has its own offset" : "as --time-zone says";
    return { zone: new TimeZone(timeZone), taken: [`time zone ${timeZone}, ${taken}`] };
  }
  if (bareRow === undefined) return { zone: undefined, taken: [] };
  for (const heading of headings) {
    const named = /(?:UTC|GMT)(?:\s?[+\-−]\d{1,2}(?::?\d{2})?)?/i.exec(heading)?.[0].replace(/\s/g, "");
    if (named !== undefined && offsetMinutesOf(named) !== undefined)
      return { zone: new TimeZone(named), taken: [`times are ${named}, as the heading "${heading}" says`] };
  }
  throw new AssessRefusal(
    `line ${bareRow.line}: "${bareRow.timeText}" has no UTC offset, so its instant is unknown`,
    "Say where the logger's clock was set, with --time-zone, such as Asia/Shanghai, Europe/Berlin, UTC or +08:00.",
  );
}
