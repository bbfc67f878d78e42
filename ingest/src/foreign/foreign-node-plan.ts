// What one message of a foreign Sparkplug node changes.

import { GATEWAY_STREAM, MetricColumns, type PayloadHead, decodePayload } from "@isotherm/coldchain";
import { applyBirth } from "../gateway-table.ts";
import { idFrom } from "../mapping/foreign-id.ts";
import type { SparkplugRule } from "../mapping/mapping-rules.ts";
import { gatewayKeyOf, type RawMessage } from "../message.ts";
import type { Found } from "./foreign-doors.ts";
import { isUnderContract, readMetrics } from "./foreign-metrics.ts";
import { type ForeignTopic, type NodeStep, birthSeqOf, nodeStep } from "./foreign-node.ts";
import type { ForeignPlan } from "./foreign-plan.ts";
import type { ForeignSource, Reject } from "./foreign-report.ts";
import type { ForeignSession } from "./foreign-session.ts";

const columns = new MetricColumns(256);

/** False when the message is none of a foreign node, and none that can be said to come from one. */
export function takeSparkplug(foreign: ForeignPlan, topic: ForeignTopic, message: RawMessage): boolean {
  const { plan, doors } = foreign;
  const found = doors.node(topic.groupId, topic.gatewayId);
  const tenantId = found?.rule.tenantId ?? plan.deps.groups[topic.groupId];
  const source = sourceOf(topic, found, tenantId ?? "");
  let head: PayloadHead;
  try {
    head = decodePayload(message.payload, columns);
  } catch (error) {
    return takeUnreadable(foreign, source, topic, message, error as Error);
  }
  if (isUnderContract(columns)) return false;
  plan.count("foreign-messages");
  if (tenantId === undefined) plan.count("unknown-group");
  else if (topic.type === "NDEATH") takeDeath(foreign, source, topic, message);
  else if (found === undefined) takeUnmapped(foreign, source, topic, message);
  else takeNode(foreign, source, { topic, found, message, head });
  return true;
}

function sourceOf(
  { groupId: group, gatewayId: node }: ForeignTopic,
  found: Found<SparkplugRule> | undefined,
  tenantId: string,
): ForeignSource {
  const [groupId, gatewayId] = [idFrom(group), idFrom(node)];
  const gatewayKey = gatewayKeyOf(groupId, gatewayId);
  const { mapping = null, maxSilenceMs = null } = found?.rule ?? {};
  return { gatewayKey, groupId, gatewayId, tenantId, kind: "sparkplug", mapping, maxSilenceMs };
}

function takeUnreadable(
  foreign: ForeignPlan,
  source: ForeignSource,
  topic: ForeignTopic,
  { payload, receivedAtMs }: RawMessage,
  error: Error,
): boolean {
  if (!foreign.isKnown(source.gatewayKey)) return false;
  foreign.plan.count("foreign-messages");
  foreign.reject(
    source,
    { assetId: GATEWAY_STREAM, reason: `${topic.type}: ${error.message}`, bytes: payload },
    receivedAtMs,
  );
  askForBirth(foreign, source, topic);
  return true;
}

function takeDeath(foreign: ForeignPlan, source: ForeignSource, topic: ForeignTopic, message: RawMessage): void {
  if (!foreign.isKnown(source.gatewayKey)) return;
  const gateway = foreign.plan.gateway(source, source.tenantId, message.receivedAtMs);
  if (foreign.plan.noteDeath(gateway, birthSeqOf(columns), message.receivedAtMs))
    foreign.sessions.set(nodeKeyOf(topic), undefined);
}

/** Nothing is taken of a node that no mapping speaks of, but the operator sees by name what it sends in its births. */
function takeUnmapped(foreign: ForeignPlan, source: ForeignSource, topic: ForeignTopic, message: RawMessage): void {
  const device = deviceOf(topic);
  const times = { payloadMs: undefined, receivedAtMs: message.receivedAtMs };
  const { unmapped } = readMetrics(columns, undefined, { rule: undefined, captures: {}, device }, times);
  foreign.addReport({ source, readings: [], unmapped, rejects: [] }, message.receivedAtMs);
}

