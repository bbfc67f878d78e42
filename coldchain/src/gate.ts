// Gates: times in which a reading outside is expected, and so starts no excursion.

export const GATE_KINDS = ["door", "defrost", "pre-cool", "loading"] as const;

export type GateKind = (typeof GATE_KINDS)[number];

/**
 * One reason to be outside for a while:
 * - `door`: from when any channel of the role `door` reads open (0.5 or more) until it reads shut, and `settlingMs` more;
 * - `defrost`: alike, by any channel of the quantity `defrost`;
 * - `pre-cool`: from the start of the leg until the first reading inside by the deadband;
 * - `loading`: from the start of the leg.
 *
 * Each lasts `atMostMs` from its beginning, settling included, whatever goes on.
 */
export interface Gate {
  readonly kind: GateKind;
  readonly atMostMs: number;
  /** 0 for `pre-cool` and `loading`. */
  readonly settlingMs: number;
}
