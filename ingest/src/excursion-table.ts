// Excursions as last assessed.

import type { Excursion, JudgedLine, Rule } from "@isotherm/coldchain";
import type { Assignment } from "./assignment.ts";
import type { SqlRow, StateDb } from "./state-db.ts";
import type { ExcursionRow } from "./state-rows.ts";
import type { SeriesId } from "./store/reading-store.ts";

export interface StoredExcursion {
  readonly excursionId: string;
  readonly assignmentKey: string;
  readonly ruleId: string;
  readonly shipmentId: string | null;
  /** When its assignment ended, if it has. */
  readonly judgedUntilMs: number | null;
  readonly excursion: Excursion;
  readonly alarmId: string | null;
}

export function storedExcursionOf(row: SqlRow): StoredExcursion {
  return {
    excursionId: String(row["excursion_id"]),
    assignmentKey: String(row["assignment_key"]),
    ruleId: String(row["rule_id"]),
    shipmentId: row["shipment_id"] === null ? null : String(row["shipment_id"]),
    judgedUntilMs: row["judged_until_ms"] === null ? null : Number(row["judged_until_ms"]),
    excursion: JSON.parse(String(row["result"])) as Excursion,
    alarmId: row["alarm_id"] === null ? null : String(row["alarm_id"]),
  };
}

export function excursionRowOf(row: SqlRow): ExcursionRow {
  const { excursionId, shipmentId, judgedUntilMs, excursion, alarmId } = storedExcursionOf(row);
  const { startMs, endMs, onsetMs, monitoredMs, possibleMs, peak, peakAtMs, degreeMinutes, breachMs } = excursion;
  return {
    excursionId,
    tenantId: String(row["tenant_id"]),
    assetId: String(row["asset_id"]),
    channel: String(row["channel"]),
    ruleId: String(row["rule_id"]),
    profileId: String(row["profile_id"]),
    profileVersion: Number(row["profile_version"]),
    shipmentId,
    side: row["side"] === "low" ? "low" : "high",
    limit: Number(row["limit_value"]),
    startMs,
    endMs,
    judgedUntilMs,
    onsetMs,
    monitoredMs,
    possibleMs,
    peak,
    peakAtMs,
    degreeMinutes,
    breach: breachMs !== null,
    breaches: excursion.breaches.map(({ kind, allowedMs, atMs, profileVersion }) => ({
      ...{ kind, allowedMs, atMs, profileVersion },
      spentMs:
        kind === "consecutive" ? possibleMs : monitoredMs + (kind === "cumulative" ? excursion.spentBeforeMs : 0),
    })),
    alarmId,
  };
}

export class ExcursionTable {
  readonly #db: StateDb;

  constructor(db: StateDb) {
    this.#db = db;
  }

  /**
   * Those of a rule on a channel, of all assignments, earliest first, that end at `fromMs` or later, or belong to an
   * alarm that is open or returned at `fromMs` or later.
   */
  ofRule(tenantId: string, assetId: string, channel: string, ruleId: string, fromMs: number): StoredExcursion[] {
    // Named, because the planner would rather walk all of the tenant's excursions in the order of their start.
    const sql = `SELECT * FROM excursion INDEXED BY excursion_channel
      WHERE tenant_id = ? AND asset_id = ? AND channel = ? AND rule_id = ?
      AND (end_ms IS NULL OR end_ms >= ? OR alarm_id IN (SELECT alarm_id FROM alarm
        WHERE tenant_id = ? AND asset_id = ? AND channel = ? AND rule_id = ? AND (open = 1 OR returned_at_ms >= ?)))
      ORDER BY start_ms, excursion_id`;
    const ids = [tenantId, assetId, channel, ruleId, fromMs] as const;
    return this.#db.all(sql, ...ids, ...ids).map(storedExcursionOf);
  }

  get(excursionId: string): StoredExcursion | undefined {
    const row = this.#db.get("SELECT * FROM excursion WHERE excursion_id = ?", excursionId);
    return row === undefined ? undefined : storedExcursionOf(row);
  }

  has(excursionId: string): boolean {
    return this.#db.get("SELECT 1 AS is_there FROM excursion WHERE excursion_id = ?", excursionId) !== undefined;
  }

