// One MQTT connection, from CONNECT to its end. A new one is made for each attempt, since the will holds a new bdSeq.

import { connect, type MqttClient } from "mqtt";

export interface BrokerLinkOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly clientId: string;
  readonly keepaliveS: number;
  readonly will: { readonly topic: string; readonly payload: Uint8Array };
  /** Subscribed at QoS 1 before anything else. */
  readonly filters: readonly string[];
  readonly onReady: () => void;
  readonly onMessage: (topic: string, payload: Uint8Array) => void;
  /** Once, after which nothing more comes. */
  readonly onClosed: (reason: Error | undefined) => void;
  /** The socket has room again. */
  readonly onDrain: () => void;
}

/** What may wait in the socket: over it nothing is published until the broker has taken some. */
const SOCKET_BYTES_MAX = 256 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;

export class BrokerLink {
  readonly #client: MqttClient;
  readonly #options: BrokerLinkOptions;
  #isReady = false;
  #isClosed = false;
  #isAwaitingDrain = false;
  #reason: Error | undefined;

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
    const { url, user, password, clientId, keepaliveS, will } = options;
    this.#client = connect(url, {
      protocolVersion: 4,
      clean: true,
      clientId,
      username: user,
      password,
      keepalive: keepaliveS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      resubscribe: false,
      // Whatever cannot go out now stays in the spool, not in a queue of the client that has no bound.
      queueQoSZero: false,
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: false },
    });
    this.#client.on("connect", () => this.#subscribe());
    this.#client.on("message", (topic, payload) => {
      if (!this.#isClosed) options.onMessage(topic, payload);
    });
    this.#client.on("error", (error) => (this.#reason ??= error));
    this.#client.on("close", () => this.#closed());
  }

  /** True when a message may be published now; otherwise `onDrain` or `onClosed` follows. */
  get isWritable(): boolean {
    if (!this.#isReady || !this.#client.connected) return false;
    const { stream } = this.#client;
    if (stream.writableLength <= SOCKET_BYTES_MAX) return true;
    if (!this.#isAwaitingDrain) {
      this.#isAwaitingDrain = true;
      stream.once("drain", () => {
        this.#isAwaitingDrain = false;
        this.#options.onDrain();
      });
    }
    return false;
  }

  /** Publishes at QoS 0, as Sparkplug data goes. */
  publish(topic: string, payload: Uint8Array): void {
    this.#client.publish(topic, Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength), { qos: 0 });
  }

  /** Closes at once, so that the broker publishes the will. */
  abort(reason: Error): void {
    this.#reason ??= reason;
    this.#client.end(true);
    this.#closed();
  }

  /** Publishes a last message at QoS 1 and disconnects in order; waits no longer than the broker takes to answer. */
  async end(topic: string, payload: Uint8Array): Promise<void> {
    if (this.#isReady && this.#client.connected) {
      await this.#client.publishAsync(topic, Buffer.from(payload), { qos: 1 }).catch(() => undefined);
    }
    await this.#client.endAsync().catch(() => undefined);
    this.#closed();
  }

  #subscribe(): void {
    this.#client.subscribe([...this.#options.filters], { qos: 1 }, (error, granted) => {
      const refused = granted?.find(({ qos }) => qos === 128);
      if (error !== null) this.abort(error);
      else if (refused !== undefined) this.abort(new Error(`the broker refuses the subscription ${refused.topic}`));
      else if (!this.#isClosed) {
        this.#isReady = true;
        this.#options.onReady();
      }
    });
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isReady = false;
    this.#client.end(true);
    this.#options.onClosed(this.#reason);
  }
}
