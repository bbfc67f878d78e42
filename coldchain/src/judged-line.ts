// What is judged on an asset: one line for each rule and each series that it is held against, with the versions of the
// rule that were in force one after the other.
import type { ChannelDeclaration } from "./channels.ts";
import { type AssessState, type Excursion, type ReadingSlice, type StandingRule, assessPush } from "./excursion.ts";
import { type GateReadings, gateReachMs, gateTimes, preCoolEndsMs } from "./gate-times.ts";
import { combinedReadings, finestResolution } from "./probe-combination.ts";
import type { Profile } from "./profile.ts";
import { rateReadings } from "./rate-of-change.ts";
import { type Rule, rateRulesFor, rulesFor } from "./rule.ts";
import { channelQuantity } from "./identifiers.ts";

/** Half-open; `toMs` null: it goes on. */
export interface InForce {
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** A profile over the time in which it judges an asset: a leg, a standing profile, or the part of one with this version. */
export interface ProfileInForce extends InForce {
  readonly profile: Profile;
}

export interface RuleInForce extends InForce {
  readonly rule: Rule;
}

export interface JudgedLine extends InForce {
  /** The channel; of several together `<quantity>/median(<role>)` or `<quantity>/worst(<role>)`, which no channel is named. */
  readonly channel: string;
  readonly ruleId: string;
  /** Channels that make it, by name. */
  readonly members: readonly string[];
  /** At which limits compare; 0 when unknown. */
  readonly resolution: number;
  /** Each from where the one before ends; at least one. */
  readonly versions: readonly [RuleInForce, ...RuleInForce[]];
}

type Declared = Omit<ChannelDeclaration, "alias" | "unit">;

/**
 * The lines of an asset's channels under the versions of one profile, in order. A rule that is missing from a version in
 * between makes two lines of it.
 *
 * @param versions ascending and adjoining
 */
export function linesOf(versions: readonly ProfileInForce[], channels: readonly Declared[]): JudgedLine[] {
  const lines = new Map<string, JudgedLine>();
  const done: JudgedLine[] = [];
  for (const { profile, fromMs, toMs } of versions) {
    for (const line of linesNow(profile, channels)) {
      const key = `${line.channel}\n${line.rule.ruleId}`;
      const inForce: RuleInForce = { rule: line.rule, fromMs, toMs };
      const known = lines.get(key);
      if (known !== undefined && known.toMs === fromMs) {
        lines.set(key, { ...known, toMs, versions: [...known.versions, inForce] });
        continue;
      }
      if (known !== undefined) done.push(known);
      const { channel, members, resolution, rule } = line;
      lines.set(key, { channel, ruleId: rule.ruleId, members, resolution, fromMs, toMs, versions: [inForce] });
    }
  }
  return [...done, ...lines.values()];
}

function linesNow(profile: Profile, channels: readonly Declared[]) {
  const lines = new Map<string, Pick<JudgedLine, "channel" | "members" | "resolution"> & { rule: Rule }>();
  for (const declared of [...channels].sort((a, b) => (a.channel < b.channel ? -1 : 1))) {
    for (const rule of [...rulesFor(profile, declared), ...rateRulesFor(profile, declared)]) {
      const { measure, quantity, role } = rule;
      const isAlone = measure === "value" || measure === "rate";
      const channel = isAlone ? declared.channel : `${quantity}/${measure}(${role})`;
      const known = lines.get(`${channel}\n${rule.ruleId}`);
      if (known !== undefined && isAlone) continue;
      const standsMs = Math.max(declared.standsMs ?? 0, known === undefined ? 0 : known.rule.gapMs);
      const own = measure === "rate" ? 0 : declared.resolution;
      lines.set(`${channel}\n${rule.ruleId}`, {
        channel,
        members: [...(known?.members ?? []), declared.channel],
        resolution: known === undefined ? own : finestResolution([known.resolution, own]),
        rule: standsMs > 0 ? { ...rule, gapMs: standsMs } : rule,
      });
    }
  }
  return lines.values();
}

/** Doors and defrosts of an asset: what gates are read from. */
export function gateChannelsOf(channels: readonly Pick<ChannelDeclaration, "channel" | "role">[]) {
  const names = (of: readonly Pick<ChannelDeclaration, "channel">[]): string[] =>
    of.map(({ channel }) => channel).sort();
  return {
    doors: names(channels.filter(({ role }) => role === "door")),
    defrosts: names(channels.filter(({ channel }) => channelQuantity(channel) === "defrost")),
  };
}

/** The version of a line's rule in force at an instant of it. */
export function ruleAt({ versions }: JudgedLine, atMs: number): Rule {
  return (versions.findLast(({ fromMs }) => fromMs <= atMs) ?? versions[0]).rule;
}

/** The greatest of a figure over the versions of a line's rule. */
function most(line: JudgedLine, figure: (rule: Rule) => number): number {
  return Math.max(...line.versions.map(({ rule }) => figure(rule)));
}

/** How far before an instant readings of the members matter to what is found from then on; less than this, exactly. */
export function memberReachMs(line: JudgedLine): number {
  return most(line, ({ measure, overMs, gapMs, gates }) => {
    const ofMeasure = measure === "rate" ? overMs + gapMs : measure === "value" ? 0 : gapMs;
    return ofMeasure + (gates.length > 0 ? gapMs : 0);
  });
}

/** The same of the channels that gates are read from; 0 when there is none. */
export function gatesReachMs(line: JudgedLine): number {
  return most(line, ({ gates, gapMs }) => gateReachMs(gates, gapMs));
}

/** Until when a line has to be judged from its beginning, because of a pre-cool; before its beginning when there is none. */
export function judgedWholeUntilMs(line: JudgedLine): number {
  return most(line, ({ gates, gapMs }) => preCoolEndsMs(gates, gapMs, line.fromMs));
}

export interface LineReadings extends GateReadings {
  /** In the order of the line's members: of its time only, and as far before the stretch as `memberReachMs` says. */
  readonly members: readonly ReadingSlice[];
}

/** The series that a rule is held against. */
export function measured(rule: Rule, members: readonly ReadingSlice[]): ReadingSlice {
  const { measure } = rule;
  if (measure === "median" || measure === "worst") return combinedReadings({ ...rule, measure }, members);
  const [own = { count: 0, atMs: new Float64Array(0), value: new Float64Array(0), good: new Uint8Array(0) }] = members;
  return measure === "rate" ? rateReadings(own, rule.overMs, rule.gapMs) : own;
}

/**
 * Judges a stretch of a line: each reading by the version in force when it was taken, an open excursion going on from one
 * version to the next. However the line is cut into stretches, the excursions are the same.
 *
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function pushLine(
  before: AssessState,
  line: JudgedLine,
  readings: LineReadings,
  stretch: { readonly fromMs: number; readonly toMs: number },
): { readonly state: AssessState; readonly closed: readonly Excursion[] } {
  const closed: Excursion[] = [];
  let state = before;
  for (const { rule, fromMs, toMs } of line.versions) {
    const from = Math.max(fromMs, stretch.fromMs);
    const to = Math.min(toMs ?? Infinity, stretch.toMs);
    if (from >= to) continue;
    const all = measured(rule, readings.members);
    const first = firstAt(all, from);
    const gates = gateTimes(rule.gates, rule.gapMs, readings);
    const primed = state.lastGoodMs === null && isGated(line) ? afterLast(state, line, readings, from) : state;
    const former = formerOf(primed, line, rule, readings);
    const step = assessPush(primed, rule, line.resolution, part(all, first, firstAt(all, to)), gates, former);
    closed.push(...step.closed);
    state = step.state;
  }
  return { state, closed };
}

/** The version that the last reading was judged by, when it is another one. */
function formerOf(
  { lastGoodMs }: AssessState,
  line: JudgedLine,
  current: Rule,
  readings: GateReadings,
): StandingRule | undefined {
  const rule = lastGoodMs === null || lastGoodMs < line.fromMs ? current : ruleAt(line, lastGoodMs);
  return rule === current ? undefined : { rule, gates: gateTimes(rule.gates, rule.gapMs, readings) };
}

function isGated({ versions }: JudgedLine): boolean {
  return versions.some(({ rule }) => rule.gates.length > 0);
}

/**
 * What stood before a stretch, when it is judged anew from within: what a gate held back may start at the gate's end. Each
 * reading is as the version in force has measured it; what was taken before the line begins is not judged by it.
 */
function afterLast(state: AssessState, { versions }: JudgedLine, { members }: LineReadings, atMs: number): AssessState {
  for (const { rule, fromMs, toMs } of versions.toReversed()) {
    if (fromMs >= atMs) continue;
    const all = measured(rule, members);
    for (let i = firstAt(all, Math.min(atMs, toMs ?? Infinity)) - 1; i >= 0; i--) {
      const [lastGoodMs, lastValue] = [all.atMs[i] as number, all.value[i] as number];
      if (lastGoodMs < fromMs) break;
      if (all.good[i] === 1 && Number.isFinite(lastValue)) return { ...state, lastGoodMs, lastValue };
    }
  }
  return state;
}

/** The first entry at an instant or later. */
export function firstAt({ count, atMs }: ReadingSlice, instantMs: number): number {
  let first = 0;
  let end = count;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if ((atMs[middle] as number) < instantMs) first = middle + 1;
    else end = middle;
  }
  return first;
}

/** A part of a slice, over the same columns. */
export function part({ atMs, value, good }: ReadingSlice, first: number, end: number): ReadingSlice {
  return {
    count: end - first,
    atMs: atMs.subarray(first, end),
    value: value.subarray(first, end),
    good: good.subarray(first, end),
  };
}
