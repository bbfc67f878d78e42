// InfluxDB's nanoseconds as (millisecond, ordinal) and back, in digits: 19 of them do not fit a JavaScript number.

/** The nanoseconds of an instant and ordinal, without leading zeros. */
export function nanosecondsOf(atMs: number, ordinal: number): string {
  return atMs === 0 ? String(ordinal) : `${atMs}${String(ordinal).padStart(6, "0")}`;
}

/** The other way; `nanoseconds` are 0 or more. */
export function instantOf(nanoseconds: string): { atMs: number; ordinal: number } {
  return { atMs: Number(nanoseconds.slice(0, -6)), ordinal: Number(nanoseconds.slice(-6)) };
}
