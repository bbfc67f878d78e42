// Alarms: their state by the table of the domain, and what people see of them.

import { ALARM_NORMAL, type AlarmState } from "@isotherm/coldchain";
import type { LatestTable } from "./latest-table.ts";
import type { SqlRow, StateDb } from "./state-db.ts";
import type { AlarmDetail, AlarmRow } from "./state-rows.ts";

/** The rules of alarms that silence raises. */
export const SILENT_RULES = { gateway: "gateway-silent", asset: "asset-silent", channel: "channel-silent" } as const;
/** The rule of the alarm that the broker's absence raises: nobody can be heard. */
export const BROKER_RULE = "broker-away";
/** The rule of the one alarm for all channels that a new version of a profile has put outside. */
export const PROFILE_RULE = "profile-version";

export interface StoredAlarm {
  readonly alarmId: string;
  readonly tenantId: string;
  readonly assetId: string;
  readonly channel: string;
  readonly ruleId: string;
  readonly profileId: string;
  readonly side: "high" | "low" | null;
  readonly limit: number | null;
  readonly state: AlarmState;
  readonly severity: "warning" | "breach";
  readonly raisedAtMs: number;
  readonly startMs: number;
  readonly returnedAtMs: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly peak: number | null;
  readonly shipmentIds: readonly string[];
  /** Stands on after the occurrence has closed. */
  readonly foundLate: boolean;
  /** Null for a limit on one channel. */
  readonly detail: AlarmDetail | null;
}

export function storedAlarmOf(row: SqlRow): StoredAlarm {
  const number = (name: string): number | null => (row[name] === null ? null : Number(row[name]));
  const side = row["side"];
  return {
    alarmId: String(row["alarm_id"]),
    tenantId: String(row["tenant_id"]),
    assetId: String(row["asset_id"]),
    channel: String(row["channel"]),
    ruleId: String(row["rule_id"]),
    profileId: String(row["profile_id"]),
    side: side === "high" || side === "low" ? side : null,
    limit: number("limit_value"),
    state: JSON.parse(String(row["state_body"])) as AlarmState,
    severity: row["severity"] === "breach" ? "breach" : "warning",
    foundLate: row["found_late"] === 1,
    raisedAtMs: Number(row["raised_at_ms"]),
    startMs: Number(row["start_ms"]),
    returnedAtMs: number("returned_at_ms"),
    acknowledgedAtMs: number("acknowledged_at_ms"),
    acknowledgedBy: row["acknowledged_by"] === null ? null : String(row["acknowledged_by"]),
    peak: number("peak"),
    shipmentIds: JSON.parse(String(row["shipment_ids"])) as string[],
    detail: row["detail"] === null ? null : (JSON.parse(String(row["detail"])) as AlarmDetail),
  };
}

/** @param latestValue the newest value of its channel, null when there is none */
export function alarmRowOf(alarm: StoredAlarm, latestValue: number | null): AlarmRow {
  const { state, ...rest } = alarm;
  return { ...rest, state: state.name, shelvedUntilMs: state.name === "shelved" ? state.untilMs : null, latestValue };
}

export class AlarmTable {
  readonly #db: StateDb;
  readonly #latest: LatestTable;

  constructor(db: StateDb, latest: LatestTable) {
    this.#db = db;
    this.#latest = latest;
  }

  get(alarmId: string): StoredAlarm | undefined {
    const row = this.#db.get("SELECT * FROM alarm WHERE alarm_id = ?", alarmId);
    return row === undefined ? undefined : storedAlarmOf(row);
  }

  row(alarmId: string): AlarmRow | undefined {
    const alarm = this.get(alarmId);
    if (alarm === undefined) return undefined;
    const { tenantId, assetId, channel } = alarm;
    return alarmRowOf(alarm, this.#latest.of(tenantId, assetId, channel)?.value ?? null);
  }

  /** Occurrences of one rule on one channel, earliest first, that are open or returned at `fromMs` or later. */
  of(tenantId: string, assetId: string, channel: string, ruleId: string, fromMs: number): StoredAlarm[] {
    const sql = `SELECT * FROM alarm WHERE tenant_id = ? AND asset_id = ? AND channel = ? AND rule_id = ?
      AND (open = 1 OR returned_at_ms >= ?) ORDER BY start_ms, alarm_id`;
    return this.#db.all(sql, tenantId, assetId, channel, ruleId, fromMs).map(storedAlarmOf);
  }

  /** Rules of a channel that have an occurrence that is not closed, with the start of the earliest. */
  openRules(tenantId: string, assetId: string, channel: string): Map<string, number> {
    const sql = `SELECT rule_id, min(start_ms) AS start_ms FROM alarm
      WHERE tenant_id = ? AND asset_id = ? AND channel = ? AND open = 1 GROUP BY rule_id`;
    const rows = this.#db.all(sql, tenantId, assetId, channel);
    return new Map(rows.map((row) => [String(row["rule_id"]), Number(row["start_ms"])]));
  }

  /** Alarms of these rules and of the broker whose condition lasts. */
  lasting(ruleIds: readonly string[]): StoredAlarm[] {
    const sql = `SELECT * FROM alarm WHERE open = 1 AND returned_at_ms IS NULL
      AND rule_id IN (SELECT value FROM json_each(?)) ORDER BY alarm_id`;
    return this.#db.all(sql, JSON.stringify([...ruleIds, BROKER_RULE])).map(storedAlarmOf);
  }

  /** Shelved until this time or earlier. */
  shelfEnded(nowMs: number): StoredAlarm[] {
    const sql = "SELECT * FROM alarm WHERE shelved_until_ms IS NOT NULL AND shelved_until_ms <= ?";
    return this.#db.all(sql, nowMs).map(storedAlarmOf);
  }

  /** Within a transaction. */
  save(alarm: StoredAlarm): void {
    const { state } = alarm;
    this.#db.run(
      "INSERT OR REPLACE INTO alarm VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      alarm.alarmId,
      alarm.tenantId,
      alarm.assetId,
      alarm.channel,
      alarm.ruleId,
      alarm.profileId,
      alarm.side,
      alarm.limit,
      state.name,
      JSON.stringify(state),
      state.name === ALARM_NORMAL.name ? 0 : 1,
      alarm.severity,
      alarm.foundLate ? 1 : 0,
      alarm.raisedAtMs,
      alarm.startMs,
      alarm.returnedAtMs,
      alarm.acknowledgedAtMs,
      alarm.acknowledgedBy,
      state.name === "shelved" ? state.untilMs : null,
      alarm.peak,
      JSON.stringify(alarm.shipmentIds),
      alarm.detail === null ? null : JSON.stringify(alarm.detail),
    );
  }
}
