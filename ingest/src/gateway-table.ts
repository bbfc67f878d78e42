// Gateways: whether they live, what they declared, and the assets and channels that they serve.

import type { ChannelDeclaration } from "@isotherm/coldchain";
import type { GatewayBirth } from "./decode.ts";
import { GatewayCache } from "./gateway-cache.ts";
import type { LatestTable } from "./latest-table.ts";
import type { SqlRow, StateDb } from "./state-db.ts";
import type { AssetStatus } from "./state-rows.ts";

export interface GatewayState {
  readonly gatewayKey: string;
  readonly groupId: string;
  readonly gatewayId: string;
  readonly tenantId: string;
  status: AssetStatus;
  /** Sparkplug's bdSeq: ties a death to the birth that it ends. */
  birthSeq: number | null;
  primaryHost: string | null;
  contractVersion: string | null;
  maxSilenceMs: number | null;
  /** Kind of link, as its birth declares it: `wired`, `cellular`, `satellite`. */
  link: string | null;
  /** Until when it said that it would not speak. */
  sleepUntilMs: number | null;
  lastMessageMs: number;
  diedAtMs: number | null;
  /** The open `gateway-silent` alarm. */
  silentAlarmId: string | null;
}

export function gatewayOf(row: SqlRow): GatewayState {
  const number = (name: string): number | null => (row[name] === null ? null : Number(row[name]));
  const text = (name: string): string | null => (row[name] === null ? null : String(row[name]));
  return {
    gatewayKey: String(row["gateway_key"]),
    groupId: String(row["group_id"]),
    gatewayId: String(row["gateway_id"]),
    tenantId: String(row["tenant_id"]),
    status: String(row["status"]) as AssetStatus,
    birthSeq: number("birth_seq"),
    primaryHost: text("primary_host"),
    contractVersion: text("contract_version"),
    maxSilenceMs: number("max_silence_ms"),
    link: text("link"),
    sleepUntilMs: number("sleep_until_ms"),
    lastMessageMs: Number(row["last_message_ms"]),
    diedAtMs: number("died_at_ms"),
    silentAlarmId: text("silent_alarm_id"),
  };
}

export function applyBirth(gateway: GatewayState, birth: GatewayBirth): void {
  gateway.birthSeq = birth.birthSeq;
  gateway.primaryHost = birth.primaryHost;
  gateway.contractVersion = birth.contractVersion;
  gateway.maxSilenceMs = birth.maxSilenceMs;
  gateway.link = birth.link;
  gateway.sleepUntilMs = birth.sleepUntilMs;
}

export interface WatchedAsset {
  readonly gatewayKey: string;
  readonly tenantId: string;
  readonly assetId: string;
  readonly channels: readonly ChannelDeclaration[];
}

export class GatewayTable {
  readonly #db: StateDb;
  readonly #latest: LatestTable;
  readonly #cache: GatewayCache;

  constructor(db: StateDb, latest: LatestTable) {
    this.#db = db;
    this.#latest = latest;
    this.#cache = new GatewayCache(db, gatewayOf);
  }

  /** A copy, to be changed at will and then saved. */
  get(gatewayKey: string): GatewayState | undefined {
    return this.#cache.gateway(gatewayKey);
  }

  all(): GatewayState[] {
    return this.#cache.gateways();
  }

  /** Within a transaction. Leaves alone what only the watch over silence writes. */
  save(gateway: GatewayState): void {
    if (!this.#cache.note(gateway)) return;
    this.#db.run(
      `INSERT INTO gateway (gateway_key, group_id, gateway_id, tenant_id, status, birth_seq, primary_host,
         contract_version, max_silence_ms, last_message_ms, died_at_ms, link, sleep_until_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET tenant_id = excluded.tenant_id, status = excluded.status,
         birth_seq = excluded.birth_seq, primary_host = excluded.primary_host,
         contract_version = excluded.contract_version, max_silence_ms = excluded.max_silence_ms,
         last_message_ms = excluded.last_message_ms, died_at_ms = excluded.died_at_ms,
         link = excluded.link, sleep_until_ms = excluded.sleep_until_ms`,
      gateway.gatewayKey,
      gateway.groupId,
      gateway.gatewayId,
      gateway.tenantId,
      gateway.status,
      gateway.birthSeq,
      gateway.primaryHost,
      gateway.contractVersion,
      gateway.maxSilenceMs,
      gateway.lastMessageMs,
      gateway.diedAtMs,
      gateway.link,
      gateway.sleepUntilMs,
    );
  }

  /** Within a transaction: the open `gateway-silent` alarm, or that there is none any more. */
  setSilent(gatewayKey: string, alarmId: string | null): void {
    this.#cache.rewriting();
    this.#db.run("UPDATE gateway SET silent_alarm_id = ? WHERE gateway_key = ?", alarmId, gatewayKey);
  }

  /** Within a transaction. */
  setStatus(gatewayKey: string, status: AssetStatus): void {
    this.#cache.rewriting();
    this.#db.run("UPDATE gateway SET status = ? WHERE gateway_key = ?", status, gatewayKey);
  }

