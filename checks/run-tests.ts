/** `npm test`: finds the test files, runs each in a process of its own, and ends with the line of counts. */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, matchesGlob, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type FileResult, killAll, runFile } from "./test-run.ts";

const HELP = `Runs the tests.

  npm test                          all of them
  npm test -- ingest                those in a folder
  npm test -- ingest/src/x.test.ts  one file; a pattern such as '**/*range*' works too
  npm run test:long                 the long laws and soaks as well

  --jobs N         files at the same time (2)
  --long           sets ISOTHERM_LONG=1 and gives every file five times its time
  --fail-on-skip   a test that cannot run here counts as failed, too
  --verbose        shows what passing files print
  --help           this text

A file may ask for more than 180 s by a comment line "// file-deadline-s: 400".
ISOTHERM_TEST_DATA names the folder of third-party test data; ISOTHERM_SEED repeats a seed.
Programs that are missing make suites skip; the list at the end says what to install.`;

const ROOT = resolve(import.meta.dirname, "..");
const NOT_SEARCHED = new Set(["node_modules", "data", ".git"]);
/** Files that start many processes or a browser: they run last, each alone, so that they do not slow one another. */
const HEAVY = /chain|kill|browser/;
const isHeavy = (file: string): boolean => HEAVY.test(basename(file));
const FILE_DEADLINE_S = 180;
const LONG_FACTOR = 5;

interface Options {
  readonly patterns: readonly string[];
  readonly jobs: number;
  readonly long: boolean;
  readonly failOnSkip: boolean;
  readonly verbose: boolean;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      jobs: { type: "string", default: "2" },
      long: { type: "boolean", default: false },
      "fail-on-skip": { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1) throw new Error(`--jobs wants a whole number from 1, not "${values.jobs}"`);
  const { long, verbose } = values;
  return { patterns: positionals, jobs, long, verbose, failOnSkip: values["fail-on-skip"] };
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    // Folders that begin with a dot are scratch space or tools' own.
    if (NOT_SEARCHED.has(entry.name) || entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.name.endsWith(".test.ts")) yield path;
  }
}

/** Test files by a path, a folder or a glob; a pattern that finds none is an error, lest a typing slip pass as green. */
function findFiles(patterns: readonly string[]): string[] {
  const all = (folder: string): string[] => [...walk(folder)].map((path) => relative(ROOT, path));
  if (patterns.length === 0) return all(ROOT).sort();
  const found = new Set<string>();
  for (const pattern of patterns) {
    const stat = statSync(resolve(pattern), { throwIfNoEntry: false });
    const matches = stat?.isDirectory()
      ? all(resolve(pattern))
      : stat?.isFile()
        ? [relative(ROOT, resolve(pattern))]
        : all(ROOT).filter((file) => matchesGlob(file, pattern) || file.includes(pattern));
    if (matches.length === 0) throw new Error(`no test file matches "${pattern}"`);
    for (const each of matches) found.add(each);
  }
  return [...found].sort();
}

function deadlineMs(file: string, long: boolean): number {
  const asked = /^\/\/ file-deadline-s: (\d+)\s*$/m.exec(readFileSync(join(ROOT, file), "utf8"))?.[1];
  return Number(asked ?? FILE_DEADLINE_S) * 1000 * (long ? LONG_FACTOR : 1);
}

const indent = (text: string): string => text.trimEnd().replaceAll(/^/gm, "    ");
const skippedTests = (result: FileResult): number => result.skips.reduce((sum, skip) => sum + skip.tests, 0);

function show(result: FileResult, options: Options): void {
  const skipped = skippedTests(result);
  const counts = [`${result.passed} passed`];
  if (result.failures.length > 0) counts.push(`${result.failures.length} failed`);
  if (skipped > 0) counts.push(`${skipped} skipped`);
  const mark = result.failures.length > 0 ? "FAIL" : "ok  ";
  console.log(`${mark} ${result.file}  ${counts.join(", ")}  ${(result.elapsedMs / 1000).toFixed(1)} s`);
  for (const failure of result.failures) console.log(`  FAILED ${failure.title}\n${indent(failure.detail)}`);
  if ((options.verbose || result.failures.length > 0) && result.output.trim() !== "") {
    console.log(`  --- what ${result.file} printed ---\n${indent(result.output)}\n  ---`);
  }
}

async function runAll(files: readonly string[], options: Options, folder: string): Promise<FileResult[]> {
  const env = { ...process.env, TMPDIR: folder, ...(options.long ? { ISOTHERM_LONG: "1" } : {}) };
  const results: FileResult[] = [];
  const runQueue = async (waiting: string[]): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile({ file, root: ROOT, deadlineMs: deadlineMs(file, options.long), env });
      show(result, options);
      results.push(result);
    }
  };
  const light = files.filter((file) => !isHeavy(file));
  await Promise.all(Array.from({ length: options.jobs }, () => runQueue(light)));
  await runQueue(files.filter((file) => isHeavy(file)));
  return results;
}

/** The summary; its last line is the contract with `.ci/run` and with whoever counts. */
function summarize(results: readonly FileResult[], options: Options): number {
  const passed = results.reduce((sum, each) => sum + each.passed, 0);
  let skipped = results.reduce((sum, each) => sum + skippedTests(each), 0);
  let failed = results.reduce((sum, each) => sum + each.failures.length, 0);
  console.log("");
  if (options.failOnSkip && skipped > 0) {
    console.log(`${skipped} skipped tests count as failed (--fail-on-skip)`);
    failed += skipped;
    skipped = 0;
  }
  if (passed + failed === 0) console.log("no test ran, which is a failure");
  for (const result of results) {
    for (const { title } of result.failures) console.log(`failed: ${result.file}: ${title}`);
    for (const { title, reason } of result.skips) console.log(`skipped: ${title}: ${reason}`);
  }
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

const options = readOptions();
const files = findFiles(options.patterns);
const folder = await mkdtemp(join(tmpdir(), "iso-"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    killAll();
    console.log(`stopped by ${signal}`);
    process.exit(1);
  });
}
try {
  process.exitCode = summarize(await runAll(files, options, folder), options);
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
