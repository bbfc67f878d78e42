// Reading facts, by whoever does not write them: opens read-only, and works while the API server writes.

import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { FactKind } from "./fact-kinds.ts";
import type { Asset, Leg, Person, ProfileText, Shipment, Tenant, TraceFacts } from "./fact-shapes.ts";
import { TRACE_USER_VERSION, newerVersion, traceUserVersion } from "./schema.ts";

export interface TraceReader {
  /** Rises with every change of a fact; -1 while there is no database yet. */
  version(): number;
  facts(): TraceFacts;
  /** Who said the latest revision of a fact, and when; undefined when there is none. */
  lastSaid(kind: FactKind, id: string): Said | undefined;
  close(): void;
}

export interface Said {
  /** From 1. */
  readonly revision: number;
  /** A personId, or `installer`. */
  readonly by: string;
  readonly atMs: number;
}

const NO_FACTS: TraceFacts = { tenants: [], assets: [], shipments: [], legs: [], profiles: [] };

/** Opens lazily: the file may appear later, when the API server first starts. */
export function openTraceReader(path: string): TraceReader {
  let database: DatabaseSync | undefined;
  const opened = (): DatabaseSync | undefined => {
    if (database !== undefined || !existsSync(path)) return database;
    const candidate = new DatabaseSync(path, { readOnly: true });
    candidate.exec("PRAGMA busy_timeout = 2000");
    const version = traceUserVersion(candidate);
    if (version === 0 || version > TRACE_USER_VERSION) {
      candidate.close();
      if (version > TRACE_USER_VERSION) throw newerVersion(version);
      return undefined;
    }
    database = candidate;
    return database;
  };
  return {
    version: () => {
      const from = opened();
      if (from === undefined) return -1;
      return Number(from.prepare("SELECT value FROM meta WHERE key = 'facts_version'").get()?.["value"] ?? 0);
    },
    facts: () => {
      const from = opened();
      return from === undefined ? NO_FACTS : readFacts(from);
    },
    lastSaid: (kind, id) => {
      const row = opened()
        ?.prepare(
          `SELECT revision, recorded_by, recorded_at_ms FROM fact WHERE kind = ? AND id = ?
           ORDER BY revision DESC LIMIT 1`,
        )
        .get(kind, id);
      if (row === undefined) return undefined;
      const { revision, recorded_by: by, recorded_at_ms: atMs } = row;
      return { revision: Number(revision), by: String(by), atMs: Number(atMs) };
    },
    close: () => {
      database?.close();
      database = undefined;
    },
  };
}

function latest<T>(database: DatabaseSync, kind: string): T[] {
  const rows = database
    .prepare(
      `SELECT body FROM fact f WHERE kind = ? AND revision =
         (SELECT max(revision) FROM fact WHERE kind = f.kind AND id = f.id) ORDER BY id`,
    )
    .all(kind);
  return rows.map((row) => JSON.parse(String(row["body"])) as T);
}

/** All facts in their latest revisions, read at one instant. */
export function readFacts(database: DatabaseSync): TraceFacts {
  const shipments = latest<Shipment>(database, "shipment");
  return {
    tenants: latest<Tenant>(database, "tenant"),
    assets: latest<Asset>(database, "asset"),
    shipments: shipments.map(({ legs: _legs, ...shipment }) => shipment),
    legs: shipments.flatMap(({ shipmentId, legs }) => legs.map((leg: Leg) => ({ ...leg, shipmentId }))),
    profiles: profileVersions(database),
  };
}

/** Said one after the other, each replaces what was said before about its time: all from when it begins. */
function profileVersions(database: DatabaseSync): ProfileText[] {
  const rows = database.prepare("SELECT body FROM fact WHERE kind = 'profile' ORDER BY id, revision").all();
  let versions: ProfileText[] = [];
  for (const row of rows) {
    const said = JSON.parse(String(row["body"])) as ProfileText;
    const fromMs = said.validFromMs ?? 0;
    versions = versions.filter((each) => each.profileId !== said.profileId || (each.validFromMs ?? 0) < fromMs);
    versions.push(said);
  }
  return versions;
}

/** People without their names, latest revisions. */
export function readPeople(database: DatabaseSync): Omit<Person, "name">[] {
  return latest<Omit<Person, "name">>(database, "person");
}
