// Which values of a channel cannot change any result of its rules, unless an excursion or alarm is under way there.
import { limitComparison } from "./limit-comparison.ts";
import type { Rule } from "./rule.ts";

/**
 * Values from `low` to `high`, both included. While no excursion is open on a channel, a good reading within its band
 * starts none, for any of its rules; while one is open, the reading may end it, and the band says nothing.
 */
export interface QuietBand {
  readonly low: number;
  readonly high: number;
}

/** No value is quiet: for rules whose results depend on every reading. */
export const NEVER_QUIET: QuietBand = { low: Infinity, high: -Infinity };
/** Every number is quiet: where nothing is judged. */
export const ALWAYS_QUIET: QuietBand = { low: -Infinity, high: Infinity };

/** How far beyond the limit less its deadband a bound is tried, in steps of the resolution: the first that holds is taken. */
const TRIED_STEPS = [0.4, 0, -0.6, -1.1, -2.1];

/** The values that are inside every rule by its deadband, at the channel's resolution. */
export function quietBand(rules: readonly Rule[], resolution: number): QuietBand {
  let { low, high } = ALWAYS_QUIET;
  for (const rule of rules) {
    const band = bandOf(rule, resolution);
    low = Math.max(low, band.low);
    high = Math.min(high, band.high);
  }
  return low <= high ? { low, high } : NEVER_QUIET;
}

export function isQuiet(band: QuietBand, value: number): boolean {
  return value >= band.low && value <= band.high;
}

/**
 * Comparing rounds to the resolution, which never turns the order of two values round: when a bound is back inside, so is
 * all that lies beyond it on the inner side. So the bound is not computed but tried.
 */
function bandOf(rule: Rule, resolution: number): QuietBand {
  // What such a rule finds rests on other readings as well: of other probes, of what came before, of a door.
  if (rule.measure !== "value" || rule.gates.length > 0) return NEVER_QUIET;
  const { isBackInside } = limitComparison(rule, resolution);
  const outward = rule.side === "high" ? 1 : -1;
  const edge = rule.limit - outward * rule.deadband;
  const step = resolution > 0 && Number.isFinite(resolution) ? resolution : Math.abs(edge) * 1e-9 + 1e-9;
  for (const steps of TRIED_STEPS) {
    const bound = edge + outward * steps * step;
    if (isBackInside(bound)) return outward > 0 ? { low: -Infinity, high: bound } : { low: bound, high: Infinity };
  }
  return NEVER_QUIET;
}
