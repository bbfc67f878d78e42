// One alarm, changed by an input to the domain's table: what is stored, what stands in the audit, what is told to people.

import { type AlarmEffect, type AlarmInput, nextAlarm } from "@isotherm/coldchain";
import type { AlarmTable, StoredAlarm } from "./alarm-table.ts";
import { writeAudit } from "./audit-table.ts";
import type { StateDb } from "./state-db.ts";

export interface AlarmCause {
  readonly atMs: number;
  readonly cause: string;
  readonly personId: string | null;
}

export interface AlarmChange {
  readonly alarm: StoredAlarm;
  readonly effects: readonly AlarmEffect[];
}

/** Applies an input; undefined when it changes nothing. Pure. */
export function alarmAfter(alarm: StoredAlarm, input: AlarmInput): AlarmChange | undefined {
  const { state, effects } = nextAlarm(alarm.state, input);
  if (effects.length === 0 && JSON.stringify(state) === JSON.stringify(alarm.state)) return undefined;
  const foundLate = state.name === "normal" ? alarm.foundLate : state.foundLate;
  return { alarm: { ...alarm, state, foundLate }, effects };
}

/** Within a transaction: stores an alarm as changed, with its audit entry. */
export function saveAlarm(
  db: StateDb,
  alarms: AlarmTable,
  before: StoredAlarm | undefined,
  after: StoredAlarm,
  kind: string,
  { atMs, cause, personId }: AlarmCause,
): void {
  alarms.save(after);
  const seen = (alarm: StoredAlarm): unknown => ({
    state: alarm.state,
    severity: alarm.severity,
    startMs: alarm.startMs,
    returnedAtMs: alarm.returnedAtMs,
    peak: alarm.peak,
    shipmentIds: alarm.shipmentIds,
  });
  writeAudit(db, {
    tenantId: after.tenantId,
    subjectId: after.alarmId,
    kind,
    atMs,
    before: before === undefined ? undefined : seen(before),
    after: seen(after),
    cause,
    personId,
  });
}
