// Ingest as a Sparkplug 3.0 host application on an MQTT 3.1.1 broker: its STATE, its subscriptions, its commands.

import { type Clock, type Scheduler, parseSparkplugTopic, stateTopic } from "@isotherm/coldchain";
import mqtt from "mqtt";
import type { RawMessage } from "./message.ts";

export interface HostOptions {
  /** mqtt://host:port or mqtts://host:port. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly hostId: string;
  /** Sparkplug groups to subscribe to. */
  readonly groupIds: readonly string[];
  /** Filters of plain-JSON topics. */
  readonly filters?: readonly string[];
}

export interface HostEvents {
  /** Every message of the groups, as it comes; must return at once. */
  message(message: RawMessage): void;
  connected(): void;
  disconnected(): void;
  /** For the log; connecting goes on by itself. */
  problem(error: Error): void;
}

const HEARD_TYPES = ["NBIRTH/+", "NDEATH/+", "NDATA/+", "DBIRTH/+/+", "DDEATH/+/+", "DDATA/+/+"];
const RECONNECT_MS = 2000;
const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_S = 30;
const GOODBYE_MS_MAX = 2000;

export interface HostTime {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
}

export class HostConnection {
  readonly #options: HostOptions;
  readonly #events: HostEvents;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #client: mqtt.MqttClient;
  #sinceMs: number;
  #isSubscribed = false;
  #connections = 0;

  constructor(options: HostOptions, { clock, scheduler }: HostTime, events: HostEvents) {
    this.#options = options;
    this.#scheduler = scheduler;
    this.#events = events;
    this.#clock = clock;
    this.#sinceMs = clock.wallMs();
    const { user, password } = options;
    this.#client = mqtt.connect(options.url, {
      protocolVersion: 4,
      clean: true,
      clientId: `${options.hostId}-ingest`,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      keepalive: KEEPALIVE_S,
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      resubscribe: false,
      // Commands that could not be sent are worked out anew; a queue of old ones would only grow.
      queueQoSZero: false,
      // A table of all 65,536 packet ids as bytes: 8 MB for nothing at QoS 0.
      writeCache: false,
      will: this.#will(),
    });
    this.#client.on("connect", () => this.#onConnect());
    this.#client.on("close", () => this.#onClose());
    this.#client.on("error", (error) => events.problem(error));
    this.#client.on("message", (topic, payload, { retain }) => this.#onMessage(topic, payload, retain));
  }

  /** What gateways send now is heard. */
  get connected(): boolean {
    return this.#client.connected && this.#isSubscribed;
  }

  /** A message was dropped that may have been a birth: what births said before is not to be relied on. */
  missed(): void {
    this.#connections++;
  }

  /** Sends a command at QoS 0. False when there is no connection: what it says will be said again. */
  send(topic: string, payload: Uint8Array): boolean {
    if (!this.#client.connected) return false;
    this.#client.publish(topic, Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength), { qos: 0 });
    return true;
  }

  /** Says that the host is offline, waits a moment for the broker to have heard it, and leaves. */
  async close(): Promise<void> {
    if (this.#client.connected)
      await new Promise<void>((said) => {
        const cancel = this.#scheduler.after(GOODBYE_MS_MAX, said);
        const { topic, payload } = this.#will();
        const done = (): void => {
          cancel();
          said();
        };
        this.#client.publish(topic, payload, { qos: 1, retain: true }, done);
        this.#client.once("close", done);
      });
    await this.#client.endAsync(true);
  }

  /** The will and the birth of one connection carry the same timestamp (3.0, §6.4.27). */
  #will(): { topic: string; payload: Buffer; qos: 1; retain: true } {
    return { topic: stateTopic(this.#options.hostId), payload: this.#state(false), qos: 1, retain: true };
  }

  #state(online: boolean): Buffer {
    return Buffer.from(JSON.stringify({ online, timestamp: this.#sinceMs }));
  }

  #onConnect(): void {
    const { hostId, groupIds, filters = [] } = this.#options;
    this.#connections++;
    this.#client.subscribe(stateTopic(hostId), { qos: 1 }, (error) => {
      if (error) return this.#events.problem(error);
      // Not the whole group: our own commands would come back to us.
      const groups = groupIds.includes("+") ? ["+"] : groupIds;
      const topics = groups.flatMap((groupId) => HEARD_TYPES.map((levels) => `spBv1.0/${groupId}/${levels}`));
      this.#client.subscribe([...topics, ...filters], { qos: 1 }, (refused) => {
        if (refused) return this.#events.problem(refused);
        this.#isSubscribed = true;
        this.#sayOnline();
        this.#events.connected();
      });
    });
  }

  #sayOnline(): void {
    this.#client.publish(stateTopic(this.#options.hostId), this.#state(true), { qos: 1, retain: true });
  }

  #onClose(): void {
    this.#isSubscribed = false;
    this.#events.disconnected();
    // The next connection's will and birth carry its own time, later than this one's.
    this.#sinceMs = Math.max(this.#sinceMs + 1, this.#clock.wallMs());
    this.#client.options.will = this.#will();
  }

  #onMessage(topic: string, payload: Uint8Array, isRetained: boolean): void {
    const parsed = parseSparkplugTopic(topic);
    if (parsed?.kind === "state") {
      if (parsed.hostId === this.#options.hostId && saysOffline(payload)) this.#sayOnline();
      return;
    }
    const receivedAtMs = this.#clock.wallMs();
    this.#events.message({ topic, payload, receivedAtMs, isRetained, connection: this.#connections });
  }
}

function saysOffline(payload: Uint8Array): boolean {
  try {
    const state = JSON.parse(Buffer.from(payload).toString("utf8")) as { online?: unknown };
    return state.online === false;
  } catch {
    return false;
  }
}
