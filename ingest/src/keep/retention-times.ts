// How long what is kept, unless a profile asks for longer.

/** Milliseconds. */
export interface RetentionTimes {
  /** Readings of assets while no profile that names a retention covers them. */
  readonly readingsMs: number;
  /** Hourly sums: never shorter than the readings they come from. */
  readonly hoursMs: number;
  /** Audit entries: never shorter than the readings of their tenant. */
  readonly auditMs: number;
  /** Intents, so that one sent twice is done once. */
  readonly intentsMs: number;
  /** Births that others have replaced: what reads records that a gateway still holds from then. */
  readonly birthsMs: number;
}

const DAY_MS = 86_400_000;

export const DEFAULT_RETENTION: RetentionTimes = {
  // Five years: GSP (China) article 42 for records of temperature and humidity, EU GDP 2013/C 343/01 chapter 4.
  readingsMs: 1_827 * DAY_MS,
  hoursMs: 3_653 * DAY_MS,
  auditMs: 3_653 * DAY_MS,
  intentsMs: 400 * DAY_MS,
  birthsMs: 400 * DAY_MS,
};
