// The ingest process without its command line: everything opened, joined and running.

import { QUALITY_GOOD } from "@isotherm/coldchain";
import { openTraceReader } from "@isotherm/trace";
import { type Observable, Subject, type Subscription, merge, switchMap } from "rxjs";
import { BatchWait } from "./batch-wait.ts";
import { after, batches, repeatedly } from "./batches.ts";
import { CommandSender } from "./command-sender.ts";
import type { IngestConfig } from "./config.ts";
import { asStartError } from "./errors.ts";
import { FailureMemory } from "./failure-memory.ts";
import { FeedHub } from "./feed-hub.ts";
import { HoleWatch } from "./hole-watch.ts";
import { ForeignDoors } from "./foreign/foreign-doors.ts";
import { HostConnection } from "./host-connection.ts";
import { HttpDoor } from "./http-door.ts";
import { Inbox } from "./inbox.ts";
import { IngestMetrics, type Stage } from "./ingest-metrics.ts";
import type { IngestPorts } from "./ingest-ports.ts";
import { Judgement } from "./judgement.ts";
import type { RawMessage } from "./message.ts";
import { type BatchDone, Pipeline } from "./pipeline.ts";
import type { AssembledReadings } from "./reading-assembly.ts";
import { actOnQuarantine, type QuarantineAct, type QuarantineAnswer } from "./quarantine-acts.ts";
import { IngestState } from "./state.ts";
import { openReadingWriter } from "./store/open-reading-store.ts";
import type { ReadingWriter, SeriesId } from "./store/reading-store.ts";
import { Upkeep } from "./upkeep.ts";

const RELEASE_PERIOD_MS = 60_000;
const HOLE_PERIOD_MS = 1_000;

export class Ingest {
  readonly state: IngestState;
  readonly hub: FeedHub;
  readonly #config: IngestConfig;
  readonly #ports: IngestPorts;
  readonly #inbox: Inbox;
  readonly #arrived = new Subject<void>();
  readonly #writer: ReadingWriter;
  readonly #doors: ForeignDoors;
  readonly #sender: CommandSender;
  readonly #holes: HoleWatch;
  readonly #pipeline: Pipeline;
  readonly #judgement: Judgement;
  readonly #upkeep: Upkeep;
  readonly #metrics: IngestMetrics;
  readonly #door: HttpDoor;
  readonly #work: Subscription;
  #connection: HostConnection | undefined;
  #storeProblem: Error | undefined;
  #oldestMs = 0;

