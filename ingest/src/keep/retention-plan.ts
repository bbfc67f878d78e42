// Which readings of an asset have expired, and why the others are kept. Pure.

import type { Assignment } from "../assignment.ts";
import type { TimeWindow } from "../store/reading-store.ts";

const DAY_MS = 86_400_000;
/** A reading stands into what it comes before, and the first one after shows how long: a day on either side is kept as well. */
const MARGIN_MS = DAY_MS;

export interface RetentionStretch extends TimeWindow {
  /** When all of it may go; null while nobody can say, as with a leg that has not ended. */
  readonly keptUntilMs: number | null;
  readonly expired: boolean;
  /** What keeps it longest, in words. */
  readonly because: string;
}

interface Claim {
  readonly fromMs: number;
  readonly toMs: number;
  readonly because: string;
  /** For a reading at this instant. */
  keptUntilMs(atMs: number): number;
}

/**
 * Cuts a window of an asset's time, whole days of UTC, into stretches that are kept for one reason each.
 *
 * Under a shipment's leg a reading is kept for the profile's retention from the end of the leg, because what is proved
 * about the leg rests on all of it; under a standing profile from its own instant. The longest counts. A profile that names no
 * retention, and time under no profile, is kept for `readingsMs`.
 */
export function retentionPlan(
  assignments: readonly Pick<Assignment, "fromMs" | "toMs" | "shipmentId" | "profile">[],
  readingsMs: number,
  window: TimeWindow,
  nowMs: number,
): RetentionStretch[] {
  const claims = assignments.map((assignment) => claimOf(assignment, readingsMs));
  const byDefault: Claim = {
    fromMs: Number.NEGATIVE_INFINITY,
    toMs: Number.POSITIVE_INFINITY,
    because: `no profile covers it: kept ${inDays(readingsMs)}`,
    keptUntilMs: (atMs) => atMs + readingsMs,
  };
  const stretches: RetentionStretch[] = [];
  for (const [fromMs, toMs] of cutsOf(claims, readingsMs, window, nowMs)) {
    const covering = claims.filter((claim) => claim.fromMs < toMs && claim.toMs > fromMs);
    const [first = byDefault, ...others] = covering;
    const longest = others.reduce(
      (best, claim) => (claim.keptUntilMs(toMs) > best.keptUntilMs(toMs) ? claim : best),
      first,
    );
    const untilMs = longest.keptUntilMs(toMs);
    const { because } = longest;
    const stretch = {
      fromMs,
      toMs,
      keptUntilMs: Number.isFinite(untilMs) ? untilMs : null,
      expired: untilMs <= nowMs,
      because,
    };
    const before = stretches.at(-1);
    if (before?.because === because && before.expired === stretch.expired)
      stretches.splice(-1, 1, { ...stretch, fromMs: before.fromMs });
    else stretches.push(stretch);
  }
  return stretches;
}

function claimOf(
  { fromMs, toMs, shipmentId, profile }: Pick<Assignment, "fromMs" | "toMs" | "shipmentId" | "profile">,
  readingsMs: number,
): Claim {
  const keepMs = profile.retention?.atLeastMs ?? readingsMs;
  const endMs = toMs ?? Number.POSITIVE_INFINITY;
  const keeps = profile.retention === undefined ? "names no retention" : "asks for its retention";
  const rule = `profile ${profile.id} ${keeps}: kept ${inDays(keepMs)}`;
  return {
    fromMs: dayOf(fromMs - MARGIN_MS),
    toMs: dayOf(endMs + MARGIN_MS + DAY_MS - 1),
    because: shipmentId === null ? rule : `${rule} after the leg of shipment ${shipmentId} ends`,
    keptUntilMs: (atMs) => (shipmentId === null ? atMs : endMs) + keepMs,
  };
}

/** Where any answer may change, at the beginnings of days. */
function cutsOf(claims: readonly Claim[], readingsMs: number, window: TimeWindow, nowMs: number): [number, number][] {
  const [fromMs, toMs] = [dayOf(window.fromMs), dayOf(window.toMs + DAY_MS - 1)];
  const cuts = new Set([fromMs, toMs]);
  // What is kept from its own instant expires up to here.
  const since = (keptForMs: number): void => void cuts.add(dayOf(nowMs - keptForMs));
  since(readingsMs);
  for (const claim of claims) {
    cuts.add(claim.fromMs).add(claim.toMs);
    const keptForMs = claim.keptUntilMs(0);
    if (Number.isFinite(keptForMs) && keptForMs < nowMs) since(keptForMs);
  }
  const ordered = [...cuts].filter((cut) => cut >= fromMs && cut <= toMs).sort((a, b) => a - b);
  return ordered.slice(1).map((cut, at) => [ordered[at] as number, cut]);
}

function dayOf(atMs: number): number {
  return Number.isFinite(atMs) ? Math.floor(atMs / DAY_MS) * DAY_MS : atMs;
}

function inDays(durationMs: number): string {
  return `${Math.round(durationMs / DAY_MS)} days`;
}
