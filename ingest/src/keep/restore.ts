// A backup put back in place. What gateways sent since is asked for again: their spools keep what was accepted.

import { copyFileSync, existsSync, fsyncSync, openSync, closeSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { IngestConfig } from "../config.ts";
import { STATE_VERSION } from "../state-schema.ts";
import { holdsReadings, importInflux } from "../store/influx-archive.ts";
import { READING_STORE_MIGRATIONS } from "../store/sqlite-schema.ts";
import { type KeepPorts, LINES_COPY, READINGS_COPY, STATE_COPY } from "./backup.ts";
import { KeepError } from "./keep-error.ts";
import { type Manifest, readBackup } from "./manifest.ts";
import { Progress } from "./progress.ts";
import { isOpenElsewhere } from "./sqlite-snapshot.ts";

export interface Restored {
  readonly manifest: Manifest;
  /** Files that stood there before, where they are now. */
  readonly movedAside: readonly string[];
}

type Target = Pick<IngestConfig, "stateFile" | "store">;

/**
 * Checks everything before it changes anything. Readings come first and the state last, so that a restore that is cut off
 * never leaves a state that calls accepted what is not stored.
 *
 * @param force move files aside that stand in the way; with InfluxDB, write beside what is there
 * @throws KeepError, StoreError
 */
export async function restoreBackup(
  config: Target,
  folder: string,
  force: boolean,
  ports: KeepPorts,
): Promise<Restored> {
  const progress = new Progress(ports.clock, ports.say);
  const manifest = await readBackup(folder, (what) => progress.tell(what));
  checkFits(config, manifest);
  const { stateFile, store } = config;
  const files = store.kind === "sqlite" ? [stateFile, store.path] : [stateFile];
  const standing = files.filter((path) => existsSync(path));
  const held = standing.find((path) => isOpenElsewhere(path));
  if (held !== undefined)
    throw new KeepError("RESTORE_REFUSED", `a process has ${held} open; stop ingest and whatever reads it first`);
  if (standing.length > 0 && !force)
    throw new KeepError("RESTORE_REFUSED", `${standing.join(" and ")} would be replaced; --force moves them aside`);
  if (store.kind === "influx" && manifest.store.kind === "influx") {
    if (!force && (await holdsReadings(store, manifest.store.tenantIds)))
      throw new KeepError(
        "RESTORE_REFUSED",
        `the database ${store.database} holds readings already; name another one, or write beside them with --force`,
      );
  }
  const suffix = `before-restore-${new Date(ports.clock.wallMs()).toISOString().replace(/[:.]/g, "")}`;
  // The state goes first and comes last.
  const movedAside = standing.flatMap((path) => moveAside(path, suffix));
  if (store.kind === "sqlite") putInPlace(join(folder, READINGS_COPY), store.path);
  else
    await importInflux(store, join(folder, LINES_COPY), pointsOf(manifest), (what, done) => progress.tell(what, done));
  putInPlace(join(folder, STATE_COPY), stateFile);
  return { manifest, movedAside };
}

function pointsOf({ store }: Manifest): number {
  return store.kind === "influx" ? store.points : 0;
}

function checkFits({ store }: Target, manifest: Manifest): void {
  const refuse = (problem: string): never => {
    throw new KeepError("RESTORE_REFUSED", problem);
  };
  if (manifest.store.kind !== store.kind)
    refuse(
      `the backup holds readings of ${nameOf(manifest.store.kind)}, and the configuration names ${nameOf(store.kind)}`,
    );
  const newer = manifest.store.kind === "sqlite" && manifest.store.version > READING_STORE_MIGRATIONS.length;
  if (newer || manifest.stateVersion > STATE_VERSION)
    refuse(`the backup is of a newer version (${manifest.version}); restore it with that one`);
}

const nameOf = (kind: "sqlite" | "influx"): string => (kind === "sqlite" ? "SQLite" : "InfluxDB");

function moveAside(path: string, suffix: string): string[] {
  // Without the log, which is part of the file until it is closed cleanly, its last transactions would be lost.
  return ["", "-wal", "-shm"].flatMap((part) => {
    if (!existsSync(path + part)) return [];
    const aside = `${path}.${suffix}${part}`;
    renameSync(path + part, aside);
    return [aside];
  });
}

/** Copied beside its place, synced, and put there in one step. */
function putInPlace(from: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.restoring`;
  copyFileSync(from, temporary);
  sync(temporary);
  renameSync(temporary, path);
  sync(dirname(path));
}

function sync(path: string): void {
  const file = openSync(path, "r");
  fsyncSync(file);
  closeSync(file);
}