  private constructor(config: IngestConfig, ports: IngestPorts, state: IngestState, writer: ReadingWriter) {
    this.#config = config;
    this.#ports = ports;
    this.state = state;
    this.#writer = writer;
    this.#doors = new ForeignDoors(config.mappings ?? []);
    this.#inbox = new Inbox(config.bounds);
    this.hub = new FeedHub(ports.scheduler, () => state.db.cursor());
    this.#sender = new CommandSender({
      ...ports,
      hostId: config.hostId,
      send: (topic, payload) => this.#connection?.send(topic, payload) ?? false,
    });
    this.#holes = new HoleWatch({
      ...ports,
      bounds: config.bounds,
      gateway: (gatewayKey) => state.gateways.get(gatewayKey),
      askAgain: (...asked) => this.#sender.askAgain(...asked),
    });
    this.#metrics = this.#openMetrics();
    this.#judgement = new Judgement(config, ports, state, this.hub, openTraceReader(config.traceFile), this.#metrics);
    this.#upkeep = new Upkeep(config, ports, state, () => this.#judgement.factsWell);
    this.#pipeline = this.#openPipeline();
    this.#door = this.#openDoor();
    this.#work = this.#open().subscribe({ error: (error: unknown) => ports.broken(error) });
  }

  /** Opens state, store and HTTP port, and begins. Throws StateFileError, StoreError, ListenError. */
  static async open(config: IngestConfig, ports: IngestPorts): Promise<Ingest> {
    const ingest = await Ingest.#begin(config, ports);
    try {
      await ingest.#door.open();
      ingest.#connect();
    } catch (error) {
      await ingest.close();
      throw error;
    }
    return ingest;
  }

  /** Writes what a start has to write; a disk without room for it ends the start in words. */
  static async #begin(config: IngestConfig, ports: IngestPorts): Promise<Ingest> {
    let state: IngestState | undefined;
    try {
      state = IngestState.open(config.stateFile);
      return new Ingest(config, ports, state, await openReadingWriter(config.store));
    } catch (error) {
      state?.close();
      throw asStartError(error, config.stateFile);
    }
  }

  get port(): number {
    return this.#door.port;
  }

  get connected(): boolean {
    return this.#connection?.connected ?? false;
  }

  /** Stops taking messages, lets what is under way end, and closes. What was not accepted will come again. */
  async close(): Promise<void> {
    await this.#connection?.close();
    await this.#door.close();
    this.#pipeline.close();
    await this.#pipeline.idle();
    this.#work.unsubscribe();
    await this.#judgement.close();
    await this.#upkeep.close();
    await this.#writer.close();
    this.state.close();
  }

  /** All of ingest's work: its only subscription. */
  #open(): Observable<unknown> {
    const { scheduler } = this.#ports;
    const inbox = this.#inbox;
    const waiting = new BatchWait(this.#config.bounds);
    const take = () => (inbox.messageCount === 0 ? undefined : inbox.takeBatch());
    const waitMs = (): number => waiting.before(inbox.messageCount);
    return merge(
      batches(this.#arrived, scheduler, waitMs, take, async (batch) => {
        this.#oldestMs = batch[0]?.receivedAtMs ?? this.#ports.clock.wallMs();
        this.#passed("received");
        waiting.took(batch.length);
        await this.#pipeline.run(batch);
      }),
      after(scheduler, 0).pipe(switchMap(() => this.#pipeline.takeUp())),
      repeatedly(scheduler, RELEASE_PERIOD_MS, () => this.#pipeline.release()),
      repeatedly(scheduler, HOLE_PERIOD_MS, async () => this.#holes.look()),
      this.#judgement.work(),
      this.#upkeep.work(),
    );
  }

  #openPipeline(): Pipeline {
    const { config, state } = { config: this.#config, state: this.state };
    const { clock, scheduler, log, step } = this.#ports;
    return new Pipeline({
      state,
      failures: new FailureMemory(config.bounds.failuresMax),
      groups: config.groups,
      bounds: config.bounds,
      doors: this.#doors,
      writer: this.#writer,
      sender: this.#sender,
      clock,
      scheduler,
      committed: ({ stored, counts, streams, statuses, gateways, births }) => {
        this.#metrics.committed(counts, stored.storedCount);
        this.hub.noteReadings(stored.points());
        this.#holes.note(streams);
        if (this.hub.listenerCount > 0) this.#publishCompleteness(streams);
        for (const change of statuses) this.hub.publish({ kind: "asset", ...change });
        this.#judgement.heard({ gateways, births, good: goodSeries(stored) });
        this.#judgement.wake();
      },
      storeProblem: (error) => {
        this.#storeProblem = error;
        if (error === undefined) log.info("the store is well again");
        else log.warn({ err: error }, "the store is away; messages are kept, then dropped unaccepted");
      },
      step: (passed) => {
        this.#passed(passed === "planned" ? "decoded" : passed);
        step?.(passed);
      },
    });
  }

  /** Batches are carried one after the other, so that there is one oldest message at a time. */
  #passed(stage: Stage): void {
    this.#metrics.passed(stage, this.#ports.clock.wallMs() - this.#oldestMs);
  }

  #publishCompleteness(streams: BatchDone["streams"]): void {
    for (const { stream, gateway } of streams) {
      const { tenantId, gatewayId } = gateway;
      const { assetId, issued, accepted } = stream;
      this.hub.publishLater(`completeness/${tenantId}/${gatewayId}/${assetId}`, {
        kind: "completeness",
        tenantId,
        gatewayId,
        assetId,
        issued,
        accepted: accepted.size,
      });
    }
  }

  #openMetrics(): IngestMetrics {
    const inbox = this.#inbox;
    const { clock } = this.#ports;
    return new IngestMetrics({
      inboxMessages: () => inbox.messageCount,
      inboxBytes: () => inbox.byteCount,
      inboxDropped: () => inbox.dropped,
      lagSeconds: () => (clock.wallMs() - (inbox.oldestReceivedAtMs ?? clock.wallMs())) / 1000,
      inboxMessagesMax: () => this.#config.bounds.inboxMessagesMax,
      inboxBytesMax: () => this.#config.bounds.inboxBytesMax,
      dirtyMarks: () => this.state.dirty.count(),
      dirtyMarksMax: () => this.#config.bounds.dirtyMarksMax,
      watched: () => this.#judgement.watchedCount,
      expired: () => this.#upkeep.counts,
      hoursDue: () => this.state.hourDues.count(),
      hoursSummed: () => this.#upkeep.counts.hoursSummed,
      hoursFrozen: () => this.#upkeep.counts.hoursFrozen,
      connected: () => this.connected,
      storeWell: () => this.#storeProblem === undefined,
      acceptances: () => this.#sender.acceptances,
      rebirths: () => this.#sender.rebirths,
      resends: () => this.#sender.resends,
      feedReaders: () => this.#door.readerCount,
      feedCut: () => this.#door.cutCount,
    });
  }

  #openDoor(): HttpDoor {
    const { http, token, bounds } = this.#config;
    return new HttpDoor({
      ...http,
      token,
      bounds,
      hub: this.hub,
      metrics: this.#metrics.registry,
      unwell: () => this.#unwell(),
      takeIntent: (intent) => this.#judgement.takeIntent(intent),
      actOnQuarantine: (act) => this.#actOnQuarantine(act),
    });
  }

  #actOnQuarantine(act: QuarantineAct): Promise<QuarantineAnswer> {
    const [state, nowMs] = [this.state, this.#ports.clock.wallMs()];
    const run = (messages: readonly RawMessage[]) => this.#pipeline.run(messages);
    return actOnQuarantine({ state, nowMs, run, release: () => this.#pipeline.release() }, act);
  }

  #unwell(): string[] {
    const unwell: string[] = [];
    if (!this.connected) unwell.push("not connected to the broker");
    if (this.#storeProblem !== undefined) unwell.push(`the store is away: ${this.#storeProblem.message}`);
    return [...unwell, ...this.#judgement.unwell()];
  }

  #connect(): void {
    const { log } = this.#ports;
    const { broker, hostId, groups } = this.#config;
    const groupIds = [...new Set([...Object.keys(groups), ...this.#doors.groups])];
    const options = { ...broker, hostId, groupIds, filters: this.#doors.filters };
    this.#connection = new HostConnection(options, this.#ports, {
      message: (message) => {
        if (this.#inbox.offer(message)) this.#arrived.next();
        else if (/\/[ND]BIRTH\//.test(message.topic)) this.#connection?.missed();
      },
      connected: () => {
        this.#judgement.listening(true);
        log.info("connected to the broker");
      },
      disconnected: () => {
        this.#judgement.listening(false);
        log.warn("not connected to the broker; trying again");
      },
      problem: (error) => log.warn({ err: error }, "the broker"),
    });
  }
}

/** Channels that gave a good reading, each once. */
function goodSeries(stored: AssembledReadings): SeriesId[] {
  const { count, series, seriesKey, quality } = stored.batch;
  const isGood = new Uint8Array(series.length);
  for (let i = 0; i < count; i++)
    if (quality[i] === QUALITY_GOOD && stored.isStored(i)) isGood[seriesKey[i] as number] = 1;
  return series.filter((_, key) => isGood[key] === 1);
}
