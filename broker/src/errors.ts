/** One thing wrong in a file, where it is, and what would mend it. */
export interface Problem {
  /** A path such as `listeners[0].port`. */
  readonly place: string;
  readonly problem: string;
  readonly mend: string;
}

/** A problem as a line that a person can act on. */
export function describeProblem({ place, problem, mend }: Problem): string {
  return `${place}: ${problem}; ${mend}`;
}

/** The identities file cannot be used as it is. All its problems are in `problems`. */
export class IdentitiesError extends Error {
  readonly code = "IDENTITIES_INVALID";
  override readonly name = "IdentitiesError";
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[], cause?: unknown) {
    super(
      [`the identities in ${file} cannot be used:`, ...problems.map(describeProblem)].join("\n  "),
      cause === undefined ? {} : { cause },
    );
    this.problems = problems;
  }
}

/** The broker could not open a listener; `cause` is the system's error. */
export class ListenError extends Error {
  readonly code = "LISTEN_FAILED";
  override readonly name = "ListenError";
}

export type CutReason =
  "DRAIN_TIMEOUT" | "OUTPUT_FULL" | "PACKET_TOO_LARGE" | "HANDSHAKE_TIMEOUT" | "IDENTITY_WITHDRAWN" | "BROKER_CLOSING";

/** Why the broker itself ended a connection. */
export class ClientCutError extends Error {
  readonly code: CutReason;
  override readonly name = "ClientCutError";

  constructor(code: CutReason, message: string) {
    super(message);
    this.code = code;
  }
}

/** A refusal of CONNECT, with the return code of MQTT 3.1.1 §3.2.2.3 that the client is told. */
export class ConnectRefusal extends Error {
  readonly code = "CONNECT_REFUSED";
  override readonly name = "ConnectRefusal";
  readonly returnCode: number;

  constructor(returnCode: number, message: string) {
    super(message);
    this.returnCode = returnCode;
  }
}

/** CONNACK return codes, MQTT 3.1.1 table 3.1. The enum that aedes declares does not exist at run time. */
export const CONNACK = {
  identifierRejected: 2,
  serverUnavailable: 3,
  badUserNameOrPassword: 4,
  notAuthorized: 5,
} as const;
