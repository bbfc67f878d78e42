// The migration that packs what every batch changes: the newest readings of an asset's channels into one row, and
// digests of consecutive numbers of a stream into one row.

import type { DatabaseSync } from "node:sqlite";
import { latestBody, SLOT } from "./latest-body.ts";

const TABLES = `
CREATE TABLE latest_slots (
  asset_key INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, asset_id TEXT NOT NULL, channels TEXT NOT NULL,
  UNIQUE (tenant_id, asset_id)
);
CREATE TABLE latest (asset_key INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE digests (
  stream_id INTEGER NOT NULL, first INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (stream_id, first)
) WITHOUT ROWID;
INSERT INTO digests SELECT stream_id, number, digest FROM digest;
DROP TABLE digest;
ALTER TABLE stream ADD COLUMN tail_first INTEGER NOT NULL DEFAULT 1;
ALTER TABLE stream ADD COLUMN tail TEXT NOT NULL DEFAULT '';
`;

const FORMER_COLUMNS = `
ALTER TABLE channel DROP COLUMN at_ms;
ALTER TABLE channel DROP COLUMN value;
ALTER TABLE channel DROP COLUMN quality;
ALTER TABLE channel DROP COLUMN judged_to_ms;
ALTER TABLE asset DROP COLUMN last_sampled_at_ms;
ALTER TABLE asset DROP COLUMN last_received_at_ms;
`;

/** Within the transaction of the migration. */
export function packState(db: DatabaseSync): void {
  db.exec(TABLES);
  const channels = db.prepare("SELECT * FROM channel WHERE tenant_id = ? AND asset_id = ? ORDER BY channel");
  const slots = db.prepare("INSERT INTO latest_slots (tenant_id, asset_id, channels) VALUES (?, ?, ?)");
  const latest = db.prepare("INSERT INTO latest VALUES (?, ?)");
  const assets = db.prepare(
    `SELECT tenant_id, asset_id, max(last_sampled_at_ms) AS last_sampled_at_ms,
       max(last_received_at_ms) AS last_received_at_ms
     FROM (SELECT tenant_id, asset_id, last_sampled_at_ms, last_received_at_ms FROM asset
       UNION ALL SELECT DISTINCT tenant_id, asset_id, NULL, NULL FROM channel)
     GROUP BY tenant_id, asset_id`,
  );
  const number = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);
  for (const asset of assets.all()) {
    const ids = [String(asset["tenant_id"]), String(asset["asset_id"])] as const;
    const rows = channels.all(...ids);
    const body = latestBody(rows.length);
    body[SLOT.lastSampledAtMs] = number(asset["last_sampled_at_ms"]);
    body[SLOT.lastReceivedAtMs] = number(asset["last_received_at_ms"]);
    for (const [slot, row] of rows.entries()) {
      const at = SLOT.head + slot * SLOT.size;
      body[at + SLOT.atMs] = number(row["at_ms"]);
      body[at + SLOT.value] = number(row["value"]);
      body[at + SLOT.quality] = number(row["quality"]);
      body[at + SLOT.judgedToMs] = number(row["judged_to_ms"]);
    }
    const { lastInsertRowid } = slots.run(...ids, JSON.stringify(rows.map((row) => row["channel"])));
    latest.run(lastInsertRowid, new Uint8Array(body.buffer));
  }
  db.exec(FORMER_COLUMNS);
}
