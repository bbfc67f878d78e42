// One conclusion about a leg judged from what is stored: read page by page, with everything else having its turn between.

import {
  type ReadingSlice,
  channelQuantity,
  isChannelId,
  isMktRule,
  mktCountsToMs,
  measured,
  ruleAt,
} from "@isotherm/coldchain";
import { type Assignment, versionsOf } from "./assignment.ts";
import { type ExcursionInSeries, isConcluded, mktConclusions, stabilityConclusions } from "./leg-conclusion.ts";
import { CONCLUSION_PERIOD_MS } from "./leg-conclusion-due.ts";
import { recordConclusions } from "./leg-conclusion-record.ts";
import type { ConclusionTask } from "./leg-conclusion-table.ts";
import type { ChangedAlarm } from "./profile-change-work.ts";
import { STORE_END_MS } from "./reassess.ts";
import { sliceOf } from "./series-feed.ts";
import type { IngestState } from "./state.ts";
import type { ConclusionRow } from "./state-rows.ts";
import type { ReadingReader } from "./store/reading-store.ts";

const PAGE_READINGS = 5000;

export interface ConclusionDeps {
  readonly state: IngestState;
  readonly reader: () => Promise<ReadingReader>;
  /** Between two pages. */
  breath(): Promise<void>;
}

export interface Concluded {
  /** Undefined: what stood stands, because the readings that it rests on have expired. */
  readonly rows: readonly ConclusionRow[] | undefined;
  /** False: newer readings may change it without a mark, so it is to be judged again as time goes on. */
  readonly isSettled: boolean;
}

const NOTHING: Concluded = { rows: [], isSettled: true };

/** Judges the conclusion that has been due longest; undefined when none is. Throws what the store throws, with nothing changed. */
export async function concludeNext(
  deps: ConclusionDeps,
  nowMs: number,
): Promise<{ alarms: readonly ChangedAlarm[] } | undefined> {
  const { state } = deps;
  const task = state.conclusions.nextDue(nowMs);
  if (task === undefined) return undefined;
  const assignment = state.assignments.all.get(task.assignmentKey);
  const newestMs = newestOf(state, task);
  if (task.cause === null && newestMs === task.newestMs) {
    state.db.transaction(() => state.conclusions.saveTask({ ...task, dueAtMs: nowMs + CONCLUSION_PERIOD_MS }));
    return { alarms: [] };
  }
  const concluded =
    assignment === undefined || !isConcluded(assignment) ? NOTHING : await conclude(deps, assignment, task);
  const judged = { ...concluded, newestMs, judgedAtMs: nowMs };
  return { alarms: state.db.transaction(() => recordConclusions(state, task, assignment, judged)) };
}

/** The newest good reading of the channels that a series is made of. */
function newestOf(state: IngestState, { tenantId, assetId, channel }: ConclusionTask): number {
  const line = state.lines.of(tenantId, assetId).lines.find((each) => each.line.channel === channel)?.line;
  return Math.max(...(line?.members ?? [channel]).map((member) => state.latest.judgedToMs(tenantId, assetId, member)));
}

