// Ingest as a process that a supervisor starts again whenever it is gone, killed or ended by itself.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../checks/kit.ts";
import { HOST_ID } from "./bench.ts";

const AGAIN_AFTER_MS = 200;

export interface Ending {
  readonly code: number | null;
  readonly saidLast: string;
}

export class KilledIngest {
  /** Ends that were not ours, each with what was said last. */
  readonly ownEnds: Ending[] = [];
  /** How often it said that its store was away. */
  storeAway = 0;
  readonly #configFile: string;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #isWanted = true;

  /** @param folder what it keeps, and its configuration's folder beside it */
  constructor(configFolder: string, folder: string, brokerUrl: string, environment: Readonly<Record<string, string>>) {
    this.#configFile = join(configFolder, "ingest.yaml");
    this.#environment = environment;
    writeFileSync(join(configFolder, "token"), "a token");
    writeFileSync(
      this.#configFile,
      `{ broker: { url: "${brokerUrl}" }, hostId: ${HOST_ID}, groups: { group1: tenant1 },
        stateFile: ${folder}/state.db, store: { path: ${folder}/readings.db, influxDatabase: kills },
        traceFile: ${configFolder}/trace.db, tokenFile: token, bounds: { storeBackoffMsMax: 300 } }`,
    );
    this.#start();
  }

  /** Ends it without warning; the supervisor's next look starts it again. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async close(): Promise<void> {
    this.#isWanted = false;
    await this.kill();
  }

  async isUp(): Promise<void> {
    await until(() => this.#child?.pid !== undefined && this.#child.exitCode === null, { what: "ingest to run" });
  }

  #start(): void {
    if (!this.#isWanted) return;
    const main = join(import.meta.dirname, "../src/main.ts");
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", main, "--config", this.#configFile],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...this.#environment } },
    );
    this.#child = child;
    let said = "";
    const hear = (bytes: Buffer): void => {
      const text = String(bytes);
      this.storeAway += text.split("the store is away").length - 1;
      said = (said + text).slice(-4_000);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code, signal) => {
      if (signal !== "SIGKILL") this.ownEnds.push({ code, saidLast: said.slice(-600) });
      setTimeout(() => this.#start(), signal === "SIGKILL" ? 0 : AGAIN_AFTER_MS);
    });
  }
}
