// What a message would become by a mapping, without a broker, a store or a state. Pure.

import { MetricColumns, decodePayload, parseSparkplugTopic, qualityOf } from "@isotherm/coldchain";
import { DEFAULT_BOUNDS } from "../bounds.ts";
import { ForeignDoors } from "../foreign/foreign-doors.ts";
import { bornMetrics, readMetrics } from "../foreign/foreign-metrics.ts";
import type { ForeignReading, Unmapped } from "../foreign/foreign-report.ts";
import { readJsonMessage } from "../json/json-message.ts";
import { idFrom } from "./foreign-id.ts";
import type { Mapping } from "./mapping-rules.ts";

export interface TriedReading {
  readonly assetId: string;
  readonly channel: string;
  readonly role: string;
  readonly at: string;
  readonly value: number | null;
  readonly unit: string;
  readonly quality: string;
}

export interface Trial {
  /** Null when no rule speaks of the topic. */
  readonly gatewayId: string | null;
  readonly readings: readonly TriedReading[];
  readonly unmapped: readonly Unmapped[];
  /** Why the message, or a part of it, would go to quarantine or wait. */
  readonly problems: readonly string[];
}

/** Tenants stand in configurations; a trial needs none. */
const NO_TENANT = "tenant";

export function tryMessage(mapping: Mapping, topic: string, payload: Uint8Array, nowMs: number): Trial {
  const doors = new ForeignDoors([mapping]);
  return topic.startsWith("spBv1.0/")
    ? trySparkplug(doors, topic, payload, nowMs)
    : tryJson(doors, topic, payload, nowMs);
}

function tryJson(doors: ForeignDoors, topic: string, payload: Uint8Array, receivedAtMs: number): Trial {
  const found = doors.topic(topic);
  if (found === undefined)
    return noRule(`no rule speaks of the topic ${topic}; topics asked for: ${doors.filters.join(", ") || "none"}`);
  const { foreignMessageBytesMax: messageBytesMax, foreignReadingsMax: messageReadingsMax } = DEFAULT_BOUNDS;
  const message = { topic, payload, receivedAtMs, isRetained: false };
  const report = readJsonMessage(found.rule, found.captures, NO_TENANT, message, {
    messageBytesMax,
    messageReadingsMax,
  });
  if (report === "untimed-retained") return noRule("an old message without a time");
  return {
    gatewayId: report.source.gatewayId,
    readings: report.readings.map(tried),
    unmapped: report.unmapped,
    problems: report.rejects.map(({ reason }) => reason),
  };
}

function trySparkplug(doors: ForeignDoors, topicText: string, payload: Uint8Array, receivedAtMs: number): Trial {
  const topic = parseSparkplugTopic(topicText);
  if (topic === undefined || topic.kind === "state")
    return noRule(`${topicText} is no topic of Sparkplug births or data`);
  const found = doors.node(topic.groupId, topic.gatewayId);
  if (found === undefined) return noRule(`no rule speaks of node ${topic.gatewayId} in group ${topic.groupId}`);
  const columns = new MetricColumns();
  const gatewayId = idFrom(topic.gatewayId);
  try {
    const { timestampMs: payloadMs } = decodePayload(payload, columns);
    const terms = { ...found, device: topic.kind === "device" ? topic.assetId : "" };
    const born = topic.type.endsWith("BIRTH") ? bornMetrics(columns, terms) : undefined;
    const { readings, unmapped, problems, unknown } = readMetrics(columns, born, terms, { payloadMs, receivedAtMs });
    const waiting =
      unknown === 0 ? [] : [`${unknown} metrics go by aliases that only the birth explains: try it with the birth`];
    return { gatewayId, readings: readings.map(tried), unmapped, problems: [...problems, ...waiting] };
  } catch (error) {
    return {
      gatewayId,
      readings: [],
      unmapped: [],
      problems: [`not a Sparkplug payload: ${(error as Error).message}`],
    };
  }
}

function noRule(problem: string): Trial {
  return { gatewayId: null, readings: [], unmapped: [], problems: [problem] };
}

function tried({ assetId, declared, atMs, isTimed, value, quality }: ForeignReading): TriedReading {
  const { channel, role, unit } = declared;
  // A time that no calendar has is refused by the store.
  const at = Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : `${atMs} ms`;
  const told = isTimed ? (qualityOf(quality) ?? "stale") : "clock-untrusted";
  return { assetId, channel, role, at, value, unit, quality: told };
}
