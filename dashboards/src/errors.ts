// Errors that reach an API's caller: a stable code, a status, and words for a person.

export type ApiErrorCode =
  | "NOT_LOGGED_IN"
  | "NOT_ALLOWED"
  | "NOT_FOUND"
  | "BAD_REQUEST"
  | "FACT_REFUSED"
  | "TOO_MANY"
  | "STORE_AWAY"
  | "LOGIN_UNKNOWN";

const STATUS: Record<ApiErrorCode, number> = {
  NOT_LOGGED_IN: 401,
  NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  BAD_REQUEST: 400,
  FACT_REFUSED: 422,
  TOO_MANY: 429,
  STORE_AWAY: 503,
  LOGIN_UNKNOWN: 401,
};

export class ApiError extends Error {
  readonly code: ApiErrorCode;
  override readonly name = "ApiError";
  constructor(code: ApiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get status(): number {
    return STATUS[this.code];
  }
}
