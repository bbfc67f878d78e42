// One process of an installation: started from its entry file, ready when it says so, killed and started again on demand.

import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Scheduler } from "@isotherm/coldchain";

export interface ChildOptions {
  readonly name: string;
  /** Entry file and its arguments. */
  readonly args: readonly string[];
  readonly logFile: string;
  /** A start that is not ready by then has failed. */
  readonly readyMsMax: number;
  readonly scheduler: Scheduler;
  /** Beyond this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called when the process ends without having been told to. */
  readonly onUnexpectedEnd?: (name: string, lastLines: readonly string[]) => void;
}

/** Lines kept for the message when a process ends by itself. */
const LAST_LINES_MAX = 12;
const STOP_MS_MAX = 5_000;

/** What a process's JSON log line says when it is ready. */
const READY = /"msg":"(listening|The agent has started\.)"/;

/** The process could not be started; `lastLines` say why. */
export class ChildStartError extends Error {
  readonly code = "CHILD_START";
  override readonly name = "ChildStartError";
  readonly lastLines: readonly string[];
  constructor(name: string, lastLines: readonly string[]) {
    super(`${name} did not start:\n  ${lastLines.join("\n  ") || "it printed nothing"}`);
    this.lastLines = lastLines;
  }
}

export class Child {
  readonly name: string;
  readonly #options: ChildOptions;
  readonly #log: WriteStream;
  #process: ChildProcess | undefined;
  #expectedEnd = false;
  readonly #lastLines: string[] = [];

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = createWriteStream(options.logFile, { flags: "w" });
    // A full disk must not end the demo for the sake of its logs.
    this.#log.on("error", () => undefined);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Starts the process and waits until it says that it is ready. Throws ChildStartError. */
  async start(): Promise<void> {
    this.#expectedEnd = false;
    this.#lastLines.length = 0;
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...this.#options.args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...this.#options.env },
    });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(new ChildStartError(this.name, this.#lastLines));
      const cancel = this.#options.scheduler.after(this.#options.readyMsMax, fail);
      const take = (line: string): void => {
        this.#keep(line);
        if (!READY.test(line)) return;
        cancel();
        resolve();
      };
      createInterface({ input: child.stdout }).on("line", take);
      createInterface({ input: child.stderr }).on("line", take);
      child.on("error", fail);
      child.on("close", () => {
        cancel();
        fail();
        this.#ended(child);
      });
    });
  }

  /** SIGKILL: what a power cut or the kernel's memory killer does. */
  kill(): void {
    this.#expectedEnd = true;
    this.#process?.kill("SIGKILL");
  }

  /** SIGTERM, then SIGKILL for one that does not listen. Resolves when the process has gone. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#expectedEnd = true;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
      child.kill("SIGTERM");
      const cancel = this.#options.scheduler.after(STOP_MS_MAX, () => child.kill("SIGKILL"));
      await gone;
      cancel();
    }
    this.#log.end();
  }

  #keep(line: string): void {
    this.#log.write(`${line}\n`);
    this.#lastLines.push(line);
    if (this.#lastLines.length > LAST_LINES_MAX) this.#lastLines.shift();
  }

  #ended(child: ChildProcess): void {
    if (this.#process === child) this.#process = undefined;
    if (!this.#expectedEnd) this.#options.onUnexpectedEnd?.(this.name, this.#lastLines);
  }
}
