// What can go wrong in ingest, by name and stable code.

/** One thing wrong in a configuration, where it is, and what would mend it. */
export interface Problem {
  /** A path such as `broker.url`. */
  readonly place: string;
  readonly problem: string;
  readonly mend: string;
}

/** The configuration cannot be used as it is; all its problems are in `problems`. */
export class ConfigError extends Error {
  readonly code = "CONFIG_INVALID";
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[], cause?: unknown) {
    const lines = problems.map(({ place, problem, mend }) => `${place}: ${problem}; ${mend}`);
    super([`${file} cannot be used:`, ...lines].join("\n  "), cause === undefined ? {} : { cause });
    this.problems = problems;
  }
}

export type StateFileCode = "STATE_ABSENT" | "STATE_IN_USE" | "STATE_NEWER" | "STATE_UNREADABLE";

/** The state file cannot be opened: absent, held by another ingest, written by a newer version, or not a database. */
export class StateFileError extends Error {
  readonly code: StateFileCode;
  override readonly name = "StateFileError";

  constructor(code: StateFileCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

/** What a start that could not write its state says, so that whoever starts it again knows what to mend. */
export function asStartError(error: unknown, stateFile: string): unknown {
  if (!(error instanceof Error) || !("errcode" in error)) return error;
  return new StateFileError(
    "STATE_UNREADABLE",
    `${stateFile} cannot be used as ingest's state: ${error.message}`,
    error,
  );
}

/** The HTTP port cannot be opened; `cause` is the system's error. */
export class ListenError extends Error {
  readonly code = "LISTEN_FAILED";
  override readonly name = "ListenError";
}
