// What must hold of ingest's results whatever came before: of alarms and of the audit, which remember how things came, no
// more than this is a function of the set.

import type { StoredAlarm } from "../src/alarm-table.ts";
import type { AuditRow, ExcursionRow } from "../src/state-rows.ts";
import { assert } from "../../checks/kit.ts";

/** Every excursion that lasted long enough has one alarm, and an alarm says what its excursions say. */
export function holdAlarms(excursions: readonly ExcursionRow[], alarms: readonly StoredAlarm[]): void {
  for (const { excursionId, onsetMs, alarmId } of excursions)
    assert.ok(onsetMs === null || alarmId !== null, `excursion ${excursionId} has an onset and no alarm`);
  const known = new Map(alarms.map((alarm) => [alarm.alarmId, alarm]));
  for (const { alarmId } of excursions)
    assert.ok(alarmId === null || known.has(alarmId), `there is no alarm ${alarmId} that an excursion names`);
  for (const alarm of alarms) {
    const linked = excursions.filter(({ alarmId }) => alarmId === alarm.alarmId);
    if (linked.length > 0) holdAlarm(alarm, linked);
  }
}

function holdAlarm(alarm: StoredAlarm, linked: readonly ExcursionRow[]): void {
  const peaks = linked.map(({ peak }) => peak);
  for (const { assetId, channel, ruleId, side, shipmentId } of linked) {
    assert.equal([alarm.assetId, alarm.channel, alarm.ruleId, alarm.side], [assetId, channel, ruleId, side]);
    assert.ok(shipmentId === null || alarm.shipmentIds.includes(shipmentId), "an alarm names its shipments");
  }
  assert.is(alarm.severity, linked.some(({ breach }) => breach) ? "breach" : "warning", "an alarm's severity");
  assert.is(alarm.startMs, Math.min(...linked.map(({ startMs }) => startMs)), "an alarm's start");
  assert.is(alarm.peak, alarm.side === "high" ? Math.max(...peaks) : Math.min(...peaks), "an alarm's peak");
  const lasts = linked.some(({ onsetMs, endMs, judgedUntilMs }) => {
    return onsetMs !== null && endMs === null && judgedUntilMs === null;
  });
  if (lasts) assert.is(alarm.returnedAtMs, null, "an alarm whose excursion lasts has not returned");
  const isOver = linked.every(({ endMs }) => endMs !== null);
  if (isOver && alarm.foundLate) assert.ok(alarm.returnedAtMs !== null, "what was found late and is over has returned");
  if (isOver && alarm.returnedAtMs !== null)
    assert.is(alarm.returnedAtMs, Math.max(...linked.map(({ endMs }) => endMs as number)), "an alarm's return");
}

interface Told {
  readonly startMs: number;
  readonly endMs: number | null;
}

function toldIn(body: unknown): Told | null {
  if (body === null || typeof body !== "object" || !("startMs" in body)) return null;
  const { startMs, endMs } = body as Told;
  return { startMs, endMs };
}

/** The audit leads from nothing to what stands, change by change, each from where the one before has led, with a cause. */
export function holdAudit(
  excursions: readonly ExcursionRow[],
  audit: readonly AuditRow[],
  alarmIds: ReadonlySet<string>,
): void {
  const stands = new Map<string, Told | null>();
  for (const { subjectId, before, after, cause, kind } of audit) {
    assert.ok(cause !== "", "a change names its cause");
    if (alarmIds.has(subjectId)) continue;
    assert.equal(toldIn(before), stands.get(subjectId) ?? null, `${kind} of ${subjectId} begins where it stood`);
    stands.set(subjectId, kind === "merged" || kind === "gone" ? null : toldIn(after));
  }
  const led = [...stands].filter(([, told]) => told !== null).sort(([a], [b]) => (a < b ? -1 : 1));
  const found = excursions
    .map(({ excursionId, startMs, endMs }): [string, Told] => [excursionId, { startMs, endMs }])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  assert.equal(led, found, "where the audit leads");
}

/** That two lists of rows are alike; says only those that differ. */
export function holdSame(actual: readonly string[], expected: readonly string[], what: string): void {
  const more = actual.filter((row) => !expected.includes(row));
  const less = expected.filter((row) => !actual.includes(row));
  const told = [...more.map((row) => `has      ${row}`), ...less.map((row) => `has not  ${row}`)].join("\n");
  assert.ok(told === "" && actual.length === expected.length, `${what}:\n${told}`);
}
