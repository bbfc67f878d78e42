// What a spool holds, for whoever looks on while the agent writes it: counted from the tables, not from the agent's word.

import { RangeSet } from "@isotherm/coldchain";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { SpoolMeta } from "./spool-meta.ts";
import { SPOOL_VERSION, spoolVersion } from "./spool-schema.ts";
import { goneOf, loadStreams, type StreamState } from "./spool-stream.ts";

export interface StreamSummary {
  readonly epoch: string;
  readonly assetId: string;
  /** Highest number given: how many records were taken. */
  readonly issued: number;
  readonly acceptedCount: number;
  readonly goneCount: number;
  /** Numbers whose records are here and not accepted: what is on the gateway alone. */
  readonly unacceptedPresent: RangeSet;
}

export interface SpoolSummary {
  readonly gatewayId: string | undefined;
  readonly epoch: string | undefined;
  readonly streams: readonly StreamSummary[];
}

const BUSY_MS = 2000;

/**
 * One consistent look at a spool, read-only, from any process. Acceptance that the agent has heard of but not yet put
 * on disk (a second's worth at most) does not show. Undefined when there is no spool yet.
 */
export function readSpoolSummary(path: string): SpoolSummary | undefined {
  if (!existsSync(path)) return undefined;
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    db.exec("BEGIN");
    // An agent that is just making its tables, or a newer one, has nothing to show to this reader.
    if (spoolVersion(db) !== SPOOL_VERSION) return undefined;
    const meta = new SpoolMeta(db);
    const streams = loadStreams(db).map((stream) => summaryOf(db, stream));
    return { gatewayId: meta.get("gatewayId"), epoch: meta.get("epoch"), streams };
  } finally {
    db.close();
  }
}

function summaryOf(db: DatabaseSync, stream: StreamState): StreamSummary {
  const { streamId, epoch, assetId, issued, accepted } = stream;
  const between = "FROM records WHERE streamId = ? AND number BETWEEN ? AND ?";
  const count = db.prepare(`SELECT count(*) AS count ${between}`);
  const list = db.prepare(`SELECT number ${between} ORDER BY number`);
  const unacceptedPresent = new RangeSet();
  for (const { first, last } of accepted.missing(1, issued)) {
    if (Number(count.get(streamId, first, last)?.["count"]) === last - first + 1) unacceptedPresent.add(first, last);
    else for (const row of list.iterate(streamId, first, last)) unacceptedPresent.add(Number(row["number"]));
  }
  return {
    epoch,
    assetId,
    issued,
    acceptedCount: accepted.size,
    goneCount: goneOf(stream).size,
    unacceptedPresent,
  };
}
