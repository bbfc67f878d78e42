// Works off dirty intervals: judges them again from stored readings and facts, and writes what changed, with the alarms
// that follow, in one transaction. Nothing else writes excursions.

import { type ChannelDeclaration, type Rule, rulesFor } from "@isotherm/coldchain";
import type { Assignment } from "./assignment.ts";
import type { AssignmentTable } from "./assignment-table.ts";
import { type DirtyMark, END_OF_TIME_MS } from "./dirty-table.ts";
import { type Finding, type FindingOutcome, receivedAtMs, recordFinding, type RuleFinding } from "./finding.ts";
import { settleProfileChanges } from "./profile-change-work.ts";
import { isOutsideWithin, reassess } from "./reassess.ts";
import { stillJudged } from "./expired-judging.ts";
import type { IngestState } from "./state.ts";
import type { ReadingReader, SeriesId } from "./store/reading-store.ts";

/** Marks worked off in one pass, and so in one transaction. */
const READING_MARKS_MAX = 1000;
/** Marks of facts, which may touch all that is stored of a channel, have a pass's end only, so that live readings never wait for many. */
const FACT_MARKS_MAX = 50;
/** A pass ends after so long: what it has found is written and told, and what came meanwhile goes first. */
const PASS_MS_MAX = 100;

export interface AssessorDeps {
  readonly state: IngestState;
  readonly assignments: AssignmentTable;
  readonly reader: () => Promise<ReadingReader>;
  readonly groupAboveChannels: number;
  /** Ends a pass that takes long; without it a pass is bounded by its marks alone. */
  readonly monotonicMs?: () => number;
  /** After the transaction of a pass. */
  assessed(outcome: FindingOutcome): void;
  /** Between judging and writing; a test may let the process die there. */
  step?(step: "judged" | "written"): void;
}

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
    const findings = await this.#judgeAll(marks);
    this.#deps.step?.("judged");
    const outcome = state.db.transaction(() => {
      const changes = findings.map((finding) => recordFinding(state, finding));
      const judged = findings.flatMap((finding) => finding.marks);
      state.dirty.clear(judged);
      const grouped = settleProfileChanges(state, this.#deps.groupAboveChannels, receivedAtMs(judged));
      return {
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
  async #judgeAll(marks: readonly DirtyMark[]): Promise<Finding[]> {
    const { monotonicMs } = this.#deps;
    const startedMs = monotonicMs?.() ?? 0;
    const findings: Finding[] = [];
    for (const of of byChannel(marks).values()) {
      if (findings.length > 0 && (monotonicMs?.() ?? 0) - startedMs > PASS_MS_MAX) break;
      findings.push(await this.#judge(of));
    }
    return findings;
  }

  async #judge(marks: readonly [DirtyMark, ...DirtyMark[]]): Promise<Finding> {
    const { state, assignments } = this.#deps;
    const [{ tenantId, assetId, channel }] = marks;
    const series = { tenantId, assetId, channel };
    const declared = state.gateways.channel(tenantId, assetId, channel);
    const bases = declared === undefined ? [] : assignments.basesOf(tenantId, assetId, declared);
    const rules: RuleFinding[] = [];
    for (const { assignment, rule } of bases) {
      const found = await this.#judgeRule(series, declared?.resolution ?? 0, assignment, rule, marks);
      if (found !== undefined) rules.push(found);
    }
    const changedFacts = marks.some(({ toMs }) => toMs === END_OF_TIME_MS);
    return {
      series,
      marks,
      rules: changedFacts ? [...rules, ...this.#orphans(series, bases)] : rules,
      current: new Map(bases.map(({ rule }) => [rule.ruleId, rule])),
      own: declared === undefined ? new Set() : await this.#ownRules(series, declared, marks, rules),
    };
  }

  /** Rules of changing profiles by whose former version the newly judged readings are outside as well. */
  async #ownRules(
    series: SeriesId,
    declared: ChannelDeclaration,
    marks: readonly DirtyMark[],
    rules: readonly RuleFinding[],
  ): Promise<ReadonlySet<string>> {
    const own = new Set<string>();
    const readings = marks.filter(({ toMs }) => toMs !== END_OF_TIME_MS);
    if (readings.length === 0) return own;
    for (const { ruleId, rule, excursions } of rules) {
      const change = rule && this.#deps.state.profileChanges.of(series.tenantId, rule.profileId);
      if (change === undefined || !excursions.some(({ onsetMs }) => onsetMs !== null)) continue;
      const former = rulesFor(change.former, declared).find((candidate) => candidate.ruleId === ruleId);
      const isOutside =
        former !== undefined &&
        (await isOutsideWithin(await this.#deps.reader(), former, {
          series,
          resolution: declared.resolution,
          fromMs: Math.min(...readings.map(({ fromMs }) => fromMs)),
          toMs: Math.max(...readings.map(({ toMs }) => toMs)),
        }));
      if (isOutside) own.add(ruleId);
    }
    return own;
  }

  async #judgeRule(
    series: SeriesId,
    resolution: number,
    assignment: Assignment,
    rule: Rule,
    marks: readonly DirtyMark[],
  ): Promise<RuleFinding | undefined> {
    const { state, reader } = this.#deps;
    const touching = marks.filter(
      ({ fromMs, toMs }) => toMs >= assignment.fromMs && (assignment.toMs === null || fromMs < assignment.toMs),
    );
    if (touching.length === 0) return undefined;
    const dirty = {
      fromMs: Math.min(...touching.map(({ fromMs }) => fromMs)),
      toMs: Math.max(...touching.map(({ toMs }) => toMs)),
    };
    const since = dirty.fromMs <= assignment.fromMs ? 0 : dirty.fromMs;
    const touched = state.excursions.touching(assignment.key, series, rule.ruleId, since);
    const still = stillJudged(state.expired.of(series.tenantId, series.assetId), assignment, touched);
    if (still === undefined || dirty.toMs < still.windowFromMs) return undefined;
    const { windowFromMs, formers } = still;
    const judged = { series, resolution, rule, windowFromMs, windowToMs: assignment.toMs };
    return { assignment, rule, ruleId: rule.ruleId, ...(await reassess(await reader(), judged, dirty, formers)) };
  }

  /** Excursions whose assignment or rule is no more: they are taken out, with the change that caused it. */
  #orphans(
    series: SeriesId,
    bases: readonly { readonly assignment: Assignment; readonly rule: Rule }[],
  ): RuleFinding[] {
    const { state } = this.#deps;
    const standing = new Set(bases.map(({ assignment, rule }) => `${assignment.key}\n${rule.ruleId}`));
    return state.excursions
      .basesOf(series.tenantId, series.assetId, series.channel)
      .filter(({ assignmentKey, ruleId }) => !standing.has(`${assignmentKey}\n${ruleId}`))
      .map(({ assignmentKey, ruleId }) => ({
        assignment: undefined,
        rule: undefined,
        ruleId,
        formers: state.excursions.touching(assignmentKey, series, ruleId, 0),
        excursions: [],
      }));
  }
}

function byChannel(marks: readonly DirtyMark[]): Map<string, [DirtyMark, ...DirtyMark[]]> {
  const channels = new Map<string, [DirtyMark, ...DirtyMark[]]>();
  for (const mark of marks) {
    const key = `${mark.tenantId}/${mark.assetId}/${mark.channel}`;
    const known = channels.get(key);
    if (known === undefined) channels.set(key, [mark]);
    else known.push(mark);
  }
  return channels;
}
