// A message of the broker as what it says. Pure: which births are known is asked of the caller.

import {
  BD_SEQ_METRIC,
  CONTRACT,
  type DataFrame,
  type DataRefusal,
  GATEWAY_STREAM,
  MetricColumns,
  RecordColumns,
  type SparkplugTopic,
  type StreamBirth,
  birthIdOf,
  decodePayload,
  findMetric,
  isAssetId,
  isId,
  numberOf,
  parseSparkplugTopic,
  readBirth,
  readDataHead,
  readRecords,
  textOf,
} from "@isotherm/coldchain";
import { gatewayKeyOf, type RawMessage } from "./message.ts";

export interface GatewayBirth {
  readonly birthSeq: number | null;
  readonly primaryHost: string | null;
  readonly contractVersion: string | null;
  readonly maxSilenceMs: number | null;
  /** Kind of link: `wired`, `cellular`, `satellite`. */
  readonly link: string | null;
  /** Until when it will not speak. */
  readonly sleepUntilMs: number | null;
}

type Said =
  | ({ readonly kind: "gateway-birth" } & GatewayBirth)
  | { readonly kind: "gateway-death"; readonly birthSeq: number | null }
  /** `sleepUntilMs`: null takes an announced sleep back; undefined says nothing of it. */
  | { readonly kind: "gateway-data"; readonly sleepUntilMs: number | null | undefined }
  | { readonly kind: "asset-birth"; readonly assetId: string; readonly birth: StreamBirth; readonly birthId: string }
  | {
      readonly kind: "asset-birth-refused";
      readonly assetId: string;
      readonly reason: string;
      /** It declares no contract at all, as other gateways' births do. */
      readonly isUndeclared: boolean;
    }
  | { readonly kind: "asset-death"; readonly assetId: string }
  | {
      readonly kind: "data";
      readonly assetId: string;
      readonly birth: StreamBirth;
      readonly message: DataFrame;
      /** Overwritten by the next message. */
      readonly records: RecordColumns;
    }
  | {
      readonly kind: "refused";
      readonly assetId: string;
      /** `unreadable`: not even a Sparkplug payload. */
      readonly refused: DataRefusal["refused"] | "unreadable";
      readonly reason: string;
      readonly carries: DataRefusal["carries"];
      readonly epoch: string | null;
    };

export type Decoded = Said & { readonly groupId: string; readonly gatewayId: string; readonly gatewayKey: string };

export type KnownBirth = (gatewayKey: string, assetId: string, birthId: string) => StreamBirth | undefined;

const columns = new MetricColumns(1024);
const records = new RecordColumns();

/** Undefined for what is none of ours to read: commands, states, ids that no gateway of ours can have. */
export function decode(raw: Pick<RawMessage, "topic" | "payload">, knownBirth: KnownBirth): Decoded | undefined {
  const topic = parseSparkplugTopic(raw.topic);
  if (topic === undefined || topic.kind === "state") return undefined;
  const gatewayKey = keyOfGateway(topic);
  if (gatewayKey === undefined) return undefined;
  const { groupId, gatewayId } = topic;
  const said = topic.kind === "node" ? nodeMessage(topic.type, raw.payload) : undefined;
  if (said !== undefined) return { ...said, groupId, gatewayId, gatewayKey };
  if (topic.kind !== "device") return undefined;
  const { assetId } = topic;
  const birthOf = (birthId: string): StreamBirth | undefined => knownBirth(gatewayKey, assetId, birthId);
  const device = deviceMessage(topic.type, assetId, raw.payload, birthOf);
  return device === undefined ? undefined : { ...device, groupId, gatewayId, gatewayKey };
}

type OfGateway = Exclude<SparkplugTopic, { kind: "state" }>;

/** Parsed topics are the same objects again and again: their ids are looked at once. */
const gatewayKeys = new WeakMap<OfGateway, string | null>();

