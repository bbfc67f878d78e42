import { stat } from "node:fs/promises";
import type { Cancel, Scheduler } from "@isotherm/coldchain";
import type { BrokerCounters } from "./broker-counters.ts";
import type { BrokerLog } from "./broker-log.ts";
import { describeProblem, IdentitiesError, type Problem } from "./errors.ts";
import { checkIdentities, type Identity } from "./identity.ts";
import { readYamlFile } from "./yaml-file.ts";

export interface IdentitiesFileDeps {
  readonly scheduler: Scheduler;
  readonly log: BrokerLog;
  readonly counters: BrokerCounters;
}

/**
 * The identities as the file last gave them. The file is looked at every `pollMs` (which also sees files that were replaced
 * or lie on a network share) and read again when it has changed; one that cannot be used leaves the former identities in force.
 */
export class IdentitiesFile {
  readonly #file: string;
  readonly #pollMs: number;
  readonly #deps: IdentitiesFileDeps;
  readonly #onChange: () => void;
  #identities: ReadonlyMap<string, Identity> = new Map();
  #seen = "";
  #cancel: Cancel = () => undefined;
  #isClosed = false;

  private constructor(file: string, pollMs: number, deps: IdentitiesFileDeps, onChange: () => void) {
    this.#file = file;
    this.#pollMs = pollMs;
    this.#deps = deps;
    this.#onChange = onChange;
  }

  /**
   * Reads the file and watches it. `onChange` runs after each later change of the identities.
   * @throws IdentitiesError with every problem, if the file cannot be used at first.
   */
  static async open(
    file: string,
    pollMs: number,
    deps: IdentitiesFileDeps,
    onChange: () => void,
  ): Promise<IdentitiesFile> {
    const opened = new IdentitiesFile(file, pollMs, deps, onChange);
    opened.#seen = await appearance(file);
    const problems = await opened.#read();
    if (problems.length > 0) throw new IdentitiesError(file, problems);
    opened.#lookLater();
    return opened;
  }

  get(user: string): Identity | undefined {
    return this.#identities.get(user);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #read(): Promise<readonly Problem[]> {
    const read = await readYamlFile(this.#file);
    const checked = "problems" in read ? read : checkIdentities(read.value);
    if ("problems" in checked) return checked.problems;
    this.#identities = checked.identities;
    return [];
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#deps.scheduler.after(this.#pollMs, () => void this.#look().finally(() => this.#lookLater()));
  }

  async #look(): Promise<void> {
    const { counters, log } = this.#deps;
    const now = await appearance(this.#file);
    if (now === this.#seen || this.#isClosed) return;
    this.#seen = now;
    const problems = await this.#read();
    if (problems.length > 0) {
      counters.identitiesReloadsFailed += 1;
      const fields = { file: this.#file, problems: problems.map(describeProblem) };
      log.error(fields, "the identities file has changed and cannot be used; the former identities stay in force");
      return;
    }
    counters.identitiesReloads += 1;
    log.info({ file: this.#file, identities: this.#identities.size }, "identities read again");
    this.#onChange();
  }
}

/** What changes when a file is written or replaced; taken before reading, so that a write in between is seen next time. */
async function appearance(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return `${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch {
    // A missing file is a change like any other; reading it then says what is wrong.
    return "absent";
  }
}
