// How long goods may be outside a limit, counted in three ways, and when that was used up.
import { type Excursion, type ReadingSlice, findExcursions } from "./excursion.ts";
import type { Rule } from "./rule.ts";
import { visitStandingSpans } from "./standing-span.ts";

/**
 * What is counted against an allowance:
 * - `consecutive`: how long one excursion may have lasted, unmonitored time included;
 * - `single-event`: how long one excursion was seen to last, unmonitored time left out, as a device counts that knows its
 *   own samples alone;
 * - `cumulative`: how long all excursions together were seen to last.
 */
export type AllowanceKind = "consecutive" | "single-event" | "cumulative";

export interface Allowance {
  readonly kind: AllowanceKind;
  readonly allowedMs: number;
  /** `reached`: the allowed time itself is already a breach (an indicator's trigger); `exceeded`: only more of it. */
  readonly breachWhen: "reached" | "exceeded";
}

/** A limit with the one allowance that is counted beyond it; `limit` and `deadband` in the channel's unit. */
export interface ExposureLimit extends Pick<Rule, "side" | "limit" | "inclusive" | "deadband"> {
  readonly allowance: Allowance;
  /** In words: where the numbers come from. */
  readonly source: string;
}

export interface ExposureBreach {
  /** When the allowance was used up. */
  readonly atMs: number;
  /** The start of the excursion in which that was. */
  readonly excursionStartMs: number;
}

export interface Exposure {
  readonly limit: ExposureLimit;
  readonly excursions: readonly Excursion[];
  /** Counted so far: of the longest excursion, or of all together when cumulative. */
  readonly spentMs: number;
  /** In order: one at most for each excursion, one at most altogether when cumulative, none when it was over before. */
  readonly breaches: readonly ExposureBreach[];
}

export interface ExposureOptions {
  /** The channel's declared resolution; 0 or less when unknown. */
  readonly resolution: number;
  readonly gapMs: number;
  /** Of a cumulative allowance, what was spent before these readings: on former legs, by former keepers. */
  readonly spentBeforeMs?: number;
}

/**
 * Counts the time outside one limit against its allowance.
 *
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function exposureTo(limit: ExposureLimit, readings: ReadingSlice, options: ExposureOptions): Exposure {
  const excursions = findExcursions(ruleOf(limit, options.gapMs), options.resolution, readings);
  const breaches: ExposureBreach[] = [];
  const isCumulative = limit.allowance.kind === "cumulative";
  let spentMs = isCumulative ? (options.spentBeforeMs ?? 0) : 0;
  const wasBreached = spentMs > 0 && isBreach(limit.allowance, spentMs);
  for (const excursion of excursions) {
    const beforeMs = isCumulative ? spentMs : 0;
    const afterMs = beforeMs + countedMs(limit.allowance.kind, excursion);
    // Once the sum is over, it stays so: that is one breach.
    const isNew = !isCumulative || (breaches.length === 0 && !wasBreached);
    if (isNew && isBreach(limit.allowance, afterMs)) {
      const atMs = usedUpAtMs(limit.allowance, excursion, readings, options.gapMs, beforeMs);
      breaches.push({ atMs, excursionStartMs: excursion.startMs });
    }
    spentMs = isCumulative ? afterMs : Math.max(spentMs, afterMs);
  }
  return { limit, excursions, spentMs, breaches };
}

function countedMs(kind: AllowanceKind, excursion: Excursion): number {
  return kind === "consecutive" ? excursion.possibleMs : excursion.monitoredMs;
}

function isBreach({ allowedMs, breachWhen }: Allowance, spentMs: number): boolean {
  return breachWhen === "reached" ? spentMs >= allowedMs : spentMs > allowedMs;
}

function usedUpAtMs(
  { kind, allowedMs }: Allowance,
  excursion: Excursion,
  readings: ReadingSlice,
  gapMs: number,
  spentBeforeMs: number,
): number {
  const leftMs = Math.max(0, allowedMs - spentBeforeMs);
  if (kind === "consecutive") return excursion.startMs + leftMs;
  let countedSoFarMs = 0;
  let foundMs: number | null = leftMs === 0 ? excursion.startMs : null;
  visitStandingSpans(
    readings,
    gapMs,
    (fromMs, toMs) => {
      const lengthMs = toMs - fromMs;
      if (foundMs === null && countedSoFarMs + lengthMs >= leftMs) foundMs = fromMs + leftMs - countedSoFarMs;
      countedSoFarMs += lengthMs;
    },
    { fromMs: excursion.startMs, toMs: excursion.lastReadingMs },
  );
  return foundMs ?? excursion.lastReadingMs;
}

/** What finding excursions asks for; delays and names play no part in where they begin and end. */
function ruleOf({ side, limit, inclusive, deadband }: ExposureLimit, gapMs: number): Rule {
  return {
    ruleId: `exposure/${side}`,
    profileId: "exposure",
    profileVersion: 1,
    quantity: "temperature",
    role: "product",
    side,
    limit,
    inclusive,
    deadband,
    onDelayMs: 0,
    offDelayMs: 0,
    consecutiveAllowanceMs: 0,
    gapMs,
    liveMaxAgeMs: 0,
  };
}
