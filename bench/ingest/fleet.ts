// The fleet that the benchmark of ingest plays: who it is, what it says, as whole MQTT packets made beforehand.

import {
  type ChainRecord,
  CONTRACT,
  CONTRACT_VERSION,
  DATATYPE,
  GATEWAY_CHANNEL,
  GATEWAY_STREAM,
  MetricColumns,
  type StreamBirth,
  birthIdOf,
  deviceTopic,
  encodePayload,
  nodeTopic,
  putBirth,
  putData,
  putNumber,
  putText,
} from "@isotherm/coldchain";

export const GROUP = "fleet";
export const TENANT = "tenant1";
export const HOST_ID = "host-1";
export const GATEWAYS = 500;
const ASSETS_PER_GATEWAY = 2;
export const ASSETS = GATEWAYS * ASSETS_PER_GATEWAY;
export const CHANNELS_PER_ASSET = 10;
const BOOT = "b".repeat(32);
/** Of every so many assets one is too warm for a second, once. */
const ASSETS_PER_EXCURSION = 100;
const EXCURSION_RECORDS = 5;

export const assetIdOf = (asset: number): string => `asset-${asset}`;
export const gatewayIdOf = (asset: number): string => `gateway-${Math.floor(asset / ASSETS_PER_GATEWAY)}`;
export const channelOf = (at: number): string => `temperature/p${at}`;
const epochOf = (gateway: number): string => gateway.toString(16).padStart(32, "e");

export function assetBirth(asset: number): StreamBirth {
  return {
    epoch: epochOf(Math.floor(asset / ASSETS_PER_GATEWAY)),
    assetId: assetIdOf(asset),
    issued: 0,
    numberAlias: 1,
    monotonicAlias: 2,
    channels: Array.from({ length: CHANNELS_PER_ASSET }, (_, at) => ({
      channel: channelOf(at),
      alias: 3 + at,
      role: "product" as const,
      unit: "Cel",
      resolution: 0.1,
    })),
  };
}

function gatewayBirth(gateway: number): StreamBirth {
  const names = [GATEWAY_CHANNEL.anchorOrdinal, GATEWAY_CHANNEL.anchorUtcMs, GATEWAY_CHANNEL.anchorErrorMs];
  const channels = names.map((channel, at) => ({
    channel,
    alias: 1003 + at,
    role: "contract" as const,
    unit: "1",
    resolution: 1,
  }));
  const assetId = GATEWAY_STREAM;
  return { epoch: epochOf(gateway), assetId, issued: 0, numberAlias: 1001, monotonicAlias: 1002, channels };
}

/** What one channel of one asset reads at one record: whole tenths, within limits but for the few that are not. */
export function valueOf(asset: number, number: number, channel: number): number {
  const isWarm =
    channel === 0 &&
    asset % ASSETS_PER_EXCURSION === 7 &&
    number > 10 + (asset % 13) &&
    number <= 10 + (asset % 13) + EXCURSION_RECORDS;
  return isWarm ? 11.5 : 50 / 10 + (((asset * 7 + channel * 13 + number) % 21) - 10) / 10;
}

/** One packet of all births, and anchors by which record n of an asset was sampled at `zeroUtcMs` + n × `stepMs`. */
export function openingPackets(zeroUtcMs: number): Buffer {
  const parts: Buffer[] = [];
  for (let gateway = 0; gateway < GATEWAYS; gateway++) {
    const gatewayId = gatewayIdOf(gateway * ASSETS_PER_GATEWAY);
    const own = gatewayBirth(gateway);
    parts.push(publishPacket(nodeTopic(GROUP, "NBIRTH", gatewayId), nodeBirth()));
    parts.push(publishPacket(deviceTopic(GROUP, "DBIRTH", gatewayId, GATEWAY_STREAM), birthPayload(own)));
    parts.push(publishPacket(deviceTopic(GROUP, "DDATA", gatewayId, GATEWAY_STREAM), anchorPayload(own, zeroUtcMs)));
    for (let at = 0; at < ASSETS_PER_GATEWAY; at++) {
      const birth = assetBirth(gateway * ASSETS_PER_GATEWAY + at);
      parts.push(publishPacket(deviceTopic(GROUP, "DBIRTH", gatewayId, birth.assetId), birthPayload(birth)));
    }
  }
  return Buffer.concat(parts);
}

function nodeBirth(): Uint8Array {
  const columns = new MetricColumns();
  putNumber(columns, "bdSeq", 0, DATATYPE.int64, 0);
  putText(columns, CONTRACT.version, CONTRACT_VERSION, 0);
  putText(columns, CONTRACT.host, HOST_ID, 0);
  return encodePayload(columns, { timestampMs: 0, seq: 0 });
}

function birthPayload(birth: StreamBirth): Uint8Array {
  const columns = new MetricColumns();
  putBirth(columns, birth, 0, new Map());
  return encodePayload(columns, { timestampMs: 0, seq: 1 });
}

function anchorPayload(birth: StreamBirth, utcMs: number): Uint8Array {
  const readings = [1, utcMs, 20].map((value, at) => ({ alias: 1003 + at, value, quality: 0 }));
  return contractPayload(birth, {
    number: 1,
    bootId: BOOT,
    monotonicMs: 0,
    wallMs: utcMs,
    anchorOrdinal: 1,
    readings,
  });
}

/** Record `number` of an asset, alone in its message, under the delivery contract. */
export function dataPayload(birth: StreamBirth, asset: number, number: number, stepMs: number): Uint8Array {
  const readings = Array.from({ length: CHANNELS_PER_ASSET }, (_, channel) => ({
    alias: 3 + channel,
    value: valueOf(asset, number, channel),
    quality: 0,
  }));
  const monotonicMs = Math.round(number * stepMs);
  return contractPayload(birth, { number, bootId: BOOT, monotonicMs, wallMs: monotonicMs, anchorOrdinal: 1, readings });
}

const birthIds = new Map<string, string>();
const columns = new MetricColumns();

function contractPayload(birth: StreamBirth, record: ChainRecord): Uint8Array {
  const key = `${birth.epoch}/${birth.assetId}`;
  let birthId = birthIds.get(key);
  if (birthId === undefined) birthIds.set(key, (birthId = birthIdOf(birth)));
  columns.clear();
  putData(columns, birth, birthId, { issued: record.number, gone: [], records: [record], historical: false }, 0);
  return encodePayload(columns, { timestampMs: record.wallMs, seq: record.number % 256 });
}

/** The same readings as JSON, as most gateways would send them. */
export function jsonPayload(asset: number, number: number, zeroUtcMs: number, stepMs: number): Uint8Array {
  const readings = Array.from({ length: CHANNELS_PER_ASSET }, (_, channel) => ({
    channel: channelOf(channel),
    value: valueOf(asset, number, channel),
    quality: "good",
  }));
  const at = Math.round(zeroUtcMs + number * stepMs);
  return Buffer.from(JSON.stringify({ asset: assetIdOf(asset), at, readings }));
}

/** An MQTT 3.1.1 PUBLISH at QoS 0. */
export function publishPacket(topic: string, payload: Uint8Array): Buffer {
  const name = Buffer.from(topic);
  let rest = 2 + name.length + payload.length;
  const length: number[] = [];
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  const head = Buffer.from([0x30, ...length, name.length >> 8, name.length & 0xff]);
  return Buffer.concat([head, name, payload]);
}
