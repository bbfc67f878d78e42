// What a leg leaves to the later ones of its shipment: how much of a cumulative allowance is spent. When that changes, they
// are judged again.

import type { AssetLine } from "./asset-lines.ts";
import type { Assignment } from "./assignment.ts";
import { type Finding, causeOf, receivedAtMs } from "./finding.ts";
import type { IngestState } from "./state.ts";

/** Whether any version of a line's rule has a cumulative allowance. */
export function sumsUp({ line }: Pick<AssetLine, "line">): boolean {
  return line.versions.some(({ rule }) => rule.allowances.some(({ kind }) => kind === "cumulative"));
}

/**
 * What is spent of a line's cumulative allowance when it begins: on the former legs, of each what the series had that was
 * outside longest; and when a dirty interval begins: by the line's own earlier excursions as well.
 */
export function spentBefore(state: IngestState, each: AssetLine, dirtyFromMs: number) {
  if (!sumsUp(each)) return { atStart: 0, atDirty: 0 };
  const { assignment, line } = each;
  const own = { assetId: assignment.assetId, channel: line.channel };
  const lastBefore = (beforeMs: number) =>
    state.excursions.lastBefore(assignment.key, own, line.ruleId, beforeMs)?.excursion;
  // Where a version without the rule lies before the line, what was spent before that goes on.
  const isFirst = !siblingsOf(state, each).some((other) => other.line.fromMs < line.fromMs);
  const earlier = isFirst ? undefined : lastBefore(line.fromMs);
  const atStart = earlier === undefined ? spentOnFormerLegs(state, each) : earlier.spentBeforeMs + earlier.monitoredMs;
  const last = lastBefore(dirtyFromMs);
  if (last === undefined) return { atStart, atDirty: atStart };
  // One that the interval begins within is judged from its start.
  const isOver = last.endMs !== null && last.endMs < dirtyFromMs;
  return { atStart, atDirty: isOver ? last.spentBeforeMs + last.monitoredMs : last.spentBeforeMs };
}

/** Lines of the same rule and series under the same assignment: itself, and those beyond versions without the rule. */
function siblingsOf(state: IngestState, { assignment, line }: AssetLine): AssetLine[] {
  return state.lines
    .of(assignment.tenantId, assignment.assetId)
    .lines.filter(
      (other) =>
        other.assignment.key === assignment.key &&
        other.line.channel === line.channel &&
        other.line.ruleId === line.ruleId,
    );
}

function spentOnFormerLegs(state: IngestState, { assignment, line }: AssetLine): number {
  const legs = state.assignments.legsOf(assignment);
  const own = legs.findIndex(({ key }) => key === assignment.key);
  return legs.slice(0, Math.max(0, own)).reduce((sum, { key }) => sum + state.excursions.spentMs(key, line.ruleId), 0);
}

/** What a finding's line leaves to later legs, before the finding is recorded. */
export interface Carried {
  readonly key: string;
  readonly ruleId: string;
  readonly later: readonly Assignment[];
  readonly spentMs: number;
  readonly marks: Finding["marks"];
}

export function carriedBy(state: IngestState, { lines, marks }: Finding): Carried[] {
  return lines.flatMap((found) => {
    if (found.line === undefined || !sumsUp(found)) return [];
    const { ruleId, assignment } = found;
    const legs = state.assignments.legsOf(assignment);
    const own = siblingsOf(state, found).length > 1 ? [assignment] : [];
    const later = [...own, ...legs.slice(legs.findIndex(({ key }) => key === assignment.key) + 1)];
    const spentMs = state.excursions.spentMs(assignment.key, ruleId);
    return later.length === 0 ? [] : [{ key: assignment.key, ruleId, later, spentMs, marks }];
  });
}

/** Within a transaction, after all findings were recorded: marks later legs of what is carried otherwise now. */
export function remarkLaterLegs(state: IngestState, carried: readonly Carried[]): void {
  for (const { key, ruleId, later, spentMs, marks } of carried) {
    if (state.excursions.spentMs(key, ruleId) === spentMs) continue;
    for (const leg of later) remark(state, leg, ruleId, marks);
  }
}

function remark(state: IngestState, leg: Assignment, ruleId: string, marks: Finding["marks"]): void {
  const { tenantId, assetId } = leg;
  const { lines } = state.lines.of(tenantId, assetId);
  for (const { channel, fromMs, toMs } of state.excursions.extentsOf(leg.key, ruleId)) {
    const judging = lines.find((each) => each.assignment.key === leg.key && each.line.channel === channel);
    const [member] = judging?.line.members ?? [];
    if (member === undefined) continue;
    const none = { newerFromMs: null, newerToMs: null };
    const because = { receivedAtMs: receivedAtMs(marks), cause: causeOf(marks) };
    state.dirty.add({ tenantId, assetId, channel: member, fromMs, toMs, ...none, ...because });
  }
}
