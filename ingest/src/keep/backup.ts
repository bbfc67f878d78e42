// A backup of everything that ingest keeps, while it runs.
//
// The state is copied first and the readings after it. Ingest stores readings before its state says that they are
// accepted, and readings are only ever added: so every record that the copied state calls accepted was stored before
// that copy was made, and is in the copy of the readings made later. The other way round, a record stored and accepted
// between the two copies would be missed for ever.

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Clock } from "@isotherm/coldchain";
import type { IngestConfig } from "../config.ts";
import { StateFileError } from "../errors.ts";
import { exportInflux } from "../store/influx-archive.ts";
import { StoreUnavailableError } from "../store/store-errors.ts";
import { KeepError } from "./keep-error.ts";
import { BACKUP_FORMAT, type BackupFile, describeFile, type Manifest, writeManifest } from "./manifest.ts";
import { Progress } from "./progress.ts";
import { snapshotSqlite } from "./sqlite-snapshot.ts";

export const STATE_COPY = "state.sqlite";
export const READINGS_COPY = "readings.sqlite";
export const LINES_COPY = "readings.lp.gz";

export interface KeepPorts {
  readonly clock: Clock;
  /** Of @isotherm/ingest. */
  readonly version: string;
  /** For progress, which goes to a person. */
  say(text: string): void;
  /** Between the two copies; a test writes meanwhile. */
  between?(): Promise<void>;
}

/** @throws KeepError, StateFileError, StoreError */
export async function takeBackup(
  config: Pick<IngestConfig, "stateFile" | "store" | "groups">,
  folder: string,
  ports: KeepPorts,
): Promise<Manifest> {
  const { stateFile, store } = config;
  if (!existsSync(stateFile))
    throw new StateFileError("STATE_ABSENT", `${stateFile} does not exist: there is nothing to back up yet`);
  if (store.kind === "sqlite" && !existsSync(store.path))
    throw new StoreUnavailableError(
      "STORE_UNAVAILABLE",
      `${store.path} does not exist: there is nothing to back up yet`,
    );
  makeEmpty(folder);
  const takenAt = new Date(ports.clock.wallMs()).toISOString();
  const progress = new Progress(ports.clock, ports.say);
  let cursor = 0;
  const { version: stateVersion } = await snapshotSqlite(
    stateFile,
    join(folder, STATE_COPY),
    (done) => progress.tell("copying the state", done),
    (copy) => {
      cursor = Number(copy.prepare("SELECT value FROM counter WHERE name = 'cursor'").get()?.["value"]);
    },
  );
  await ports.between?.();
  const [described, name] = await copyReadings(config, folder, progress);
  const files: BackupFile[] = [];
  for (const each of [STATE_COPY, name]) {
    progress.tell(`checking ${each}`);
    files.push(await describeFile(folder, each));
  }
  const { version } = ports;
  const manifest: Manifest = { format: BACKUP_FORMAT, version, takenAt, cursor, stateVersion, store: described, files };
  await writeManifest(folder, manifest);
  return manifest;
}

async function copyReadings(
  { store, groups }: Pick<IngestConfig, "store" | "groups">,
  folder: string,
  progress: Progress,
): Promise<[Manifest["store"], string]> {
  if (store.kind === "sqlite") {
    const { version } = await snapshotSqlite(store.path, join(folder, READINGS_COPY), (done) =>
      progress.tell("copying the readings", done),
    );
    return [{ kind: "sqlite", version }, READINGS_COPY];
  }
  const tenantIds = [...new Set(Object.values(groups))].sort();
  const points = await exportInflux(store, tenantIds, join(folder, LINES_COPY), (what, done) =>
    progress.tell(what, done),
  );
  return [{ kind: "influx", tenantIds, points }, LINES_COPY];
}

/** Step by step: where a parent refuses with "no such file", as in /proc, Node's own recursion never ends. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(resolve(folder));
  if (!existsSync(parent)) makeFolder(parent);
  mkdirSync(folder, { mode: 0o700 });
}

function makeEmpty(folder: string): void {
  try {
    makeFolder(folder);
    if (readdirSync(folder).length === 0) return;
  } catch (cause) {
    throw new KeepError("BACKUP_REFUSED", `${folder} cannot be made, or is no folder`, { cause });
  }
  throw new KeepError("BACKUP_REFUSED", `${folder} is not empty; give each backup a folder of its own`);
}
