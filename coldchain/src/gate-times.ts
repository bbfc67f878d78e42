// When gates are open: intervals that follow from the readings of doors and defrosts, and from when a leg begins.
import type { ReadingSlice } from "./excursion.ts";
import type { Gate } from "./gate.ts";
import type { TimeWindow } from "./standing-span.ts";

/** A door or a defrost is on from this value; it reads 0 or 1. */
const ON_FROM = 0.5;

/** Both ascending and apart, half-open. */
export interface GateTimes {
  /** In which no excursion starts. */
  readonly open: readonly TimeWindow[];
  /** The same while the goods have not been inside yet: with the time of a pre-cool. */
  readonly untilInside: readonly TimeWindow[];
}

export const NO_GATES: GateTimes = { open: [], untilInside: [] };

export interface GateReadings {
  /** The beginning of the leg, or of the standing profile. */
  readonly legFromMs: number;
  /** Of the asset's channels of the role `door`. */
  readonly doors: readonly ReadingSlice[];
  /** Of the asset's channels of the quantity `defrost`. */
  readonly defrosts: readonly ReadingSlice[];
}

/**
 * The times of a rule's gates. A door is open from a reading that says so until the next that says shut, and no longer than
 * the gap after the last that was heard of it; each opening is a gate of its own, which ends `settling` after that, and at
 * the latest `atMost` after the opening.
 */
export function gateTimes(gates: readonly Gate[], gapMs: number, readings: GateReadings): GateTimes {
  if (gates.length === 0) return NO_GATES;
  const { legFromMs, doors, defrosts } = readings;
  const open: TimeWindow[] = [];
  const preCools: TimeWindow[] = [];
  for (const gate of gates) {
    const whole = { fromMs: legFromMs, toMs: legFromMs + gate.atMostMs };
    if (gate.kind === "loading") open.push(whole);
    else if (gate.kind === "pre-cool") preCools.push(whole);
    else for (const channel of gate.kind === "door" ? doors : defrosts) open.push(...openings(channel, gate, gapMs));
  }
  const always = united(open);
  return { open: always, untilInside: preCools.length === 0 ? always : united([...open, ...preCools]) };
}

function openings(readings: ReadingSlice, { atMostMs, settlingMs }: Gate, gapMs: number): TimeWindow[] {
  const found: TimeWindow[] = [];
  let openedMs: number | null = null;
  let heardMs = 0;
  const shut = (atMs: number): void => {
    if (openedMs !== null)
      found.push({
        fromMs: openedMs,
        toMs: Math.min(Math.min(atMs, heardMs + gapMs) + settlingMs, openedMs + atMostMs),
      });
    openedMs = null;
  };
  for (let i = 0; i < readings.count; i++) {
    const value = readings.value[i] as number;
    if (readings.good[i] !== 1 || !Number.isFinite(value)) continue;
    const atMs = readings.atMs[i] as number;
    if (value < ON_FROM || atMs - heardMs > gapMs) shut(atMs);
    if (value >= ON_FROM) openedMs ??= atMs;
    heardMs = atMs;
  }
  shut(Infinity);
  return found;
}

/** The same instants as windows that neither touch nor overlap, in order. */
function united(windows: readonly TimeWindow[]): TimeWindow[] {
  const apart: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of [...windows].sort((a, b) => a.fromMs - b.fromMs)) {
    if (toMs <= fromMs) continue;
    const last = apart.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else apart.push({ fromMs, toMs });
  }
  return apart;
}

/** The gate that an instant is in: its beginning belongs to it, its end does not. */
export function gateAt(times: GateTimes, hasBeenInside: boolean, atMs: number): TimeWindow | undefined {
  const gates = hasBeenInside ? times.open : times.untilInside;
  let first = 0;
  let end = gates.length;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if ((gates[middle] as TimeWindow).toMs <= atMs) first = middle + 1;
    else end = middle;
  }
  const gate = gates[first];
  return gate !== undefined && gate.fromMs <= atMs ? gate : undefined;
}

/** How far before an instant the readings of doors and defrosts matter to the gates from then on, and after one to them. */
export function gateReachMs(gates: readonly Gate[], gapMs: number): number {
  const watched = gates.filter(({ kind }) => kind === "door" || kind === "defrost");
  return watched.length === 0 ? 0 : gapMs + Math.max(...watched.map(({ atMostMs }) => atMostMs));
}

/** Until when what a rule finds rests on all that was measured since the leg began. */
export function preCoolEndsMs(gates: readonly Gate[], gapMs: number, legFromMs: number): number {
  const preCools = gates.filter(({ kind }) => kind === "pre-cool");
  return preCools.length === 0 ? -Infinity : legFromMs + gapMs + Math.max(...preCools.map(({ atMostMs }) => atMostMs));
}
