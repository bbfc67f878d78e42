// Processes that a killed demonstration left behind: found by what was noted of them, ended before a new start.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** Notes the processes of this run, so that the next start can end what a SIGKILL left of it. */
export function noteProcesses(file: string, pids: readonly number[]): void {
  writeFileSync(file, JSON.stringify({ pids }));
}

/**
 * Ends noted processes that still run and still are ours: a pid is used again by others, so the command line must name
 * the demonstration's folder. Returns how many were ended.
 */
export function endLeftovers(file: string, folder: string): number {
  if (!existsSync(file)) return 0;
  let ended = 0;
  for (const pid of pidsOf(file)) {
    const commandLine = `/proc/${pid}/cmdline`;
    if (!existsSync(commandLine) || !readFileSync(commandLine, "utf8").includes(folder)) continue;
    process.kill(pid, "SIGKILL");
    ended++;
  }
  rmSync(file);
  return ended;
}

function pidsOf(file: string): number[] {
  try {
    const noted = JSON.parse(readFileSync(file, "utf8")) as { pids?: unknown };
    return Array.isArray(noted.pids) ? noted.pids.filter((pid): pid is number => Number.isInteger(pid)) : [];
  } catch {
    // A half-written note names nothing that could be ended safely.
    return [];
  }
}
