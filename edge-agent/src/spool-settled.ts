// What is settled of a stream (accepted, gone), as ranges in the spool's table.

import type { GoneReason, Range } from "@isotherm/coldchain";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StreamState } from "./spool-stream.ts";
import type { AfterCommit } from "./spool-transaction.ts";

export class SpoolSettled {
  readonly #clear: StatementSync;
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync) {
    this.#clear = db.prepare("DELETE FROM settled WHERE streamId = ? AND state = 'accepted'");
    this.#insert = db.prepare("INSERT OR REPLACE INTO settled (streamId, state, first, last) VALUES (?, ?, ?, ?)");
  }

  /** Accepted numbers are few ranges that grow together: they are written anew. */
  writeAccepted(streams: Iterable<StreamState>, after: AfterCommit): void {
    for (const stream of streams) {
      if (!stream.acceptedChanged) continue;
      this.#clear.run(stream.streamId);
      for (const { first, last } of stream.accepted) this.#insert.run(stream.streamId, "accepted", first, last);
      after(() => (stream.acceptedChanged = false));
    }
  }

  /** Gone numbers may be many single ones: they are only added. */
  addGone(stream: StreamState, reason: GoneReason, ranges: readonly Range[], after: AfterCommit): void {
    for (const { first, last } of ranges) this.#insert.run(stream.streamId, reason, first, last);
    after(() => {
      for (const { first, last } of ranges) stream.gone[reason].add(first, last);
    });
  }
}
