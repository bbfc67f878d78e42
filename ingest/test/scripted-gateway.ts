// A gateway under test's control: says exactly what it is told, in Sparkplug, and notes what it is told back.

import {
  type Acceptance,
  type ChainRecord,
  CONTRACT,
  CONTRACT_VERSION,
  DATATYPE,
  GATEWAY_CHANNEL,
  GATEWAY_STREAM,
  type GoneRange,
  MetricColumns,
  type StreamBirth,
  birthIdOf,
  decodePayload,
  deviceTopic,
  encodePayload,
  nodeTopic,
  putBirth,
  putData,
  putNumber,
  putText,
  readAcceptance,
} from "@isotherm/coldchain";
import mqtt from "mqtt";

export const BOOT = "b".repeat(32);
export const EPOCH = "e".repeat(32);

export function gatewayStream(epoch = EPOCH): StreamBirth {
  const names = [
    GATEWAY_CHANNEL.anchorOrdinal,
    GATEWAY_CHANNEL.anchorUtcMs,
    GATEWAY_CHANNEL.anchorErrorMs,
    GATEWAY_CHANNEL.anchorSource,
  ];
  const channels = names.map((channel, at) => ({
    channel,
    alias: 1003 + at,
    role: "contract" as const,
    unit: "1",
    resolution: 1,
  }));
  return { epoch, assetId: GATEWAY_STREAM, issued: 0, numberAlias: 1001, monotonicAlias: 1002, channels };
}

export function assetStream(
  assetId: string,
  epoch = EPOCH,
  channels: readonly string[] = ["temperature/p1"],
): StreamBirth {
  return {
    epoch,
    assetId,
    issued: 0,
    numberAlias: 1,
    monotonicAlias: 2,
    channels: channels.map((channel, at) => ({
      channel,
      alias: 3 + at,
      role: "product" as const,
      unit: "Cel",
      resolution: 0.1,
    })),
  };
}

export function anchorRecord(number: number, ordinal: number, monotonicMs: number, utcMs: number): ChainRecord {
  const values = [ordinal, utcMs, 20, 1];
  const readings = values.map((value, at) => ({ alias: 1003 + at, value, quality: 0 }));
  return { number, bootId: BOOT, monotonicMs, wallMs: utcMs, anchorOrdinal: ordinal, readings };
}

export function temperatureRecord(
  number: number,
  monotonicMs: number,
  value: number | null,
  more: Partial<ChainRecord> = {},
): ChainRecord {
  const quality = value === null ? 1 : 0;
  const readings = [{ alias: 3, value, quality }];
  return { number, bootId: BOOT, monotonicMs, wallMs: monotonicMs, anchorOrdinal: 1, readings, ...more };
}

/** The payload of one DDATA message. */
export function dataPayload(
  birth: StreamBirth,
  records: readonly ChainRecord[],
  more: { issued?: number; gone?: readonly GoneRange[]; birthId?: string } = {},
): Uint8Array {
  const columns = new MetricColumns();
  const issued = more.issued ?? Math.max(0, ...records.map(({ number }) => number));
  const message = { issued, gone: more.gone ?? [], records, historical: false };
  putData(columns, birth, more.birthId ?? birthIdOf(birth), message, 0);
  return encodePayload(columns, { timestampMs: 0, seq: 1 });
}

export function birthPayload(birth: StreamBirth, nowMs = 0): Uint8Array {
  const columns = new MetricColumns();
  putBirth(columns, birth, nowMs, new Map());
  return encodePayload(columns, { timestampMs: nowMs, seq: 1 });
}

export function nodeBirthPayload(hostId: string, birthSeq = 0, maxSilenceMs?: number): Uint8Array {
  const columns = new MetricColumns();
  putNumber(columns, "bdSeq", birthSeq, DATATYPE.int64, 0);
  putText(columns, CONTRACT.version, CONTRACT_VERSION, 0);
  putText(columns, CONTRACT.host, hostId, 0);
  if (maxSilenceMs !== undefined) putNumber(columns, CONTRACT.maxSilenceMs, maxSilenceMs, DATATYPE.int64, 0);
  return encodePayload(columns, { timestampMs: 0, seq: 0 });
}

export function nodeDeathPayload(birthSeq = 0): Uint8Array {
  const columns = new MetricColumns();
  putNumber(columns, "bdSeq", birthSeq, DATATYPE.int64, 0);
  return encodePayload(columns, { timestampMs: 0, seq: undefined });
}

export class ScriptedGateway {
  readonly groupId: string;
  readonly gatewayId: string;
  readonly client: mqtt.MqttClient;
  /** Every acceptance received, in order, with its asset. */
  readonly acceptances: (Acceptance & { readonly assetId: string })[] = [];
  rebirthRequests = 0;

  private constructor(client: mqtt.MqttClient, groupId: string, gatewayId: string) {
    this.client = client;
    this.groupId = groupId;
    this.gatewayId = gatewayId;
    client.on("message", (topic, payload) => this.#hear(topic, payload));
  }

  static async connect(url: string, groupId: string, gatewayId: string): Promise<ScriptedGateway> {
    const client = await mqtt.connectAsync(url, { protocolVersion: 4, clean: true, reconnectPeriod: 0 });
    const gateway = new ScriptedGateway(client, groupId, gatewayId);
    await client.subscribeAsync([nodeTopic(groupId, "NCMD", gatewayId), deviceTopic(groupId, "DCMD", gatewayId, "+")]);
    return gateway;
  }

  async nodeBirth(hostId: string, maxSilenceMs?: number): Promise<void> {
    await this.publish(nodeTopic(this.groupId, "NBIRTH", this.gatewayId), nodeBirthPayload(hostId, 0, maxSilenceMs));
  }

  async birth(birth: StreamBirth): Promise<void> {
    await this.publish(deviceTopic(this.groupId, "DBIRTH", this.gatewayId, birth.assetId), birthPayload(birth));
  }

  async data(birth: StreamBirth, records: readonly ChainRecord[], more: Parameters<typeof dataPayload>[2] = {}) {
    await this.raw(birth.assetId, dataPayload(birth, records, more));
  }

  async raw(assetId: string, payload: Uint8Array): Promise<void> {
    await this.publish(deviceTopic(this.groupId, "DDATA", this.gatewayId, assetId), payload);
  }

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    await this.client.publishAsync(topic, Buffer.from(payload));
  }

  /** The last acceptance for an asset. */
  accepted(assetId: string): Acceptance | undefined {
    return this.acceptances.findLast((acceptance) => acceptance.assetId === assetId);
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }

  #hear(topic: string, payload: Uint8Array): void {
    const columns = new MetricColumns();
    decodePayload(payload, columns);
    if (topic.includes("/NCMD/")) {
      this.rebirthRequests++;
      return;
    }
    const acceptance = readAcceptance(columns);
    const assetId = topic.split("/")[4];
    if (acceptance !== undefined && assetId !== undefined) this.acceptances.push({ ...acceptance, assetId });
  }
}
