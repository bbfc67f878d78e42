// All that is found on one asset over one leg, from all of its readings at once: what any other way of judging, piece by
// piece or again after something came late, must come to.
import type { ChannelDeclaration } from "./channels.ts";
import { type Excursion, type ReadingSlice, assessStart } from "./excursion.ts";
import { channelQuantity } from "./identifiers.ts";
import {
  type JudgedLine,
  type ProfileInForce,
  firstAt,
  gateChannelsOf,
  linesOf,
  measured,
  part,
  pushLine,
  ruleAt,
} from "./judged-line.ts";
import { type MktWindow, greatestMktAround } from "./mean-kinetic-temperature.ts";
import type { MktRow, StabilityBudget } from "./profile.ts";
import type { Rule } from "./rule.ts";
import { type StabilityUse, stabilityUse } from "./stability-budget.ts";

export interface LegChannel {
  readonly declared: Omit<ChannelDeclaration, "alias" | "unit">;
  readonly readings: ReadingSlice;
}

/** One asset carrying a shipment, or under a standing profile, for the time of its profile's versions. */
export interface LegReadings {
  /** Ascending and adjoining, at least one. */
  readonly versions: readonly ProfileInForce[];
  /** Doors and defrosts among them, whose readings before the leg count. */
  readonly channels: readonly LegChannel[];
  /** Of a rule's cumulative allowance: what was spent on former legs; absent: nothing. */
  readonly spentBeforeMs?: (ruleId: string) => number;
  /** Of the stability budget at a role: the fraction used on former legs; absent: nothing. */
  readonly usedBefore?: (role: string) => number;
}

export interface FoundExcursion {
  readonly excursion: Excursion;
  /** As it was in force when the excursion started. */
  readonly rule: Rule;
  /** When judging by it ended, by the leg or by a version without such a rule; null while it goes on. */
  readonly judgedUntilMs: number | null;
}

export interface FoundMkt {
  /** The excursion that the window is about. */
  readonly excursionStartMs: number;
  readonly ruleId: string;
  readonly row: MktRow;
  readonly found: MktWindow;
  readonly isOver: boolean;
}

export interface FoundStability {
  readonly budget: StabilityBudget;
  readonly profileVersion: number;
  readonly use: StabilityUse;
}

export interface LegAssessment {
  readonly lines: readonly {
    readonly channel: string;
    readonly ruleId: string;
    readonly excursions: readonly FoundExcursion[];
    readonly mkt: readonly FoundMkt[];
  }[];
  /** By channel. */
  readonly stability: readonly (FoundStability & { readonly channel: string })[];
}

/**
 * The excursions of every rule with their breaches, the greatest mean kinetic temperatures around them, and what is used of
 * stability budgets. A function of the readings as sets: only their order within a channel has to be that of time.
 *
 * @throws ReadingOrderError when a good reading is earlier than the one before it
 */
export function assessLeg(leg: LegReadings): LegAssessment {
  const [first] = leg.versions;
  if (first === undefined) return { lines: [], stability: [] };
  const window = { fromMs: first.fromMs, toMs: leg.versions.at(-1)?.toMs ?? Infinity };
  const declared = leg.channels.map((channel) => channel.declared);
  const slices = new Map(leg.channels.map((channel) => [channel.declared.channel, channel.readings]));
  const whole = (channel: string): ReadingSlice => slices.get(channel) as ReadingSlice;
  const within = (channel: string): ReadingSlice => {
    const all = whole(channel);
    return part(all, firstAt(all, window.fromMs), firstAt(all, window.toMs));
  };
  const gates = gateChannelsOf(declared);
  const doors = gates.doors.map(whole);
  const defrosts = gates.defrosts.map(whole);
  const spent = new Map<string, number>();
  return {
    lines: linesOf(leg.versions, declared).map((line) => {
      const members = line.members.map(within);
      const readings = { members, doors, defrosts, legFromMs: window.fromMs };
      const key = `${line.channel}\n${line.ruleId}`;
      const isSum = sumsUp(line);
      const start = assessStart(isSum ? (spent.get(key) ?? leg.spentBeforeMs?.(line.ruleId) ?? 0) : 0);
      const { closed, state } = pushLine(start, line, readings, window);
      if (isSum) spent.set(key, state.spentMs + (state.open?.monitoredMs ?? 0));
      const excursions = (state.open === null ? closed : [...closed, state.open]).map((excursion) => ({
        excursion,
        rule: ruleAt(line, excursion.startMs),
        judgedUntilMs: line.toMs,
      }));
      const mkt = excursions.flatMap((found) => mktAround(leg.versions, found, measured(found.rule, members), window));
      return { channel: line.channel, ruleId: line.ruleId, excursions, mkt };
    }),
    stability: declared
      .filter(({ channel }) => channelQuantity(channel) === "temperature")
      .flatMap(({ channel, role }) => {
        const found = stabilityOver(leg.versions, role, within(channel), leg.usedBefore?.(role) ?? 0);
        return found === undefined ? [] : [{ channel, ...found }];
      }),
  };
}

