// One process at a time writes a state file.

import { DatabaseSync } from "node:sqlite";
import { StateFileError } from "./errors.ts";

const SQLITE_BUSY = 5;

/**
 * Takes the state file for this process alone, by a lock beside it that the operating system lets go of when the process
 * dies, however it dies. Gives what lets go of it.
 *
 * @throws StateFileError `STATE_IN_USE` when another process has it
 */
export function lockStateFile(stateFile: string): () => void {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(`${stateFile}.lock`, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    lock?.close();
    if ((Number((cause as { errcode?: unknown }).errcode) & 0xff) === SQLITE_BUSY)
      throw new StateFileError(
        "STATE_IN_USE",
        `another ingest runs on ${stateFile}; stop it first, or give this one a stateFile of its own`,
      );
    throw new StateFileError(
      "STATE_UNREADABLE",
      `${stateFile} cannot be used as ingest's state: its folder is missing, cannot be written, or its disk is full; make it, ` +
        `let this user write there and make room, or set stateFile elsewhere`,
      cause,
    );
  }
  const held = lock;
  return () => held.close();
}
