// What the ingest process takes from outside: time, chance, a log, and where to say that it is broken.

import type { Clock, Random, Scheduler } from "@isotherm/coldchain";
import type { Logger } from "pino";
import type { CommitStep } from "./pipeline.ts";

export interface IngestPorts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly log: Logger;
  /** Called after each step of a commit: where a test may let the process die. */
  readonly step?: (step: CommitStep) => void;
  /** Called once when something broke that no waiting mends; the process should end. */
  broken(error: unknown): void;
}
