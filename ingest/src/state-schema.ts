// The state file's tables. Times are UTC milliseconds; ranges are texts such as `1-45,47`.
// A gateway's key is `<group>/<gatewayId>`: two tenants may name a gateway alike.

import type { DatabaseSync } from "node:sqlite";
import { listAllowances } from "./list-allowances.ts";
import { packState } from "./state-packing.ts";

const SCHEMA_1 = `
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counter VALUES ('cursor', 0);

CREATE TABLE gateway (
  gateway_key TEXT PRIMARY KEY, group_id TEXT NOT NULL, gateway_id TEXT NOT NULL, tenant_id TEXT NOT NULL,
  status TEXT NOT NULL, birth_seq INTEGER, primary_host TEXT, contract_version TEXT, max_silence_ms INTEGER,
  last_message_ms INTEGER NOT NULL, died_at_ms INTEGER, silent_alarm_id TEXT
) WITHOUT ROWID;

CREATE TABLE stream (
  stream_id INTEGER PRIMARY KEY, gateway_key TEXT NOT NULL, epoch TEXT NOT NULL, asset_id TEXT NOT NULL,
  issued INTEGER NOT NULL, accepted TEXT NOT NULL, quarantined TEXT NOT NULL, gone TEXT NOT NULL,
  digests_from INTEGER NOT NULL,
  UNIQUE (gateway_key, epoch, asset_id)
);
CREATE TABLE digest (
  stream_id INTEGER NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (stream_id, number)
) WITHOUT ROWID;
CREATE TABLE gone (
  stream_id INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, reason TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL, PRIMARY KEY (stream_id, first, last)
) WITHOUT ROWID;
CREATE TABLE birth (
  gateway_key TEXT NOT NULL, asset_id TEXT NOT NULL, birth_id TEXT NOT NULL, birth TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL, PRIMARY KEY (gateway_key, asset_id, birth_id)
) WITHOUT ROWID;

CREATE TABLE anchor (
  gateway_key TEXT NOT NULL, boot_id TEXT NOT NULL, ordinal INTEGER NOT NULL,
  monotonic_ms REAL NOT NULL, utc_ms REAL NOT NULL, error_ms REAL NOT NULL,
  PRIMARY KEY (gateway_key, boot_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE pending (
  stream_id INTEGER NOT NULL, number INTEGER NOT NULL, gateway_key TEXT NOT NULL, boot_id TEXT NOT NULL,
  anchor_ordinal INTEGER NOT NULL, birth_id TEXT NOT NULL, record BLOB NOT NULL, received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (stream_id, number)
) WITHOUT ROWID;
CREATE INDEX pending_anchor ON pending (gateway_key, boot_id, anchor_ordinal);
CREATE INDEX pending_age ON pending (received_at_ms);
CREATE TABLE gateway_record (
  stream_id INTEGER NOT NULL, number INTEGER NOT NULL, birth_id TEXT NOT NULL, record BLOB NOT NULL,
  received_at_ms INTEGER NOT NULL, PRIMARY KEY (stream_id, number)
) WITHOUT ROWID;
CREATE TABLE quarantine (
  quarantine_id INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, gateway_key TEXT NOT NULL, asset_id TEXT NOT NULL,
  epoch TEXT, kind TEXT NOT NULL, numbers TEXT NOT NULL, reason TEXT NOT NULL, bytes BLOB NOT NULL,
  digest TEXT NOT NULL, received_at_ms INTEGER NOT NULL,
  UNIQUE (gateway_key, asset_id, kind, numbers, digest)
);

CREATE TABLE asset (
  tenant_id TEXT NOT NULL, asset_id TEXT NOT NULL, gateway_key TEXT NOT NULL, status TEXT NOT NULL,
  last_sampled_at_ms INTEGER, last_received_at_ms INTEGER, PRIMARY KEY (tenant_id, asset_id)
) WITHOUT ROWID;
CREATE INDEX asset_gateway ON asset (gateway_key);
CREATE TABLE channel (
  tenant_id TEXT NOT NULL, asset_id TEXT NOT NULL, channel TEXT NOT NULL, alias INTEGER NOT NULL,
  role TEXT NOT NULL, unit TEXT NOT NULL, resolution REAL NOT NULL,
  at_ms INTEGER, value REAL, quality INTEGER, judged_to_ms INTEGER,
  PRIMARY KEY (tenant_id, asset_id, channel)
) WITHOUT ROWID;

CREATE TABLE dirty (
  dirty_id INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, asset_id TEXT NOT NULL, channel TEXT NOT NULL,
  from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, newer_from_ms INTEGER, newer_to_ms INTEGER,
  received_at_ms INTEGER NOT NULL, cause TEXT NOT NULL
);
CREATE INDEX dirty_channel ON dirty (tenant_id, asset_id, channel);
CREATE TABLE assignment (
  assignment_key TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, asset_id TEXT NOT NULL, fact TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE excursion (
  excursion_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, assignment_key TEXT NOT NULL, asset_id TEXT NOT NULL,
  channel TEXT NOT NULL, rule_id TEXT NOT NULL, profile_id TEXT NOT NULL, profile_version INTEGER NOT NULL,
  shipment_id TEXT, side TEXT NOT NULL, limit_value REAL NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER,
  judged_until_ms INTEGER, result TEXT NOT NULL, breach INTEGER NOT NULL, alarm_id TEXT
) WITHOUT ROWID;
CREATE INDEX excursion_of ON excursion (assignment_key, channel, rule_id, end_ms);
CREATE INDEX excursion_channel ON excursion (tenant_id, asset_id, channel);
CREATE INDEX excursion_tenant ON excursion (tenant_id, start_ms);
CREATE INDEX excursion_alarm ON excursion (alarm_id);
CREATE TABLE alarm (
  alarm_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, asset_id TEXT NOT NULL, channel TEXT NOT NULL,
  rule_id TEXT NOT NULL, profile_id TEXT NOT NULL, side TEXT, limit_value REAL, state TEXT NOT NULL,
  state_body TEXT NOT NULL, open INTEGER NOT NULL, severity TEXT NOT NULL, found_late INTEGER NOT NULL, raised_at_ms INTEGER NOT NULL,
  start_ms INTEGER NOT NULL, returned_at_ms INTEGER, acknowledged_at_ms INTEGER, acknowledged_by TEXT,
  shelved_until_ms INTEGER, peak REAL, shipment_ids TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX alarm_tenant ON alarm (tenant_id, open, raised_at_ms);
CREATE INDEX alarm_of ON alarm (tenant_id, asset_id, channel, rule_id);
CREATE INDEX alarm_shelved ON alarm (shelved_until_ms) WHERE shelved_until_ms IS NOT NULL;
CREATE TABLE audit (
  audit_id INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, subject_id TEXT NOT NULL, kind TEXT NOT NULL,
  at_ms INTEGER NOT NULL, before TEXT, after TEXT, cause TEXT NOT NULL, person_id TEXT
);
CREATE INDEX audit_subject ON audit (subject_id);
CREATE TABLE intent (
  intent_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, alarm_id TEXT NOT NULL, kind TEXT NOT NULL,
  person_id TEXT NOT NULL, done_at_ms INTEGER NOT NULL, until_ms INTEGER, note TEXT,
  received_at_ms INTEGER NOT NULL, outcome TEXT NOT NULL
) WITHOUT ROWID;
`;

