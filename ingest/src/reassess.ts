// Lines judged again from where new readings or facts can first matter to where they no longer do, all lines of the same
// channels in one reading of the store.

import {
  type AssessState,
  type Excursion,
  type JudgedLine,
  type ReadingSlice,
  assessResume,
  assessStart,
  gatesReachMs,
  judgedWholeUntilMs,
  memberReachMs,
  pushLine,
} from "@isotherm/coldchain";
import type { StoredExcursion } from "./excursion-table.ts";
import { SeriesFeed, firstAt, partOf } from "./series-feed.ts";
import type { ReadingReader, SeriesId } from "./store/reading-store.ts";

/** The last instant that a store can hold, exclusive. */
export const STORE_END_MS = 9_223_372_036_853;

export interface DirtyInterval {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface LineTask {
  readonly line: JudgedLine;
  /** As `isJudgedWhole` says. */
  readonly isWhole: boolean;
  /** When its leg, or its standing profile, begins. */
  readonly legFromMs: number;
  readonly dirty: DirtyInterval;
  /** Of the line, earliest first: those that end at the interval's start or later, or all when it reaches the line's start. */
  readonly formers: readonly StoredExcursion[];
  /** Of a cumulative allowance: what had been spent when the line began, and what when the interval does. */
  readonly spentMs: { readonly atStart: number; readonly atDirty: number };
}

export interface Reassessed {
  /** Former excursions that `excursions` take the place of. */
  readonly formers: readonly StoredExcursion[];
  readonly excursions: readonly Excursion[];
}

/** Channels that one judging reads. */
export interface LineSources {
  readonly asset: Pick<SeriesId, "tenantId" | "assetId">;
  readonly members: readonly string[];
  readonly doors: readonly string[];
  readonly defrosts: readonly string[];
}

interface Restart {
  readonly state: AssessState;
  readonly fromMs: number;
}

/**
 * Whether all of a line has to be judged, and so all its former excursions are wanted: from its start, and while what stood
 * before the interval may still be of a pre-cool.
 */
export async function isJudgedWhole(
  reader: () => Promise<ReadingReader>,
  line: JudgedLine,
  asset: LineSources["asset"],
  dirty: DirtyInterval,
): Promise<boolean> {
  if (dirty.fromMs <= line.fromMs) return true;
  const untilMs = judgedWholeUntilMs(line);
  if (untilMs === -Infinity) return false;
  const sources = { asset, members: line.members };
  return dirty.fromMs < untilMs || (await lastGoodMs(await reader(), sources, dirty.fromMs)) < untilMs;
}

/**
 * Where to begin. Before the interval the former result stands, so outside any excursion the state is simply "inside";
 * within one it is judged from its start, or taken up where it stands when only later readings came.
 */
export function restartOf({ line, isWhole, dirty, formers, spentMs }: LineTask): Restart {
  if (isWhole) return { state: assessStart(spentMs.atStart), fromMs: line.fromMs };
  const covering = formers.find(({ excursion }) => covers(excursion, dirty.fromMs));
  const inside = { ...assessStart(spentMs.atDirty), hasBeenInside: true };
  if (covering === undefined) return { state: inside, fromMs: dirty.fromMs };
  const { excursion } = covering;
  if (excursion.endMs === null && excursion.lastReadingMs < dirty.fromMs)
    return { state: assessResume(excursion), fromMs: dirty.fromMs };
  return { state: inside, fromMs: excursion.startMs };
}

function covers({ startMs, endMs }: Excursion, atMs: number): boolean {
  return startMs <= atMs && (endMs === null || endMs >= atMs);
}

/** One line on its way through the readings. */
class LineRun {
  readonly task: LineTask;
  readonly reachMs: number;
  readonly #sumsUp: boolean;
  readonly #excursions: Excursion[] = [];
  #state: AssessState;
  #fromMs: number;
  #result: Reassessed | undefined;

  constructor(task: LineTask) {
    this.task = task;
    this.reachMs = memberReachMs(task.line);
    this.#sumsUp = task.line.versions.some(({ rule }) => rule.allowances.some(({ kind }) => kind === "cumulative"));
    const { state, fromMs } = restartOf(task);
    this.#state = state;
    this.#fromMs = fromMs;
    if (fromMs >= (task.line.toMs ?? STORE_END_MS)) this.#finish(Infinity);
  }

  get isDone(): boolean {
    return this.#result !== undefined;
  }

  get fromMs(): number {
    return this.#fromMs;
  }

