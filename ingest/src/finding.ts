// Writing down what was found on one channel: excursions under their lasting ids, the audit, the alarms.

import { type AlarmEffect, type Excursion, type ExcursionChange, matchExcursions, ruleAt } from "@isotherm/coldchain";
import { saveAlarm } from "./alarm-change.ts";
import { idOf, settleAlarms } from "./alarm-settling.ts";
import { writeAudit } from "./audit-table.ts";
import type { AssetLine } from "./asset-lines.ts";
import { type DirtyMark, END_OF_TIME_MS } from "./dirty-table.ts";
import type { StoredAlarm } from "./alarm-table.ts";
import type { StoredExcursion } from "./excursion-table.ts";
import { liveRange } from "./live-range.ts";
import type { IngestState } from "./state.ts";
import type { SeriesId } from "./store/reading-store.ts";

interface Replaced {
  readonly ruleId: string;
  readonly formers: readonly StoredExcursion[];
  readonly excursions: readonly Excursion[];
}

/** Assignment and line are undefined when they are no more: then there are no excursions either. */
export type LineFinding = Replaced & (AssetLine | { readonly assignment: undefined; readonly line: undefined });

/** All that a pass found on one series: a channel, or several channels judged as one. */
export interface Finding {
  /** `channel` is that of its lines. */
  readonly series: SeriesId;
  /** The channels that it is made of. */
  readonly members: ReadonlySet<string>;
  readonly marks: readonly [DirtyMark, ...DirtyMark[]];
  readonly lines: readonly LineFinding[];
  /** Every line that any assignment of the asset has for the series. */
  readonly all: readonly AssetLine[];
  /** Rules whose profile is being changed, and by whose former version too the newly judged readings are outside. */
  readonly own: ReadonlySet<string>;
}

export interface FindingOutcome {
  /** When the oldest of the readings that were judged came; null when only facts were. */
  readonly receivedAtMs: number | null;
  readonly alarms: readonly { readonly alarmId: string; readonly effects: readonly AlarmEffect[] }[];
  readonly excursions: readonly {
    readonly excursionId: string;
    readonly tenantId: string;
    readonly assetId: string;
    readonly change: string;
  }[];
}

/** Within a transaction. */
export function recordFinding(state: IngestState, finding: Finding): Omit<FindingOutcome, "receivedAtMs"> {
  const { tenantId, assetId, channel } = finding.series;
  // Rules with something to settle, and since when: those with an alarm that is not closed, and those judged anew.
  const since = state.alarms.openRules(tenantId, assetId, channel);
  const touched = new Set<string>();
  const excursions = finding.lines.flatMap((found) => {
    const startMs = Math.min(
      ...[...found.excursions, ...found.formers.map((each) => each.excursion)].map((e) => e.startMs),
    );
    if (startMs !== Infinity) since.set(found.ruleId, Math.min(since.get(found.ruleId) ?? Infinity, startMs));
    return recordLine(state, finding, found, touched);
  });
  const alarms = [...since].flatMap(([ruleId, fromMs]) => recordAlarms(state, finding, ruleId, fromMs, touched));
  return { alarms, excursions };
}

function recordLine(state: IngestState, finding: Finding, found: LineFinding, touched: Set<string>) {
  const { series } = finding;
  const formers = new Map(found.formers.map((former) => [former.excursionId, former]));
  const match = matchExcursions(
    found.formers.map(({ excursionId, excursion }) => ({ id: excursionId, ...excursion })),
    found.excursions,
    (startMs) => newExcursionId(state, formers, [found.assignment?.key ?? "", series.channel, found.ruleId, startMs]),
  );
  if (found.line !== undefined) {
    for (const [id, excursion] of [...match.kept, ...match.added]) {
      const rule = ruleAt(found.line, excursion.startMs);
      state.excursions.save(id, found.assignment, found.line, rule, excursion);
      touched.add(id);
    }
  }
  const changed = match.changed.filter((change) => isChange(change, formers, match.kept));
  for (const change of changed) {
    if (change.kind === "merged") inheritAlarm(state, formers.get(change.id), change.intoId);
    audit(state, finding, change, formers, new Map([...match.kept, ...match.added]));
  }
  for (const id of match.removed) state.excursions.delete(id);
  return changed.map(({ id, kind }) => ({
    excursionId: id,
    tenantId: series.tenantId,
    assetId: series.assetId,
    change: kind,
  }));
}

/** An id that no other excursion has: one that began here first and has moved since may still carry it. */
function newExcursionId(
  state: IngestState,
  formers: ReadonlyMap<string, StoredExcursion>,
  parts: readonly (string | number)[],
): string {
  const wanted = idOf("excursion", ...parts);
  let id = wanted;
  for (let n = 2; !formers.has(id) && state.excursions.has(id); n++) id = `${wanted}-${n}`;
  return id;
}

