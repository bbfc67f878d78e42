// What a message that cannot be read changes: nothing is earned the first time; the second time its bytes are kept and
// its numbers accepted, so that one bad range never holds up a stream.

import { createHash } from "node:crypto";
import { MESSAGE_RECORDS_MAX, RangeSet, formatRanges } from "@isotherm/coldchain";
import type { BatchPlan } from "./batch-plan.ts";
import type { Decoded } from "./decode.ts";
import type { GatewayState } from "./gateway-table.ts";
import type { RawMessage } from "./message.ts";

type Refused = Extract<Decoded, { kind: "refused" }>;

export function planRefusal(plan: BatchPlan, gateway: GatewayState, said: Refused, message: RawMessage): void {
  if (said.refused === "not-under-contract") return plan.count("not-under-contract");
  plan.rebirths.add(gateway.gatewayKey);
  if (said.refused === "birth-unknown") return plan.count("birth-unknown");
  plan.count("undecodable");
  const ranges = claimedRanges(said);
  const key = failureKey(said, ranges, message.payload);
  if (!plan.deps.failures.has(key) && !plan.failed.includes(key)) {
    plan.failed.push(key);
    return;
  }
  const kept = plan.tryQuarantine({
    tenantId: gateway.tenantId,
    gatewayKey: gateway.gatewayKey,
    assetId: said.assetId,
    epoch: said.epoch,
    kind: "undecodable",
    numbers: formatRanges(ranges),
    reason: said.reason,
    bytes: message.payload,
    receivedAtMs: message.receivedAtMs,
  });
  if (!kept || said.epoch === null) return;
  const stream = plan.stream(gateway.gatewayKey, said.epoch, said.assetId);
  plan.urgent.add(stream);
  for (const { first, last } of ranges) {
    for (const part of [...stream.accepted.missing(first, last)]) {
      stream.accepted.add(part.first, part.last);
      stream.quarantined.add(part.first, part.last);
    }
  }
  stream.issued = Math.max(stream.issued, stream.accepted.max);
}

/** What the message claims to carry, if an honest message could: a claim beyond that must not accept a whole stream. */
function claimedRanges(said: Refused): RangeSet {
  const claimed = said.epoch === null ? new RangeSet() : RangeSet.of(said.carries);
  return claimed.size <= MESSAGE_RECORDS_MAX ? claimed : new RangeSet();
}

function failureKey(said: Refused, ranges: RangeSet, payload: Uint8Array): string {
  const { gatewayKey, assetId, epoch } = said;
  if (ranges.size > 0) return `${gatewayKey}/${assetId}/${epoch}:${formatRanges(ranges)}`;
  return `${gatewayKey}/${assetId}#${createHash("sha256").update(payload).digest("base64url").slice(0, 22)}`;
}
