// How much one call may ask of a store, whichever home it is.

/** Most readings that one `readings` answer holds. */
export const READINGS_MAX = 1_000_000;
/** Most buckets that one `series` answer holds. */
export const BUCKETS_MAX = 10_000;
/** Most calls of `write` that wait for the one under way. */
export const WRITES_WAITING_MAX = 16;
