// The uplink's thin edge: connects, follows the primary host's state, and moves what the core decides between spool and
// broker. Everything that decides about delivery is in uplink-core.ts.

import {
  deviceTopic,
  nodeTopic,
  stateTopic,
  type Acceptance,
  type Cancel,
  type Clock,
  type CurrentValue,
  type Random,
  type Scheduler,
} from "@isotherm/coldchain";
import type { AgentLog } from "./agent-log.ts";
import { BrokerLink } from "./broker-link.ts";
import type { AgentConfig } from "./config-schema.ts";
import { promisesOf } from "./declarations.ts";
import { HostWatch, type HostState } from "./host-state.ts";
import type { TakenRecord } from "./record-draft.ts";
import { nodeDeathPayload } from "./session-payloads.ts";
import { SparkplugSession } from "./sparkplug-session.ts";
import type { Spool } from "./spool.ts";
import { cargoOf, streamsToBear, uplinkFactsOf } from "./uplink-cargo.ts";
import { UplinkCore } from "./uplink-core.ts";
import { readUpstream } from "./upstream.ts";

export interface UplinkOptions {
  readonly config: AgentConfig;
  readonly password: string;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly log: AgentLog;
  /** A new epoch was opened: boots and anchors begin anew. */
  readonly onEpoch: () => void;
}

export interface SessionCounters {
  connects: number;
  births: number;
  commandsMalformed: number;
}

const REBIRTH_EVERY_MS = 1000;
/** How long a broker may take over our goodbye. */
const GOODBYE_MS = 1000;
const JITTER_PART = 0.5;

export class Uplink {
  readonly core: UplinkCore;
  readonly counters: SessionCounters = { connects: 0, births: 0, commandsMalformed: 0 };
  readonly #options: UplinkOptions;
  readonly #host = new HostWatch();
  readonly #current = new Map<number, CurrentValue>();
  /** Streams of earlier epochs that were asked for again. */
  readonly #alsoBorn = new Set<number>();
  #link: BrokerLink | undefined;
  #session: SparkplugSession | undefined;
  #bdSeq: number;
  #isBorn = false;
  #isPumping = false;
  #isStopped = true;
  #failures = 0;
  #bornAtMs = -Infinity;
  #cancelWake: Cancel = () => undefined;
  #cancelConnect: Cancel = () => undefined;
  #cancelRebirth: Cancel | undefined;

  constructor(options: UplinkOptions) {
    const { config, spool, random } = options;
    this.#options = options;
    this.core = new UplinkCore({ ...config.uplink, hostId: config.hostId, random });
    this.#bdSeq = Number(spool.fact("nextBdSeq") ?? 0);
    this.#setStreams();
    spool.onGone = (streamId, reason, ranges) => this.core.gone(streamId, reason, ranges);
  }

  /** True while the host is there and knows our births. */
  get isUp(): boolean {
    return this.#isBorn;
  }

  start(): void {
    this.#isStopped = false;
    this.#connect();
  }

  /** Says goodbye and disconnects, within a second or so. What is not accepted stays in the spool. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelConnect();
    await this.#leave();
  }

  /** Records are in the spool. */
  taken(records: readonly TakenRecord[]): void {
    for (const { stream, record } of records) {
      this.core.recorded(stream.streamId, record.number);
      for (const { alias, value } of record.readings) this.#current.set(alias, { value, atMs: record.wallMs });
    }
    this.#pump();
  }

