// What is not under our contract, for those who read ingest's state.

import { gatewayIdOf } from "../message.ts";
import type { StateDb } from "../state-db.ts";
import type { AssetStatus, ForeignGatewayRow, UnmappedRow } from "../state-rows.ts";

const FROM = "FROM foreign_gateway f JOIN gateway g USING (gateway_key)";

export function readForeignGateways(db: StateDb, tenantId: string | undefined): ForeignGatewayRow[] {
  const order = "ORDER BY g.tenant_id, g.gateway_id";
  const rows =
    tenantId === undefined
      ? db.all(`SELECT * ${FROM} ${order}`)
      : db.all(`SELECT * ${FROM} WHERE g.tenant_id = ? ${order}`, tenantId);
  const assets = "SELECT asset_id FROM asset WHERE gateway_key = ? ORDER BY asset_id";
  return rows.map((row) => ({
    tenantId: String(row["tenant_id"]),
    gatewayId: String(row["gateway_id"]),
    kind: row["source"] === "json" ? "json" : "sparkplug",
    mapping: String(row["mapping"] ?? ""),
    status: String(row["status"]) as AssetStatus,
    maxSilenceMs: row["max_silence_ms"] === null ? null : Number(row["max_silence_ms"]),
    lastMessageMs: Number(row["last_message_ms"]),
    assetIds: db.all(assets, String(row["gateway_key"])).map((asset) => String(asset["asset_id"])),
  }));
}

export function readUnmapped(db: StateDb): UnmappedRow[] {
  return db.all("SELECT * FROM foreign_unmapped ORDER BY gateway_key, what").map((row) => ({
    gatewayId: gatewayIdOf(String(row["gateway_key"])),
    what: String(row["what"]),
    reason: String(row["reason"]) as UnmappedRow["reason"],
    example: String(row["example"]),
    count: Number(row["count"]),
    firstAtMs: Number(row["first_at_ms"]),
    lastAtMs: Number(row["last_at_ms"]),
  }));
}
