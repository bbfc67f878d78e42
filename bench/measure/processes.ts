// Processes that a benchmark starts and measures: what they say, what CPU and memory they take, by /proc.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** Kernel clock ticks a second, as /proc counts CPU time; 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100;

export class BenchProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  #said = "";
  #complained = "";

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#name = args.find((arg) => arg.endsWith(".ts"))?.replace(/.*\//, "") ?? command;
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env });
    this.#child.stdout?.on("data", (bytes: Buffer) => (this.#said += String(bytes)));
    this.#child.stderr?.on(
      "data",
      (bytes: Buffer) => (this.#complained = (this.#complained + String(bytes)).slice(-4000)),
    );
    process.once("exit", () => this.#child.kill("SIGKILL"));
  }

  /** A TypeScript file under this Node. */
  static node(file: string, args: readonly string[], env?: NodeJS.ProcessEnv, flags: readonly string[] = []) {
    return new BenchProcess(process.execPath, ["--disable-warning=ExperimentalWarning", ...flags, file, ...args], env);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get complained(): string {
    return this.#complained;
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** What a line of its output says, once it has come. */
  async says(line: RegExp, deadlineMs = 120_000): Promise<RegExpExecArray> {
    for (const untilMs = performance.now() + deadlineMs; ;) {
      const match = line.exec(this.#said);
      if (match !== null) return match;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`${this.#name} ended: ${this.#complained}`);
      if (performance.now() > untilMs) throw new Error(`${this.#name} did not say ${line.source}: ${this.#complained}`);
      await new Promise((resume) => setTimeout(resume, 2));
    }
  }

  /** User and system time since its start, in seconds. */
  cpuS(): number {
    return cpuSOf(this.pid);
  }

  /** Resident memory in MB: now, and at its highest. */
  memoryMb(): { readonly now: number; readonly peak: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    const mb = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
    return { now: mb("VmRSS"), peak: mb("VmHWM") };
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill(signal);
    await ended;
  }
}

export function cpuSOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}