interface Taken {
  readonly topic: ForeignTopic;
  readonly found: Found<SparkplugRule>;
  readonly message: RawMessage;
  readonly head: PayloadHead;
}

function takeNode(foreign: ForeignPlan, source: ForeignSource, { topic, found, message, head }: Taken): void {
  const { plan, doors } = foreign;
  const { receivedAtMs, connection = 0 } = message;
  if (foreign.hear(source, receivedAtMs) === undefined) return;
  const nodeKey = nodeKeyOf(topic);
  const before = foreign.sessions.has(nodeKey) ? foreign.sessions.get(nodeKey) : doors.sessions.get(nodeKey);
  const { timestampMs: payloadMs, seq } = head;
  const step = nodeStep(before, { topic, columns, payloadMs, seq, receivedAtMs, connection }, found);
  if (step.wantsBirth) askForBirth(foreign, source, topic);
  if (!step.isBirth || doors.sessions.metricCount < plan.deps.bounds.foreignMetricsMax)
    foreign.sessions.set(nodeKey, step.session);
  else plan.count("foreign-full");
  if (topic.type === "DDEATH") takeDeviceDeath(foreign, source, before, deviceOf(topic), receivedAtMs);
  else takeStep(foreign, source, topic, step, receivedAtMs);
}

function takeStep(
  foreign: ForeignPlan,
  source: ForeignSource,
  topic: ForeignTopic,
  step: NodeStep,
  receivedAtMs: number,
): void {
  const { plan } = foreign;
  if (step.isGap) plan.count("foreign-gaps");
  if (step.isBirth) plan.count("foreign-births");
  const { readings, unmapped, problems, unknown, skipped } = step.values ?? NOTHING;
  plan.count("foreign-birth-unknown", unknown);
  plan.count("foreign-skipped", skipped);
  if (topic.type === "NBIRTH") {
    const { birthSeq } = step;
    const gateway = plan.gateway(source, source.tenantId, receivedAtMs);
    const { maxSilenceMs } = source;
    applyBirth(gateway, {
      link: null,
      sleepUntilMs: null,
      birthSeq,
      maxSilenceMs,
      primaryHost: null,
      contractVersion: null,
    });
  }
  const rejects = problems.length === 0 ? [] : [rejectOf(topic, problems)];
  foreign.addReport({ source, readings, unmapped, rejects }, receivedAtMs);
}

function takeDeviceDeath(
  foreign: ForeignPlan,
  source: ForeignSource,
  before: ForeignSession | undefined,
  device: string,
  receivedAtMs: number,
): void {
  const gateway = foreign.plan.gateway(source, source.tenantId, receivedAtMs);
  foreign.plan.count("deaths");
  const metrics = before?.devices.get(device)?.byName.values() ?? [];
  const assets = new Set([...metrics].flatMap(({ target }) => (target === undefined ? [] : [target.assetId])));
  for (const assetId of assets) foreign.plan.setAsset(gateway, assetId, "offline");
}

const NOTHING = { readings: [], unmapped: [], problems: [], unknown: 0, skipped: 0 } as const;

function askForBirth(foreign: ForeignPlan, { gatewayKey }: ForeignSource, { groupId, gatewayId }: ForeignTopic): void {
  foreign.rebirths.set(gatewayKey, { gatewayKey, groupId, gatewayId });
}

function nodeKeyOf({ groupId, gatewayId }: ForeignTopic): string {
  return `${groupId}/${gatewayId}`;
}

/** Empty: the node itself. */
function deviceOf(topic: ForeignTopic): string {
  return topic.kind === "device" ? topic.assetId : "";
}

function rejectOf(topic: ForeignTopic, problems: readonly string[]): Reject {
  const shown = problems.slice(0, 5).join("; ");
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : "";
  const reason = `${[topic.type, deviceOf(topic)].join(" ").trim()}: ${shown}${more}`;
  return { assetId: GATEWAY_STREAM, reason, bytes: Buffer.from(problems.join("\n").slice(0, 4096)) };
}
