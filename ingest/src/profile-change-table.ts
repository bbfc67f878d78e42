// Changes of profiles that are not settled yet, with the channels that each has put outside.

import type { Profile } from "@isotherm/coldchain";
import { END_OF_TIME_MS } from "./dirty-table.ts";
import type { ChangeReach, ProfileChange } from "./profile-change.ts";
import type { SqlRow, StateDb } from "./state-db.ts";
import type { SeriesId } from "./store/reading-store.ts";

export class ProfileChangeTable {
  readonly #db: StateDb;
  #active: ReadonlyMap<string, ProfileChange>;
  /** Changes whose members are others than when their reach was last asked for. */
  readonly #moved = new Set<string>();
  readonly #reaches = new Map<string, ChangeReach>();
  #written = false;

  constructor(db: StateDb) {
    this.#db = db;
    this.#active = this.#read();
  }

  get all(): Iterable<ProfileChange> {
    return this.#active.values();
  }

  /** The change that a rule's profile is under. */
  of(tenantId: string, profileId: string): ProfileChange | undefined {
    return this.#active.size === 0 ? undefined : this.#active.get(`${tenantId}/${profileId}`);
  }

  /** Within a transaction; `committed` must follow it. */
  save(change: ProfileChange): void {
    this.#written = true;
    this.#db.run(
      "INSERT OR REPLACE INTO profile_change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      change.tenantId,
      change.profileId,
      change.alarmId,
      change.version,
      JSON.stringify(change.former),
      change.changedBy,
      change.changedAtMs,
      change.lastDirtyId,
      change.isGrouped ? 1 : 0,
    );
  }

  /** Within a transaction; `committed` must follow it. Excursions stay linked to the alarm. */
  end({ tenantId, profileId, alarmId }: ProfileChange): void {
    this.#written = true;
    this.#db.run("DELETE FROM profile_change_member WHERE alarm_id = ?", alarmId);
    this.#db.run("DELETE FROM profile_change WHERE tenant_id = ? AND profile_id = ?", tenantId, profileId);
  }

  /** After a transaction in which changes may have been saved or ended. */
  committed(): void {
    if (!this.#written) return;
    this.#written = false;
    this.#active = this.#read();
    this.#reaches.clear();
  }

  /** Within a transaction: the change stands for an excursion of the rule on this channel. */
  note({ alarmId }: ProfileChange, { assetId, channel }: SeriesId, ruleId: string, isOutside: boolean): void {
    const rows = this.#db.run(
      `INSERT INTO profile_change_member VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET is_outside = excluded.is_outside WHERE is_outside <> excluded.is_outside`,
      alarmId,
      assetId,
      channel,
      ruleId,
      isOutside ? 1 : 0,
    );
    if (rows > 0) this.#moved.add(alarmId);
  }

  /** Within a transaction: the change stands for no excursion of the rule on this channel. */
  forget({ alarmId }: ProfileChange, { assetId, channel }: SeriesId, ruleId: string): void {
    const sql = "DELETE FROM profile_change_member WHERE alarm_id = ? AND asset_id = ? AND channel = ? AND rule_id = ?";
    if (this.#db.run(sql, alarmId, assetId, channel, ruleId) > 0) this.#moved.add(alarmId);
  }

  /** `isNew`: it may be another than when it was last asked for. */
  reachOf({ alarmId }: ProfileChange): { readonly reach: ChangeReach; readonly isNew: boolean } {
    const known = this.#reaches.get(alarmId);
    if (known !== undefined && !this.#moved.has(alarmId)) return { reach: known, isNew: false };
    const reach = this.#reach(alarmId);
    this.#moved.delete(alarmId);
    this.#reaches.set(alarmId, reach);
    return { reach, isNew: true };
  }

  #reach(alarmId: string): ChangeReach {
    const sql = `SELECT count(*) AS channels, coalesce(sum(is_outside), 0) AS outside FROM (
      SELECT max(is_outside) AS is_outside FROM profile_change_member WHERE alarm_id = ? GROUP BY asset_id, channel)`;
    const row = this.#db.get(sql, alarmId);
    return { channels: Number(row?.["channels"]), outside: Number(row?.["outside"]) };
  }

  /** Channels that the change has put outside: all, or those that are outside still. */
  members({ alarmId, tenantId }: ProfileChange, outsideOnly: boolean): SeriesId[] {
    const sql = `SELECT DISTINCT asset_id, channel FROM profile_change_member
      WHERE alarm_id = ? AND is_outside >= ? ORDER BY asset_id, channel`;
    return this.#db
      .all(sql, alarmId, outsideOnly ? 1 : 0)
      .map((row) => ({ tenantId, assetId: String(row["asset_id"]), channel: String(row["channel"]) }));
  }

  /** Whether none of the marks that the change made is left. */
  isWorkedOff({ lastDirtyId }: ProfileChange): boolean {
    const sql = "SELECT 1 AS is_there FROM dirty WHERE to_ms = ? AND dirty_id <= ? LIMIT 1";
    return this.#db.get(sql, END_OF_TIME_MS, lastDirtyId) === undefined;
  }

  /** Within a transaction: excursions that were held for the change have no alarm. */
  unlink({ alarmId }: ProfileChange): void {
    this.#db.run("UPDATE excursion SET alarm_id = NULL WHERE alarm_id = ?", alarmId);
  }

  #read(): ReadonlyMap<string, ProfileChange> {
    const rows = this.#db.all("SELECT * FROM profile_change ORDER BY tenant_id, profile_id").map(changeOf);
    return new Map(rows.map((change) => [`${change.tenantId}/${change.profileId}`, change]));
  }
}

function changeOf(row: SqlRow): ProfileChange {
  return {
    alarmId: String(row["alarm_id"]),
    tenantId: String(row["tenant_id"]),
    profileId: String(row["profile_id"]),
    version: Number(row["version"]),
    former: JSON.parse(String(row["former"])) as Profile,
    changedBy: row["changed_by"] === null ? null : String(row["changed_by"]),
    changedAtMs: row["changed_at_ms"] === null ? null : Number(row["changed_at_ms"]),
    lastDirtyId: Number(row["last_dirty_id"]),
    isGrouped: row["is_grouped"] === 1,
  };
}
