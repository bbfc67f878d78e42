// One message of a foreign Sparkplug node: what it says of itself, and what the node's session is after it. Pure.

import { BD_SEQ_METRIC, type MetricColumns, type SparkplugTopic, findMetric, numberOf } from "@isotherm/coldchain";
import { type MetricsReading, type NodeTerms, bornMetrics, readMetrics } from "./foreign-metrics.ts";
import { type ForeignSession, newSession } from "./foreign-session.ts";

const SEQ_MODULUS = 256;

export type ForeignTopic = Exclude<SparkplugTopic, { kind: "state" }>;

export interface NodeMessage {
  readonly topic: ForeignTopic;
  readonly columns: MetricColumns;
  readonly payloadMs: number | undefined;
  readonly seq: number | undefined;
  readonly receivedAtMs: number;
  /** Which connection of ours heard it. */
  readonly connection: number;
}

export interface NodeStep {
  readonly session: ForeignSession;
  /** Undefined for deaths. */
  readonly values: MetricsReading | undefined;
  readonly isBirth: boolean;
  readonly birthSeq: number | null;
  /** A number of the node's own sequence is missing. */
  readonly isGap: boolean;
  /** The node is to be asked for its births. */
  readonly wantsBirth: boolean;
}

/** @param before undefined when nothing is known of the node */
export function nodeStep(
  before: ForeignSession | undefined,
  message: NodeMessage,
  terms: Omit<NodeTerms, "device">,
): NodeStep {
  const { topic, columns, connection } = message;
  const held = before?.connection === connection ? before : newSession(connection);
  const device = topic.kind === "device" ? topic.assetId : "";
  const isBirth = topic.type === "NBIRTH" || topic.type === "DBIRTH";
  if (topic.type === "DDEATH") return deathOf(held, message, device);
  const here = { ...terms, device };
  const base = topic.type === "NBIRTH" ? { ...newSession(connection), isBorn: true } : held;
  const { nextSeq, isGap } = sequenced(base.nextSeq, message.seq);
  const devices = new Map(base.devices);
  if (isBirth) devices.set(device, bornMetrics(columns, here));
  const values = readMetrics(columns, devices.get(device), here, message);
  const session = { ...base, nextSeq, devices };
  return {
    session,
    values,
    isBirth,
    birthSeq: topic.type === "NBIRTH" ? birthSeqOf(columns) : null,
    isGap,
    wantsBirth: isGap || !session.isBorn || (!isBirth && values.unknown > 0),
  };
}

function deathOf(held: ForeignSession, message: NodeMessage, device: string): NodeStep {
  const { nextSeq, isGap } = sequenced(held.nextSeq, message.seq);
  const devices = new Map(held.devices);
  devices.delete(device);
  const session = { ...held, nextSeq, devices };
  return { session, values: undefined, isBirth: false, birthSeq: null, isGap, wantsBirth: isGap };
}

/** Nodes without seq are taken as they are; a number that comes twice in a row is a message delivered twice. */
function sequenced(expected: number | null, seq: number | undefined): { nextSeq: number | null; isGap: boolean } {
  if (seq === undefined) return { nextSeq: expected, isGap: false };
  if (expected !== null && (seq + 1) % SEQ_MODULUS === expected) return { nextSeq: expected, isGap: false };
  return { nextSeq: (seq + 1) % SEQ_MODULUS, isGap: expected !== null && seq !== expected };
}

export function birthSeqOf(columns: MetricColumns): number | null {
  const at = findMetric(columns, BD_SEQ_METRIC);
  return (at < 0 ? undefined : numberOf(columns, at)) ?? null;
}
