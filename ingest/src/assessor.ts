// Works off dirty intervals: judges them again from stored readings and facts, and writes what changed, with the alarms
// that follow, in one transaction. Nothing else writes excursions.

import { isChannelId } from "@isotherm/coldchain";
import type { AssetLine, AssetLines } from "./asset-lines.ts";
import { gateAheadMs, isGated, memberAheadMs } from "./asset-lines.ts";
import { type DirtyMark, END_OF_TIME_MS } from "./dirty-table.ts";
import { type Finding, type FindingOutcome, type LineFinding, receivedAtMs, recordFinding } from "./finding.ts";
import { carriedBy, remarkLaterLegs, spentBefore } from "./later-legs.ts";
import { noteConclusions } from "./leg-conclusion-due.ts";
import { ownRules } from "./own-rules.ts";
import { settleProfileChanges } from "./profile-change-work.ts";
import { stillJudged } from "./expired-judging.ts";
import type { StoredExcursion } from "./excursion-table.ts";
import {
  type DirtyInterval,
  type LineSources,
  type LineTask,
  type Reassessed,
  isJudgedWhole,
  reassess,
} from "./reassess.ts";
import type { IngestState } from "./state.ts";
import type { ReadingReader } from "./store/reading-store.ts";

/** Marks worked off in one pass, and so in one transaction. */
const READING_MARKS_MAX = 1000;
/** Marks of facts, which may touch all that is stored of a channel, have a pass's end only, so that live readings never wait for many. */
const FACT_MARKS_MAX = 50;
/** A pass ends after so long: what it has found is written and told, and what came meanwhile goes first. */
const PASS_MS_MAX = 100;

export interface AssessorDeps {
  readonly state: IngestState;
  readonly reader: () => Promise<ReadingReader>;
  readonly groupAboveChannels: number;
  /** Ends a pass that takes long; without it a pass is bounded by its marks alone. */
  readonly monotonicMs?: () => number;
  /** After the transaction of a pass. */
  assessed(outcome: FindingOutcome): void;
  /** Between judging and writing; a test may let the process die there. */
  step?(step: "judged" | "written"): void;
}

type Marks = readonly [DirtyMark, ...DirtyMark[]];

export class Assessor {
  readonly #deps: AssessorDeps;

  constructor(deps: AssessorDeps) {
    this.#deps = deps;
  }

