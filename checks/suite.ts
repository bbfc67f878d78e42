/**
 * Suites of tests, run by uvu but judged by us.
 *
 * uvu exits 0 when a hook throws, when a test throws `null`, when `.run()` is forgotten and when a test never settles.
 * So every test and hook is wrapped here: what goes wrong becomes a named failure, and nothing is trusted to exit codes.
 */

/** What a test file tells its runner, in the order in which it happens. */
export type TestEvent =
  | { kind: "start"; suite: string; name: string }
  | { kind: "pass"; suite: string; name: string }
  | { kind: "fail"; suite: string; name: string; detail: string }
  | { kind: "skip"; suite: string; name: string; reason: string; tests: number }
  | { kind: "done" };

export type TestBody = () => unknown;
export interface TestOptions {
  /** How long the test may take before it fails by name; 30 s unless the suite says otherwise. */
  readonly deadlineMs?: number;
  /** A reason, in words, not to run this test; `undefined` runs it. */
  readonly skip?: string | undefined;
}
export interface SuiteOptions {
  /** A reason, in words that say what to install, not to run the suite; `undefined` runs it. */
  readonly skip?: string | undefined;
  /** The deadline of every test and hook of the suite that has none of its own. */
  readonly deadlineMs?: number;
}
interface Hook {
  (body: TestBody): void;
  each(body: TestBody): void;
}
/** Declares tests; nothing runs, and the file fails, until `run()` is called. */
export interface Test {
  (sentence: string, body: TestBody, options?: TestOptions): void;
  /** Always fails: a forgotten `only` would hide every other test. */
  only(sentence: string, body?: TestBody): void;
  readonly before: Hook;
  readonly after: Hook;
  run(): void;
}

const DEFAULT_DEADLINE_MS = 30_000;
// Kept from before any test can put a virtual clock in their place.
const { setTimeout: startTimer, clearTimeout: stopTimer, setImmediate: nextTurn } = globalThis;

type UvuRun = () => Promise<[errors: string | true, ran: number, skipped: number, total: number]>;
const queue: UvuRun[] = [];
// uvu reads these two globals when it is first imported: with UVU_DEFER it queues suites and leaves running them to us.
Object.assign(globalThis, { UVU_DEFER: true, UVU_QUEUE: [queue], UVU_INDEX: 0 });
const { suite: uvuSuite } = await import("uvu");

interface Declared {
  readonly name: string;
  readonly skip: string | undefined;
  readonly deadlineMs: number;
  readonly hooks: Record<"before" | "after" | "beforeEach" | "afterEach", TestBody[]>;
  tests: number;
  ran: boolean;
  brokenBefore: unknown;
}
const declared: Declared[] = [];
let current = { suite: "", name: "" };
let report: (event: TestEvent) => void = () => undefined;

/** Thrown into a test, or a hook, that did not settle in time. */
export class DeadlineError extends Error {
  readonly code = "TEST_DEADLINE";
  override readonly name = "DeadlineError";
}

