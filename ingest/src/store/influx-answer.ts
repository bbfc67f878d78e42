// What InfluxDB 1.x answers to a query with epoch=ns, read without losing a nanosecond.
import { StoreUnavailableError } from "./store-errors.ts";

/** A cell; times come as text, see `parseAnswer`. */
export type Cell = string | number | null;

export interface AnswerSeries {
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly Cell[])[];
}

interface StatementAnswer {
  readonly statement_id?: number;
  readonly series?: readonly AnswerSeries[];
  readonly error?: string;
  readonly partial?: boolean;
}

/** `text` as JSON, or undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The series of each statement, in their order; undefined when the server broke off before it looked at any of them. */
export type Answer = AnswerSeries[][] | undefined;

/**
 * Reads an answer; there are no series for a database or measurement that is not there.
 * @throws StoreUnavailableError when a statement failed or the server cut its answer.
 */
export function parseAnswer(text: string, statements: number): Answer {
  // The first number of a row is its time: quoted, so that JSON.parse does not round it. Ids hold no bracket.
  const answer = parseJson(text.replace(/\[(-?\d+),/g, '["$1",')) as
    { results?: readonly StatementAnswer[] } | undefined;
  const bySeries: AnswerSeries[][] = Array.from({ length: statements }, () => []);
  if (answer?.results === undefined) throw unavailable("an answer that is no InfluxDB answer");
  for (const result of answer.results) {
    if (result.error?.startsWith("database not found") === true) return bySeries;
    // InfluxDB 1.6 hides behind this why the first of several statements failed.
    if (result.error === "not executed") return undefined;
    if (result.error !== undefined) throw unavailable(result.error);
    if (result.partial === true) throw unavailable("an answer cut short; set max-row-limit = 0 in its [http] section");
    bySeries[result.statement_id ?? 0]?.push(...(result.series ?? []));
  }
  return bySeries;
}

function unavailable(message: string): StoreUnavailableError {
  return new StoreUnavailableError("STORE_UNAVAILABLE", `InfluxDB gave ${message}`);
}
