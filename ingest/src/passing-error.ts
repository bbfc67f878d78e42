// Errors that pass: of a store that is away, of a disk that is full for the moment.

import { StoreError } from "./store/store-errors.ts";

/** SQLite's own words for a disk that is full, failing or busy for the moment. */
const PASSING_SQLITE_CODES: ReadonlySet<unknown> = new Set([5, 10, 13]);

/** Whether the same work may succeed later, unchanged. */
export function isPassing(error: unknown): error is Error {
  if (error instanceof StoreError) return error.retryable;
  return error instanceof Error && "errcode" in error && PASSING_SQLITE_CODES.has(Number(error.errcode) & 0xff);
}
