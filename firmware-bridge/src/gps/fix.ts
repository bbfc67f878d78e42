// What a receiver said of one instant.

import type { Quality } from "@isotherm/coldchain";
import type { FixDenial } from "./sentence-facts.ts";

/**
 * Why a fix is not good. The receiver's own words: it has no fix, or one that is simulated, estimated or entered by
 * hand; it gives no position. Our judgement: 0,0; fewer satellites than a position takes; a speed that no carrier
 * reaches; a place that the last one cannot have led to in the time between.
 */
export type FixFlaw = FixDenial | "no-position" | "zero-position" | "few-satellites" | "impossible-speed" | "jump";

export interface Fix {
  /**
   * Null without a date, and for a date before `earliestUtcMs` that no measured fix vouches for: without one it is the
   * receiver's own clock, which nothing has set right yet.
   */
  readonly timeUtcMs: number | null;
  /** Weeks that we added to the receiver's date, because its week counter rolled over: 0, 1024, 2048 … */
  readonly weeksAdded: number;
  /** `HH:MM:SS.sss`, UTC. */
  readonly timeOfDay: string | null;
  /** 1 no fix, 2 position, 3 position and height. */
  readonly mode: 1 | 2 | 3;
  /** Null in mode 1. In modes 2 and 3 what the receiver gave, to be believed only when the quality is good. */
  readonly latDeg: number | null;
  readonly lonDeg: number | null;
  /** Above mean sea level. */
  readonly altM: number | null;
  readonly speedMps: number | null;
  readonly trackDeg: number | null;
  readonly satellites: number | null;
  /**
   * `good`; `sentinel` when the receiver itself has no measured position; `out-of-physical-range` for one that cannot
   * be true.
   */
  readonly quality: Quality;
  /** Null when the quality is good. */
  readonly flaw: FixFlaw | null;
}
