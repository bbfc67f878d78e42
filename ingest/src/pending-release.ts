// Records that waited for their anchor enter the store: placed when it has come, else after long enough at their
// untrusted time, flagged. Same order as for a batch: store first, then one transaction.

import { parseRecordBytes, placeInTime } from "@isotherm/coldchain";
import type { PendingRecord } from "./anchor-table.ts";
import type { QuarantineEntry } from "./quarantine-table.ts";
import { type AssembledReadings, ReadingAssembly, type StoredPoint } from "./reading-assembly.ts";
import type { IngestState } from "./state.ts";
import { noteStored } from "./stored-readings.ts";
import type { ReadingWriter } from "./store/reading-store.ts";

/** Records released in one step; more follow in the next. */
export const RELEASE_RECORDS_MAX = 1000;

export interface Released {
  readonly records: number;
  readonly stored: AssembledReadings;
}

/** One step; call again while it releases RELEASE_RECORDS_MAX. Throws what the store throws, with nothing changed. */
export async function releasePending(
  state: IngestState,
  writer: ReadingWriter,
  nowMs: number,
  waitMs: number,
): Promise<Released> {
  const waiting = state.anchors.releasable(nowMs - waitMs, RELEASE_RECORDS_MAX);
  const assembly = new ReadingAssembly(state.latest);
  if (waiting.length === 0) return { records: 0, stored: assembly.finish() };
  for (const pending of waiting) place(state, assembly, pending);
  const stored = assembly.finish();
  const { batch } = stored;
  const { refused } = batch.count === 0 ? { refused: [] } : await writer.write(batch);
  for (const { index } of refused) stored.refuse(index);
  state.db.transaction(() => {
    for (const { index, reason } of refused) state.quarantine.save(refusal(stored.point(index), reason));
    for (const { streamId, number } of waiting) state.anchors.dropPending(streamId, number);
    noteStored(state, stored);
  });
  return { records: waiting.length, stored };
}

function place(state: IngestState, assembly: ReadingAssembly, pending: PendingRecord): void {
  const stream = state.streams.byId(pending.streamId);
  const gateway = state.gateways.get(pending.gatewayKey);
  const birth = stream && state.births.get(pending.gatewayKey, stream.assetId, pending.birthId);
  if (stream === undefined || gateway === undefined || birth === undefined)
    throw new Error(`a waiting record of ${pending.gatewayKey} has lost its stream, gateway or birth`);
  const record = parseRecordBytes(pending.bytes);
  const { anchor, bytes, receivedAtMs } = pending;
  const sampledAtMs = anchor === undefined ? undefined : placeInTime(anchor, record.monotonicMs);
  assembly.add({ stream, tenantId: gateway.tenantId, record, bytes, birth, sampledAtMs, receivedAtMs });
}

/** The record is accepted already, so its refused point is kept even where the gateway's room is full. */
function refusal({ source, number, bytes, series }: StoredPoint, reason: string): QuarantineEntry {
  const { stream, tenantId, receivedAtMs } = source;
  return {
    tenantId,
    gatewayKey: stream.gatewayKey,
    assetId: stream.assetId,
    epoch: stream.epoch,
    kind: "point-refused",
    numbers: String(number),
    reason: `${series.channel}: ${reason}`,
    bytes,
    receivedAtMs,
  };
}
