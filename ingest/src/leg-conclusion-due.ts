// Which conclusions about legs are to be judged (again), because marks were worked off.

import { isChannelId } from "@isotherm/coldchain";
import type { Assignment } from "./assignment.ts";
import { type DirtyMark, END_OF_TIME_MS } from "./dirty-table.ts";
import { isConcluded } from "./leg-conclusion.ts";
import type { ConclusionTask } from "./leg-conclusion-table.ts";
import type { IngestState } from "./state.ts";

/** What only goes on, reading by reading, is judged no more often. */
export const CONCLUSION_PERIOD_MS = 3_600_000;

const CAUSE_LENGTH_MAX = 1000;

export type DueNote = Pick<ConclusionTask, "isCorrected"> & { readonly atMs: number; readonly cause: string };

/** Within a transaction: one is due, at once when it is corrected, else a period after it was judged last. */
export function noteDue(state: IngestState, of: Assignment, channel: string, note: DueNote): void {
  const known = state.conclusions.task(of.key, channel);
  const { isCorrected, cause, atMs } = note;
  const dueAtMs =
    isCorrected || known === undefined || known.judgedAtMs === null
      ? atMs
      : Math.max(atMs, known.judgedAtMs + CONCLUSION_PERIOD_MS);
  const causes = known?.cause === null || known === undefined ? "" : `${known.cause}; `;
  // What only goes on is told by its last cause; corrections are all told, as far as there is room.
  const keepsFormer = known?.isCorrected === true;
  const told = keepsFormer ? (causes.length > CAUSE_LENGTH_MAX ? causes.slice(0, -2) : causes + cause) : cause;
  state.conclusions.saveTask({
    assignmentKey: of.key,
    channel,
    tenantId: of.tenantId,
    assetId: of.assetId,
    dueAtMs: Math.min(dueAtMs, known?.dueAtMs ?? Infinity),
    noted: (known?.noted ?? 0) + 1,
    cause: told,
    isCorrected: isCorrected || keepsFormer,
    judgedAtMs: known?.judgedAtMs ?? null,
    newestMs: known?.newestMs ?? null,
  });
}

/** Within the transaction that clears these marks. */
export function noteConclusions(state: IngestState, marks: readonly DirtyMark[]): void {
  const gone = new Map<string, DirtyMark>();
  for (const mark of marks) {
    const { tenantId, assetId, channel, newerFromMs } = mark;
    const isFact = mark.toMs === END_OF_TIME_MS;
    if (isFact) gone.set(`${tenantId}/${assetId}`, mark);
    const concluded = state.assignments.of(tenantId, assetId).filter(isConcluded);
    if (concluded.length === 0) continue;
    const { lines } = state.lines.of(tenantId, assetId);
    const isCorrected = newerFromMs === null || mark.fromMs < newerFromMs;
    for (const assignment of concluded) {
      if (mark.toMs < assignment.fromMs || (assignment.toMs !== null && mark.fromMs >= assignment.toMs)) continue;
      const own = lines.filter(
        ({ assignment: { key }, line }) => key === assignment.key && line.members.includes(channel),
      );
      for (const series of new Set([channel, ...own.map(({ line }) => line.channel)]))
        noteDue(state, assignment, series, { isCorrected, atMs: mark.receivedAtMs, cause: mark.cause });
    }
  }
  for (const mark of gone.values()) noteGone(state, mark);
}

/** What was concluded by assignments that are no more, or ask for nothing any more, is judged once more, and goes. */
function noteGone(state: IngestState, { tenantId, assetId, receivedAtMs, cause }: DirtyMark): void {
  for (const task of state.conclusions.tasksOf(tenantId, assetId)) {
    const assignment = state.assignments.all.get(task.assignmentKey);
    const isStill = assignment !== undefined && assignment.assetId === assetId && isConcluded(assignment);
    // Of several channels judged as one there is no mark either, once they no longer are.
    if (isStill && isChannelId(task.channel)) continue;
    const of = { ...task, dueAtMs: receivedAtMs, noted: task.noted + 1, cause, isCorrected: true };
    state.conclusions.saveTask(of);
  }
}

/** What was judged before conclusions were kept, or by a process that died on the way, is concluded upon. */
export function noteNeverConcluded(state: IngestState, nowMs: number): void {
  const never = [...state.assignments.all.values()].filter(isConcluded).flatMap((assignment) => {
    const { key, tenantId, assetId } = assignment;
    const own = state.lines.of(tenantId, assetId).lines.filter((each) => each.assignment.key === key);
    const channels = state.gateways.channels(tenantId, assetId).map(({ channel }) => channel);
    return [...new Set([...channels, ...own.map(({ line }) => line.channel)])]
      .filter((channel) => state.conclusions.task(key, channel) === undefined)
      .map((channel) => ({ assignment, channel }));
  });
  if (never.length === 0) return;
  state.db.transaction(() => {
    for (const { assignment, channel } of never)
      noteDue(state, assignment, channel, { isCorrected: true, atMs: nowMs, cause: "taken up at the start" });
  });
}