  /** Within a transaction: all assets of a gateway at once. */
  setAssetStatuses(gatewayKey: string, status: AssetStatus): void {
    this.#cache.rewriting();
    this.#db.run("UPDATE asset SET status = ? WHERE gateway_key = ? AND status <> ?", status, gatewayKey, status);
  }

  assetsOf(gatewayKey: string): { tenantId: string; assetId: string; status: AssetStatus }[] {
    return this.#db.all("SELECT * FROM asset WHERE gateway_key = ? ORDER BY asset_id", gatewayKey).map((row) => ({
      tenantId: String(row["tenant_id"]),
      assetId: String(row["asset_id"]),
      status: String(row["status"]) as AssetStatus,
    }));
  }

  /** Assets with the channels that their newest births declare, for the watch over silence. */
  watched(): WatchedAsset[] {
    const sql = `SELECT a.gateway_key, c.* FROM asset a JOIN channel c USING (tenant_id, asset_id)
      WHERE c.silence_ms IS NOT NULL ORDER BY tenant_id, asset_id, channel`;
    const rows = Map.groupBy(this.#db.all(sql), (row) => `${String(row["tenant_id"])}/${String(row["asset_id"])}`);
    return [...rows.values()].map((of) => ({
      gatewayKey: String(of[0]?.["gateway_key"]),
      tenantId: String(of[0]?.["tenant_id"]),
      assetId: String(of[0]?.["asset_id"]),
      channels: of.map(declarationOf),
    }));
  }

  /** Within a transaction: channels that the newest birth of an asset does not declare promise nothing any more. */
  forgetPromises(tenantId: string, assetId: string, declared: readonly string[]): void {
    const sql = `UPDATE channel SET silence_ms = NULL WHERE tenant_id = ? AND asset_id = ? AND silence_ms IS NOT NULL
      AND channel NOT IN (SELECT value FROM json_each(?))`;
    this.#db.run(sql, tenantId, assetId, JSON.stringify(declared));
  }

  assetStatus(tenantId: string, assetId: string): AssetStatus | undefined {
    return this.#cache.asset(tenantId, assetId)?.status;
  }

  /** Within a transaction: assets that were unknown only because their gateway was. */
  reviveAssets(gatewayKey: string): void {
    this.#cache.rewriting();
    this.#db.run("UPDATE asset SET status = 'online' WHERE gateway_key = ? AND status = 'unknown'", gatewayKey);
  }

  /** Within a transaction. */
  setAssetStatus(tenantId: string, assetId: string, gatewayKey: string, status: AssetStatus): void {
    const known = this.#cache.asset(tenantId, assetId);
    if (known?.gatewayKey === gatewayKey && known.status === status) return;
    this.#cache.noteAsset(tenantId, assetId, { gatewayKey, status });
    this.#db.run(
      `INSERT INTO asset VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET gateway_key = excluded.gateway_key, status = excluded.status`,
      tenantId,
      assetId,
      gatewayKey,
      status,
    );
  }

  channel(tenantId: string, assetId: string, channel: string): ChannelDeclaration | undefined {
    const row = this.#db.get(
      "SELECT * FROM channel WHERE tenant_id = ? AND asset_id = ? AND channel = ?",
      tenantId,
      assetId,
      channel,
    );
    return row === undefined ? undefined : declarationOf(row);
  }

  /** The newest good reading judged on a channel; 0 before the first. */
  judgedToMs(tenantId: string, assetId: string, channel: string): number {
    return this.#latest.judgedToMs(tenantId, assetId, channel);
  }

  channels(tenantId: string, assetId: string): ChannelDeclaration[] {
    const sql = "SELECT * FROM channel WHERE tenant_id = ? AND asset_id = ? ORDER BY channel";
    return this.#db.all(sql, tenantId, assetId).map(declarationOf);
  }

  /** Within a transaction. True when the channel was known and now means something else. */
  declare(tenantId: string, assetId: string, declared: ChannelDeclaration): boolean {
    const before = this.channel(tenantId, assetId, declared.channel);
    this.#db.run(
      `INSERT INTO channel (tenant_id, asset_id, channel, alias, role, unit, resolution, stands_ms,
         silence_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET alias = excluded.alias, role = excluded.role, unit = excluded.unit,
         resolution = excluded.resolution, stands_ms = excluded.stands_ms,
         silence_ms = excluded.silence_ms`,
      tenantId,
      assetId,
      declared.channel,
      declared.alias,
      declared.role,
      declared.unit,
      declared.resolution,
      declared.standsMs ?? null,
      declared.maxSilenceMs ?? null,
    );
    if (before === undefined) return false;
    const { role, unit, resolution, standsMs } = declared;
    return (
      before.role !== role || before.unit !== unit || before.resolution !== resolution || before.standsMs !== standsMs
    );
  }
}

export function declarationOf(row: SqlRow): ChannelDeclaration {
  return {
    channel: String(row["channel"]),
    alias: Number(row["alias"]),
    role: String(row["role"]) as ChannelDeclaration["role"],
    unit: String(row["unit"]),
    resolution: Number(row["resolution"]),
    ...(row["stands_ms"] === null ? {} : { standsMs: Number(row["stands_ms"]) }),
    ...(row["silence_ms"] === null ? {} : { maxSilenceMs: Number(row["silence_ms"]) }),
  };
}
