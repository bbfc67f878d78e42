// Starts a command of Isotherm's, whatever Node the shell found. A Node of this project's age runs it in this very
// process; an older one hands over to the newer one that came along as the npm package "node", if it did.
// Old Nodes have to be able to read this file, and the packages of all commands hold a copy of it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

const NODE_MAJOR_MIN = 24;
/** Set in the environment of a process that was handed over to, lest two old Nodes hand over for ever. */
const MARK = "ISOTHERM_HANDED_OVER";
const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"];

/** Runs the module at the URL `main` as the command. */
export async function launch(main) {
  const wasHandedOver = process.env[MARK] !== undefined;
  delete process.env[MARK];
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
    if (wasHandedOver) endWithLauncher();
    silenceExperimentalWarnings();
    await import(main);
    return;
  }
  const node = wasHandedOver ? undefined : broughtAlong();
  if (node === undefined) sayWhatIsMissing();
  else handOver(node);
}

/** What --disable-warning=ExperimentalWarning does; a process cannot give that option to itself. */
function silenceExperimentalWarnings() {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") for (const tell of listeners) tell.call(process, warning);
  });
}

/** The program in the npm package "node"; absent when that was not installed, or its install script not allowed. */
function broughtAlong() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("node/package.json"));
    const program = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function sayWhatIsMissing() {
  const command = basename(process.argv[1], ".js");
  process.stderr.write(
    `${command} needs Node ${NODE_MAJOR_MIN} or later, and this is Node ${process.versions.node}: install it from ` +
      `https://nodejs.org, or run: npm install node@${NODE_MAJOR_MIN} (then npm approve-scripts node, if npm asks for that)\n`,
  );
  process.exitCode = 1;
}

function handOver(node) {
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
    // Over the channel the child learns when this process is killed.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [MARK]: "1" },
  });
  // A terminal sends Ctrl-C to both of us, and some commands take a second one for impatience.
  const isAtTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of PASSED_ON) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !isAtTerminal) child.kill(signal);
    });
  }
  child.once("error", (error) => {
    process.stderr.write(`${node} cannot be run: ${error.message}\n`);
    process.exit(1);
  });
  child.once("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    // Whoever waits for us shall see the same end.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** A launcher that is killed must not leave its command behind, holding ports and files. */
function endWithLauncher() {
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
}
