// Everything about results, joined: facts watched, dirty intervals worked off, silence noticed, intents applied, and
// each change told to the feed.

import type { AlarmEffect } from "@isotherm/coldchain";
import type { TraceReader } from "@isotherm/trace";
import { type Observable, Subject, exhaustMap, merge } from "rxjs";
import { Assessor } from "./assessor.ts";
import { after, repeatedly } from "./batches.ts";
import type { IngestConfig } from "./config.ts";
import { FactWatch } from "./fact-watch.ts";
import type { FeedHub } from "./feed-hub.ts";
import type { FindingOutcome } from "./finding.ts";
import type { IngestMetrics } from "./ingest-metrics.ts";
import type { IngestPorts } from "./ingest-ports.ts";
import { type Intent, type IntentAnswer, endShelves, takeIntent } from "./intents.ts";
import { noteNeverConcluded } from "./leg-conclusion-due.ts";
import { concludeNext } from "./leg-conclusion-work.ts";
import { isPassing } from "./passing-error.ts";
import { type Heard, type SilenceChange, SilenceWatch } from "./silence-watch.ts";
import type { IngestState } from "./state.ts";
import { openReadingReader } from "./store/open-reading-store.ts";
import type { ReadingReader } from "./store/reading-store.ts";

const LOOK_PERIOD_MS = 1000;
const RETRY_MS = 1000;

export class Judgement {
  readonly #config: IngestConfig;
  readonly #ports: IngestPorts;
  readonly #state: IngestState;
  readonly #hub: FeedHub;
  readonly #trace: TraceReader;
  readonly #metrics: IngestMetrics;
  readonly #facts: FactWatch;
  readonly #silence: SilenceWatch;
  readonly #assessor: Assessor;
  readonly #wake = new Subject<void>();
  #reader: ReadingReader | undefined;
  #opening: Promise<ReadingReader> | undefined;
  #problem: string | undefined;
  #factsProblem: string | undefined;
  #closing = false;
  #busy: Promise<void> = Promise.resolve();
  #concluding: Promise<void> = Promise.resolve();

