// What may go wrong with a store, by name. `retryable` says whether the same call may succeed later unchanged.

/** Any failure of a reading store. `code` is stable; `cause` is what the store itself said. */
export abstract class StoreError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
}

/**
 * The store is away, locked, overloaded or will not let us in; nothing of the batch may be taken as stored.
 * Keep the readings and try again: writing is idempotent.
 */
export class StoreUnavailableError extends StoreError {
  override readonly name = "StoreUnavailableError";
  override readonly retryable = true;
  readonly code: "STORE_UNAVAILABLE" | "STORE_DENIED" | "STORE_BUSY";

  constructor(code: StoreUnavailableError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The store's disk is full. Retryable once somebody has made room. */
export class StoreFullError extends StoreError {
  override readonly name = "StoreFullError";
  readonly code = "STORE_FULL";
  override readonly retryable = true;
}

/** The file is not a store of ours, is damaged, or has another version's format; a person must look. */
export class StoreFormatError extends StoreError {
  override readonly name = "StoreFormatError";
  override readonly retryable = false;
  readonly code: "STORE_NOT_OURS" | "STORE_TOO_NEW" | "STORE_TOO_OLD" | "STORE_DAMAGED";

  constructor(code: StoreFormatError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The question, or the address of the store, makes no sense: an id of the wrong shape, a bound out of range. */
export class StoreQueryError extends StoreError {
  override readonly name = "StoreQueryError";
  readonly code = "STORE_QUERY";
  override readonly retryable = false;
}
