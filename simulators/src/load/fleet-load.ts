// A large fleet as messages only: the births and readings that its gateways would send, under the delivery contract, as
// fast as they are asked for. No spool and no acceptance: what gets lost here is not sent again.

import {
  CONTRACT,
  CONTRACT_VERSION,
  DATATYPE,
  GATEWAY_CHANNEL,
  GATEWAY_STREAM,
  MetricColumns,
  birthIdOf,
  deviceTopic,
  encodePayload,
  nodeTopic,
  putBirth,
  putData,
  putNumber,
  putText,
  type ChainRecord,
  type Clock,
  type StreamBirth,
} from "@isotherm/coldchain";

export interface FleetSize {
  readonly gateways: number;
  readonly assetsPerGateway: number;
  readonly channelsPerAsset: number;
}

export interface FleetLoadOptions extends FleetSize {
  /** What ids of gateways and assets begin with. */
  readonly prefix: string;
  readonly groupId: string;
  readonly hostId: string;
  readonly clock: Clock;
  /** What a gateway promises in its birth. */
  readonly maxSilenceMs: number;
  readonly publish: (topic: string, payload: Uint8Array) => void;
}

const BOOT = "b".repeat(32);
const EPOCH = "e".repeat(32);
const ALIAS = {
  number: 1,
  monotonic: 2,
  firstChannel: 3,
  ownNumber: 100_001,
  ownMonotonic: 100_002,
  ownFirst: 100_003,
};
const ANCHOR_ERROR_MS = 20;

interface FleetAsset {
  readonly gatewayId: string;
  readonly birth: StreamBirth;
  readonly birthId: string;
  issued: number;
}

export class FleetLoad {
  readonly assetIds: readonly string[];
  readonly #options: FleetLoadOptions;
  readonly #assets: readonly FleetAsset[];
  readonly #columns = new MetricColumns();
  readonly #startedAtMs: number;

  constructor(options: FleetLoadOptions) {
    this.#options = options;
    this.#startedAtMs = Math.round(options.clock.wallMs());
    const { prefix, gateways, assetsPerGateway, channelsPerAsset } = options;
    this.#assets = Array.from({ length: gateways * assetsPerGateway }, (_, at) => {
      const birth = birthOf(`${prefix}-${String(at).padStart(4, "0")}`, channelsPerAsset);
      const gatewayId = `${prefix}-gw-${Math.floor(at / assetsPerGateway)}`;
      return { gatewayId, birth, birthId: birthIdOf(birth), issued: 0 };
    });
    this.assetIds = this.#assets.map(({ birth }) => birth.assetId);
  }

  get channelCount(): number {
    return this.#assets.length * this.#options.channelsPerAsset;
  }

  /** Births of all gateways and assets, and each gateway's anchor: from now on their records have a time. */
  bear(): void {
    const gatewayIds = [...new Set(this.#assets.map(({ gatewayId }) => gatewayId))];
    for (const gatewayId of gatewayIds) this.#bearGateway(gatewayId);
    for (const { gatewayId, birth } of this.#assets) this.#bearStream(gatewayId, birth);
  }

  /** One record of one asset, with a value for each channel. Gives when it was sampled, which is now. */
  send(asset: number, valueOf: (channel: number) => number): number {
    const { clock, groupId, publish } = this.#options;
    const from = this.#assets[asset] as FleetAsset;
    const wallMs = Math.round(clock.wallMs());
    const readings = from.birth.channels.map(({ alias }, channel) => ({ alias, value: valueOf(channel), quality: 0 }));
    const record = this.#record(++from.issued, wallMs, readings);
    const payload = this.#dataPayload(from.birth, from.birthId, record, wallMs);
    publish(deviceTopic(groupId, "DDATA", from.gatewayId, from.birth.assetId), payload);
    return wallMs;
  }

  #record(number: number, wallMs: number, readings: ChainRecord["readings"]): ChainRecord {
    return { number, bootId: BOOT, monotonicMs: wallMs - this.#startedAtMs, wallMs, anchorOrdinal: 1, readings };
  }

  #dataPayload(birth: StreamBirth, birthId: string, record: ChainRecord, nowMs: number): Uint8Array {
    this.#columns.clear();
    const message = { issued: record.number, gone: [], records: [record], historical: false };
    putData(this.#columns, birth, birthId, message, nowMs);
    return encodePayload(this.#columns, { timestampMs: nowMs, seq: 1 });
  }

  #bearGateway(gatewayId: string): void {
    const { groupId, hostId, maxSilenceMs, publish } = this.#options;
    const nowMs = this.#startedAtMs;
    this.#columns.clear();
    putNumber(this.#columns, "bdSeq", 0, DATATYPE.int64, nowMs);
    putText(this.#columns, CONTRACT.version, CONTRACT_VERSION, nowMs);
    putText(this.#columns, CONTRACT.host, hostId, nowMs);
    putNumber(this.#columns, CONTRACT.maxSilenceMs, maxSilenceMs, DATATYPE.int64, nowMs);
    const payload = encodePayload(this.#columns, { timestampMs: nowMs, seq: 0 });
    publish(nodeTopic(groupId, "NBIRTH", gatewayId), payload);
    const own = ownStream();
    this.#bearStream(gatewayId, own);
    const values = [1, nowMs, ANCHOR_ERROR_MS, 1];
    const readings = values.map((value, at) => ({ alias: ALIAS.ownFirst + at, value, quality: 0 }));
    const anchor = this.#dataPayload(own, birthIdOf(own), this.#record(1, nowMs, readings), nowMs);
    publish(deviceTopic(groupId, "DDATA", gatewayId, GATEWAY_STREAM), anchor);
  }

  #bearStream(gatewayId: string, birth: StreamBirth): void {
    const { groupId, publish } = this.#options;
    this.#columns.clear();
    putBirth(this.#columns, birth, this.#startedAtMs, new Map());
    const payload = encodePayload(this.#columns, { timestampMs: this.#startedAtMs, seq: 1 });
    publish(deviceTopic(groupId, "DBIRTH", gatewayId, birth.assetId), payload);
  }
}

function birthOf(assetId: string, channels: number): StreamBirth {
  return {
    ...{ epoch: EPOCH, assetId, issued: 0, numberAlias: ALIAS.number, monotonicAlias: ALIAS.monotonic },
    channels: Array.from({ length: channels }, (_, at) => ({
      ...{ channel: `temperature/product-${at + 1}`, alias: ALIAS.firstChannel + at, role: "product" as const },
      ...{ unit: "Cel", resolution: 0.1 },
    })),
  };
}

/** The gateway's own stream, which carries its anchors. */
function ownStream(): StreamBirth {
  const { anchorOrdinal, anchorUtcMs, anchorErrorMs, anchorSource } = GATEWAY_CHANNEL;
  return {
    ...{ epoch: EPOCH, assetId: GATEWAY_STREAM, issued: 0 },
    ...{ numberAlias: ALIAS.ownNumber, monotonicAlias: ALIAS.ownMonotonic },
    channels: [anchorOrdinal, anchorUtcMs, anchorErrorMs, anchorSource].map((channel, at) => ({
      ...{ channel, alias: ALIAS.ownFirst + at, role: "contract" as const, unit: "1", resolution: 1 },
    })),
  };
}
