// Conclusions about legs as last judged, and which are to be judged (again) when.

import type { QuietChannels } from "./quiet-channels.ts";
import type { SqlRow, StateDb } from "./state-db.ts";
import type { ConclusionRow } from "./state-rows.ts";

/** One channel, or several judged as one, under one assignment. */
export interface ConclusionTask {
  readonly assignmentKey: string;
  readonly channel: string;
  readonly tenantId: string;
  readonly assetId: string;
  /** Null: not to be judged. */
  readonly dueAtMs: number | null;
  /** Grows with every mark, so that one that comes while the task is judged is not lost. */
  readonly noted: number;
  /** Null: time has gone on, and nothing else. */
  readonly cause: string | null;
  /** Whether a fact or a late reading is among the causes: what stood before is then corrected, and does not just go on. */
  readonly isCorrected: boolean;
  readonly judgedAtMs: number | null;
  /** The newest reading known when it was judged last. */
  readonly newestMs: number | null;
}

export class LegConclusionTable {
  readonly #db: StateDb;
  readonly #quiet: QuietChannels;

  constructor(db: StateDb, quiet: QuietChannels) {
    this.#db = db;
    this.#quiet = quiet;
  }

  task(assignmentKey: string, channel: string): ConclusionTask | undefined {
    const sql = "SELECT * FROM leg_conclusion_task WHERE assignment_key = ? AND channel = ?";
    const row = this.#db.get(sql, assignmentKey, channel);
    return row && taskOf(row);
  }

  tasksOf(tenantId: string, assetId: string): ConclusionTask[] {
    const sql = "SELECT * FROM leg_conclusion_task WHERE tenant_id = ? AND asset_id = ?";
    return this.#db.all(sql, tenantId, assetId).map(taskOf);
  }

  /** The one that has been due longest. */
  nextDue(nowMs: number): ConclusionTask | undefined {
    const sql = `SELECT * FROM leg_conclusion_task WHERE due_at_ms <= ?
      ORDER BY due_at_ms, assignment_key, channel LIMIT 1`;
    const row = this.#db.get(sql, nowMs);
    return row && taskOf(row);
  }

  /** Within a transaction. */
  saveTask(task: ConclusionTask): void {
    this.#db.run(
      "INSERT OR REPLACE INTO leg_conclusion_task VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      task.assignmentKey,
      task.channel,
      task.tenantId,
      task.assetId,
      task.dueAtMs,
      task.noted,
      task.cause,
      task.isCorrected ? 1 : 0,
      task.judgedAtMs,
      task.newestMs,
    );
    this.#quiet.changed(task);
  }

  /** Within a transaction. */
  removeTask(task: ConclusionTask): void {
    const sql = "DELETE FROM leg_conclusion_task WHERE assignment_key = ? AND channel = ?";
    this.#db.run(sql, task.assignmentKey, task.channel);
    this.#quiet.changed(task);
  }

  of(assignmentKey: string, channel: string): ConclusionRow[] {
    const sql = "SELECT * FROM leg_conclusion WHERE assignment_key = ? AND channel = ? ORDER BY conclusion_id";
    return this.#db.all(sql, assignmentKey, channel).map(conclusionRowOf);
  }

  /** The greatest share of a role's budget that is used at the end of a leg; undefined when none of it is. */
  usedOf(assignmentKey: string, role: string): number | undefined {
    const sql = `SELECT max(value) AS used FROM leg_conclusion
      WHERE assignment_key = ? AND role = ? AND kind = 'stability'`;
    const used = this.#db.get(sql, assignmentKey, role)?.["used"];
    return used === null || used === undefined ? undefined : Number(used);
  }

  /** Within a transaction. */
  save(row: ConclusionRow): void {
    this.#db.run(
      "INSERT OR REPLACE INTO leg_conclusion VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.conclusionId,
      row.tenantId,
      row.assignmentKey,
      row.assetId,
      row.shipmentId,
      row.channel,
      row.kind,
      row.role,
      row.rowIndex,
      row.profileId,
      row.profileVersion,
      row.source,
      row.limit,
      row.value,
      row.windowFromMs,
      row.windowToMs,
      row.mark,
      row.breachAtMs,
      row.judgedToMs,
    );
  }

  /** Within a transaction. */
  delete({ conclusionId }: ConclusionRow): void {
    this.#db.run("DELETE FROM leg_conclusion WHERE conclusion_id = ?", conclusionId);
  }
}

const numberOrNull = (value: SqlRow[string] | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

function taskOf(row: SqlRow): ConclusionTask {
  return {
    assignmentKey: String(row["assignment_key"]),
    channel: String(row["channel"]),
    tenantId: String(row["tenant_id"]),
    assetId: String(row["asset_id"]),
    dueAtMs: numberOrNull(row["due_at_ms"]),
    noted: Number(row["noted"]),
    cause: row["cause"] === null ? null : String(row["cause"]),
    isCorrected: row["is_corrected"] === 1,
    judgedAtMs: numberOrNull(row["judged_at_ms"]),
    newestMs: numberOrNull(row["newest_ms"]),
  };
}

export function conclusionRowOf(row: SqlRow): ConclusionRow {
  return {
    conclusionId: String(row["conclusion_id"]),
    tenantId: String(row["tenant_id"]),
    assignmentKey: String(row["assignment_key"]),
    assetId: String(row["asset_id"]),
    shipmentId: row["shipment_id"] === null ? null : String(row["shipment_id"]),
    channel: String(row["channel"]),
    kind: row["kind"] === "mkt" ? "mkt" : "stability",
    role: String(row["role"]),
    rowIndex: Number(row["row_index"]),
    profileId: String(row["profile_id"]),
    profileVersion: Number(row["profile_version"]),
    source: String(row["source"]),
    limit: Number(row["limit_value"]),
    value: Number(row["value"]),
    windowFromMs: numberOrNull(row["window_from_ms"]),
    windowToMs: numberOrNull(row["window_to_ms"]),
    mark: numberOrNull(row["mark"]),
    breachAtMs: numberOrNull(row["breach_at_ms"]),
    judgedToMs: Number(row["judged_to_ms"]),
  };
}
