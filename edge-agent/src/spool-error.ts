/** Why the spool could not be opened, or could not take a record. */
export type SpoolErrorCode = "SPOOL_FULL" | "SPOOL_IN_USE" | "SPOOL_OTHER_GATEWAY" | "SPOOL_UNUSABLE";

/** `SPOOL_FULL` is for trying again later; the others end the agent with a sentence that says what to do. */
export class SpoolError extends Error {
  readonly code: SpoolErrorCode;
  override readonly name = "SpoolError";

  constructor(code: SpoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  // The low byte is the primary code; the rest tells variants apart.
  return typeof code === "number" ? code & 0xff : undefined;
}

export function isFull(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_FULL;
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_BUSY;
}

export function isCorrupt(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}