async function conclude(deps: ConclusionDeps, assignment: Assignment, task: ConclusionTask): Promise<Concluded> {
  const { state } = deps;
  const { tenantId, assetId, fromMs, toMs } = assignment;
  const { channel } = task;
  const versions = versionsOf(assignment);
  const lines = state.lines
    .of(tenantId, assetId)
    .lines.filter(({ assignment: { key }, line }) => key === assignment.key && line.channel === channel)
    .map(({ line }) => line);
  const found = lines.flatMap((line) =>
    state.excursions
      .touching(assignment.key, { assetId, channel }, line.ruleId, 0)
      .map(({ excursion }) => ({ excursion, rule: ruleAt(line, excursion.startMs), line }))
      .filter(({ excursion: { startMs }, rule }) => isMktRule(rule) && isOf(line, startMs)),
  );
  const excursions = versions.some(({ profile }) => profile.mkt !== undefined) ? found : [];
  const declared = isChannelId(channel) ? state.gateways.channel(tenantId, assetId, channel) : undefined;
  const budgets = versions.flatMap(
    ({ profile }) => profile.stability?.filter(({ role }) => role === declared?.role) ?? [],
  );
  const isBudgeted = declared !== undefined && budgets.length > 0 && channelQuantity(channel) === "temperature";
  if (excursions.length === 0 && !isBudgeted) return NOTHING;
  const isExpired = state.expired
    .of(tenantId, assetId)
    .some((gone) => gone.toMs > fromMs && gone.fromMs < (toMs ?? Infinity));
  if (isExpired) return { rows: undefined, isSettled: true };
  const knownMs = newestOf(state, task);
  const members = excursions[0]?.line.members ?? [channel];
  const slices: ReadingSlice[] = [];
  for (const member of members) slices.push(await readWhole(deps, assignment, member));
  const [own] = slices;
  const judgedToMs = Math.max(0, ...slices.map(newestGood).map((newest) => newest?.atMs ?? 0));
  const inSeries = excursions.map((each): ExcursionInSeries => ({ ...each, series: measured(each.rule, slices) }));
  const subject = { ...assignment, channel };
  const rows = mktConclusions(subject, versions, inSeries, judgedToMs);
  const isOver = toMs !== null && knownMs >= toMs;
  const isMktSettled = isOver || excursions.every((each) => isBeyond(assignment, each, judgedToMs));
  if (!isBudgeted || own === undefined) return { rows, isSettled: isMktSettled };
  const usedBefore = budgets[0] === undefined ? 0 : carriedTo(state, assignment, budgets[0].role);
  const used = stabilityConclusions(subject, versions, declared, own, usedBefore, judgedToMs);
  // A warm reading has its time only when another follows it, which may be one that is quiet.
  const leastC = Math.min(...budgets.flatMap(({ rows: table }) => table.map(({ aboveC }) => aboveC)));
  const isCool = isOver || (newestGood(own)?.value ?? -Infinity) <= leastC;
  return { rows: [...rows, ...used], isSettled: isMktSettled && isCool };
}

function isOf({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number | null }, startMs: number): boolean {
  return startMs >= fromMs && (toMs === null || startMs < toMs);
}

/** Whether what counts reaches beyond every window that can contain an excursion. */
function isBeyond(
  { toMs, profile, former = [] }: Assignment,
  { excursion }: Pick<ExcursionInSeries, "excursion">,
  newestMs: number,
) {
  if (excursion.endMs === null) return false;
  const rows = [profile, ...former.map((each) => each.profile)].flatMap(({ mkt }) => mkt ?? []);
  const reachMs = Math.max(...rows.map(({ windowMs, gapMs }) => (windowMs ?? Infinity) + gapMs));
  return mktCountsToMs(newestMs, toMs) !== Infinity && mktCountsToMs(newestMs, toMs) >= excursion.endMs + reachMs;
}

/** What the nearest former leg that used any of the budget left over. */
function carriedTo(state: IngestState, assignment: Assignment, role: string): number {
  const legs = state.assignments.legsOf(assignment);
  const own = legs.findIndex(({ key }) => key === assignment.key);
  for (const leg of legs.slice(0, Math.max(0, own)).reverse()) {
    const used = state.conclusions.usedOf(leg.key, role);
    if (used !== undefined) return used;
  }
  return 0;
}

async function readWhole({ reader, breath }: ConclusionDeps, of: Assignment, channel: string): Promise<ReadingSlice> {
  const store = await reader();
  const series = { tenantId: of.tenantId, assetId: of.assetId, channel };
  const toMs = of.toMs ?? STORE_END_MS;
  const pages: ReadingSlice[] = [];
  let next = { fromMs: Math.max(0, of.fromMs), fromOrdinal: 0 };
  while (next.fromMs < toMs) {
    const page = await store.readings({ series, ...next, toMs, limit: PAGE_READINGS });
    pages.push(sliceOf(page));
    if (!page.more || page.length === 0) break;
    const last = page.length - 1;
    next = { fromMs: page.atMs[last] as number, fromOrdinal: (page.ordinal[last] as number) + 1 };
    await breath();
  }
  return together(pages);
}

function together(pages: readonly ReadingSlice[]): ReadingSlice {
  const count = pages.reduce((sum, page) => sum + page.count, 0);
  const all = { count, atMs: new Float64Array(count), value: new Float64Array(count), good: new Uint8Array(count) };
  let at = 0;
  for (const page of pages) {
    for (const name of ["atMs", "value", "good"] as const) all[name].set(page[name].subarray(0, page.count), at);
    at += page.count;
  }
  return all;
}

function newestGood({ count, atMs, value, good }: ReadingSlice): { atMs: number; value: number } | undefined {
  for (let i = count - 1; i >= 0; i--)
    if (good[i] === 1 && Number.isFinite(value[i])) return { atMs: atMs[i] as number, value: value[i] as number };
  return undefined;
}
