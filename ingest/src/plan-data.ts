// What a readable data message changes.

import { type DataFrame, GATEWAY_STREAM, type RecordColumns, type StreamBirth } from "@isotherm/coldchain";
import type { BatchPlan } from "./batch-plan.ts";
import type { GatewayState } from "./gateway-table.ts";
import type { RawMessage } from "./message.ts";
import { anchorIn, sameAnchor, sampledAt } from "./place.ts";
import type { QuarantineKind } from "./quarantine-table.ts";
import { type Digested, sequence, withdraw } from "./sequence.ts";
import type { KeptRecord, StreamState } from "./stream-state.ts";

interface DataContext {
  readonly plan: BatchPlan;
  readonly gateway: GatewayState;
  readonly stream: StreamState;
  readonly birth: StreamBirth;
  readonly birthId: string;
  readonly records: RecordColumns;
  readonly receivedAtMs: number;
}

export function planData(
  plan: BatchPlan,
  gateway: GatewayState,
  { birth, message, records }: { birth: StreamBirth; message: DataFrame; records: RecordColumns },
  { receivedAtMs }: RawMessage,
): void {
  const { state, bounds } = plan.deps;
  const stream = plan.streamOf(gateway.gatewayKey, birth);
  const knownDigest = (number: number): string | undefined =>
    plan.digests.get(stream)?.get(number) ?? state.streams.digest(stream, number);
  const sequenced = sequence(stream, message, records, knownDigest, bounds.streamRangesMax);
  const context = { plan, gateway, stream, birth, birthId: message.birthId, records, receivedAtMs };
  if (sequenced.fresh.length !== 1 || records.recordCount !== 1) plan.urgent.add(stream);
  plan.count("duplicates", sequenced.duplicates);
  plan.count("duplicates-unchecked", sequenced.unchecked);
  plan.count("over-ranges", sequenced.overRanges);
  for (const digested of sequenced.fresh) takeFresh(context, digested);
  for (const { knownDigest: known, ...digested } of sequenced.conflicts) {
    plan.count("conflicts");
    quarantineRecord(context, "number-conflict", digested, `stored ${known}, came again as ${digested.digest}`);
  }
  if (sequenced.gone.length > 0) {
    plan.gone.push({ stream, ranges: sequenced.gone, receivedAtMs });
    plan.count(
      "gone",
      sequenced.gone.reduce((total, { first, last }) => total + last - first + 1, 0),
    );
  }
}

function takeFresh(context: DataContext, digested: Digested): void {
  const { plan, stream } = context;
  const kept =
    stream.assetId === GATEWAY_STREAM ? takeGatewayRecord(context, digested) : takeReadings(context, digested.at);
  if (!kept) return withdraw(stream, digested.number);
  plan.count("records");
  plan.noteDigest(stream, digested.number, digested.digest);
}

function takeGatewayRecord(context: DataContext, digested: Digested): boolean {
  const { plan, gateway, stream, birth, birthId, records, receivedAtMs } = context;
  const { gatewayKey } = gateway;
  const anchor = anchorIn(records.record(digested.at), birth);
  if (anchor !== undefined) {
    const known = plan.anchorOf(gatewayKey, anchor.bootId, anchor.ordinal);
    if (known === undefined)
      plan.anchors.set(`${gatewayKey}/${anchor.bootId}/${anchor.ordinal}`, { gatewayKey, anchor });
    else if (!sameAnchor(known, anchor)) {
      const reason = `anchor ${anchor.ordinal} of boot ${anchor.bootId} is known with other figures`;
      if (!quarantineRecord(context, "anchor-conflict", digested, reason)) return false;
    }
  }
  plan.gatewayRecords.push({ stream, birthId, record: keptRecord(records, digested.at), receivedAtMs });
  return true;
}

function takeReadings({ plan, gateway, stream, birth, birthId, records, receivedAtMs }: DataContext, at: number) {
  const { gatewayKey, tenantId } = gateway;
  const bootId = records.bootId[at] as string;
  const ordinal = records.anchorOrdinal[at] as number;
  const sampledAtMs = sampledAt(bootId, ordinal, records.monotonicMs[at] as number, gatewayKey, plan.anchorLookup);
  if (sampledAtMs === undefined)
    return plan.tryPending(gatewayKey, { stream, birthId, record: keptRecord(records, at), receivedAtMs });
  plan.readings.addFrom(records, at, { stream, tenantId, birth, sampledAtMs, receivedAtMs });
  return true;
}

function keptRecord(records: RecordColumns, at: number): KeptRecord {
  return {
    number: records.number[at] as number,
    bootId: records.bootId[at] as string,
    anchorOrdinal: records.anchorOrdinal[at] as number,
    bytes: records.bytesOf(at).slice(),
  };
}

function quarantineRecord(
  { plan, gateway, stream, records, receivedAtMs }: DataContext,
  kind: QuarantineKind,
  { at, number }: Pick<Digested, "at" | "number">,
  reason: string,
): boolean {
  return plan.tryQuarantine({
    tenantId: gateway.tenantId,
    gatewayKey: gateway.gatewayKey,
    assetId: stream.assetId,
    epoch: stream.epoch,
    kind,
    numbers: String(number),
    reason,
    bytes: records.bytesOf(at).slice(),
    receivedAtMs,
  });
}
