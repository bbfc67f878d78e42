// SQLite's result codes as the store's own errors.
import { StoreFormatError, StoreFullError, StoreUnavailableError } from "./store-errors.ts";

// Primary result codes, https://www.sqlite.org/rescode.html; the low byte of an extended code.
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const AUTH = 23;
const NOTADB = 26;

/** The store's error for what node:sqlite threw; anything that is not about the file is given back as it came. */
export function sqliteStoreError(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof Error) || !("errcode" in thrown) || typeof thrown.errcode !== "number") return thrown;
  const cause = { cause: thrown };
  switch (thrown.errcode & 0xff) {
    case FULL:
      return new StoreFullError(`no room left for ${path}`, cause);
    case BUSY:
    case LOCKED:
      return new StoreUnavailableError("STORE_UNAVAILABLE", `${path} is locked by another process`, cause);
    case CANTOPEN:
    case IOERR:
      return new StoreUnavailableError("STORE_UNAVAILABLE", `${path} cannot be read or written`, cause);
    case PERM:
    case READONLY:
    case AUTH:
      return new StoreUnavailableError("STORE_DENIED", `${path} may not be written by this process`, cause);
    case NOTADB:
      return new StoreFormatError("STORE_NOT_OURS", `${path} is not a SQLite file`, cause);
    case CORRUPT:
      return new StoreFormatError("STORE_DAMAGED", `${path} is damaged; restore it from a backup`, cause);
    default:
      return thrown;
  }
}

/** Runs `work` and throws its failures as the store's own. */
export function asStoreWork<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw sqliteStoreError(thrown, path);
  }
}