  /** The spool's streams changed: what is in flight counts as unsent. */
  #setStreams(): void {
    const { config, spool } = this.#options;
    this.core.setStreams(uplinkFactsOf(spool, config.uplink.messageRecordsMax));
  }

  #connect(): void {
    const { config, spool, password, clock } = this.#options;
    const { groupId, gatewayId, hostId, broker } = config;
    const bdSeq = this.#bdSeq;
    this.#bdSeq = (bdSeq + 1) % 256;
    spool.setFact("nextBdSeq", this.#bdSeq);
    this.counters.connects++;
    const link: BrokerLink = new BrokerLink({
      ...broker,
      password,
      clientId: gatewayId,
      will: { topic: nodeTopic(groupId, "NDEATH", gatewayId), payload: nodeDeathPayload(bdSeq, clock.wallMs()) },
      filters: [
        nodeTopic(groupId, "NCMD", gatewayId),
        deviceTopic(groupId, "DCMD", gatewayId, "#"),
        stateTopic(hostId),
      ],
      onReady: () => this.#ready(),
      onMessage: (topic, payload) => this.#receive(topic, payload),
      onClosed: (reason) => this.#closed(link, reason),
      onDrain: () => this.#pump(),
    });
    this.#link = link;
    this.#session = new SparkplugSession(
      { ...config, link: config.uplink.link, promises: promisesOf(config) },
      link,
      bdSeq,
    );
  }

  #ready(): void {
    this.#options.log.info({ broker: this.#options.config.broker.url }, "Connected to the broker.");
    if (this.#host.isOnline) this.#bear();
  }

  #closed(link: BrokerLink, reason: Error | undefined): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#session = undefined;
    this.#silence();
    this.#host.forget();
    if (this.#isStopped) return;
    const { config, random, scheduler, log } = this.#options;
    const { reconnectAfterMs, reconnectAfterMsMax } = config.uplink;
    const backoffMs = Math.min(reconnectAfterMsMax, reconnectAfterMs * 2 ** Math.min(this.#failures++, 16));
    const inMs = Math.round(backoffMs * (1 + JITTER_PART * random()));
    const why = reason?.message ?? "the connection was closed";
    log.warn({ broker: config.broker.url, reason: why, inMs }, "Not connected to the broker; trying again.");
    this.#cancelConnect = scheduler.after(inMs, () => this.#connect());
  }

  /** Nothing is sent until the next births. */
  #silence(): void {
    this.#isBorn = false;
    this.core.linkDown();
    this.#cancelWake();
    this.#cancelRebirth?.();
    this.#cancelRebirth = undefined;
  }

  /** NDEATH and a disconnect, but no longer than the broker may take. */
  async #leave(): Promise<void> {
    const [link, session] = [this.#link, this.#session];
    if (link === undefined || session === undefined) return;
    this.#silence();
    const { scheduler, clock } = this.#options;
    await new Promise<void>((resolve) => {
      const cancel = scheduler.after(GOODBYE_MS, () => {
        link.abort(new Error("the broker did not answer"));
        resolve();
      });
      void session.end(clock.wallMs()).finally(() => {
        cancel();
        resolve();
      });
    });
  }

  #receive(topic: string, payload: Uint8Array): void {
    const message = readUpstream(topic, payload);
    if (message.kind === "state") this.#hostSays(message.state);
    else if (message.kind === "rebirth") this.#rebirth();
    else if (message.kind === "acceptance") this.#answer(message.assetId, message.acceptance);
    else if (message.kind === "malformed") this.counters.commandsMalformed++;
  }

  #hostSays(state: HostState): void {
    const change = this.#host.take(state);
    const { config, log } = this.#options;
    if (change === "none") return;
    log.info({ hostId: config.hostId, change }, "The primary host's state changed.");
    if (change === "offline") void this.#leave();
    else this.#bear();
  }

  #answer(assetId: string, acceptance: Acceptance): void {
    const { spool, clock } = this.#options;
    const outcome = this.core.accept(assetId, acceptance, clock.monotonicMs());
    if (outcome.outcome === "accepted") spool.accept(outcome.streamId, outcome.ranges);
    else if (outcome.outcome === "epoch-conflict") this.#fork(outcome.streamId);
    this.#pump();
  }

  #fork(streamId: number): void {
    const { spool, log, onEpoch } = this.#options;
    const { event, reason } = spool.fork(streamId);
    log.warn({ event, reason, epoch: spool.epoch }, "Numbering begins anew under a new epoch; nothing is dropped.");
    this.#setStreams();
    onEpoch();
    if (this.#isBorn) this.#bear();
  }

  /** At once, unless the last births are younger than a second: then when they are a second old. Data waits for it. */
  #rebirth(): void {
    if (!this.#isBorn || this.#cancelRebirth !== undefined) return;
    const { clock, scheduler } = this.#options;
    const inMs = this.#bornAtMs + REBIRTH_EVERY_MS - clock.monotonicMs();
    if (inMs <= 0) this.#publishBirths();
    else
      this.#cancelRebirth = scheduler.after(inMs, () => {
        this.#cancelRebirth = undefined;
        this.#publishBirths();
        this.#pump();
      });
  }

  /** Births for a host that is there; what was in flight before counts as unsent. */
  #bear(): void {
    if (this.#link?.isWritable !== true) return;
    this.#cancelRebirth?.();
    this.#cancelRebirth = undefined;
    this.#publishBirths();
    this.#isBorn = true;
    this.#failures = 0;
    this.core.linkUp(this.#options.clock.monotonicMs());
    this.#pump();
  }

  #publishBirths(): void {
    const { spool, clock } = this.#options;
    const streams = streamsToBear(spool, this.#alsoBorn);
    this.#session?.publishBirths(streams, spool.epoch, this.#current, clock.wallMs());
    this.#bornAtMs = clock.monotonicMs();
    this.counters.births++;
  }

  /** Sends what may be sent now, and plans the next time. */
  #pump(): void {
    // Reading from the spool may declare numbers gone, whose listener must not start this again inside itself.
    if (this.#isPumping || !this.#isBorn || this.#cancelRebirth !== undefined) return;
    this.#isPumping = true;
    try {
      while (this.#link?.isWritable === true && this.#sendNext());
    } finally {
      this.#isPumping = false;
    }
    const nowMs = this.#options.clock.monotonicMs();
    const wakeMs = this.core.wakeAtMs(nowMs);
    this.#cancelWake();
    if (wakeMs !== undefined && this.#link?.isWritable === true)
      this.#cancelWake = this.#options.scheduler.after(Math.max(1, wakeMs - nowMs), () => this.#pump());
  }

  #sendNext(): boolean {
    const { spool, clock } = this.#options;
    const send = this.core.nextSend(clock.monotonicMs());
    const session = this.#session;
    if (send === undefined || session === undefined) return false;
    if (!session.isBorn(send.streamId)) {
      this.#alsoBorn.add(send.streamId);
      this.#publishBirths();
    }
    const stream = spool.streams().find(({ streamId }) => streamId === send.streamId);
    if (stream !== undefined) session.publishData(stream, cargoOf(spool, send), clock.wallMs());
    return true;
  }
}
