// What a command needs of the world around it, so that commands can be tried without one.

import type { Clock, Scheduler } from "@isotherm/coldchain";

export interface Terminal {
  /** One line of result. */
  readonly print: (line: string) => void;
  /** One line about the work: progress, advice, complaints. */
  readonly tell: (line: string) => void;
  /** Replaces what was shown last; absent where output does not go to a screen. */
  readonly show?: (lines: readonly string[]) => void;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Aborted when the user wants to stop. */
  readonly stop: AbortSignal;
  readonly readFile: (path: string) => Promise<Uint8Array>;
}

/** 0 done and well, 1 done and something is wrong, 2 it could not be done. */
export type ExitCode = 0 | 1 | 2;

/** What was typed cannot be done as it stands; the message says what to type. */
export class UsageError extends Error {
  readonly code = "CLI_USAGE";

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "UsageError";
  }
}

/** A file that was named on the command line, or standard input for `-`. Throws a {@link UsageError}. */
export async function readInput(terminal: Terminal, path: string): Promise<Uint8Array> {
  try {
    return await terminal.readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${path} cannot be read: ${READ_FAILURES[code ?? ""] ?? message}.`, { cause });
  }
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a folder",
};

/** Resolves after the time, or at once when the user wants to stop. */
export function pause({ scheduler, stop }: Pick<Terminal, "scheduler" | "stop">, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const end = (): void => {
      cancel();
      stop.removeEventListener("abort", end);
      resolve();
    };
    const cancel = scheduler.after(delayMs, end);
    stop.addEventListener("abort", end, { once: true });
  });
}