function sumsUp({ versions }: JudgedLine): boolean {
  return versions.some(({ rule }) => rule.allowances.some(({ kind }) => kind === "cumulative"));
}

/** Whether mean kinetic temperatures are told about a rule's excursions: the innermost high limit of a temperature. */
export function isMktRule({ quantity, side, measure, ruleId }: Rule): boolean {
  return quantity === "temperature" && side === "high" && measure !== "rate" && !ruleId.includes("@");
}

const HOUR_MS = 3_600_000;

/**
 * How far the readings of a leg count towards mean kinetic temperatures: up to the last full hour before the newest one, so
 * that a figure does not move with every reading; in the last hour of a leg, up to the newest one.
 */
export function mktCountsToMs(newestMs: number, legToMs: number | null): number {
  return legToMs !== null && newestMs >= legToMs - HOUR_MS ? Infinity : Math.floor(newestMs / HOUR_MS) * HOUR_MS;
}

/**
 * The greatest MKT of each row of the profile in force when the excursion started, by what counts yet; none while nothing
 * does.
 *
 * @param series what the rule is held against, of the leg
 */
export function mktAround(
  versions: readonly ProfileInForce[],
  { excursion, rule }: Pick<FoundExcursion, "excursion" | "rule">,
  series: ReadingSlice,
  leg: { readonly toMs: number },
): FoundMkt[] {
  if (!isMktRule(rule)) return [];
  const profile = (versions.findLast(({ fromMs }) => fromMs <= excursion.startMs) ?? versions[0])?.profile;
  const newestMs = newestGoodMs(series);
  if (newestMs === null) return [];
  const countsToMs = mktCountsToMs(newestMs, leg.toMs === Infinity ? null : leg.toMs);
  const knownToMs = Math.min(excursion.lastReadingMs, Math.max(excursion.startMs, countsToMs));
  const around = { fromMs: excursion.startMs, toMs: knownToMs };
  return (profile?.mkt ?? []).flatMap((row) => {
    if (row.role !== rule.role) return [];
    const found = greatestMktAround(series, row.gapMs, row.windowMs ?? Infinity, around, countsToMs);
    if (found === null) return [];
    return [{ excursionStartMs: excursion.startMs, ruleId: rule.ruleId, row, found, isOver: found.mktC > row.highC }];
  });
}

function newestGoodMs({ count, atMs, value, good }: ReadingSlice): number | null {
  for (let i = count - 1; i >= 0; i--) if (good[i] === 1 && Number.isFinite(value[i])) return atMs[i] as number;
  return null;
}

/** What is used of the budgets that were in force one after the other; undefined when there was none. */
function stabilityOver(
  versions: readonly ProfileInForce[],
  role: string,
  readings: ReadingSlice,
  usedBefore: number,
): FoundStability | undefined {
  let before: FoundStability | undefined;
  for (const { profile, fromMs, toMs } of versions) {
    const budget = profile.stability?.find((each) => each.role === role);
    if (budget === undefined) continue;
    const now = stabilityUse(budget.rows, readings, {
      gapMs: budget.gapMs,
      usedBefore: before?.use.usedFraction ?? usedBefore,
      window: { fromMs, toMs: toMs ?? Infinity },
    });
    before = { budget, profileVersion: profile.version, use: before === undefined ? now : joined(before.use, now) };
  }
  return before;
}

function joined(before: StabilityUse, now: StabilityUse): StabilityUse {
  const beyondTableMs = before.beyondTableMs + now.beyondTableMs;
  return {
    usedFraction: now.usedFraction,
    beyondTableMs,
    isExhausted: beyondTableMs > 0 || now.isExhausted,
    marks: now.marks.map((mark, at) => {
      const earlier = before.marks[at];
      return earlier?.isReached === true ? earlier : mark;
    }),
  };
}
