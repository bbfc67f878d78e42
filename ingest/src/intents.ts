// What people do to alarms: kept durably under the intent's own id, applied once, with the time at which it was done.

import type { AlarmEffect, AlarmInput } from "@isotherm/coldchain";
import { z } from "zod";
import { alarmAfter, saveAlarm } from "./alarm-change.ts";
import type { StoredAlarm } from "./alarm-table.ts";
import type { IngestState } from "./state.ts";
import type { AlarmRow } from "./state-rows.ts";

const instantMs = z.number().int().nonnegative();
export const intentShape = z
  .strictObject({
    intentId: z.string().min(1).max(128),
    alarmId: z.string().min(1).max(128),
    kind: z.enum(["acknowledge", "shelve", "unshelve"]),
    personId: z.string().min(1).max(64),
    tenantId: z.string().min(1).max(64),
    /** When the person did it, which may be long before it arrives. */
    doneAtMs: instantMs,
    /** For `shelve`. */
    untilMs: instantMs.optional(),
    note: z.string().max(2000).optional(),
  })
  .refine(({ kind, untilMs }) => kind !== "shelve" || untilMs !== undefined, {
    message: "shelving needs the time until which",
    path: ["untilMs"],
  });
export type Intent = z.output<typeof intentShape>;

export type RefusalReason = "ALARM_UNKNOWN" | "INTENT_ID_REUSED" | "SHELF_IN_THE_PAST" | "NOTHING_TO_DO";

export interface IntentAnswer {
  readonly intentId: string;
  readonly outcome: "applied" | "duplicate" | "refused";
  readonly reason?: RefusalReason;
  /** As it stands now; null when there is none for this tenant. */
  readonly alarm: AlarmRow | null;
  readonly effects: readonly AlarmEffect[];
}

/** Applies an intent, or says why not. The same intent again is answered `duplicate` and does nothing. */
export function takeIntent(state: IngestState, intent: Intent, nowMs: number): IntentAnswer {
  return state.db.transaction(() => {
    const alarm = state.alarms.get(intent.alarmId);
    const mine = alarm?.tenantId === intent.tenantId ? alarm : undefined;
    const answer = (outcome: IntentAnswer["outcome"], reason?: RefusalReason): IntentAnswer => ({
      intentId: intent.intentId,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      alarm: mine === undefined ? null : (state.alarms.row(mine.alarmId) ?? null),
      effects: [],
    });
    const known = state.db.get("SELECT * FROM intent WHERE intent_id = ?", intent.intentId);
    if (known !== undefined) {
      const same = known["tenant_id"] === intent.tenantId && known["alarm_id"] === intent.alarmId;
      if (!same || known["kind"] !== intent.kind) return { ...answer("refused", "INTENT_ID_REUSED"), alarm: null };
      const outcome = String(known["outcome"]);
      return outcome === "applied" ? answer("duplicate") : answer("refused", outcome as RefusalReason);
    }
    // Not kept: the alarm may be one that has not been found yet, and the intent may be sent again.
    if (mine === undefined) return answer("refused", "ALARM_UNKNOWN");
    const outcome = apply(state, mine, intent, nowMs);
    keep(state, intent, nowMs, typeof outcome === "string" ? outcome : "applied");
    return typeof outcome === "string" ? answer("refused", outcome) : { ...answer("applied"), effects: outcome };
  });
}

const AUDIT_KINDS = { acknowledge: "acknowledged", shelve: "shelved", unshelve: "unshelved" } as const;

function inputOf(intent: Intent): AlarmInput {
  if (intent.kind === "shelve") return { kind: "shelve", untilMs: intent.untilMs ?? intent.doneAtMs };
  return { kind: intent.kind };
}

function apply(
  state: IngestState,
  alarm: StoredAlarm,
  intent: Intent,
  nowMs: number,
): RefusalReason | readonly AlarmEffect[] {
  if (intent.kind === "shelve" && (intent.untilMs ?? 0) <= nowMs) return "SHELF_IN_THE_PAST";
  const change = alarmAfter(alarm, inputOf(intent));
  if (change === undefined) return "NOTHING_TO_DO";
  const after =
    intent.kind === "acknowledge"
      ? { ...change.alarm, acknowledgedAtMs: intent.doneAtMs, acknowledgedBy: intent.personId }
      : change.alarm;
  const note = intent.note === undefined ? "" : `: ${intent.note}`;
  const cause = { atMs: intent.doneAtMs, cause: `intent ${intent.intentId}${note}`, personId: intent.personId };
  saveAlarm(state.db, state.alarms, alarm, after, AUDIT_KINDS[intent.kind], cause);
  return change.effects;
}

function keep(state: IngestState, intent: Intent, nowMs: number, outcome: string): void {
  state.db.run(
    "INSERT INTO intent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    intent.intentId,
    intent.tenantId,
    intent.alarmId,
    intent.kind,
    intent.personId,
    intent.doneAtMs,
    intent.untilMs ?? null,
    intent.note ?? null,
    nowMs,
    outcome,
  );
}

/** Takes alarms from the shelf whose time is over. */
export function endShelves(state: IngestState, nowMs: number): { alarmId: string; effects: readonly AlarmEffect[] }[] {
  const ended = state.alarms.shelfEnded(nowMs);
  if (ended.length === 0) return [];
  return state.db.transaction(() =>
    ended.flatMap((alarm) => {
      const change = alarmAfter(alarm, { kind: "expire", atMs: nowMs });
      if (change === undefined) return [];
      const cause = { atMs: nowMs, cause: "shelf time ended", personId: null };
      saveAlarm(state.db, state.alarms, alarm, change.alarm, "shelf-ended", cause);
      return [{ alarmId: alarm.alarmId, effects: change.effects }];
    }),
  );
}