  /**
   * Those of one assignment and rule on a channel that end at `fromMs` or later, earliest first. An assignment that was
   * moved to another asset has left some on the former one until that is assessed again.
   */
  touching(
    assignmentKey: string,
    { assetId, channel }: Pick<SeriesId, "assetId" | "channel">,
    ruleId: string,
    fromMs: number,
  ): StoredExcursion[] {
    const sql = `SELECT * FROM excursion WHERE assignment_key = ? AND asset_id = ? AND channel = ? AND rule_id = ?
      AND (end_ms IS NULL OR end_ms >= ?) ORDER BY start_ms`;
    return this.#db.all(sql, assignmentKey, assetId, channel, ruleId, fromMs).map(storedExcursionOf);
  }

  /** Assignments and rules that excursions of a channel rest on. */
  basesOf(tenantId: string, assetId: string, channel: string): { assignmentKey: string; ruleId: string }[] {
    const sql = `SELECT DISTINCT assignment_key, rule_id FROM excursion
      WHERE tenant_id = ? AND asset_id = ? AND channel = ?`;
    return this.#db
      .all(sql, tenantId, assetId, channel)
      .map((row) => ({ assignmentKey: String(row["assignment_key"]), ruleId: String(row["rule_id"]) }));
  }

  /** What excursions of an asset are of: channels, and several channels together. */
  channelsOf(tenantId: string, assetId: string): string[] {
    const sql = "SELECT DISTINCT channel FROM excursion WHERE tenant_id = ? AND asset_id = ?";
    return this.#db.all(sql, tenantId, assetId).map((row) => String(row["channel"]));
  }

  /** Monitored time of all excursions of a rule under an assignment: of the series that has the most. */
  spentMs(assignmentKey: string, ruleId: string): number {
    const sql = `SELECT max(spent) AS spent FROM (SELECT sum(json_extract(result, '$.monitoredMs')) AS spent
      FROM excursion WHERE assignment_key = ? AND rule_id = ? GROUP BY asset_id, channel)`;
    return Number(this.#db.get(sql, assignmentKey, ruleId)?.["spent"] ?? 0);
  }

  /** The last excursion of a line that began before an instant. */
  lastBefore(
    assignmentKey: string,
    { assetId, channel }: Pick<SeriesId, "assetId" | "channel">,
    ruleId: string,
    beforeMs: number,
  ): StoredExcursion | undefined {
    const sql = `SELECT * FROM excursion WHERE assignment_key = ? AND asset_id = ? AND channel = ? AND rule_id = ?
      AND start_ms < ? ORDER BY start_ms DESC LIMIT 1`;
    const row = this.#db.get(sql, assignmentKey, assetId, channel, ruleId, beforeMs);
    return row === undefined ? undefined : storedExcursionOf(row);
  }

  /** Where a rule's excursions under an assignment lie. */
  extentsOf(assignmentKey: string, ruleId: string): { channel: string; fromMs: number; toMs: number }[] {
    const sql = `SELECT channel, min(start_ms) AS from_ms, max(coalesce(end_ms, start_ms)) AS to_ms FROM excursion
      WHERE assignment_key = ? AND rule_id = ? GROUP BY channel`;
    return this.#db.all(sql, assignmentKey, ruleId).map((row) => ({
      channel: String(row["channel"]),
      fromMs: Number(row["from_ms"]),
      toMs: Number(row["to_ms"]),
    }));
  }

  /** Within a transaction. Keeps the alarm that it is linked to. */
  save(
    excursionId: string,
    assignment: Assignment,
    { channel, toMs }: Pick<JudgedLine, "channel" | "toMs">,
    rule: Rule,
    excursion: Excursion,
  ): void {
    this.#db.run(
      `INSERT INTO excursion VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
       ON CONFLICT DO UPDATE SET profile_version = excluded.profile_version, limit_value = excluded.limit_value,
         start_ms = excluded.start_ms, end_ms = excluded.end_ms, judged_until_ms = excluded.judged_until_ms,
         result = excluded.result, breach = excluded.breach`,
      excursionId,
      assignment.tenantId,
      assignment.key,
      assignment.assetId,
      channel,
      rule.ruleId,
      rule.profileId,
      rule.profileVersion,
      assignment.shipmentId,
      rule.side,
      rule.limit,
      excursion.startMs,
      excursion.endMs,
      toMs,
      JSON.stringify(excursion),
      excursion.breachMs === null ? 0 : 1,
    );
  }

  /** Within a transaction. */
  delete(excursionId: string): void {
    this.#db.run("DELETE FROM excursion WHERE excursion_id = ?", excursionId);
  }

  /** Within a transaction. */
  link(excursionId: string, alarmId: string): void {
    this.#db.run("UPDATE excursion SET alarm_id = ? WHERE excursion_id = ?", alarmId, excursionId);
  }
}
