// What a profile finds in a leg, as plainly as in naive-reference.ts: rates of change, several probes as one series, gates,
// and versions of the profile that follow one another.

import type { Allowance } from "../src/allowance.ts";
import type { Gate } from "../src/gate.ts";
import { type NaiveReading, type NaiveWindow, believed, isBackInside, isOutside } from "./naive-reference.ts";

/** A rule as one version of the profile has it, for a time. */
export interface NaiveLegRule {
  readonly fromMs: number;
  readonly toMs: number;
  readonly measure: "value" | "median" | "worst" | "rate";
  readonly overMs: number;
  readonly side: "high" | "low";
  readonly limit: number;
  readonly inclusive: boolean;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly gapMs: number;
  readonly gates: readonly Gate[];
  readonly allowances: readonly Allowance[];
}

export interface NaiveDoors {
  readonly doors: readonly (readonly NaiveReading[])[];
  readonly defrosts: readonly (readonly NaiveReading[])[];
}

export interface NaiveLegExcursion {
  readonly startMs: number;
  readonly endMs: number | null;
  readonly peak: number;
  readonly peakAtMs: number;
  readonly lastReadingMs: number;
  readonly monitoredMs: number;
  readonly possibleMs: number;
  readonly degreeMinutes: number;
}

/** What stands at an instant: the last good reading until then, unless it is a gap old. */
function standing(good: readonly NaiveReading[], atMs: number, gapMs: number): number | undefined {
  const last = good.filter((reading) => reading.atMs <= atMs).at(-1);
  return last === undefined || atMs >= last.atMs + gapMs ? undefined : last.value;
}

/** The series that one version of a rule is held against, over the whole leg. */
function measuredBy(
  rule: NaiveLegRule,
  members: readonly (readonly NaiveReading[])[],
  leg: NaiveWindow,
): NaiveReading[] {
  const good = members.map((readings) => believed(readings, leg));
  if (rule.measure === "value") return good[0] ?? [];
  if (rule.measure === "rate") {
    const own = good[0] ?? [];
    return own.flatMap(({ atMs, value }) => {
      const before = standing(own, atMs - rule.overMs, rule.gapMs);
      if (before === undefined) return [];
      return [{ atMs, value: (value - before) / (rule.overMs / 3_600_000), good: true }];
    });
  }
  const instants = [...new Set(good.flatMap((readings) => readings.map(({ atMs }) => atMs)))].sort((a, b) => a - b);
  return instants.map((atMs) => {
    const values = good
      .map((readings) => standing(readings, atMs, rule.gapMs))
      .filter((value) => value !== undefined)
      .sort((a, b) => (rule.side === "high" ? a - b : b - a));
    const at = rule.measure === "worst" ? values.length - 1 : Math.floor(values.length / 2);
    return { atMs, value: values[at] as number, good: true };
  });
}

/** From each opening until it is shut, or nothing is heard for a gap; settling included, and no longer than at most. */
function openings({ atMostMs, settlingMs }: Gate, readings: readonly NaiveReading[], gapMs: number): NaiveWindow[] {
  const good = believed(readings);
  const isOpenBefore = (at: number): boolean => {
    const [before, here] = [good[at - 1], good[at]];
    return before !== undefined && here !== undefined && before.value >= 0.5 && here.atMs - before.atMs < gapMs;
  };
  return good.flatMap(({ atMs, value }, at) => {
    if (value < 0.5 || isOpenBefore(at)) return [];
    let last = at;
    while (isOpenBefore(last + 1) && (good[last + 1] as NaiveReading).value >= 0.5) last++;
    const lastMs = (good[last] as NaiveReading).atMs;
    const shutMs = Math.min(good[last + 1]?.atMs ?? Infinity, lastMs + gapMs);
    return [{ fromMs: atMs, toMs: Math.min(shutMs + settlingMs, atMs + atMostMs) }];
  });
}

function gatesOf(
  rule: NaiveLegRule,
  leg: NaiveWindow,
  { doors, defrosts }: NaiveDoors,
  insideMs: number,
): NaiveWindow[] {
  return rule.gates.flatMap((gate): NaiveWindow[] => {
    if (gate.kind === "door") return doors.flatMap((readings) => openings(gate, readings, rule.gapMs));
    if (gate.kind === "defrost") return defrosts.flatMap((readings) => openings(gate, readings, rule.gapMs));
    const toMs = leg.fromMs + gate.atMostMs;
    return [{ fromMs: leg.fromMs, toMs: gate.kind === "loading" ? toMs : Math.min(toMs, insideMs) }];
  });
}

