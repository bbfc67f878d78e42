import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert, suite } from "./kit.ts";

const SCRATCH = join(import.meta.dirname, `.scratch-${process.pid}`);
const RUNNER = join(import.meta.dirname, "run-tests.ts");
const HEAD = "import { suite, assert, needs } from '../kit.ts';\n";

interface Outcome {
  readonly code: number | null;
  readonly text: string;
  readonly lastLine: string;
}

let files = 0;

async function write(body: string): Promise<string> {
  const file = join(SCRATCH, `case-${(files += 1)}.test.ts`);
  await writeFile(file, `${HEAD}${body}\n`);
  return file;
}

/** Writes a test file with this body and runs the real runner on it. */
async function run(body: string, ...flags: string[]): Promise<Outcome> {
  const file = await write(body);
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", RUNNER, ...flags, file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  }
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, text, lastLine: text.trimEnd().split("\n").at(-1) ?? "" };
}

/** Asserts that the file fails with this failure's name in the summary and these counts in the last line. */
async function failsAs(name: string, lastLine: string, body: string, ...flags: string[]): Promise<Outcome> {
  const outcome = await run(body, ...flags);
  assert.is(outcome.lastLine, lastLine, outcome.text);
  assert.is(outcome.code, 1);
  const summary = outcome.text.split("\n").filter((line) => line.startsWith("failed: "));
  assert.ok(
    summary.some((line) => line.endsWith(`: ${name}`)),
    outcome.text,
  );
  return outcome;
}

const test = suite("the test runner");
test.before(() => mkdir(SCRATCH, { recursive: true }));
test.after(() => rm(SCRATCH, { recursive: true, force: true }));

test("passes a file whose tests pass, and ends with the counts", async () => {
  const outcome = await run(`const t = suite('s'); t('a', () => {}); t('b', async () => {}); t.run();`);
  assert.is(outcome.lastLine, "2 passed, 0 failed", outcome.text);
  assert.is(outcome.code, 0);
});

test("names a failed assertion and shows the difference", async () => {
  const outcome = await failsAs(
    "s: b",
    "1 passed, 1 failed",
    `const t = suite('s'); t('a', () => {}); t('b', () => assert.equal({ limitC: 8 }, { limitC: 2 })); t.run();`,
  );
  assert.match(outcome.text, "limitC");
});

test("trap 1: a throwing before() fails every test of the suite, and after() still runs", async () => {
  const body = `const t = suite('s'); t.before(() => { throw new Error('no broker'); }); t.after(() => console.log('after ran')); t('a', () => {}); t('b', () => {}); t.run();`;
  const outcome = await failsAs("s: a", "0 passed, 2 failed", body);
  assert.match(outcome.text, "no broker");
  assert.match(outcome.text, "after ran");
});

test("trap 2: a throwing after.each() over a failing test fails, with both errors", async () => {
  const body = `const t = suite('s'); t.after.each(() => { throw new Error('cannot clean'); }); t('a', () => { throw new Error('broken'); }); t.run();`;
  const outcome = await failsAs("s: a", "0 passed, 1 failed", body);
  assert.match(outcome.text, "broken");
  assert.match(outcome.text, "cannot clean");
});

test("trap 3: a thrown null or undefined fails, and the next test runs", async () => {
  const body = `const t = suite('s'); t('a', () => { throw null; }); t('b', async () => { throw undefined; }); t('c', () => {}); t.run();`;
  await failsAs("s: a", "1 passed, 2 failed", body);
});

test("trap 4: a suite without run() fails", async () => {
  const body = `const t = suite('s'); t('a', () => {}); t.run(); const u = suite('forgotten'); u('b', () => {});`;
  await failsAs("forgotten: the suite", "1 passed, 1 failed", body);
});

test("a throwing before.each() and a throwing after() fail by name", async () => {
  await failsAs(
    "s: a",
    "0 passed, 1 failed",
    `const t = suite('s'); t.before.each(() => { throw 1; }); t('a', () => {}); t.run();`,
  );
  await failsAs(
    "s: after()",
    "1 passed, 1 failed",
    `const t = suite('s'); t.after(() => { throw 1; }); t('a', () => {}); t.run();`,
  );
});

test("an empty suite, a file without a suite and a file that does not load fail", async () => {
  await failsAs("s: the suite", "0 passed, 1 failed", `suite('s').run();`);
  await failsAs("the file", "0 passed, 1 failed", `export {};`);
  await failsAs("the file could not be loaded", "0 passed, 1 failed", `await import('./absent.ts');`);
});

