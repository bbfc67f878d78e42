import { Readable } from "node:stream";
import type { AedesPublishPacket, Client, Subscription } from "aedes";
import type { BrokerCounters } from "./broker-counters.ts";
import { filterMatches } from "./topic-filter.ts";

export interface RetainedBounds {
  /** Topics that may hold a retained message. */
  readonly retainedMax: number;
  /** Payload bytes over all of them. */
  readonly retainedBytesMax: number;
}

type Holder = Pick<Client, "id">;

/**
 * What aedes keeps between packets, in memory and bounded: retained messages, and the ids of QoS 2 messages under way.
 *
 * No session outlives its connection (Sparkplug asks for clean sessions everywhere), so there are no stored subscriptions
 * and no queues for absent clients: those methods answer as an empty store would. A retained message that does not fit is
 * delivered but not kept, and counted; what its topic held before goes too, since a stale value is worse than none.
 */
export class SessionFreeStore {
  readonly #retained = new Map<string, AedesPublishPacket>();
  readonly #underWay = new Map<string, Map<number, AedesPublishPacket>>();
  readonly #bounds: RetainedBounds;
  readonly #counters: BrokerCounters;

  constructor(bounds: RetainedBounds, counters: BrokerCounters) {
    this.#bounds = bounds;
    this.#counters = counters;
  }

  async setup(): Promise<void> {}

  async storeRetained(packet: AedesPublishPacket): Promise<void> {
    const held = this.#retained.get(packet.topic);
    const newBytes = packet.payload.length - (held?.payload.length ?? 0);
    const counters = this.#counters;
    const isOneTooMany = held === undefined && this.#retained.size >= this.#bounds.retainedMax;
    const fits = !isOneTooMany && counters.retainedBytesNow + newBytes <= this.#bounds.retainedBytesMax;
    const isKept = packet.payload.length > 0 && fits;
    if (isKept) this.#retained.set(packet.topic, { ...packet });
    else this.#retained.delete(packet.topic);
    if (packet.payload.length > 0 && !fits) counters.retainedRefused += 1;
    counters.retainedBytesNow += isKept ? newBytes : -(held?.payload.length ?? 0);
    counters.retainedNow = this.#retained.size;
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    const wanted = filters.map((filter) => filter.split("/"));
    const found = [...this.#retained.values()].filter(({ topic }) => {
      const levels = topic.split("/");
      return wanted.some((filter) => filterMatches(filter, levels));
    });
    return Readable.from(found);
  }

  createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter]);
  }

  async incomingStorePacket(client: Holder, packet: AedesPublishPacket): Promise<void> {
    const ofClient = this.#underWay.get(client.id) ?? new Map<number, AedesPublishPacket>();
    this.#underWay.set(client.id, ofClient);
    // Only the id is ever asked for again: the message itself is on its way already.
    ofClient.set(packet.messageId ?? 0, { ...packet, payload: Buffer.alloc(0) });
  }

  /** @throws when the message is not under way, which is how aedes knows a new one. */
  async incomingGetPacket(client: Holder, packet: AedesPublishPacket): Promise<AedesPublishPacket> {
    const found = this.#underWay.get(client.id)?.get(packet.messageId ?? 0);
    if (found === undefined) throw new Error(`no message ${packet.messageId} of ${client.id} is under way`);
    return found;
  }

  async incomingDelPacket(client: Holder, packet: AedesPublishPacket): Promise<void> {
    const ofClient = this.#underWay.get(client.id);
    if (ofClient?.delete(packet.messageId ?? 0) !== true)
      throw new Error(`no message ${packet.messageId} of ${client.id} is under way`);
    if (ofClient.size === 0) this.#underWay.delete(client.id);
  }

  async cleanIncoming(client: Holder): Promise<void> {
    this.#underWay.delete(client.id);
  }

  async addSubscriptions(): Promise<void> {}
  async removeSubscriptions(): Promise<void> {}
  async cleanSubscriptions(): Promise<void> {}

  async subscriptionsByClient(): Promise<Subscription[]> {
    return [];
  }

  async subscriptionsByTopic(): Promise<Subscription[]> {
    return [];
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    return { subsCount: 0, clientsCount: 0 };
  }

  async outgoingEnqueue(): Promise<void> {}
  async outgoingEnqueueCombi(): Promise<void> {}
  async outgoingUpdate(): Promise<void> {}
  async outgoingClearMessageId(): Promise<undefined> {
    return undefined;
  }

  outgoingStream(): Readable {
    return Readable.from([]);
  }

  /** Wills live with their connection; aedes stores them only for other brokers of a cluster to find. */
  async putWill(): Promise<void> {}
  async getWill(): Promise<undefined> {
    return undefined;
  }
  async delWill(): Promise<undefined> {
    return undefined;
  }

  streamWill(): Readable {
    return Readable.from([]);
  }

  getClientList(): Readable {
    return Readable.from([]);
  }

  async destroy(): Promise<void> {
    this.#retained.clear();
    this.#underWay.clear();
  }
}
