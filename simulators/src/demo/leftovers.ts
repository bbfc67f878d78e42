// Processes of earlier starts: a demonstration that still runs is respected, what a killed one left behind is ended.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Scheduler } from "@isotherm/coldchain";
import { StartError } from "./start-problems.ts";

export interface RunningProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** Part of the command line of a demonstration. */
const DEMO_ENTRY = "demo/main.ts";
const GONE_MS_MAX = 3_000;
const LOOK_MS = 50;

/** Notes that this process plays in this folder. */
export function noteDemo(file: string, pid: number): void {
  writeFileSync(file, JSON.stringify({ pid }));
}

/** The demonstration that plays in the folder now; undefined when there is none. */
export function runningDemo(file: string, processes: readonly RunningProcess[]): number | undefined {
  const pid = notedPid(file);
  // A pid is given to others again, so the command line has to be a demonstration's.
  return processes.find((each) => each.pid === pid && each.commandLine.includes(DEMO_ENTRY))?.pid;
}

/** Parts of an installation in the folder: each was started with a configuration that lies there. */
export function leftoversOf(folder: string, processes: readonly RunningProcess[]): RunningProcess[] {
  return processes.filter(({ commandLine }) => commandLine.includes(`${folder}/config/`));
}

/**
 * Ends what a killed demonstration left behind and waits until it has let go of its ports and files.
 * Throws StartError when a demonstration is playing in the folder.
 */
export async function endLeftovers(file: string, folder: string, scheduler: Scheduler): Promise<void> {
  const processes = listProcesses();
  const pid = runningDemo(file, processes);
  if (pid !== undefined && pid !== process.pid)
    throw new StartError(
      `A demonstration is already playing in ${folder} (process ${pid}). End it with q, or start this one in another folder: ` +
        "npm start -- --data DIR --port 8090",
    );
  for (const { pid: leftover } of leftoversOf(folder, processes)) process.kill(leftover, "SIGKILL");
  for (let waitedMs = 0; waitedMs < GONE_MS_MAX && leftoversOf(folder, listProcesses()).length > 0; waitedMs += LOOK_MS)
    await new Promise<void>((resolve) => scheduler.after(LOOK_MS, resolve));
}

function notedPid(file: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(file, "utf8")) as { pid?: unknown };
    return typeof pid === "number" ? pid : undefined;
  } catch {
    // No note, or half of one: nobody can be said to play here.
    return undefined;
  }
}

/** Every process that this system shows us; none where it cannot be asked. */
export function listProcesses(): RunningProcess[] {
  if (existsSync("/proc/self/cmdline"))
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({ pid: Number(name), commandLine: commandLineOf(name) }));
  try {
    const lines = execFileSync("ps", ["-axo", "pid=,command="], { encoding: "utf8" }).split("\n");
    return lines.map((line) => ({ pid: Number.parseInt(line, 10), commandLine: line }));
  } catch {
    // Windows has no ps: there, somebody has to end a killed demonstration's processes by hand.
    return [];
  }
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // Ended while we looked.
    return "";
  }
}