  /** One pass; true while there may be more to do. Throws what the store throws, with nothing changed. */
  async pass(): Promise<boolean> {
    const { state } = this.#deps;
    const marks = state.dirty.next(READING_MARKS_MAX, FACT_MARKS_MAX);
    if (marks.length === 0) return false;
    const { findings, judged } = await this.#judgeAll(marks);
    this.#deps.step?.("judged");
    const outcome = state.db.transaction(() => {
      const carried = findings.flatMap((finding) => carriedBy(state, finding));
      const changes = findings.map((finding) => recordFinding(state, finding));
      state.dirty.clear(judged);
      noteConclusions(state, judged);
      remarkLaterLegs(state, carried);
      const grouped = settleProfileChanges(state, this.#deps.groupAboveChannels, receivedAtMs(judged));
      const readings = judged.filter(({ toMs }) => toMs !== END_OF_TIME_MS);
      return {
        receivedAtMs: readings.length === 0 ? null : Math.min(...readings.map((mark) => mark.receivedAtMs)),
        alarms: [...changes.flatMap(({ alarms }) => alarms), ...grouped],
        excursions: changes.flatMap((each) => each.excursions),
      };
    });
    state.profileChanges.committed();
    this.#deps.step?.("written");
    this.#deps.assessed(outcome);
    return state.dirty.count() > 0;
  }

  /** Channels that gave readings come first, those that only facts touch after them: as far as there is time. */
  async #judgeAll(marks: readonly DirtyMark[]): Promise<{ findings: Finding[]; judged: DirtyMark[] }> {
    const { monotonicMs, state } = this.#deps;
    const startedMs = monotonicMs?.() ?? 0;
    const findings: Finding[] = [];
    const judged: DirtyMark[] = [];
    const begun = new Set<string>();
    for (const group of grouped(marks, state)) {
      if (judged.length > 0 && (monotonicMs?.() ?? 0) - startedMs > PASS_MS_MAX) break;
      findings.push(...(await this.#judge(group, begun)));
      judged.push(...group);
    }
    return { findings, judged };
  }

  /** All that marks of one asset touch: each series that is judged there is one finding. */
  async #judge(marks: Marks, begun: Set<string>): Promise<Finding[]> {
    const { state } = this.#deps;
    const [{ tenantId, assetId }] = marks;
    const asset = state.lines.of(tenantId, assetId);
    const marked = new Set(marks.map(({ channel }) => channel));
    const touched = new Map<string, Touched[]>();
    for (const channel of marked) touched.set(channel, []);
    for (const each of asset.lines) {
      // What has ended is settled by readings from beyond it.
      if (each.line.members.some((member) => marked.has(member)))
        touched.set(each.line.channel, touched.get(each.line.channel) ?? []);
      const own = marks.filter((mark) => reachOf(each, mark, asset) !== undefined);
      const [first] = own;
      if (first !== undefined) append(touched, each.line.channel, { each, marks: [first, ...own.slice(1)] });
    }
    const isFactual = marks.some(({ toMs }) => toMs === END_OF_TIME_MS);
    if (isFactual) for (const channel of this.#seriesNoMore(asset, tenantId, assetId, begun)) touched.set(channel, []);
    const findings: Finding[] = [];
    for (const [channel, lines] of touched) findings.push(await this.#judgeSeries(channel, lines, marks, asset));
    return findings;
  }

  /** Several channels that were judged as one and are not any more: no mark names them. Each once in a pass. */
  #seriesNoMore({ lines }: AssetLines, tenantId: string, assetId: string, begun: Set<string>): string[] {
    const { state } = this.#deps;
    const known = new Set(lines.map(({ line }) => line.channel));
    return state.excursions.channelsOf(tenantId, assetId).filter((channel) => {
      const name = `${tenantId}/${assetId}/${channel}`;
      if (isChannelId(channel) || known.has(channel) || begun.has(name)) return false;
      begun.add(name);
      return true;
    });
  }

  async #judgeSeries(channel: string, touched: readonly Touched[], marks: Marks, asset: AssetLines): Promise<Finding> {
    const { state, reader } = this.#deps;
    const [{ tenantId, assetId }] = marks;
    const series = { tenantId, assetId, channel };
    const all = asset.lines.filter(({ line }) => line.channel === channel);
    const own = new Set([
      ...touched.flatMap((each) => each.marks),
      ...marks.filter((mark) => mark.channel === channel),
    ]);
    const [first = marks[0], ...rest] = marks.filter((mark) => own.has(mark));
    const members = all[0]?.line.members ?? [channel];
    const lines = await this.#judgeLines({ tenantId, assetId }, members, touched, asset, all);
    const finding = { series, marks: [first, ...rest] as const, members: new Set(members), all };
    const isFactual = marks.some(({ toMs }) => toMs === END_OF_TIME_MS);
    const orphans = isFactual ? this.#orphans(finding) : [];
    return {
      ...finding,
      lines: [...lines, ...orphans],
      own: await ownRules(state, reader, { ...finding, lines }),
    };
  }

  async #judgeLines(
    of: LineSources["asset"],
    members: readonly string[],
    touched: readonly Touched[],
    asset: AssetLines,
    all: readonly AssetLine[],
  ): Promise<LineFinding[]> {
    const judged: { each: AssetLine; task: LineTask }[] = [];
    for (const { each, marks } of touched) {
      const task = await this.#taskOf(each, marks, asset, all);
      if (task !== undefined) judged.push({ each, task });
    }
    if (judged.length === 0) return [];
    const sources = { asset: of, members, doors: asset.doors, defrosts: asset.defrosts };
    const tasks = judged.map(({ task }) => task);
    const results = await reassess(await this.#deps.reader(), sources, tasks);
    return judged.map(({ each }, at) => ({ ...each, ruleId: each.line.ruleId, ...(results[at] as Reassessed) }));
  }

  /** Undefined where nothing can be judged again, because its readings have expired. */
  async #taskOf(
    each: AssetLine,
    marks: readonly DirtyMark[],
    asset: AssetLines,
    all: readonly AssetLine[],
  ): Promise<LineTask | undefined> {
    const { state, reader } = this.#deps;
    const { assignment, line } = each;
    const { tenantId, assetId } = assignment;
    const reaches = marks.map((mark) => reachOf(each, mark, asset) as DirtyInterval);
    const fromMs = Math.min(...reaches.map((reach) => reach.fromMs));
    const toMs = Math.max(...reaches.map((reach) => reach.toMs));
    const isWhole = await isJudgedWhole(reader, line, { tenantId, assetId }, { fromMs, toMs });
    const series = { assetId, channel: line.channel };
    const stored = state.excursions.touching(assignment.key, series, line.ruleId, isWhole ? 0 : fromMs);
    const still = stillJudged(state.expired.of(tenantId, assetId), line, stored.filter(isOfLine(each, all)));
    if (still === undefined || toMs < still.windowFromMs) return undefined;
    const { windowFromMs, formers } = still;
    const dirty = { fromMs: Math.max(fromMs, windowFromMs), toMs };
    return {
      line,
      isWhole: isWhole && windowFromMs === line.fromMs,
      legFromMs: assignment.fromMs,
      dirty,
      formers,
      spentMs: spentBefore(state, each, dirty.fromMs),
    };
  }

