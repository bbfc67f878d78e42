// Writing down what was concluded about a leg: rows, the audit, the alarms, and what it leaves to later legs.

import { ALARM_NORMAL } from "@isotherm/coldchain";
import { type AlarmCause, alarmAfter, saveAlarm } from "./alarm-change.ts";
import { idOf } from "./alarm-settling.ts";
import type { StoredAlarm } from "./alarm-table.ts";
import type { Assignment } from "./assignment.ts";
import { writeAudit } from "./audit-table.ts";
import { CONCLUSION_PERIOD_MS, noteDue } from "./leg-conclusion-due.ts";
import type { ConclusionTask } from "./leg-conclusion-table.ts";
import type { Concluded } from "./leg-conclusion-work.ts";
import type { ChangedAlarm } from "./profile-change-work.ts";
import type { IngestState } from "./state.ts";
import type { ConclusionRow } from "./state-rows.ts";

export interface JudgedConclusion extends Concluded {
  readonly newestMs: number;
  readonly judgedAtMs: number;
}

/** Within a transaction. */
export function recordConclusions(
  state: IngestState,
  task: ConclusionTask,
  assignment: Assignment | undefined,
  { rows, isSettled, newestMs, judgedAtMs }: JudgedConclusion,
): ChangedAlarm[] {
  const { assignmentKey, channel } = task;
  const before = new Map(state.conclusions.of(assignmentKey, channel).map((row) => [row.conclusionId, row]));
  const after = new Map((rows ?? [...before.values()]).map((row) => [row.conclusionId, row]));
  const cause = { atMs: judgedAtMs, cause: task.cause ?? "readings as time went on", personId: null };
  const alarms: ChangedAlarm[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(id), after.get(id)];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    if (is === undefined) state.conclusions.delete(was as ConclusionRow);
    else state.conclusions.save(is);
    if (isNews(was, is, task.isCorrected)) audit(state, was, is, cause);
    alarms.push(...settleAlarm(state, was, is, cause));
  }
  finish(state, task, assignment === undefined, { isSettled, newestMs, judgedAtMs });
  if (assignment !== undefined) remarkLaterLegs(state, assignment, [before, after], cause);
  return alarms;
}

/** A figure that goes on with its readings is no news; a mark reached is, and so is whatever was corrected. */
function isNews(was: ConclusionRow | undefined, is: ConclusionRow | undefined, isCorrected: boolean): boolean {
  if (was === undefined || is === undefined || was.mark !== is.mark) return true;
  return isCorrected && (was.value !== is.value || was.breachAtMs !== is.breachAtMs);
}

function audit(
  state: IngestState,
  was: ConclusionRow | undefined,
  is: ConclusionRow | undefined,
  cause: AlarmCause,
): void {
  const { tenantId, conclusionId } = (is ?? was) as ConclusionRow;
  const kind = was === undefined ? "concluded" : is === undefined ? "withdrawn" : "revised";
  writeAudit(state.db, { tenantId, subjectId: conclusionId, kind, before: was, after: is, ...cause });
}

function finish(
  state: IngestState,
  task: ConclusionTask,
  isGone: boolean,
  { isSettled, newestMs, judgedAtMs }: Omit<JudgedConclusion, "rows">,
): void {
  const now = state.conclusions.task(task.assignmentKey, task.channel) ?? task;
  const hasMore = now.noted !== task.noted;
  if (isGone && !hasMore) return state.conclusions.removeTask(task);
  const later = isSettled ? null : judgedAtMs + CONCLUSION_PERIOD_MS;
  const kept = hasMore ? {} : { cause: null, isCorrected: false };
  state.conclusions.saveTask({ ...now, ...kept, newestMs, judgedAtMs, dueAtMs: hasMore ? now.dueAtMs : later });
}

/** A later leg begins with what this one leaves of the budget. */
function remarkLaterLegs(
  state: IngestState,
  assignment: Assignment,
  [before, after]: readonly [ReadonlyMap<string, ConclusionRow>, ReadonlyMap<string, ConclusionRow>],
  { atMs, cause }: AlarmCause,
): void {
  const legs = state.assignments.legsOf(assignment);
  const later = legs.slice(legs.findIndex(({ key }) => key === assignment.key) + 1);
  if (later.length === 0) return;
  const used = (rows: ReadonlyMap<string, ConclusionRow>): string =>
    JSON.stringify(
      [...rows.values()].filter(({ kind }) => kind === "stability").map(({ role, value }) => [role, value]),
    );
  if (used(before) === used(after)) return;
  for (const leg of later)
    for (const { channel } of state.gateways.channels(leg.tenantId, leg.assetId))
      noteDue(state, leg, channel, { isCorrected: true, atMs, cause });
}

/**
 * A breach is an alarm of its own for quality: the goods are judged, and there is nothing that a driver could still do. One
 * that is taken back becomes a warning; people were told of it, so it stays to be answered.
 */
function settleAlarm(
  state: IngestState,
  was: ConclusionRow | undefined,
  is: ConclusionRow | undefined,
  cause: AlarmCause,
): ChangedAlarm[] {
  const row = (is ?? was) as ConclusionRow;
  const alarmId = idOf("alarm", row.conclusionId);
  const known = state.alarms.get(alarmId);
  if (is === undefined || is.breachAtMs === null) {
    if (known?.severity !== "breach") return [];
    saveAlarm(
      state.db,
      state.alarms,
      known,
      { ...known, peak: is?.value ?? known.peak, severity: "warning" },
      "revised",
      cause,
    );
    return [{ alarmId, effects: [] }];
  }
  const startMs = is.windowFromMs ?? is.breachAtMs;
  const figures = {
    startMs,
    returnedAtMs: is.breachAtMs,
    peak: is.value,
    limit: is.limit,
    severity: "breach" as const,
  };
  if (known?.severity === "breach") {
    state.alarms.save({ ...known, ...figures });
    return [];
  }
  const base = known ?? alarmOf(is, alarmId, cause.atMs);
  const raised = alarmAfter(base, { kind: "raise", foundLate: true, over: true });
  const after = { ...(raised?.alarm ?? base), ...figures };
  saveAlarm(state.db, state.alarms, known, after, known === undefined ? "raised" : "revised", cause);
  return [{ alarmId, effects: raised?.effects ?? [] }];
}

function alarmOf(row: ConclusionRow, alarmId: string, raisedAtMs: number): StoredAlarm {
  const { tenantId, assetId, channel, profileId, kind, role, rowIndex, shipmentId } = row;
  return {
    ...{ alarmId, tenantId, assetId, channel, profileId, raisedAtMs },
    ruleId: `${profileId}/${kind}/${role}/${rowIndex}`,
    side: "high",
    limit: row.limit,
    state: ALARM_NORMAL,
    severity: "breach",
    startMs: row.windowFromMs ?? raisedAtMs,
    returnedAtMs: null,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    peak: row.value,
    shipmentIds: shipmentId === null ? [] : [shipmentId],
    foundLate: true,
    detail: null,
  };
}
