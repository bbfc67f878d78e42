// A consistent copy of a SQLite file while another process writes it.

import { backup, DatabaseSync } from "node:sqlite";

/** Pages copied in one go, some four megabytes, after which progress is told. */
const PAGES = 1_000;
const LOCK_PATIENCE_MS = 5_000;
const SQLITE_BUSY = 5;

export interface Snapshot {
  /** The file's `user_version`. */
  readonly version: number;
}

/**
 * Copies the file as it stands at one instant. A transaction is held open for reading meanwhile: without it every
 * commit of the writing process would make SQLite begin the copy anew, and under load it would never end. The writer is not
 * held up; its log grows by what it writes until the copy is made.
 *
 * @param look reads from the copy before it is closed
 */
export async function snapshotSqlite(
  from: string,
  to: string,
  progress: (done: number) => void,
  look: (copy: DatabaseSync) => void = () => undefined,
): Promise<Snapshot> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: LOCK_PATIENCE_MS });
  try {
    source.exec("BEGIN");
    source.prepare("SELECT count(*) FROM sqlite_schema").get();
    await backup(source, to, {
      rate: PAGES,
      progress: ({ totalPages, remainingPages }) => progress(1 - remainingPages / Math.max(1, totalPages)),
    });
    source.exec("COMMIT");
  } finally {
    source.close();
  }
  const copy = new DatabaseSync(to);
  try {
    // One file without a log beside it, which is easier to carry.
    copy.exec("PRAGMA journal_mode = DELETE");
    look(copy);
    return { version: Number(copy.prepare("PRAGMA user_version").get()?.["user_version"]) };
  } finally {
    copy.close();
  }
}

/**
 * Whether a process has the file open. SQLite leaves the log's mode only for the one connection that there is; a file that
 * was closed cleanly is not changed by asking, beyond the mode, which its writer sets again.
 */
export function isOpenElsewhere(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    return database.prepare("PRAGMA journal_mode = DELETE").get()?.["journal_mode"] !== "delete";
  } catch (error) {
    // Anything else that is wrong with it is no reason against replacing it.
    return (Number((error as { errcode?: unknown }).errcode) & 0xff) === SQLITE_BUSY;
  } finally {
    database.close();
  }
}
