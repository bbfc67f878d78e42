// One Sparkplug session on a connection: births, the running seq, data.

import { GATEWAY_STREAM, deviceTopic, nodeTopic, type CurrentValue } from "@isotherm/coldchain";
import type { BrokerLink } from "./broker-link.ts";
import {
  dataPayload,
  nodeBirthPayload,
  nodeDeathPayload,
  streamBirthPayload,
  type DataCargo,
} from "./session-payloads.ts";
import type { SpoolStream } from "./spool-stream.ts";

export interface SessionIdentity {
  readonly groupId: string;
  readonly gatewayId: string;
  readonly hostId: string;
  readonly maxSilenceMs: number;
  readonly link: string | undefined;
  /** What births promise of channels, in milliseconds, by `<asset>/<channel>`. */
  readonly promises: ReadonlyMap<string, number>;
}

export class SparkplugSession {
  readonly #identity: SessionIdentity;
  readonly #link: BrokerLink;
  readonly #bdSeq: number;
  readonly #born = new Set<number>();
  #seq = 0;

  constructor(identity: SessionIdentity, link: BrokerLink, bdSeq: number) {
    this.#identity = identity;
    this.#link = link;
    this.#bdSeq = bdSeq;
  }

  isBorn(streamId: number): boolean {
    return this.#born.has(streamId);
  }

  /**
   * NBIRTH and a DBIRTH for each stream. An asset that still has records under an earlier epoch is born under that
   * first: whoever keeps one birth per device then holds the current one, whoever keeps them by their id has both.
   */
  publishBirths(
    streams: readonly SpoolStream[],
    epoch: string,
    current: ReadonlyMap<number, CurrentValue>,
    nowMs: number,
  ): void {
    const { groupId, gatewayId, hostId, maxSilenceMs, link, promises } = this.#identity;
    const payload = nodeBirthPayload({ bdSeq: this.#bdSeq, hostId, maxSilenceMs, link }, nowMs);
    this.#link.publish(nodeTopic(groupId, "NBIRTH", gatewayId), payload);
    this.#seq = 0;
    this.#born.clear();
    const rank = (stream: SpoolStream): number =>
      (stream.epoch === epoch ? 2 : 0) + (stream.assetId === GATEWAY_STREAM ? 0 : 1);
    for (const stream of [...streams].sort((a, b) => rank(a) - rank(b))) {
      const birth = streamBirthPayload(stream, current, promises, nowMs, this.#nextSeq());
      this.#link.publish(deviceTopic(groupId, "DBIRTH", gatewayId, stream.assetId), birth);
      this.#born.add(stream.streamId);
    }
  }

  publishData(stream: SpoolStream, cargo: DataCargo, nowMs: number): void {
    const { groupId, gatewayId } = this.#identity;
    const payload = dataPayload(stream, cargo, nowMs, this.#nextSeq());
    this.#link.publish(deviceTopic(groupId, "DDATA", gatewayId, stream.assetId), payload);
  }

  /** Says that the Sparkplug session is over, and disconnects. */
  async end(nowMs: number): Promise<void> {
    const { groupId, gatewayId } = this.#identity;
    await this.#link.end(nodeTopic(groupId, "NDEATH", gatewayId), nodeDeathPayload(this.#bdSeq, nowMs));
  }

  #nextSeq(): number {
    this.#seq = (this.#seq + 1) % 256;
    return this.#seq;
  }
}
