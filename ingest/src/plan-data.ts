// What a readable data message changes.

import { type DataMessage, GATEWAY_STREAM, type StreamBirth } from "@isotherm/coldchain";
import type { BatchPlan } from "./batch-plan.ts";
import type { GatewayState } from "./gateway-table.ts";
import type { RawMessage } from "./message.ts";
import { anchorIn, sameAnchor, sampledAt } from "./place.ts";
import type { QuarantineKind } from "./quarantine-table.ts";
import { sequence, withdraw } from "./sequence.ts";
import type { DigestedRecord, StreamState } from "./stream-state.ts";

interface DataContext {
  readonly plan: BatchPlan;
  readonly gateway: GatewayState;
  readonly stream: StreamState;
  readonly birth: StreamBirth;
  readonly birthId: string;
  readonly receivedAtMs: number;
}

export function planData(
  plan: BatchPlan,
  gateway: GatewayState,
  birth: StreamBirth,
  message: DataMessage,
  { receivedAtMs }: RawMessage,
): void {
  const { state, bounds } = plan.deps;
  const stream = plan.stream(gateway.gatewayKey, birth.epoch, birth.assetId);
  const committed = state.streams.get(gateway.gatewayKey, birth.epoch, birth.assetId);
  const knownDigest = (number: number): string | undefined =>
    plan.digests.get(stream)?.get(number) ?? state.streams.digest(committed, number);
  const sequenced = sequence(stream, message, knownDigest, bounds.streamRangesMax);
  const context = { plan, gateway, stream, birth, birthId: message.birthId, receivedAtMs };
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

function takeFresh(context: DataContext, digested: DigestedRecord): void {
  const { plan, stream } = context;
  const { record, digest } = digested;
  const kept =
    stream.assetId === GATEWAY_STREAM ? takeGatewayRecord(context, digested) : takeReadings(context, digested);
  if (!kept) return withdraw(stream, record.number);
  plan.count("records");
  plan.noteDigest(stream, record.number, digest);
}

function takeGatewayRecord(context: DataContext, digested: DigestedRecord): boolean {
  const { plan, gateway, stream, birth, birthId, receivedAtMs } = context;
  const { gatewayKey } = gateway;
  const anchor = anchorIn(digested.record, birth);
  if (anchor !== undefined) {
    const known = plan.anchorOf(gatewayKey, anchor.bootId, anchor.ordinal);
    if (known === undefined)
      plan.anchors.set(`${gatewayKey}/${anchor.bootId}/${anchor.ordinal}`, { gatewayKey, anchor });
    else if (!sameAnchor(known, anchor)) {
      const reason = `anchor ${anchor.ordinal} of boot ${anchor.bootId} is known with other figures`;
      if (!quarantineRecord(context, "anchor-conflict", digested, reason)) return false;
    }
  }
  plan.gatewayRecords.push({ stream, birthId, digested, receivedAtMs });
  return true;
}

function takeReadings(context: DataContext, digested: DigestedRecord): boolean {
  const { plan, gateway, stream, birth, birthId, receivedAtMs } = context;
  const { record, bytes } = digested;
  const sampledAtMs = sampledAt(record, gateway.gatewayKey, (...key) => plan.anchorOf(...key));
  if (sampledAtMs === undefined)
    return plan.tryPending(gateway.gatewayKey, { stream, birthId, digested, receivedAtMs });
  plan.readings.add({ stream, tenantId: gateway.tenantId, record, bytes, birth, sampledAtMs, receivedAtMs });
  return true;
}

function quarantineRecord(
  { plan, gateway, stream, receivedAtMs }: DataContext,
  kind: QuarantineKind,
  { record, bytes }: DigestedRecord,
  reason: string,
): boolean {
  return plan.tryQuarantine({
    tenantId: gateway.tenantId,
    gatewayKey: gateway.gatewayKey,
    assetId: stream.assetId,
    epoch: stream.epoch,
    kind,
    numbers: String(record.number),
    reason,
    bytes,
    receivedAtMs,
  });
}
