// The command `isotherm-bridge`, in its real surroundings.

import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { Clock, Scheduler } from "@isotherm/coldchain";
import { runCommandLine } from "./cli/command-line.ts";
import type { Terminal } from "./cli/terminal.ts";

const clock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
const scheduler: Scheduler = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // The second time the user means it.
  process.once(signal, () => {
    stopping.abort();
    process.once(signal, () => process.exit(130));
  });
}

/** Whoever reads us may stop early, as `head` does; that is no failure. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

let shownLines = 0;

/** Draws over what was drawn last, so that a table stays in its place. */
function show(lines: readonly string[]): void {
  const up = shownLines === 0 ? "" : `\u001b[${shownLines}A`;
  const wrapped = lines.flatMap((line) => wrap(line, process.stderr.columns));
  process.stderr.write(`${up}\r\u001b[J${wrapped.map((line) => `${line}\n`).join("")}`);
  shownLines = wrapped.length;
}

/** In lines that the screen does not break by itself. */
function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

const isScreen = process.stdout.isTTY && process.stderr.isTTY && !process.argv.includes("--json");

const terminal: Terminal = {
  print: (line) => void process.stdout.write(`${line}\n`),
  tell: (line) => void process.stderr.write(`${line}\n`),
  ...(isScreen ? { show } : {}),
  clock,
  scheduler,
  stop: stopping.signal,
  readFile: (path) => (path === "-" ? buffer(process.stdin) : readFile(path)),
};

process.exitCode = await runCommandLine(process.argv.slice(2), terminal);
