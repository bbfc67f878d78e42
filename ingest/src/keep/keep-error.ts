/** What a person asked of the keeping commands cannot be done as it stands; the message says what would mend it. */
export class KeepError extends Error {
  override readonly name = "KeepError";
  readonly code:
    | "KEEP_USAGE"
    | "BACKUP_REFUSED"
    | "BACKUP_DAMAGED"
    | "RESTORE_REFUSED"
    | "QUARANTINE_UNKNOWN"
    | "QUARANTINE_KEPT"
    | "INGEST_UNREACHABLE";

  constructor(code: KeepError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