/** Stack frames of the machinery, which say nothing about the test. */
const MACHINERY = /^ +at .*(node_modules\/uvu\/|\/checks\/(suite|test-file|expectation)\.ts|\(?node:internal\/)/;

/** An error for whatever was thrown, `null` and strings included. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`threw ${String(thrown)}, which is not an Error`);
}

/** An error as text: message, difference, stack and causes. */
export function describeError(thrown: unknown): string {
  const error = asError(thrown) as Error & { details?: unknown; code?: unknown; errors?: unknown };
  const stack = (error.stack ?? `${error.name}: ${error.message}`).split("\n");
  const lines = [stack.filter((line) => !MACHINERY.test(line)).join("\n")];
  if (typeof error.details === "string") lines.splice(0, 0, error.details);
  if (typeof error.code === "string" && error.code !== "ERR_ASSERTION") lines.push(`code: ${error.code}`);
  if (Array.isArray(error.errors)) for (const each of error.errors) lines.push(`and: ${describeError(each)}`);
  if (error.cause !== undefined) lines.push(`cause: ${describeError(error.cause)}`);
  return lines.join("\n");
}

/** Settles as `body` does, or rejects with a DeadlineError after `deadlineMs`. */
async function withDeadline(body: TestBody, deadlineMs: number, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = startTimer(() => reject(new DeadlineError(`${what} did not end within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    await Promise.race([(async () => body())(), late]);
  } finally {
    stopTimer(timer);
  }
}

async function runOne(of: Declared, sentence: string, body: TestBody, deadlineMs: number): Promise<void> {
  current = { suite: of.name, name: sentence };
  report({ kind: "start", ...current });
  const errors: unknown[] = [];
  const attempt = async (each: TestBody, what: string): Promise<boolean> => {
    try {
      await withDeadline(each, deadlineMs, what);
      return true;
    } catch (thrown) {
      errors.push(asError(thrown));
      return false;
    }
  };
  let ready = of.brokenBefore === undefined;
  if (!ready) errors.push(new Error("the hook before() of the suite failed", { cause: of.brokenBefore }));
  if (ready) {
    for (const each of of.hooks.beforeEach) ready = ready && (await attempt(each, "before.each()"));
    if (ready) await attempt(body, "the test");
    for (const each of of.hooks.afterEach) await attempt(each, "after.each()");
  }
  await settle();
  if (errors.length === 0) return report({ kind: "pass", suite: of.name, name: sentence });
  report({ kind: "fail", suite: of.name, name: sentence, detail: errors.map(describeError).join("\n") });
  throw asError(errors[0]);
}

/** Unhandled rejections are raised only after pending callbacks have run, so give them their turn. */
async function settle(): Promise<void> {
  await new Promise((resolve) => nextTurn(resolve));
}

async function runHook(of: Declared, body: TestBody, what: "before" | "after"): Promise<void> {
  if (what === "before" && of.brokenBefore !== undefined) return;
  current = { suite: of.name, name: `${what}()` };
  report({ kind: "start", ...current });
  try {
    await withDeadline(body, of.deadlineMs, `${what}()`);
  } catch (thrown) {
    if (what === "before") of.brokenBefore = asError(thrown);
    else report({ kind: "fail", ...current, detail: describeError(thrown) });
  }
}

/**
 * Opens a suite: `const test = suite('ranges'); test('a sentence', () => …); test.run();`
 * @throws when it is used after `run()`, since uvu would drop such tests without a word.
 */
export function suite(name: string, options: SuiteOptions = {}): Test {
  const of: Declared = {
    name,
    skip: options.skip,
    deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
    hooks: { before: [], after: [], beforeEach: [], afterEach: [] },
    tests: 0,
    ran: false,
    brokenBefore: undefined,
  };
  declared.push(of);
  const inner = uvuSuite(name);
  const open = (): void => {
    if (of.ran) throw new Error(`suite "${name}" was added to after run(); call run() last`);
  };
  const hook = (once: "before" | "after", each: "beforeEach" | "afterEach"): Hook => {
    const add = (key: keyof Declared["hooks"]) => (body: TestBody) => {
      open();
      of.hooks[key].push(body);
    };
    return Object.assign(add(once), { each: add(each) });
  };
  const test = (sentence: string, body: TestBody, own: TestOptions = {}): void => {
    open();
    if (of.skip === undefined && own.skip !== undefined) {
      report({ kind: "skip", suite: name, name: sentence, reason: own.skip, tests: 1 });
      of.tests += 1;
      return;
    }
    of.tests += 1;
    inner(sentence, () => runOne(of, sentence, body, own.deadlineMs ?? of.deadlineMs));
  };
  const only = (sentence: string): void => {
    throw new Error(`test.only("${sentence}") would hide the other tests of "${name}"; write test(…)`);
  };
  const run = (): void => {
    open();
    of.ran = true;
    if (of.skip !== undefined) {
      report({ kind: "skip", suite: name, name: "", reason: of.skip, tests: of.tests });
      return;
    }
    for (const body of of.hooks.before) inner.before(() => runHook(of, body, "before"));
    for (const body of of.hooks.after) inner.after(() => runHook(of, body, "after"));
    inner.run();
  };
  return Object.assign(test, { only, run, before: hook("before", "beforeEach"), after: hook("after", "afterEach") });
}

/** Hears what suites report; call it before the test file is imported. */
export function listen(heard: (event: TestEvent) => void): void {
  report = heard;
}

/** A failure that belongs to no test's own promise: an unhandled rejection, an exception in a callback. */
export function reportStray(what: string, thrown: unknown): void {
  const during = current.name === "" ? "" : ` during "${current.name}"`;
  report({ kind: "fail", suite: current.suite, name: `${what}${during}`, detail: describeError(thrown) });
}

/** Runs every suite that the imported file declared, and fails the file for suites that are empty or never ran. */
export async function runDeclared(): Promise<void> {
  if (declared.length === 0) {
    report({ kind: "fail", suite: "", name: "the file", detail: "it declares no suite; write suite(…) and run()" });
  }
  for (const of of declared) {
    const complaint = !of.ran ? "was declared but run() was never called" : of.tests === 0 ? "has no test" : undefined;
    if (complaint === undefined) continue;
    report({ kind: "fail", suite: of.name, name: "the suite", detail: `suite "${of.name}" ${complaint}` });
  }
  for (const run of queue) {
    try {
      await run();
    } catch (thrown) {
      if (thrown === null || thrown === undefined) reportStray("uvu", new Error("uvu stopped without a reason"));
      else reportStray("uvu", thrown);
    }
  }
  await settle();
  await settle();
}
