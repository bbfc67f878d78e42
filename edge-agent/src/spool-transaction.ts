// Transactions whose effects on memory wait for the commit, so that a failed one leaves disk and memory agreeing.

import type { DatabaseSync } from "node:sqlite";

/** Runs what is given to it once the transaction has been committed. */
export type AfterCommit = (effect: () => void) => void;

/** One durable transaction: when this returns, what was written survives a power cut. */
export function transact<T>(db: DatabaseSync, run: (after: AfterCommit) => T): T {
  const effects: (() => void)[] = [];
  db.exec("BEGIN IMMEDIATE");
  let result: T;
  try {
    result = run((effect) => effects.push(effect));
    db.exec("COMMIT");
  } catch (error) {
    // SQLite itself rolls back for some errors, a full disk among them.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
  for (const effect of effects) effect();
  return result;
}