  /** Judges what is loaded and before `toMs`; Infinity: there is no more. */
  push(
    members: readonly ReadingSlice[],
    gates: { doors: ReadingSlice[]; defrosts: ReadingSlice[] },
    toMs: number,
  ): void {
    if (toMs <= this.#fromMs && toMs !== Infinity) return;
    const { line, legFromMs } = this.task;
    const own = members.map((slice) => partOf(slice, firstAt(slice, legFromMs), firstAt(slice, line.toMs ?? Infinity)));
    const readings = { members: own, ...gates, legFromMs };
    const { state, closed } = pushLine(this.#state, line, readings, { fromMs: this.#fromMs, toMs });
    this.#excursions.push(...closed);
    this.#state = state;
    this.#fromMs = toMs;
    if (toMs === Infinity || toMs >= (line.toMs ?? Infinity)) this.#finish(Infinity);
    else this.#settle();
  }

  /** Ends where all is as it was before, or goes to the next excursion that began with another sum. */
  #settle(): void {
    const { dirty, formers } = this.task;
    const { open, lastGoodMs, spentMs } = this.#state;
    if (open !== null || lastGoodMs === null || lastGoodMs <= dirty.toMs) return;
    if (formers.some(({ excursion }) => covers(excursion, lastGoodMs))) return;
    const next = formers.find(({ excursion }) => excursion.startMs > lastGoodMs);
    if (!this.#sumsUp || next === undefined || next.excursion.spentBeforeMs === spentMs)
      return this.#finish(lastGoodMs);
    if (next.excursion.startMs <= this.#fromMs) return;
    this.#fromMs = next.excursion.startMs;
    this.#state = { ...assessStart(spentMs), hasBeenInside: true };
  }

  #finish(upToMs: number): void {
    if (this.#state.open !== null) this.#excursions.push(this.#state.open);
    const formers = this.task.formers.filter(({ excursion }) => excursion.startMs <= upToMs);
    this.#result = { formers, excursions: this.#excursions };
  }

  get result(): Reassessed {
    return this.#result as Reassessed;
  }
}

/**
 * Judges lines of the same members, reading as much as they need and no more. The results are in the order of the tasks.
 * Throws what the store throws.
 */
export async function reassess(
  reader: ReadingReader,
  sources: LineSources,
  tasks: readonly LineTask[],
): Promise<Reassessed[]> {
  const runs = tasks.map((task) => new LineRun(task));
  for (;;) {
    const left = runs.filter(({ isDone }) => !isDone);
    if (left.length === 0) return runs.map(({ result }) => result);
    await runOn(reader, sources, left);
  }
}

/** Until all are done, or all that are left go on from later than what is loaded. */
async function runOn(reader: ReadingReader, sources: LineSources, runs: readonly LineRun[]): Promise<void> {
  const startMs = Math.min(...runs.map(({ fromMs }) => fromMs));
  const toMs = Math.max(...runs.map(({ task }) => task.line.toMs ?? STORE_END_MS));
  const reachMs = Math.max(...runs.map((run) => run.reachMs));
  const gateReachMs = Math.max(...runs.map(({ task }) => gatesReachMs(task.line)));
  const feedOf = (reach: number) => (channel: string) =>
    new SeriesFeed(reader, { ...sources.asset, channel }, startMs - reach, toMs);
  const hasGates = runs.some(({ task }) => task.line.versions.some(({ rule }) => rule.gates.length > 0));
  const sinceMs = hasGates ? await lastGoodMs(reader, sources, startMs) : startMs;
  const members = sources.members.map(feedOf(reachMs + startMs - sinceMs));
  const gateFeedOf = feedOf(gateReachMs + startMs - sinceMs);
  const doors = gateReachMs > 0 ? sources.doors.map(gateFeedOf) : [];
  const defrosts = gateReachMs > 0 ? sources.defrosts.map(gateFeedOf) : [];
  const feeds = [...members, ...doors, ...defrosts];
  let frontierMs = startMs;
  do {
    for (const feed of feeds) while (feed.loadedToMs <= frontierMs) await feed.load();
    frontierMs = Math.min(Infinity, ...feeds.map(({ loadedToMs }) => loadedToMs));
    const before = (all: readonly SeriesFeed[]): ReadingSlice[] => all.map((feed) => feed.before(frontierMs));
    const gates = { doors: before(doors), defrosts: before(defrosts) };
    const slices = before(members);
    for (const run of runs) if (!run.isDone) run.push(slices, gates, frontierMs);
    // A gate may end long after the reading that it holds back, and before the next one.
    const heldMs = hasGates ? Math.min(frontierMs, ...slices.map(lastGoodOf)) : frontierMs;
    for (const feed of members) feed.forget(heldMs - reachMs);
    for (const feed of [...doors, ...defrosts]) feed.forget(heldMs - gateReachMs);
  } while (runs.some(({ isDone, fromMs }) => !isDone && fromMs <= frontierMs));
}

function lastGoodOf({ count, atMs, value, good }: ReadingSlice): number {
  for (let i = count - 1; i >= 0; i--) if (good[i] === 1 && Number.isFinite(value[i])) return atMs[i] as number;
  return -Infinity;
}

/** When the members were last read before an instant: what was held back by a gate then may count from the gate's end. */
async function lastGoodMs(
  reader: ReadingReader,
  { asset, members }: Pick<LineSources, "asset" | "members">,
  beforeMs: number,
): Promise<number> {
  let lastMs = beforeMs;
  for (const channel of members) {
    const last = await reader.last({ series: { ...asset, channel }, beforeMs, goodOnly: true });
    if (last !== undefined) lastMs = Math.min(lastMs, last.atMs);
  }
  return lastMs;
}