  constructor(
    config: IngestConfig,
    ports: IngestPorts,
    state: IngestState,
    hub: FeedHub,
    trace: TraceReader,
    metrics: IngestMetrics,
  ) {
    this.#config = config;
    this.#ports = ports;
    this.#state = state;
    this.#hub = hub;
    this.#trace = trace;
    this.#metrics = metrics;
    const { assignments } = state;
    this.#facts = new FactWatch({
      state,
      assignments,
      trace,
      nowMs: () => ports.clock.wallMs(),
      groupAboveChannels: config.bounds.groupAboveChannels,
      alarmsChanged: (alarms) => {
        for (const { alarmId, effects } of alarms) this.#tellAlarm(alarmId, effects);
      },
      problems: (problems) => {
        for (const [profileId, problem] of problems) ports.log.error({ profileId, problem }, "a profile is not usable");
      },
    });
    noteNeverConcluded(state, ports.clock.wallMs());
    this.#silence = new SilenceWatch(state, config, ports.clock.wallMs());
    this.#assessor = new Assessor({
      state,
      reader: () => this.#openReader(),
      groupAboveChannels: config.bounds.groupAboveChannels,
      monotonicMs: () => ports.clock.monotonicMs(),
      assessed: (outcome) => this.#tell(outcome),
    });
  }

  /** Whether the broker's messages are heard. */
  listening(isListening: boolean): void {
    this.#tellSilence(this.#silence.listening(isListening, this.#ports.clock.wallMs()));
  }

  /** Messages were committed: whoever spoke is silent no longer. */
  heard(heard: Heard): void {
    try {
      this.#tellSilence(this.#silence.heard(heard, this.#ports.clock.wallMs()));
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.#ports.log.warn({ err: error }, "what was heard again waits for the state file");
    }
  }

  /** There may be something to assess. */
  wake(): void {
    this.#wake.next();
  }

  work(): Observable<unknown> {
    const { scheduler } = this.#ports;
    return merge(
      this.#wake.pipe(exhaustMap(() => (this.#busy = this.#assessAll()))),
      after(scheduler, 0).pipe(exhaustMap(() => this.#look())),
      repeatedly(scheduler, LOOK_PERIOD_MS, () => this.#look()),
      repeatedly(scheduler, LOOK_PERIOD_MS, () => (this.#concluding = this.#conclude())),
    );
  }

  /** False while the facts cannot be read: then nobody knows what must be kept. */
  get factsWell(): boolean {
    return this.#factsProblem === undefined;
  }

  unwell(): string[] {
    const facts = this.#factsProblem === undefined ? undefined : `facts cannot be read: ${this.#factsProblem}`;
    const marks = this.#state.dirty.count();
    const { dirtyMarksMax } = this.#config.bounds;
    const behind =
      marks > dirtyMarksMax ? `assessment is behind: ${marks} intervals wait, of ${dirtyMarksMax} at most` : undefined;
    return [this.#problem, facts, behind].filter((problem) => problem !== undefined);
  }

  /** Gateways, assets and channels whose silence is watched. */
  get watchedCount(): number {
    return this.#silence.size;
  }

  takeIntent(intent: Intent): IntentAnswer {
    const answer = takeIntent(this.#state, intent, this.#ports.clock.wallMs());
    if (answer.outcome === "applied") this.#tellAlarm(intent.alarmId, answer.effects);
    return answer;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#busy;
    await this.#concluding;
    this.#trace.close();
    await this.#reader?.close();
  }

  async #assessAll(): Promise<void> {
    try {
      // Between two passes messages are received and stored: a changed profile may be work for many seconds.
      while (!this.#closing && (await this.#assessor.pass())) await this.#breath();
      this.#problem = undefined;
    } catch (error) {
      if (!isPassing(error)) throw error;
      // The marks stand in the state file: nothing is lost by trying again later.
      this.#problem = `assessment waits for the store: ${error.message}`;
      this.#ports.log.warn({ err: error }, "assessment waits for the store");
      this.#ports.scheduler.after(RETRY_MS, () => this.#wake.next());
    }
  }

  /** What is concluded about legs has its own turn, so that alarms of readings never wait for it. */
  async #conclude(): Promise<void> {
    const deps = { state: this.#state, reader: () => this.#openReader(), breath: () => this.#breath() };
    try {
      while (!this.#closing) {
        const concluded = await concludeNext(deps, this.#ports.clock.wallMs());
        if (concluded === undefined) return;
        for (const { alarmId, effects } of concluded.alarms) this.#tellAlarm(alarmId, effects);
        await this.#breath();
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.#ports.log.warn({ err: error }, "what is concluded about legs waits for the store");
    }
  }

  async #openReader(): Promise<ReadingReader> {
    if (this.#reader !== undefined) return this.#reader;
    // Two that ask at once get the same one.
    this.#opening ??= openReadingReader(this.#config.store).finally(() => (this.#opening = undefined));
    return (this.#reader = await this.#opening);
  }

  async #breath(): Promise<void> {
    await new Promise<void>((resume) => void this.#ports.scheduler.after(0, resume));
  }

  async #look(): Promise<void> {
    if (this.#closing) return;
    this.#lookAtFacts();
    try {
      this.#lookAtTime(this.#ports.clock.wallMs());
    } catch (error) {
      if (!isPassing(error)) throw error;
      // The next look finds the same.
      this.#ports.log.warn({ err: error }, "silence and shelves wait for the state file");
    }
    this.#wake.next();
  }

  /** What comes to pass without any message: silence, the end of a shelf. */
  #lookAtTime(nowMs: number): void {
    this.#tellSilence(this.#silence.look(nowMs));
    for (const { alarmId, effects } of endShelves(this.#state, nowMs)) this.#tellAlarm(alarmId, effects);
  }

  /** Facts that cannot be read now are read later; what was known before stands. */
  #lookAtFacts(): void {
    try {
      this.#facts.look();
      this.#factsProblem = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#factsProblem)
        this.#ports.log.error({ err: error, traceFile: this.#config.traceFile }, "facts cannot be read");
      this.#factsProblem = message;
    }
  }

  #tell({ alarms, excursions, receivedAtMs }: FindingOutcome): void {
    const nowMs = this.#ports.clock.wallMs();
    this.#metrics.assessed(excursions.length, alarms.length);
    if (receivedAtMs !== null) this.#metrics.passed("assessed", nowMs - receivedAtMs);
    for (const { tenantId, assetId } of excursions) this.#hub.noteExcursion(tenantId, assetId);
    for (const { alarmId, effects } of alarms) this.#tellAlarm(alarmId, effects);
  }

  #tellSilence(changes: readonly SilenceChange[]): void {
    for (const { alarmId, effects, gatewayKey } of changes) {
      this.#tellAlarm(alarmId, effects);
      if (gatewayKey !== undefined) this.#tellAssets(gatewayKey);
    }
  }

  #tellAlarm(alarmId: string, effects: readonly AlarmEffect[]): void {
    const alarm = this.#state.alarms.row(alarmId);
    if (alarm === undefined) return;
    const { tenantId, assetId } = alarm;
    const event = { kind: "alarm", tenantId, assetId, alarmId, alarm, effects } as const;
    // What nobody is to be told of may come with what else has changed a moment later.
    if (effects.length === 0) this.#hub.publishLater(`alarm/${alarmId}`, event);
    else this.#hub.publish(event);
    const isRaised = effects.some((effect) => effect.kind === "annunciate" && effect.reason === "raised");
    if (isRaised && alarm.channel !== "" && !alarm.foundLate)
      this.#metrics.passed("told", this.#ports.clock.wallMs() - alarm.raisedAtMs);
  }

  #tellAssets(gatewayKey: string): void {
    for (const { tenantId, assetId, status } of this.#state.gateways.assetsOf(gatewayKey))
      this.#hub.publish({ kind: "asset", tenantId, assetId, status });
  }
}
