/** What an error is expected to be, and the assertions that use it. */
import * as uvuAssert from "uvu/assert";

type ErrorClass = abstract new (...args: never[]) => Error;
/**
 * A part of the message, a pattern for it, an error class, properties that the error must have (`{ code: 'SPOOL_FULL' }`)
 * or a predicate.
 */
export type Expectation =
  string | RegExp | ErrorClass | Readonly<Record<string, unknown>> | ((error: Error) => boolean);

function isErrorClass(expected: unknown): expected is ErrorClass {
  return typeof expected === "function" && (expected === Error || expected.prototype instanceof Error);
}

function mismatch(thrown: unknown, expected: Expectation | undefined): string | undefined {
  if (!(thrown instanceof Error)) return `expected an Error, but ${String(thrown)} was thrown`;
  if (expected === undefined) return undefined;
  const got = `, but it was ${thrown.name}: ${thrown.message}`;
  if (typeof expected === "string") {
    return thrown.message.includes(expected) ? undefined : `expected a message with "${expected}"${got}`;
  }
  if (expected instanceof RegExp) {
    return expected.test(thrown.message) ? undefined : `expected a message like ${String(expected)}${got}`;
  }
  if (isErrorClass(expected)) {
    return thrown instanceof expected ? undefined : `expected an error of class ${expected.name}${got}`;
  }
  if (typeof expected === "function") return expected(thrown) ? undefined : `the error was not as expected${got}`;
  for (const [key, value] of Object.entries(expected)) {
    const actual = (thrown as unknown as Record<string, unknown>)[key];
    uvuAssert.equal(actual, value, `expected error.${key} to be ${String(value)}, not ${String(actual)}${got}`);
  }
  return undefined;
}

function judge(thrown: unknown, expected: Expectation | undefined, message: string | undefined): Error {
  const wrong = mismatch(thrown, expected);
  if (wrong !== undefined) throw new Error(message ?? wrong, { cause: thrown });
  return thrown as Error;
}

/** Fails unless `body` throws as expected; gives the error for further looking at. */
function throws(body: () => unknown, expected?: Expectation, message?: string): Error {
  try {
    body();
  } catch (thrown) {
    return judge(thrown, expected, message);
  }
  throw new Error(message ?? "expected a throw, but nothing was thrown");
}

/** Fails unless the promise rejects as expected; gives the error for further looking at. */
async function rejects(
  promise: PromiseLike<unknown> | (() => PromiseLike<unknown>),
  expected?: Expectation,
  message?: string,
): Promise<Error> {
  try {
    await (typeof promise === "function" ? promise() : promise);
  } catch (thrown) {
    return judge(thrown, expected, message);
  }
  throw new Error(message ?? "expected a rejection, but the promise was fulfilled");
}

interface Assert extends Omit<typeof uvuAssert, "throws" | "ok" | "not"> {
  ok(actual: unknown, message?: string): asserts actual;
  throws: typeof throws;
  rejects: typeof rejects;
  not: typeof uvuAssert.not;
}

/** Everything of uvu/assert, with `throws` that knows error classes and properties, and `rejects`. */
export const assert: Assert = { ...uvuAssert, throws, rejects };