  /** Excursions whose assignment or rule is no more: they are taken out, with the change that caused it. */
  #orphans({ series, all }: Pick<Finding, "series" | "all">): LineFinding[] {
    const { state } = this.#deps;
    const standing = new Set(all.map(({ assignment, line }) => `${assignment.key}\n${line.ruleId}`));
    return state.excursions
      .basesOf(series.tenantId, series.assetId, series.channel)
      .filter(({ assignmentKey, ruleId }) => !standing.has(`${assignmentKey}\n${ruleId}`))
      .map(({ assignmentKey, ruleId }) => ({
        assignment: undefined,
        line: undefined,
        ruleId,
        formers: state.excursions.touching(assignmentKey, series, ruleId, 0),
        excursions: [],
      }));
  }
}

/** Two lines of one rule, with a version without it between them, share what is stored by when it began. */
function isOfLine({ assignment, line }: AssetLine, all: readonly AssetLine[]): (stored: StoredExcursion) => boolean {
  const siblings = all.filter((other) => other.assignment.key === assignment.key && other.line.ruleId === line.ruleId);
  const next = siblings.find((other) => other.line.fromMs > line.fromMs)?.line.fromMs ?? Infinity;
  const isFirst = siblings[0]?.line === line;
  return ({ excursion: { startMs } }) => startMs < next && (isFirst || startMs >= line.fromMs);
}

interface Touched {
  readonly each: AssetLine;
  readonly marks: readonly DirtyMark[];
}

/** The interval of a line that a mark makes dirty; undefined when it does not touch it. */
function reachOf({ line }: AssetLine, mark: DirtyMark, { doors, defrosts }: AssetLines): DirtyInterval | undefined {
  const ahead = line.members.includes(mark.channel)
    ? Math.max(...line.versions.map(({ rule }) => memberAheadMs(rule)))
    : isGated(line) && (doors.includes(mark.channel) || defrosts.includes(mark.channel))
      ? gateAheadMs(line)
      : undefined;
  if (ahead === undefined) return undefined;
  const toMs = mark.toMs === END_OF_TIME_MS ? END_OF_TIME_MS : mark.toMs + ahead;
  if (toMs < line.fromMs || (line.toMs !== null && mark.fromMs >= line.toMs)) return undefined;
  return { fromMs: mark.fromMs, toMs };
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}

/** Marks of what has to be judged together: of a channel, or of an asset whose channels matter to one another. */
function grouped(marks: readonly DirtyMark[], state: IngestState): Marks[] {
  const groups = new Map<string, [DirtyMark, ...DirtyMark[]]>();
  for (const mark of marks) {
    const { tenantId, assetId, channel } = mark;
    const { isJoined } = state.lines.of(tenantId, assetId);
    const key = `${tenantId}/${assetId}${isJoined ? "" : `/${channel}`}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [mark]);
    else known.push(mark);
  }
  return [...groups.values()];
}
