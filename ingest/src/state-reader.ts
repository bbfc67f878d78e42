// Ingest's state for those who only read it: the console, the driver's page, reports.

import { type Range, type RangeSet, qualityOf } from "@isotherm/coldchain";
import { alarmRowOf, storedAlarmOf } from "./alarm-table.ts";
import { auditOf } from "./audit-table.ts";
import { excursionRowOf } from "./excursion-table.ts";
import { declarationOf } from "./gateway-table.ts";
import { dueHours } from "./hour-dues.ts";
import { readForeignGateways, readUnmapped } from "./foreign/foreign-rows.ts";
import { type LatestOfChannel, latestBody, latestOf, SLOT } from "./latest-body.ts";
import { conclusionRowOf } from "./leg-conclusion-table.ts";
import { gatewayIdOf } from "./message.ts";
import { type SqlRow, type SqlValue, type StateDb, openStateReadOnly } from "./state-db.ts";
import type {
  AlarmQuery,
  AlarmRow,
  AssetRow,
  AssetStatus,
  CompletenessRow,
  ConclusionQuery,
  ConclusionRow,
  ExcursionQuery,
  ExcursionRow,
  LatestRow,
  QuarantineRow,
  StateReader,
} from "./state-rows.ts";
import { streamOf } from "./stream-table.ts";

const HOLES_MAX = 100;
const LATEST = "SELECT * FROM latest_slots JOIN latest USING (asset_key)";

/** Opens the state file read-only. Throws StateFileError when it is absent, of another version, or no state of ours. */
export function openStateReader(stateFile: string): StateReader {
  const db = openStateReadOnly(stateFile);
  return {
    assets: (tenantId) => readAssets(db, tenantId),
    latest: (tenantId, assetId) => readLatest(db, tenantId, assetId),
    excursions: (query) => readExcursions(db, query),
    conclusions: (query) => readConclusions(db, query),
    alarms: (query) => readAlarms(db, query),
    audit: (tenantId, subjectId) =>
      db
        .all("SELECT * FROM audit WHERE subject_id = ? AND tenant_id = ? ORDER BY audit_id", subjectId, tenantId)
        .map(auditOf),
    completeness: (tenantId) => readCompleteness(db, tenantId),
    dueHours: (series, fromMs, toMs) => dueHours(db, series, fromMs, toMs),
    quarantine: (tenantId, limit) => readQuarantine(db, tenantId, limit),
    foreign: (tenantId) => ({ gateways: readForeignGateways(db, tenantId), unmapped: readUnmapped(db) }),
    cursor: () => db.cursor(),
    close: () => db.close(),
  };
}

function readAssets(db: StateDb, tenantId: string): AssetRow[] {
  const channels = Map.groupBy(
    db.all("SELECT * FROM channel WHERE tenant_id = ? ORDER BY asset_id, channel", tenantId),
    (row) => String(row["asset_id"]),
  );
  const bodies = new Map(
    db
      .all(`${LATEST} WHERE tenant_id = ?`, tenantId)
      .map((row) => [String(row["asset_id"]), latestBody(0, row["body"] as Uint8Array)]),
  );
  return db.all("SELECT * FROM asset WHERE tenant_id = ? ORDER BY asset_id", tenantId).map((row) => ({
    tenantId,
    assetId: String(row["asset_id"]),
    gatewayId: gatewayIdOf(String(row["gateway_key"])),
    status: String(row["status"]) as AssetStatus,
    channels: (channels.get(String(row["asset_id"])) ?? []).map(declarationOf),
    lastSampledAtMs: doubleOrNull(bodies.get(String(row["asset_id"])), SLOT.lastSampledAtMs),
    lastReceivedAtMs: doubleOrNull(bodies.get(String(row["asset_id"])), SLOT.lastReceivedAtMs),
  }));
}

const doubleOrNull = (body: Float64Array | undefined, at: number): number | null => {
  const double = body?.[at];
  return double === undefined || Number.isNaN(double) ? null : double;
};

/** The newest readings of an asset's channels, by channel. */
function latestOfAsset(db: StateDb, tenantId: string, assetId: string): ReadonlyMap<string, LatestOfChannel> {
  const row = db.get(`${LATEST} WHERE tenant_id = ? AND asset_id = ?`, tenantId, assetId);
  if (row === undefined) return new Map();
  const names = JSON.parse(String(row["channels"])) as string[];
  const body = latestBody(names.length, row["body"] as Uint8Array);
  const entries = names.map((name, slot) => [name, latestOf(body, slot)] as const);
  return new Map(entries.filter((entry): entry is [string, LatestOfChannel] => entry[1] !== undefined));
}

function readLatest(db: StateDb, tenantId: string, assetId: string): LatestRow[] {
  const latest = latestOfAsset(db, tenantId, assetId);
  const sql = "SELECT * FROM channel WHERE tenant_id = ? AND asset_id = ? ORDER BY channel";
  return db.all(sql, tenantId, assetId).flatMap((row) => {
    const newest = latest.get(String(row["channel"]));
    if (newest === undefined) return [];
    const { channel, role, unit, resolution } = declarationOf(row);
    const { atMs, value, quality } = newest;
    return [{ channel, role, unit, resolution, atMs, value, quality: qualityOf(quality) ?? "stale" }];
  });
}

