// Gateways and the status of assets as the state file has them, kept at hand: each batch asks for those of every message.

import type { GatewayState } from "./gateway-table.ts";
import type { SqlRow, StateDb } from "./state-db.ts";
import type { AssetStatus } from "./state-rows.ts";

/** When a gateway was last heard is written no more often than this; in memory it is always up to date. */
const HEARD_STEP_MS = 1000;

interface Kept {
  readonly gateway: GatewayState;
  /** What the state file says of when it was last heard. */
  readonly storedMs: number;
}

export interface KeptAsset {
  readonly gatewayKey: string;
  readonly status: AssetStatus;
}

export class GatewayCache {
  readonly #db: StateDb;
  readonly #read: (row: SqlRow) => GatewayState;
  #gateways: Map<string, Kept> | undefined;
  readonly #assets = new Map<string, KeptAsset>();
  readonly #heard = new Map<string, number>();

  constructor(db: StateDb, read: (row: SqlRow) => GatewayState) {
    this.#db = db;
    this.#read = read;
  }

  /** A copy. */
  gateway(gatewayKey: string): GatewayState | undefined {
    const kept = this.#all().get(gatewayKey);
    return kept === undefined ? undefined : { ...kept.gateway };
  }

  /** Copies, by key. */
  gateways(): GatewayState[] {
    return [...this.#all().values()]
      .map(({ gateway }) => ({ ...gateway }))
      .sort((a, b) => (a.gatewayKey < b.gatewayKey ? -1 : 1));
  }

  /** Takes note of what a gateway is now; true when that must be written. */
  note(gateway: GatewayState): boolean {
    const kept = this.#all().get(gateway.gatewayKey);
    const { silentAlarmId = null } = kept?.gateway ?? {};
    const isDue =
      kept === undefined || gateway.lastMessageMs - kept.storedMs >= HEARD_STEP_MS || !isSameBut(kept.gateway, gateway);
    if (!isDue) {
      kept.gateway.lastMessageMs = gateway.lastMessageMs;
      return false;
    }
    this.changing();
    this.#all().set(gateway.gatewayKey, { gateway: { ...gateway, silentAlarmId }, storedMs: gateway.lastMessageMs });
    return true;
  }

  /** Undefined for one that is not known. */
  asset(tenantId: string, assetId: string): KeptAsset | undefined {
    const key = `${tenantId}/${assetId}`;
    let kept = this.#assets.get(key);
    if (kept === undefined) {
      const row = this.#db.get("SELECT * FROM asset WHERE tenant_id = ? AND asset_id = ?", tenantId, assetId);
      if (row === undefined) return undefined;
      kept = { gatewayKey: String(row["gateway_key"]), status: String(row["status"]) as AssetStatus };
      this.#assets.set(key, kept);
    }
    return kept;
  }

  /** An asset is about to be written so. */
  noteAsset(tenantId: string, assetId: string, asset: KeptAsset): void {
    this.changing();
    this.#assets.set(`${tenantId}/${assetId}`, asset);
  }

  /** Within a transaction: rows change by statements of their own, and are read anew when they are next asked for. */
  rewriting(): void {
    this.changing();
    this.forget();
  }

  /** What is kept is read anew, but for when gateways were heard, of which the file may know less. */
  forget(): void {
    for (const [key, { gateway }] of this.#gateways ?? []) this.#heard.set(key, gateway.lastMessageMs);
    this.#gateways = undefined;
    this.#assets.clear();
  }

  /** Within a transaction: what is noted from now on holds only if it commits. */
  changing(): void {
    this.#db.onRollback(() => this.forget());
  }

  #all(): Map<string, Kept> {
    this.#gateways ??= new Map(
      this.#db.all("SELECT * FROM gateway").map((row) => {
        const gateway = this.#read(row);
        const storedMs = gateway.lastMessageMs;
        gateway.lastMessageMs = Math.max(storedMs, this.#heard.get(gateway.gatewayKey) ?? 0);
        return [gateway.gatewayKey, { gateway, storedMs }];
      }),
    );
    this.#heard.clear();
    return this.#gateways;
  }
}

/** Whether all but the time of the last message, and what only the watch over silence writes, is equal. */
function isSameBut(a: GatewayState, b: GatewayState): boolean {
  return (
    a.tenantId === b.tenantId &&
    a.status === b.status &&
    a.birthSeq === b.birthSeq &&
    a.primaryHost === b.primaryHost &&
    a.contractVersion === b.contractVersion &&
    a.maxSilenceMs === b.maxSilenceMs &&
    a.link === b.link &&
    a.sleepUntilMs === b.sleepUntilMs &&
    a.diedAtMs === b.diedAtMs
  );
}