/** Gateways and topics that are not under our delivery contract. */
const SCHEMA_FOREIGN = `
ALTER TABLE channel ADD COLUMN stands_ms INTEGER;
CREATE TABLE foreign_gateway (
  gateway_key TEXT PRIMARY KEY, source TEXT NOT NULL, mapping TEXT
) WITHOUT ROWID;
CREATE TABLE foreign_unmapped (
  gateway_key TEXT NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL, example TEXT NOT NULL, count INTEGER NOT NULL,
  first_at_ms INTEGER NOT NULL, last_at_ms INTEGER NOT NULL, PRIMARY KEY (gateway_key, what)
) WITHOUT ROWID;
CREATE TABLE foreign_journal (
  journal_id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, body TEXT NOT NULL
);
`;

/** What an alarm says beyond one channel's limit, and changed profiles whose effect is being found out. */
const SCHEMA_ALARM_DETAIL = `
ALTER TABLE alarm ADD COLUMN detail TEXT;
CREATE TABLE profile_change (
  tenant_id TEXT NOT NULL, profile_id TEXT NOT NULL, alarm_id TEXT NOT NULL, version INTEGER NOT NULL,
  former TEXT NOT NULL, changed_by TEXT, changed_at_ms INTEGER, last_dirty_id INTEGER NOT NULL, is_grouped INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, profile_id)
) WITHOUT ROWID;
CREATE TABLE profile_change_member (
  alarm_id TEXT NOT NULL, asset_id TEXT NOT NULL, channel TEXT NOT NULL, rule_id TEXT NOT NULL, is_outside INTEGER NOT NULL,
  PRIMARY KEY (alarm_id, asset_id, channel, rule_id)
) WITHOUT ROWID;
`;