test("a file that never finishes loading fails", async () => {
  const body = `await new Promise(() => {});`;
  await failsAs("the file, before or between its tests", "0 passed, 1 failed", body);
});

test("a test that leaves the process fails by name", async () => {
  const body = `const t = suite('s'); t('leaves', () => process.exit(0)); t.run();`;
  await failsAs("s: leaves", "0 passed, 1 failed", body);
});

test("a hung test fails by name at its deadline, and the next one runs", async () => {
  const body = `const t = suite('s', { deadlineMs: 100 }); t('hangs', () => new Promise(() => {})); t('next', () => {}); t.run();`;
  const outcome = await failsAs("s: hangs", "1 passed, 1 failed", body);
  assert.match(outcome.text, "did not end within 100 ms");
});

test("a synchronous infinite loop is killed by the file watchdog, which names the test", async () => {
  const body = `// file-deadline-s: 2\nconst t = suite('s'); t('fine', () => {}); t('spins', () => { for (;;); }); t.run();`;
  const outcome = await failsAs("s: spins", "1 passed, 1 failed", body);
  assert.match(outcome.text, "the file's 2 s were over");
});

test("an unhandled rejection and an uncaught exception fail, named with the test that ran", async () => {
  const rejection = `const t = suite('s'); t('a', () => { void Promise.reject(new Error('lost')); }); t.run();`;
  await failsAs('s: unhandled rejection during "a"', "1 passed, 1 failed", rejection);
  const exception = `const t = suite('s'); t('a', async () => { setTimeout(() => { throw new Error('late'); }, 1); await new Promise((go) => setTimeout(go, 50)); }); t.run();`;
  await failsAs('s: uncaught exception during "a"', "1 passed, 1 failed", exception);
});

test("test.only fails", async () => {
  const outcome = await run(`const t = suite('s'); t.only('a', () => {}); t('b', () => {}); t.run();`);
  assert.is(outcome.code, 1);
  assert.match(outcome.text, "would hide the other tests");
});

test("a skipped suite says why in one line, counts its tests, and is not a passing run by itself", async () => {
  const skipped = `const t = suite('needy', { skip: needs({ commands: ['isotherm-nothing'] }) }); t('a', () => {}); t('b', () => {}); t.run();`;
  const alone = await run(skipped);
  assert.is(alone.lastLine, "0 passed, 0 failed, 2 skipped");
  assert.is(alone.code, 1);
  const beside = await run(`${skipped} const u = suite('u'); u('c', () => {}); u.run();`);
  assert.is(beside.lastLine, "1 passed, 0 failed, 2 skipped");
  assert.is(beside.code, 0);
  const lines = beside.text.split("\n").filter((line) => line.startsWith("skipped: "));
  assert.equal(lines, ["skipped: needy: install isotherm-nothing (apt-get install isotherm-nothing)"]);
});

test("--fail-on-skip counts skipped tests as failed", async () => {
  const body = `const t = suite('s'); t('a', () => {}); t('b', () => {}, { skip: 'not here' }); t.run();`;
  const outcome = await run(body, "--fail-on-skip");
  assert.is(outcome.lastLine, "1 passed, 1 failed");
  assert.is(outcome.code, 1);
});

test("processes that a file leaves behind, detached ones too, are killed and fail it", async () => {
  const spawning = `import { spawn } from 'node:child_process';
const t = suite('s'); t('a', () => { for (const detached of [true, false]) { const c = spawn('sleep', ['61.5'], { detached, stdio: 'ignore' }); console.log('pid=' + c.pid); c.unref(); } }); t.run();`;
  const outcome = await failsAs("leftover processes", "1 passed, 1 failed", spawning);
  const pids = [...outcome.text.matchAll(/pid=(\d+)/g)].map((match) => Number(match[1]));
  assert.is(pids.length, 2);
  for (const pid of pids) assert.not(await isRunning(pid), `process ${pid} still runs`);
});

test("a pattern that matches no file is an error, not a pass", async () => {
  const child = spawn(process.execPath, [RUNNER, "no-such-folder"], { stdio: "ignore" });
  assert.is(await new Promise((resolve) => child.once("close", resolve)), 1);
});

/** Whether the process is there and not just a zombie that nobody reaped. */
async function isRunning(pid: number): Promise<boolean> {
  const { readFile } = await import("node:fs/promises");
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => undefined);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}

test.run();
