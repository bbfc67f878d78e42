/** Runs one test file in a process group of its own, and sees to it that nothing of it is left. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { TestEvent } from "./suite.ts";

const CHILD = join(import.meta.dirname, "test-file.ts");
/** Children that were told to stop get this long to be gone before they count as left over. */
const LEFTOVER_GRACE_MS = 2_000;
const OUTPUT_LIMIT_BYTES = 256 * 1024;

export interface Failure {
  readonly title: string;
  readonly detail: string;
}
export interface Skip {
  readonly title: string;
  readonly reason: string;
  readonly tests: number;
}
/** What came of one test file. */
export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
  readonly elapsedMs: number;
  /** The end of what the file wrote to stdout and stderr. */
  readonly output: string;
}
export interface FileRun {
  /** Path from the root, as shown. */
  readonly file: string;
  readonly root: string;
  readonly deadlineMs: number;
  readonly env: NodeJS.ProcessEnv;
}

/** Processes, zombies apart, that belong to the group or carry the marker in their environment. */
function survivors(groupId: number, marker: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const entry of readProcesses()) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
      // The command stands in parentheses and may itself contain some: the fixed fields follow the last one.
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || state === "X") continue;
      const marked = Number(group) === groupId || readFileSync(`/proc/${entry}/environ`, "latin1").includes(marker);
      if (!marked) continue;
      found.set(Number(entry), readFileSync(`/proc/${entry}/cmdline`, "latin1").replaceAll("\0", " ").trim());
    } catch {
      // It ended while we looked, or is another user's.
    }
  }
  return found;
}

function readProcesses(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  } catch {
    return []; // No /proc: then only the group itself is killed.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** Every file's children, so that an interrupted run can end them. */
const live = new Map<number, string>();

/** Kills all that still runs; for signals. */
export function killAll(): void {
  for (const [pid, marker] of live) {
    kill(-pid);
    for (const each of survivors(pid, marker).keys()) kill(each);
  }
}

const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));

async function clearSurvivors(groupId: number, marker: string, graceMs: number): Promise<string[]> {
  const startedAtMs = performance.now();
  let left = survivors(groupId, marker);
  while (left.size > 0 && performance.now() - startedAtMs < graceMs) {
    await pause(50);
    left = survivors(groupId, marker);
  }
  kill(-groupId);
  for (const pid of left.keys()) kill(pid);
  return [...left].map(([pid, command]) => `${pid} ${command}`);
}

/** Collects a file's events, and knows which test is running. */
class Tally {
  passed = 0;
  done = false;
  running: string | undefined;
  readonly failures: Failure[] = [];
  readonly skips: Skip[] = [];

  hear(line: string): void {
    let event: TestEvent;
    try {
      event = JSON.parse(line) as TestEvent;
    } catch {
      return; // The last line of a killed process may be cut off; that it was killed is reported anyway.
    }
    if (event.kind === "done") {
      this.done = true;
      this.running = undefined;
      return;
    }
    const title = [event.suite, event.name].filter((part) => part !== "").join(": ");
    if (event.kind === "start") this.running = title;
    if (event.kind === "pass") this.passed += 1;
    if (event.kind === "skip") this.skips.push({ title, reason: event.reason, tests: event.tests });
    if (event.kind === "fail") this.failures.push({ title, detail: event.detail });
  }

  fail(title: string, detail: string): void {
    this.failures.push({ title, detail });
  }
}

function collect(streams: readonly Readable[]): () => string {
  let kept = "";
  for (const stream of streams) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      kept = (kept + chunk).slice(-OUTPUT_LIMIT_BYTES);
    });
  }
  return () => kept;
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly late: boolean;
}

function ended(child: ChildProcess, deadlineMs: number): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let late = false;
    const watchdog = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) kill(-child.pid);
    }, deadlineMs);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(watchdog);
      resolve({ code, signal, late });
    });
  });
}

let runs = 0;

/** Runs one file to its end, which the watchdog brings about if need be; never rejects for what the file does. */
export async function runFile(run: FileRun): Promise<FileResult> {
  const startedAtMs = performance.now();
  // A runner within a test adds to the marker, so that the outer runner finds what the inner one started.
  const path = `${process.env["ISOTHERM_TEST_RUN"] ?? ""}/${process.pid}-${(runs += 1)}/`;
  const marker = `ISOTHERM_TEST_RUN=${path}`;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", CHILD, run.file], {
    cwd: run.root,
    detached: true,
    env: { ...run.env, ISOTHERM_TEST_RUN: path },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [, stdout, stderr, reports] = child.stdio as unknown as [null, Readable, Readable, Readable];
  const output = collect([stdout, stderr]);
  const tally = new Tally();
  const lines = createInterface({ input: reports });
  const heard = new Promise((resolve) => lines.on("line", (line) => tally.hear(line)).once("close", resolve));
  const pid = child.pid ?? 0;
  if (pid > 0) live.set(pid, marker);
  const ending = await ended(child, run.deadlineMs);
  const left = await clearSurvivors(pid, marker, ending.late ? 0 : LEFTOVER_GRACE_MS);
  live.delete(pid);
  const bound = setTimeout(() => lines.close(), LEFTOVER_GRACE_MS);
  await heard;
  clearTimeout(bound);
  judge(tally, ending, run, left);
  const elapsedMs = performance.now() - startedAtMs;
  return {
    file: run.file,
    passed: tally.passed,
    failures: tally.failures,
    skips: tally.skips,
    elapsedMs,
    output: output(),
  };
}

function judge(tally: Tally, ending: Ending, run: FileRun, left: readonly string[]): void {
  const during = tally.running ?? "the file, before or between its tests";
  if (ending.late) {
    tally.fail(during, `was running when the file's ${run.deadlineMs / 1000} s were over, and was killed`);
    return;
  }
  if (!tally.done) {
    const how = ending.signal === null ? `with exit code ${ending.code}` : `by ${ending.signal}`;
    tally.fail(during, `was running when the process ended ${how}, before the file was done`);
  }
  if (left.length > 0) {
    tally.fail("leftover processes", `the file left these running; stop them in after():\n${left.join("\n")}`);
  }
}