/** Undefined when the topic has ids that no gateway of ours can have. */
function keyOfGateway(topic: OfGateway): string | undefined {
  let key = gatewayKeys.get(topic);
  if (key === undefined) {
    const { groupId, gatewayId } = topic;
    const isOurs = topic.kind === "node" || isAssetId(topic.assetId) || topic.assetId === GATEWAY_STREAM;
    key = isId(gatewayId) && isId(groupId) && isOurs ? gatewayKeyOf(groupId, gatewayId) : null;
    gatewayKeys.set(topic, key);
  }
  return key ?? undefined;
}

/** What is wrong with the bytes, or undefined when they stand in `columns`. */
function unreadable(payload: Uint8Array): string | undefined {
  try {
    decodePayload(payload, columns);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function nodeMessage(type: string, payload: Uint8Array): Said | undefined {
  if (type === "NCMD" || unreadable(payload) !== undefined) return undefined;
  const number = (name: string): number | null => {
    const at = findMetric(columns, name);
    return (at < 0 ? undefined : numberOf(columns, at)) ?? null;
  };
  const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);
  if (type === "NDATA") {
    const untilMs = number(CONTRACT.sleepUntilMs);
    return { kind: "gateway-data", sleepUntilMs: untilMs === null ? undefined : positive(untilMs) };
  }
  const birthSeq = number(BD_SEQ_METRIC);
  if (type === "NDEATH") return { kind: "gateway-death", birthSeq };
  const text = (name: string): string | null => {
    const at = findMetric(columns, name);
    return (at < 0 ? undefined : textOf(columns, at)) ?? null;
  };
  return {
    kind: "gateway-birth",
    birthSeq,
    primaryHost: text(CONTRACT.host),
    contractVersion: text(CONTRACT.version),
    // A time that is none would make a gateway silent for ever.
    maxSilenceMs: positive(number(CONTRACT.maxSilenceMs)),
    link: text(CONTRACT.link),
    sleepUntilMs: positive(number(CONTRACT.sleepUntilMs)),
  };
}

function deviceMessage(
  type: string,
  assetId: string,
  payload: Uint8Array,
  birthOf: (birthId: string) => StreamBirth | undefined,
): Said | undefined {
  if (type === "DCMD") return undefined;
  const problem = unreadable(payload);
  if (type === "DDEATH") return { kind: "asset-death", assetId };
  if (type === "DBIRTH") {
    if (problem !== undefined) return { kind: "asset-birth-refused", assetId, reason: problem, isUndeclared: false };
    const birth = readBirth(columns, assetId);
    if (birth === undefined)
      return { kind: "asset-birth-refused", assetId, reason: "declares no contract", isUndeclared: true };
    if (typeof birth === "string") return { kind: "asset-birth-refused", assetId, reason: birth, isUndeclared: false };
    return { kind: "asset-birth", assetId, birth, birthId: birthIdOf(birth) };
  }
  if (problem !== undefined)
    return { kind: "refused", assetId, refused: "unreadable", reason: problem, carries: [], epoch: null };
  return dataMessage(assetId, birthOf);
}

function dataMessage(assetId: string, birthOf: (birthId: string) => StreamBirth | undefined): Said {
  const refuse = (refusal: DataRefusal, epoch: string | null): Said => ({
    kind: "refused",
    assetId,
    refused: refusal.refused,
    reason: refusal.reason,
    carries: refusal.carries,
    epoch,
  });
  const head = readDataHead(columns);
  if ("refused" in head)
    return refuse(head, head.birthId === undefined ? null : (birthOf(head.birthId)?.epoch ?? null));
  const birth = birthOf(head.birthId);
  if (birth === undefined) {
    const { birthId, carries } = head;
    return refuse({ refused: "birth-unknown", reason: `birth ${birthId} is not known`, carries, birthId }, null);
  }
  const message = readRecords(columns, head, birth, records);
  if ("refused" in message) return refuse(message, birth.epoch);
  return { kind: "data", assetId, birth, message, records };
}
