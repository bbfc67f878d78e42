// Errors of the trace room; codes are stable, messages may change.

export type TraceErrorCode = "FACT_REFUSED" | "FACT_UNKNOWN" | "TRACE_VERSION" | "TRACE_REQUEST";

export class TraceError extends Error {
  readonly code: TraceErrorCode;
  override readonly name = "TraceError";
  constructor(code: TraceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
