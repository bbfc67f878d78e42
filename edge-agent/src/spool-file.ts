// Opening the spool's file: one writer at a time, newer or broken files set aside untouched.

import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isBusy, isCorrupt, SpoolError } from "./spool-error.ts";
import { isSound, prepareSpool, SPOOL_VERSION, spoolVersion } from "./spool-schema.ts";

/** Something that a person should know about the opening of a spool. */
export interface SpoolNotice {
  readonly event: "set-aside" | "new-epoch";
  readonly reason: string;
  /** Where the set-aside file is now. */
  readonly path?: string;
}

export interface SpoolFile {
  readonly db: DatabaseSync;
  readonly notices: readonly SpoolNotice[];
  close(): void;
}

/** In a database's header: big-endian `user_version`. */
const VERSION_OFFSET = 60;
const HEADER_BYTES = 100;
const BUSY_MS = 5000;

/**
 * Opens, or begins, the spool at `path`. Throws SpoolError: `SPOOL_IN_USE` when another agent has it open,
 * `SPOOL_UNUSABLE` when the folder or file cannot be written.
 */
export function openSpoolFile(path: string, bytesMax: number, nowMs: number): SpoolFile {
  const lock = lockSpool(path);
  try {
    const notices: SpoolNotice[] = [];
    const trouble = existsSync(path) ? troubleBeforeOpening(path) : undefined;
    if (trouble !== undefined) notices.push(setAside(path, nowMs, trouble));
    let opened = tryOpen(path, bytesMax);
    if (typeof opened === "string") {
      notices.push(setAside(path, nowMs, opened));
      opened = tryOpen(path, bytesMax);
    }
    if (typeof opened === "string") throw new SpoolError("SPOOL_UNUSABLE", `A new spool at ${path} fails: ${opened}.`);
    const db = opened;
    const close = (): void => {
      db.close();
      lock.close();
    };
    return { db, notices, close };
  } catch (error) {
    lock.close();
    if (error instanceof SpoolError) throw error;
    throw new SpoolError("SPOOL_UNUSABLE", `The spool ${path} cannot be opened: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** A lock that the operating system lets go of when the process dies, however it dies. */
function lockSpool(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    if (isBusy(error))
      throw new SpoolError("SPOOL_IN_USE", `Another agent has the spool ${path} open: stop that one first.`, {
        cause: error,
      });
    throw new SpoolError(
      "SPOOL_UNUSABLE",
      `The spool's folder ${dirname(path)} cannot be written (${messageOf(error)}): let this user write there, or set spool.path elsewhere.`,
      { cause: error },
    );
  }
}

/** What stands in the header is read without SQLite, which would already change the file's companions. */
function troubleBeforeOpening(path: string): string | undefined {
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    const length = readSync(file, header, 0, HEADER_BYTES, 0);
    if (length === 0) return undefined;
    if (length < HEADER_BYTES || header.toString("latin1", 0, 15) !== "SQLite format 3") return "it is not a spool";
    return newerVersion(header.readUInt32BE(VERSION_OFFSET));
  } finally {
    closeSync(file);
  }
}

function newerVersion(version: number): string | undefined {
  return version > SPOOL_VERSION
    ? `it was written by a newer agent (version ${version}, this one knows ${SPOOL_VERSION})`
    : undefined;
}

/** The open database, or why this file cannot be used. */
function tryOpen(path: string, bytesMax: number): DatabaseSync | string {
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    const newer = newerVersion(spoolVersion(db));
    const trouble = newer ?? (isSound(db) ? undefined : "its structure is damaged");
    if (trouble === undefined) {
      prepareSpool(db, bytesMax);
      return db;
    }
    db.close();
    return trouble;
  } catch (error) {
    db.close();
    if (isCorrupt(error)) return `it cannot be read (${messageOf(error)})`;
    throw error;
  }
}

function setAside(path: string, nowMs: number, reason: string): SpoolNotice {
  const aside = `${path}.aside-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, "-")}`;
  // The companions go first: a main file that is left without its log would be opened as a smaller, older one.
  for (const suffix of ["-wal", "-shm", ""])
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
  return { event: "set-aside", reason, path: aside };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