/** An open excursion that merely goes on is no change of a result, unless its onset or breach became known. */
function isChange(
  change: ExcursionChange,
  formers: ReadonlyMap<string, StoredExcursion>,
  kept: readonly [string, Excursion][],
): boolean {
  if (change.kind !== "revised" || change.after.endMs !== null) return true;
  const before = formers.get(change.id)?.excursion;
  const after = kept.find(([id]) => id === change.id)?.[1];
  return before?.onsetMs !== after?.onsetMs || before?.breaches.length !== after?.breaches.length;
}

function inheritAlarm(state: IngestState, former: StoredExcursion | undefined, intoId: string): void {
  if (former?.alarmId === null || former === undefined) return;
  if (state.excursions.get(intoId)?.alarmId === null) state.excursions.link(intoId, former.alarmId);
}

function audit(
  state: IngestState,
  { series, marks }: Finding,
  change: ExcursionChange,
  formers: ReadonlyMap<string, StoredExcursion>,
  after: ReadonlyMap<string, Excursion>,
): void {
  const detail =
    change.kind === "merged" ? { intoId: change.intoId } : change.kind === "split" ? { fromId: change.fromId } : {};
  const present = after.get(change.id);
  writeAudit(state.db, {
    tenantId: series.tenantId,
    subjectId: change.id,
    kind: change.kind,
    atMs: receivedAtMs(marks),
    before: formers.get(change.id)?.excursion,
    after: present === undefined && change.kind !== "merged" ? undefined : { ...present, ...detail },
    cause: causeOf(marks),
    personId: null,
  });
}

function recordAlarms(
  state: IngestState,
  finding: Finding,
  ruleId: string,
  fromMs: number,
  touched: ReadonlySet<string>,
) {
  const { series, marks, members } = finding;
  const { tenantId, assetId, channel } = series;
  const newestMs = Math.max(...[...members].map((member) => state.gateways.judgedToMs(tenantId, assetId, member)));
  const line = finding.all.findLast((each) => each.line.ruleId === ruleId)?.line;
  const rule = line && ruleAt(line, newestMs);
  const own = marks.filter((mark) => members.has(mark.channel));
  const change = state.profileChanges.of(tenantId, ruleId.slice(0, ruleId.indexOf("/")));
  const settled = settleAlarms({
    change: change && { alarmId: change.alarmId, isOwn: finding.own.has(ruleId) },
    series,
    ruleId,
    rule,
    excursions: state.excursions.ofRule(tenantId, assetId, channel, ruleId, fromMs),
    touched,
    alarms: state.alarms.of(tenantId, assetId, channel, ruleId, fromMs),
    live: rule === undefined ? undefined : liveRange(own, rule.liveMaxAgeMs),
    newestMs,
    receivedAtMs: receivedAtMs(marks),
  });
  for (const [excursionId, alarmId] of settled.links) state.excursions.link(excursionId, alarmId);
  if (change !== undefined && settled.isOutsideByChange !== undefined)
    state.profileChanges.note(change, series, ruleId, settled.isOutsideByChange);
  // Of a pass over readings only the excursions that they touch are known here; one over facts knows all.
  else if (change !== undefined && marks.some(({ toMs }) => toMs === END_OF_TIME_MS))
    state.profileChanges.forget(change, series, ruleId);
  for (const { before, after, effects } of settled.alarms) {
    const cause = { atMs: receivedAtMs(marks), cause: causeOf(marks), personId: null };
    // A peak that moves while an alarm lasts is no change of it: the last one stands in the entry of its return.
    if (before !== undefined && effects.length === 0 && isSameButPeak(before, after)) state.alarms.save(after);
    else saveAlarm(state.db, state.alarms, before, after, kindOf(before === undefined, effects), cause);
  }
  return settled.alarms.map(({ after, effects }) => ({ alarmId: after.alarmId, effects }));
}

function isSameButPeak(before: StoredAlarm, after: StoredAlarm): boolean {
  return JSON.stringify({ ...before, peak: null }) === JSON.stringify({ ...after, peak: null });
}

function kindOf(isNew: boolean, effects: readonly AlarmEffect[]): string {
  if (isNew) return "raised";
  for (const effect of effects) {
    if (effect.kind === "annunciate") return effect.reason;
    if (effect.kind === "announce-return") return "returned";
  }
  return "revised";
}

export function receivedAtMs(marks: readonly DirtyMark[]): number {
  return Math.max(...marks.map((mark) => mark.receivedAtMs));
}

export function causeOf(marks: readonly DirtyMark[]): string {
  return [...new Set(marks.map(({ cause }) => cause))].join("; ");
}
