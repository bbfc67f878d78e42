// What is settled of a stream (accepted, gone), as ranges in the spool's table.

import { RangeSet, type GoneReason, type Range } from "@isotherm/coldchain";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StreamState } from "./spool-stream.ts";
import type { AfterCommit } from "./spool-transaction.ts";

/** Sets are written anew as a whole: what is settled grows together, so that the ranges stay fewer than the records. */
export class SpoolSettled {
  readonly #clear: StatementSync;
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync) {
    this.#clear = db.prepare("DELETE FROM settled WHERE streamId = ? AND state = ?");
    this.#insert = db.prepare("INSERT INTO settled (streamId, state, first, last) VALUES (?, ?, ?, ?)");
  }

  writeAccepted(streams: Iterable<StreamState>, after: AfterCommit): void {
    for (const stream of streams) {
      if (!stream.acceptedChanged) continue;
      this.#replace(stream.streamId, "accepted", stream.accepted);
      after(() => (stream.acceptedChanged = false));
    }
  }

  addGone(stream: StreamState, reason: GoneReason, ranges: readonly Range[], after: AfterCommit): void {
    // Ascending, every range joins the end of the set; between the others each one would shift all that follow.
    const ascending = [...stream.gone[reason], ...ranges].sort((a, b) => a.first - b.first);
    const gone = RangeSet.of(ascending);
    this.#replace(stream.streamId, reason, gone);
    after(() => (stream.gone[reason] = gone));
  }

  #replace(streamId: number, state: "accepted" | GoneReason, ranges: RangeSet): void {
    this.#clear.run(streamId, state);
    for (const { first, last } of ranges) this.#insert.run(streamId, state, first, last);
  }
}
