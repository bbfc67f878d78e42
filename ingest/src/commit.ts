// The one order in which a batch becomes true: readings into the store, then everything else in one transaction, and
// only then acceptances. A crash between any two repeats work and changes nothing.

import { GATEWAY_STREAM } from "@isotherm/coldchain";
import type { BatchPlan } from "./batch-plan.ts";
import { END_OF_TIME_MS } from "./dirty-table.ts";
import { FOREIGN_EPOCH, refusedBytes } from "./foreign/foreign-assembly.ts";
import { saveForeign, settleForeign } from "./foreign/foreign-commit.ts";
import type { AssembledReadings, StoredPoint } from "./reading-assembly.ts";
import { withdraw } from "./sequence.ts";
import type { IngestState } from "./state.ts";
import type { AssetStatus } from "./state-rows.ts";
import type { ReadingWriter, RefusedPoint } from "./store/reading-store.ts";
import { addToTail } from "./digest-tail.ts";
import { noteStored } from "./stored-readings.ts";
import type { StreamState } from "./stream-state.ts";

export interface StatusChange {
  readonly tenantId: string;
  readonly assetId: string;
  readonly status: AssetStatus;
}

export interface Committed {
  readonly stored: AssembledReadings;
  /** Assets whose status is now another. */
  readonly statuses: readonly StatusChange[];
  /** Streams whose gateways are to be told what is accepted. */
  readonly streams: readonly StreamState[];
}

/** Step 1: resolves when every point but the refused is durable. Throws what the store throws. */
export async function storeReadings(plan: BatchPlan, writer: ReadingWriter): Promise<AssembledReadings> {
  const readings = plan.readings.finish();
  if (readings.batch.count === 0) return readings;
  const { refused } = await writer.write(readings.batch);
  for (const each of refused) {
    readings.refuse(each.index);
    refuse(plan, readings.point(each.index), each);
  }
  return readings;
}

/** A point that the store will not take: kept in quarantine, or else its record is not accepted. */
function refuse(plan: BatchPlan, point: StoredPoint, { reason, detail }: RefusedPoint): void {
  const { series, source, number, bytes } = point;
  const { stream, tenantId, receivedAtMs } = source;
  const isForeign = stream.epoch === FOREIGN_EPOCH;
  const isConflict = isForeign && reason === "reading-conflict";
  plan.count(isConflict ? "foreign-conflicts" : "points-refused");
  const kept = plan.tryQuarantine({
    tenantId,
    gatewayKey: stream.gatewayKey,
    assetId: stream.assetId,
    epoch: isForeign ? null : stream.epoch,
    kind: isConflict ? "reading-conflict" : "point-refused",
    numbers: isForeign ? "" : String(number),
    reason: isConflict
      ? `${series.channel}: another value came first for ${new Date(point.sampledAtMs).toISOString()}, and stays`
      : `${series.channel}: ${reason}${detail === undefined ? "" : ` (${detail})`}`,
    bytes: isForeign ? refusedBytes(point) : bytes,
    receivedAtMs,
  });
  if (kept || isForeign) return;
  withdraw(stream, number);
  plan.digests.get(stream)?.delete(number);
}

/** Step 2: one transaction for the whole batch. */
export function commitPlan(plan: BatchPlan, state: IngestState, stored: AssembledReadings): Committed {
  const statuses: StatusChange[] = [];
  const ids = state.db.transaction(() => {
    statuses.push(...saveGateways(plan, state));
    saveBirths(plan, state);
    saveForeign(plan, state);
    const streamIds = saveStreams(plan, state);
    for (const { gatewayKey, anchor } of plan.anchors.values()) state.anchors.save(gatewayKey, anchor);
    for (const entry of plan.quarantine) state.quarantine.save(entry);
    noteStored(state, stored);
    return streamIds;
  });
  for (const [stream, streamId] of ids) {
    stream.streamId = streamId;
    state.streams.committed(stream);
  }
  for (const key of plan.failed) plan.deps.failures.remember(key);
  settleForeign(plan, state);
  return { stored, statuses, streams: [...ids.keys()] };
}

function saveGateways(plan: BatchPlan, state: IngestState): StatusChange[] {
  const changes: StatusChange[] = [];
  for (const gateway of plan.gateways.values()) {
    state.gateways.save(gateway);
    if (gateway.status !== "offline") continue;
    for (const asset of state.gateways.assetsOf(gateway.gatewayKey))
      if (asset.status !== "offline") changes.push({ ...asset, status: "offline" });
    state.gateways.setAssetStatuses(gateway.gatewayKey, "offline");
  }
  for (const [tenantId, assetId, gatewayKey, status] of plan.assetStatuses.values()) {
    if (state.gateways.assetStatus(tenantId, assetId) !== status) changes.push({ tenantId, assetId, status });
    state.gateways.setAssetStatus(tenantId, assetId, gatewayKey, status);
  }
  return changes;
}

function saveBirths(plan: BatchPlan, state: IngestState): void {
  for (const received of plan.births) {
    state.births.save(received);
    const { tenantId, birth, receivedAtMs, birthId } = received;
    if (birth.assetId === GATEWAY_STREAM) continue;
    state.gateways.forgetPromises(
      tenantId,
      birth.assetId,
      birth.channels.map(({ channel }) => channel),
    );
    for (const declared of birth.channels) {
      const isAnother = state.gateways.declare(tenantId, birth.assetId, declared);
      state.lines.changed(tenantId, birth.assetId);
      state.quiet.changed({ tenantId, assetId: birth.assetId, channel: declared.channel });
      if (!isAnother) continue;
      state.dirty.add({
        tenantId,
        assetId: birth.assetId,
        channel: declared.channel,
        fromMs: 0,
        toMs: END_OF_TIME_MS,
        newerFromMs: null,
        newerToMs: null,
        receivedAtMs,
        cause: `birth ${birthId}`,
      });
    }
  }
}

const NO_DIGESTS: ReadonlyMap<number, string> = new Map();

function saveStreams(plan: BatchPlan, state: IngestState): Map<StreamState, number> {
  const ids = new Map<StreamState, number>();
  const digestsMax = plan.deps.bounds.streamDigestsMax;
  for (const stream of plan.streams.values()) {
    const below = stream.accepted.max - digestsMax + 1;
    const drop = below > stream.digestsFrom + digestsMax / 100;
    if (drop) stream.digestsFrom = below;
    const runs = addToTail(stream, plan.digests.get(stream) ?? NO_DIGESTS);
    const streamId = state.streams.save(stream);
    ids.set(stream, streamId);
    if (drop) state.streams.dropDigests(streamId, below);
    for (const run of runs) state.streams.saveDigests(streamId, run);
  }
  const idOf = (stream: StreamState): number => ids.get(stream) as number;
  for (const { stream, ranges, receivedAtMs } of plan.gone) state.streams.saveGone(idOf(stream), ranges, receivedAtMs);
  for (const { stream, birthId, record, receivedAtMs } of plan.pending)
    state.anchors.keepPending(idOf(stream), stream.gatewayKey, birthId, record, receivedAtMs);
  for (const { stream, birthId, record, receivedAtMs } of plan.gatewayRecords)
    state.anchors.keepGatewayRecord(idOf(stream), birthId, record, receivedAtMs);
  return ids;
}
