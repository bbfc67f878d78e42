// What `assess` was asked to do.
import { parseArgs } from "node:util";
import { parseDurationMs } from "@isotherm/coldchain";
import type { LoggerFileTerms } from "./logger-file.ts";
import { AssessRefusal } from "./refusal.ts";
import { DATE_ORDERS } from "./time-cell.ts";

/** Limits in the unit that is judged in: °C or %RH. */
export interface GivenLimits {
  readonly low?: number;
  readonly high?: number;
  readonly deadband: number;
  readonly gapMs: number;
  readonly allowanceMs: number;
  /** What was not given and so was taken by default, in words. */
  readonly taken: readonly string[];
}

export interface AssessOptions {
  readonly csv: string;
  readonly file: LoggerFileTerms;
  readonly role: string;
  readonly judgeBy: { readonly profile: string } | { readonly limits: GivenLimits };
  /** Which bound of the time between records to hold against the file; null: none. */
  readonly recordInterval: string | null;
  readonly isJson: boolean;
}

const TEXT = { type: "string" } as const;
const OPTIONS = {
  csv: TEXT,
  time: { type: "string", multiple: true },
  value: TEXT,
  unit: TEXT,
  "time-zone": TEXT,
  "date-order": TEXT,
  decimal: TEXT,
  quantity: TEXT,
  role: TEXT,
  profile: TEXT,
  low: TEXT,
  high: TEXT,
  deadband: TEXT,
  gap: TEXT,
  allowance: TEXT,
  "record-interval": TEXT,
  json: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  const { values, positionals } = parseArgs({ args: joinNegative(args), options: OPTIONS, allowPositionals: true });
  const [stray] = positionals;
  if (stray !== undefined)
    throw new AssessRefusal(
      `"${stray}" belongs to no option`,
      "The file goes after --csv; a heading or a path with spaces goes into quotation marks.",
    );
  return values;
}

/** `--low -18` reads like two options to a parser of options. */
function joinNegative(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if (/^[-−]\.?\d/.test(arg) && (before === "--low" || before === "--high"))
      joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

const DEFAULT_GAP_MS = 15 * 60_000;

/** @throws AssessRefusal naming what is missing or cannot be used, with the mend */
export function assessOptions(args: readonly string[]): AssessOptions {
  const values = parse(args);
  const { csv, time, value } = values;
  if (csv === undefined || time === undefined || value === undefined)
    throw new AssessRefusal(
      `${["csv", "time", "value"]
        .filter((name) => values[name as "csv"] === undefined)
        .map((name) => `--${name}`)
        .join(", ")} is missing`,
      "Give --csv FILE --time COLUMN --value COLUMN; see isotherm-ingest assess --help.",
    );
  const quantity = oneOf("quantity", values.quantity, ["temperature", "humidity"] as const) ?? "temperature";
  const unit = oneOf("unit", values.unit, ["C", "F"] as const);
  const dateOrder = oneOf("date-order", values["date-order"], DATE_ORDERS);
  const decimal = oneOf("decimal", values.decimal, ["comma", "point"] as const);
  const timeZone = values["time-zone"];
  if (unit !== undefined && quantity === "humidity")
    throw new AssessRefusal("--unit is for temperatures", "Leave it out: humidity is in %RH.");
  return {
    csv,
    file: {
      timeColumns: time,
      valueColumn: value,
      quantity,
      ...(unit === undefined ? {} : { unit }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(dateOrder === undefined ? {} : { dateOrder }),
      ...(decimal === undefined ? {} : { decimal }),
    },
    role: values.role ?? "product",
    judgeBy: judgeByOf(values, quantity),
    recordInterval: values["record-interval"] ?? null,
    isJson: values.json === true,
  };
}

function oneOf<Choice extends string>(
  name: string,
  text: string | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  const chosen = choices.find((choice) => choice === text);
  if (text !== undefined && chosen === undefined)
    throw new AssessRefusal(`--${name} cannot be "${text}"`, `Give one of: ${choices.join(", ")}.`);
  return chosen;
}

function judgeByOf(values: Values, quantity: "temperature" | "humidity"): AssessOptions["judgeBy"] {
  const limiting = (["low", "high", "deadband", "gap", "allowance"] as const).filter(
    (name) => values[name] !== undefined,
  );
  if (values.profile !== undefined) {
    const [first] = limiting;
    if (first !== undefined)
      throw new AssessRefusal(`--profile and --${first} together`, "Give either a profile, or limits of your own.");
    return { profile: values.profile };
  }
  const low = limit("low", values.low, quantity);
  const high = limit("high", values.high, quantity);
  if (low === undefined && high === undefined)
    throw new AssessRefusal(
      "nothing says what to judge by",
      "Give --profile NAME or FILE, or --low and/or --high in °C (%RH for humidity).",
    );
  const deadband = values.deadband === undefined ? 0 : number("deadband", values.deadband);
  if (low !== undefined && high !== undefined && low >= high)
    throw new AssessRefusal(`--low ${low} is not below --high ${high}`, "Give the lower limit as --low.");
  if (deadband < 0 || (low !== undefined && high !== undefined && deadband >= high - low))
    throw new AssessRefusal(
      `--deadband ${deadband} leaves nothing to come back to`,
      "Give 0 or more, less than what lies between the limits.",
    );
  const taken = [
    ...(values.deadband === undefined ? ["deadband 0, since --deadband is not given"] : []),
    ...(values.gap === undefined ? ["a reading stands for at most 15 min, since --gap is not given"] : []),
    ...(values.allowance === undefined ? ["no time outside is allowed, since --allowance is not given"] : []),
  ];
  return {
    limits: {
      ...(low === undefined ? {} : { low }),
      ...(high === undefined ? {} : { high }),
      deadband,
      gapMs: values.gap === undefined ? DEFAULT_GAP_MS : duration("gap", values.gap, 1),
      allowanceMs: values.allowance === undefined ? 0 : duration("allowance", values.allowance, 0),
      taken,
    },
  };
}

function number(name: string, text: string): number {
  const value = Number(text.replace("−", "-"));
  if (text.trim() === "" || !Number.isFinite(value))
    throw new AssessRefusal(`--${name} "${text}" is no number`, "Write it like 8 or 7.5.");
  return value;
}

/** In °C, or with an F in °F; the unit of the file's column plays no part, so that limits never change with the file. */
function limit(name: string, text: string | undefined, quantity: string): number | undefined {
  const letter = quantity === "temperature" ? /\s*°?\s*([CF])$/i.exec(text ?? "") : null;
  if (text === undefined) return undefined;
  const value = number(name, letter === null ? text : text.slice(0, letter.index));
  return letter?.[1]?.toUpperCase() === "F" ? ((value - 32) * 5) / 9 : value;
}

function duration(name: string, text: string, leastMs: number): number {
  const ms = parseDurationMs(/^[\d.]+$/.test(text) ? `${text}s` : text);
  if (ms === undefined || ms < leastMs)
    throw new AssessRefusal(
      `--${name} "${text}" is no time that can be used`,
      "Give seconds, or a number and a unit: 300, 5min, 1h.",
    );
  return ms;
}
