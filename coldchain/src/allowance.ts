// How long goods may be outside a limit, counted in three ways.

export const ALLOWANCE_KINDS = ["consecutive", "single-event", "cumulative"] as const;

/**
 * What is counted against an allowance:
 * - `consecutive`: how long one excursion may have lasted, unmonitored time included;
 * - `single-event`: how long one excursion was seen to last, unmonitored time left out, as a device counts that knows its
 *   own samples alone;
 * - `cumulative`: how long all excursions together were seen to last, over the whole shipment.
 */
export type AllowanceKind = (typeof ALLOWANCE_KINDS)[number];

export const BREACH_WHEN = ["reached", "exceeded"] as const;

export interface Allowance {
  readonly kind: AllowanceKind;
  readonly allowedMs: number;
  /** `reached`: the allowed time itself is already a breach (an indicator's trigger); `exceeded`: only more of it. */
  readonly breachWhen: (typeof BREACH_WHEN)[number];
}

/** True when so much time counted is a breach. */
export function isOverAllowance({ allowedMs, breachWhen }: Allowance, countedMs: number): boolean {
  return breachWhen === "reached" ? countedMs >= allowedMs : countedMs > allowedMs;
}
