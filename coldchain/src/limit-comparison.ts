// Comparing a value with a limit at the resolution that the channel declares, free of floating-point dust.
import type { Rule } from "./rule.ts";

/** Used when a channel declares no resolution: fine enough to change no measurement, coarse enough to remove dust. */
const FINEST_RESOLUTION = 1e-9;

/** How far from a half or whole step counts as on it, in steps. */
const DUST_STEPS = 1e-7;

export interface LimitComparison {
  isOutside(value: number): boolean;
  /** Inside by at least the deadband; never true of a value that is outside. */
  isBackInside(value: number): boolean;
}

/** Steps of the resolution nearest to a value, halves away from zero, so that both sides of 0 are treated alike. */
function nearestStep(value: number, resolution: number): number {
  const steps = Math.floor(Math.abs(value) / resolution + 0.5 + DUST_STEPS);
  return value < 0 ? -steps : steps;
}

/**
 * The comparison of one rule on one channel. Value and limit are first rounded to the resolution; the deadband is taken from
 * the rounded limit, so a deadband that is no multiple of the resolution acts as the next larger one.
 */
export function limitComparison(
  rule: Pick<Rule, "side" | "limit" | "inclusive" | "deadband">,
  resolution: number,
): LimitComparison {
  const step = resolution > 0 && Number.isFinite(resolution) ? resolution : FINEST_RESOLUTION;
  // The low side is the high side seen in a mirror: rounding is symmetrical about zero.
  const sign = rule.side === "high" ? 1 : -1;
  const limitSteps = sign * nearestStep(rule.limit, step);
  const deadbandSteps = Math.ceil(rule.deadband / step - DUST_STEPS);
  const outsideFrom = rule.inclusive ? limitSteps : limitSteps + 1;
  const insideUpTo = Math.min(limitSteps - deadbandSteps, outsideFrom - 1);
  return {
    isOutside: (value) => sign * nearestStep(value, step) >= outsideFrom,
    isBackInside: (value) => sign * nearestStep(value, step) <= insideUpTo,
  };
}
