// Ingest's state as tables in memory, for tests of who sees what: the rows are given, the questions are the reader's.

import type { AlarmRow, AssetRow, AuditRow, ExcursionRow, LatestRow, StateReader } from "@isotherm/ingest/store";

export interface StateTables {
  readonly assets: AssetRow[];
  readonly latest: Record<string, LatestRow[]>;
  readonly alarms: AlarmRow[];
  readonly excursions: ExcursionRow[];
  readonly audit?: AuditRow[];
}

export function tableState(tables: StateTables): StateReader {
  return {
    assets: (tenantId) => tables.assets.filter((row) => row.tenantId === tenantId),
    latest: (_tenantId, assetId) => tables.latest[assetId] ?? [],
    alarms: (query) =>
      tables.alarms
        .filter((row) => row.tenantId === query.tenantId)
        .filter((row) => query.alarmId === undefined || row.alarmId === query.alarmId)
        .filter((row) => query.assetId === undefined || row.assetId === query.assetId)
        .filter((row) => query.openOnly !== true || row.state !== "normal")
        .slice(0, query.limit),
    conclusions: () => [],
    excursions: (query) =>
      tables.excursions
        .filter((row) => row.tenantId === query.tenantId)
        .filter((row) => query.shipmentId === undefined || row.shipmentId === query.shipmentId)
        .slice(0, query.limit),
    audit: (tenantId, subjectId) =>
      (tables.audit ?? []).filter((row) => row.tenantId === tenantId && row.subjectId === subjectId),
    completeness: () => [],
    dueHours: () => new Set(),
    quarantine: () => [],
    foreign: () => ({ gateways: [], unmapped: [] }),
    cursor: () => 0,
    close: () => undefined,
  };
}

export function assetRow(tenantId: string, assetId: string): AssetRow {
  return {
    ...{ tenantId, assetId },
    gatewayId: `gw-${assetId}`,
    status: "online",
    channels: [{ channel: "temperature/load", alias: 1, role: "product", unit: "Cel", resolution: 0.1 }],
    lastSampledAtMs: 1_000,
    lastReceivedAtMs: 1_001,
  };
}

export function alarmRow(tenantId: string, assetId: string, change: Partial<AlarmRow> = {}): AlarmRow {
  return {
    ...{ tenantId, assetId },
    alarmId: `alarm-${assetId}`,
    channel: "temperature/load",
    ruleId: "p/temperature/product/high",
    profileId: "p",
    side: "high",
    limit: 8,
    state: "unacknowledged",
    severity: "warning",
    foundLate: false,
    raisedAtMs: 900,
    startMs: 800,
    returnedAtMs: null,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    shelvedUntilMs: null,
    peak: 9.1,
    latestValue: 9,
    shipmentIds: [],
    detail: null,
    ...change,
  };
}
