// The state's own tables that grow with time: what of them may go, and in which order of rows.
//
// audit           its time, and never while the tenant keeps a reading as old: a result rests on readings before it
// gone            why numbers never came: as long as readings, and while the tenant keeps one as old
// gateway_record  anchors and starts as the gateway wrote them: the same
// intent          its time: long after nobody repeats a request any more
// birth           its time since it was last received, unless it is the newest of its stream or a record waits for it

import type { SqlValue, StateDb } from "../state-db.ts";
import type { RetentionTimes } from "./retention-times.ts";

/** Rows removed in one transaction. */
const ROWS = 1_000;

const OF_TENANT = "stream_id IN (SELECT stream_id FROM stream JOIN gateway USING (gateway_key) WHERE tenant_id = ?)";

interface Trim {
  readonly table: string;
  readonly key: string;
  readonly where: string;
  readonly values: readonly SqlValue[];
}

/** What may go now; `oldestMs` is the oldest reading kept of each tenant. */
export function trimsOf(times: RetentionTimes, oldestMs: ReadonlyMap<string, number>, nowMs: number): Trim[] {
  const perTenant = [...oldestMs].flatMap(([tenantId, firstMs]): Trim[] => {
    const before = (keptMs: number): number => Math.min(nowMs - keptMs, firstMs);
    const values = [before(times.readingsMs), tenantId];
    const auditMs = Math.max(times.auditMs, times.readingsMs);
    return [
      { table: "audit", key: "audit_id", where: "at_ms < ? AND tenant_id = ?", values: [before(auditMs), tenantId] },
      { table: "gone", key: "(stream_id, first, last)", where: `received_at_ms < ? AND ${OF_TENANT}`, values },
      { table: "gateway_record", key: "(stream_id, number)", where: `received_at_ms < ? AND ${OF_TENANT}`, values },
    ];
  });
  return [
    ...perTenant,
    { table: "intent", key: "intent_id", where: "received_at_ms < ?", values: [nowMs - times.intentsMs] },
    {
      table: "birth",
      key: "(gateway_key, asset_id, birth_id)",
      where: `received_at_ms < ?
        AND received_at_ms < (SELECT max(received_at_ms) FROM birth AS other
          WHERE other.gateway_key = birth.gateway_key AND other.asset_id = birth.asset_id)
        AND NOT EXISTS (SELECT 1 FROM pending JOIN stream USING (stream_id)
          WHERE pending.gateway_key = birth.gateway_key AND stream.asset_id = birth.asset_id AND pending.birth_id = birth.birth_id)
        AND NOT EXISTS (SELECT 1 FROM gateway_record JOIN stream USING (stream_id)
          WHERE stream.gateway_key = birth.gateway_key AND stream.asset_id = birth.asset_id AND gateway_record.birth_id = birth.birth_id)`,
      values: [nowMs - times.birthsMs],
    },
  ];
}

/** Removes them step by step; each step says how many rows went. */
export function* trimState(
  db: StateDb,
  times: RetentionTimes,
  oldestMs: ReadonlyMap<string, number>,
  nowMs: number,
): Generator<number> {
  for (const trim of trimsOf(times, oldestMs, nowMs)) {
    let removed: number;
    do {
      removed = countOf(db, trim) === 0 ? 0 : db.transaction(() => remove(db, trim));
      if (removed > 0) yield removed;
    } while (removed === ROWS);
  }
}

function remove(db: StateDb, { table, key, where, values }: Trim): number {
  const columns = key.replace(/[()]/g, "");
  return db.run(
    `DELETE FROM ${table} WHERE ${key} IN (SELECT ${columns} FROM ${table} WHERE ${where} LIMIT ${ROWS})`,
    ...values,
  );
}

/** 0 or 1: whether there is anything to remove. */
function countOf(db: StateDb, { table, where, values }: Trim): number {
  return Number(db.get(`SELECT EXISTS (SELECT 1 FROM ${table} WHERE ${where}) AS n`, ...values)?.["n"]);
}

/** Rows of each table, and how many of them may go. */
export function tableCounts(
  db: StateDb,
  times: RetentionTimes,
  oldestMs: ReadonlyMap<string, number>,
  nowMs: number,
): { readonly table: string; readonly rows: number; readonly expired: number }[] {
  const count = (sql: string, values: readonly SqlValue[]): number => Number(db.get(sql, ...values)?.["n"]);
  const expired = new Map<string, number>();
  for (const { table, where, values } of trimsOf(times, oldestMs, nowMs)) {
    const some = count(`SELECT count(*) AS n FROM ${table} WHERE ${where}`, values);
    expired.set(table, (expired.get(table) ?? 0) + some);
  }
  return ["audit", "gone", "gateway_record", "intent", "birth"].map((table) => ({
    table,
    rows: count(`SELECT count(*) AS n FROM ${table}`, []),
    expired: expired.get(table) ?? 0,
  }));
}