/** Hours whose sums are to be made (again), and stretches of an asset's readings that have expired. */
const SCHEMA_KEEPING = `
CREATE TABLE hour_due (
  tenant_id TEXT NOT NULL, asset_id TEXT NOT NULL, channel TEXT NOT NULL, hour_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, asset_id, channel, hour_ms)
) WITHOUT ROWID;
CREATE INDEX hour_due_hour ON hour_due (hour_ms);
CREATE TABLE raw_expired (
  tenant_id TEXT NOT NULL, asset_id TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,
  expired_at_ms INTEGER NOT NULL, PRIMARY KEY (tenant_id, asset_id, from_ms)
) WITHOUT ROWID;
`;

/** What may go is found by its age. */
const SCHEMA_AGES = `
CREATE INDEX audit_age ON audit (tenant_id, at_ms);
CREATE INDEX gateway_record_age ON gateway_record (received_at_ms);
`;

/** What births promise of speaking, and announced sleep. */
const SCHEMA_PROMISES = `
ALTER TABLE gateway ADD COLUMN link TEXT;
ALTER TABLE gateway ADD COLUMN sleep_until_ms INTEGER;
ALTER TABLE channel ADD COLUMN silence_ms INTEGER;
`;

/** Mean kinetic temperatures and stability budgets of legs, and which of them are to be judged again when. */
const SCHEMA_CONCLUSIONS = `
CREATE TABLE leg_conclusion (
  conclusion_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, assignment_key TEXT NOT NULL, asset_id TEXT NOT NULL,
  shipment_id TEXT, channel TEXT NOT NULL, kind TEXT NOT NULL, role TEXT NOT NULL, row_index INTEGER NOT NULL,
  profile_id TEXT NOT NULL, profile_version INTEGER NOT NULL, source TEXT NOT NULL, limit_value REAL NOT NULL,
  value REAL NOT NULL, window_from_ms INTEGER, window_to_ms INTEGER, mark REAL, breach_at_ms INTEGER,
  judged_to_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX leg_conclusion_of ON leg_conclusion (assignment_key, channel);
CREATE INDEX leg_conclusion_asset ON leg_conclusion (tenant_id, asset_id);
CREATE INDEX leg_conclusion_shipment ON leg_conclusion (tenant_id, shipment_id);
CREATE TABLE leg_conclusion_task (
  assignment_key TEXT NOT NULL, channel TEXT NOT NULL, tenant_id TEXT NOT NULL, asset_id TEXT NOT NULL,
  due_at_ms INTEGER, noted INTEGER NOT NULL, cause TEXT, is_corrected INTEGER NOT NULL, judged_at_ms INTEGER,
  newest_ms INTEGER, PRIMARY KEY (assignment_key, channel)
) WITHOUT ROWID;
CREATE INDEX leg_conclusion_due ON leg_conclusion_task (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX leg_conclusion_task_asset ON leg_conclusion_task (tenant_id, asset_id, channel);
`;

/** Statements, or what is to be done that SQL cannot say. */
export type StateMigration = string | ((db: DatabaseSync) => void);

/** Entry n brings a file of version n to version n + 1. Only ever append. */
export const MIGRATIONS: readonly StateMigration[] = [
  SCHEMA_1,
  SCHEMA_FOREIGN,
  SCHEMA_ALARM_DETAIL,
  SCHEMA_KEEPING,
  SCHEMA_AGES,
  packState,
  SCHEMA_PROMISES,
  listAllowances,
  SCHEMA_CONCLUSIONS,
];

export const STATE_VERSION = MIGRATIONS.length;
