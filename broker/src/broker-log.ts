import type { Clock } from "@isotherm/coldchain";

/** What the broker needs of a log; a pino logger is one. */
export interface BrokerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One line about the same thing in this time; a gateway with a wrong setting would otherwise write a line per message. */
const QUIET_MS = 10_000;
/** Things remembered at once; the one that has been quiet longest is forgotten first. */
const SUBJECTS_MAX = 1_000;

/** Warns about each subject once in ten seconds, and says how many lines were left out. */
export class RareLog {
  readonly #log: BrokerLog;
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #subjects = new Map<string, { loggedAtMs: number; leftOut: number }>();

  constructor(log: BrokerLog, clock: Pick<Clock, "monotonicMs">) {
    this.#log = log;
    this.#clock = clock;
  }

  /** A subject is the message and whom it concerns. */
  warn(whom: string, fields: object, message: string): void {
    const subject = `${message}\0${whom}`;
    const nowMs = this.#clock.monotonicMs();
    const last = this.#subjects.get(subject);
    if (last !== undefined && nowMs - last.loggedAtMs < QUIET_MS) {
      last.leftOut += 1;
      return;
    }
    const leftOut = last?.leftOut ?? 0;
    this.#log.warn(leftOut > 0 ? { ...fields, leftOut } : fields, message);
    this.#subjects.delete(subject);
    this.#subjects.set(subject, { loggedAtMs: nowMs, leftOut: 0 });
    if (this.#subjects.size <= SUBJECTS_MAX) return;
    for (const oldest of this.#subjects.keys()) {
      this.#subjects.delete(oldest);
      return;
    }
  }
}