/** The gates as one: how long a time in them lasts that an instant lies in; undefined outside them. */
function gateEndAt(gates: readonly NaiveWindow[], atMs: number): number | undefined {
  let endMs: number | undefined;
  for (let at = gates.find((gate) => gate.fromMs <= atMs && atMs < gate.toMs); at !== undefined;) {
    const reachedMs: number = (endMs = at.toMs);
    at = gates.find((gate) => gate.fromMs <= reachedMs && reachedMs < gate.toMs);
  }
  return endMs;
}

interface Member extends NaiveReading {
  readonly rule: NaiveLegRule;
  /** Until when it stands: not at all, when nothing follows. */
  readonly untilMs: number;
}

/** Every reading of the leg by the version in force when it was taken. */
function membersOf(versions: readonly NaiveLegRule[], members: readonly (readonly NaiveReading[])[], leg: NaiveWindow) {
  const readings = versions.flatMap((rule) =>
    measuredBy(rule, members, leg)
      .filter(({ atMs }) => atMs >= rule.fromMs && atMs < rule.toMs)
      .map((reading) => ({ ...reading, rule })),
  );
  return readings.map((reading, at): Member => {
    const nextMs = readings[at + 1]?.atMs ?? reading.atMs;
    return { ...reading, untilMs: Math.min(nextMs, reading.atMs + reading.rule.gapMs) };
  });
}

/** Excursions of adjoining versions of a rule over a leg; figures that depend on one version's allowances are left out. */
export function naiveLegExcursions(
  versions: readonly NaiveLegRule[],
  resolution: number,
  members: readonly (readonly NaiveReading[])[],
  legFromMs: number,
  gateReadings: NaiveDoors,
): NaiveLegExcursion[] {
  const leg = { fromMs: legFromMs, toMs: versions.at(-1)?.toMs ?? Infinity };
  const all = membersOf(versions, members, leg);
  const inside = all.findIndex(({ rule, value }) => isBackInside(rule, resolution, value));
  const insideMs = inside < 0 ? Infinity : (all[inside] as Member).atMs;
  const found: NaiveLegExcursion[] = [];
  for (let at = 0; at < all.length; at++) {
    // Readings of one instant count in their order: one before the first inside is still of the pre-cool.
    const endsMs = at < inside && (all[at] as Member).atMs === insideMs ? insideMs + 1 : insideMs;
    const begun = beginning(all, at, resolution, (rule) => gatesOf(rule, leg, gateReadings, endsMs));
    if (begun === undefined) continue;
    let end = at + 1;
    while (all[end] !== undefined && !isBackInside((all[end] as Member).rule, resolution, (all[end] as Member).value))
      end++;
    found.push(describe(all.slice(at, end), all[end], begun, resolution));
    at = end - 1;
  }
  return found;
}

/** When a reading that no excursion has begins one: at once, at the end of the gate that it lies in, or not at all. */
function beginning(
  all: readonly Member[],
  at: number,
  resolution: number,
  gatesFor: (rule: NaiveLegRule) => NaiveWindow[],
): number | undefined {
  const { rule, value, atMs, untilMs } = all[at] as Member;
  if (!isOutside(rule, resolution, value)) return undefined;
  const gateEndMs = gateEndAt(gatesFor(rule), atMs);
  if (gateEndMs === undefined) return atMs;
  return untilMs > gateEndMs ? gateEndMs : undefined;
}

function describe(
  members: readonly Member[],
  ender: Member | undefined,
  startMs: number,
  resolution: number,
): NaiveLegExcursion {
  const { side } = (members[0] as Member).rule;
  const values = members.map(({ value }) => value);
  const peak = side === "high" ? Math.max(...values) : Math.min(...values);
  const peakAtMs = Math.max(startMs, (members.find(({ value }) => value === peak) as Member).atMs);
  const lastReadingMs = Math.max(startMs, ender?.atMs ?? Math.max(...members.map(({ atMs }) => atMs)));
  const lengths = members.map(({ atMs, untilMs }) => Math.max(0, untilMs - Math.max(atMs, startMs)));
  return {
    ...{ startMs, endMs: ender?.atMs ?? null, peak, peakAtMs, lastReadingMs },
    monitoredMs: lengths.reduce((sum, length) => sum + length, 0),
    possibleMs: lastReadingMs - startMs,
    degreeMinutes: members.reduce((sum, { rule, value }, at) => {
      const excess = isOutside(rule, resolution, value) ? Math.abs(value - rule.limit) : 0;
      return sum + (excess * (lengths[at] as number)) / 60_000;
    }, 0),
  };
}