/** Conditions and their values, for those of a query that are given. */
function where(conditions: readonly (readonly [string, SqlValue | undefined])[]): { sql: string; values: SqlValue[] } {
  const given = conditions.filter((each): each is readonly [string, SqlValue] => each[1] !== undefined);
  return { sql: given.map(([sql]) => sql).join(" AND "), values: given.map(([, value]) => value) };
}

function readExcursions(db: StateDb, query: ExcursionQuery): ExcursionRow[] {
  const { sql, values } = where([
    ["tenant_id = ?", query.tenantId],
    ["asset_id = ?", query.assetId],
    ["shipment_id = ?", query.shipmentId],
    ["(end_ms IS NULL OR end_ms >= ?)", query.fromMs],
    ["start_ms <= ?", query.toMs],
  ]);
  return db
    .all(`SELECT * FROM excursion WHERE ${sql} ORDER BY start_ms DESC LIMIT ?`, ...values, query.limit)
    .map(excursionRowOf);
}

function readConclusions(db: StateDb, query: ConclusionQuery): ConclusionRow[] {
  const { sql, values } = where([
    ["tenant_id = ?", query.tenantId],
    ["asset_id = ?", query.assetId],
    ["shipment_id = ?", query.shipmentId],
  ]);
  return db
    .all(
      `SELECT * FROM leg_conclusion WHERE ${sql} ORDER BY judged_to_ms DESC, conclusion_id LIMIT ?`,
      ...values,
      query.limit,
    )
    .map(conclusionRowOf);
}

function readAlarms(db: StateDb, query: AlarmQuery): AlarmRow[] {
  const { sql, values } = where([
    ["a.tenant_id = ?", query.tenantId],
    ["a.alarm_id = ?", query.alarmId],
    ["a.asset_id = ?", query.assetId],
    ["a.open = ?", query.openOnly === true ? 1 : undefined],
    ["EXISTS (SELECT 1 FROM json_each(a.shipment_ids) WHERE value = ?)", query.shipmentId],
  ]);
  const latest = new Map<string, ReadonlyMap<string, LatestOfChannel>>();
  return db
    .all(
      `SELECT a.* FROM alarm a WHERE ${sql} ORDER BY a.raised_at_ms DESC, a.alarm_id LIMIT ?`,
      ...values,
      query.limit,
    )
    .map((row) => {
      const alarm = storedAlarmOf(row);
      const ofAsset = latest.get(alarm.assetId) ?? latestOfAsset(db, alarm.tenantId, alarm.assetId);
      latest.set(alarm.assetId, ofAsset);
      return alarmRowOf(alarm, ofAsset.get(alarm.channel)?.value ?? null);
    });
}

function readCompleteness(db: StateDb, tenantId: string | undefined): CompletenessRow[] {
  const from = "SELECT s.*, g.tenant_id, g.gateway_id FROM stream s JOIN gateway g USING (gateway_key)";
  const order = "ORDER BY g.tenant_id, g.gateway_id, s.asset_id, s.stream_id";
  const rows =
    tenantId === undefined ? db.all(`${from} ${order}`) : db.all(`${from} WHERE g.tenant_id = ? ${order}`, tenantId);
  return rows.map((row) => completenessOf(row));
}

function completenessOf(row: SqlRow): CompletenessRow {
  const { epoch, assetId, issued, accepted, quarantined, gone } = streamOf(row);
  return {
    tenantId: String(row["tenant_id"]),
    gatewayId: String(row["gateway_id"]),
    epoch,
    assetId,
    issued,
    accepted: accepted.size,
    quarantined: quarantined.size,
    gone: gone.size,
    holes: holesOf(accepted, issued),
  };
}

function holesOf(accepted: RangeSet, issued: number): Range[] {
  const holes: Range[] = [];
  for (const hole of accepted.missing(1, issued)) {
    if (holes.length === HOLES_MAX) break;
    holes.push(hole);
  }
  return holes;
}

function readQuarantine(db: StateDb, tenantId: string | undefined, limit: number): QuarantineRow[] {
  const columns = `quarantine_id, tenant_id, gateway_key, asset_id, epoch, kind, numbers, reason,
    length(bytes) AS byte_count, received_at_ms`;
  const order = "ORDER BY quarantine_id DESC LIMIT ?";
  const rows =
    tenantId === undefined
      ? db.all(`SELECT ${columns} FROM quarantine ${order}`, limit)
      : db.all(`SELECT ${columns} FROM quarantine WHERE tenant_id = ? ${order}`, tenantId, limit);
  return rows.map((row) => ({
    quarantineId: Number(row["quarantine_id"]),
    tenantId: String(row["tenant_id"]),
    gatewayId: gatewayIdOf(String(row["gateway_key"])),
    assetId: String(row["asset_id"]),
    epoch: row["epoch"] === null ? null : String(row["epoch"]),
    kind: String(row["kind"]),
    numbers: String(row["numbers"]),
    reason: String(row["reason"]),
    byteCount: Number(row["byte_count"]),
    receivedAtMs: Number(row["received_at_ms"]),
  }));
}
