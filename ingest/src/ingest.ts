// The ingest process without its command line: everything opened, joined and running.

import type { Clock, Random, Scheduler } from "@isotherm/coldchain";
import { Subject, type Subscription, merge } from "rxjs";
import type { Logger } from "pino";
import { batches, repeatedly } from "./batches.ts";
import { CommandSender } from "./command-sender.ts";
import type { IngestConfig } from "./config.ts";
import { FailureMemory } from "./failure-memory.ts";
import { HostConnection } from "./host-connection.ts";
import { Inbox } from "./inbox.ts";
import { type CommitStep, Pipeline } from "./pipeline.ts";
import { IngestState } from "./state.ts";
import { openReadingWriter } from "./store/open-reading-store.ts";
import type { ReadingWriter } from "./store/reading-store.ts";

export interface IngestPorts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly log: Logger;
  /** Called after each step of a commit: where a test may let the process die. */
  step?(step: CommitStep): void;
  /** Called once when something broke that no waiting mends; the process should end. */
  broken(error: unknown): void;
}

const RELEASE_PERIOD_MS = 60_000;

export class Ingest {
  readonly inbox: Inbox;
  readonly state: IngestState;
  readonly #connection: HostConnection;
  readonly #pipeline: Pipeline;
  readonly #writer: ReadingWriter;
  readonly #work: Subscription;

  private constructor(config: IngestConfig, ports: IngestPorts, state: IngestState, writer: ReadingWriter) {
    const { clock, scheduler, random, log } = ports;
    this.state = state;
    this.#writer = writer;
    this.inbox = new Inbox(config.bounds);
    const arrived = new Subject<void>();
    const sender = new CommandSender({
      hostId: config.hostId,
      clock,
      scheduler,
      random,
      send: (topic, payload) => this.#connection.send(topic, payload),
    });
    this.#pipeline = new Pipeline({
      state,
      failures: new FailureMemory(config.bounds.failuresMax),
      groups: config.groups,
      bounds: config.bounds,
      writer,
      sender,
      clock,
      scheduler,
      committed: () => undefined,
      storeProblem: (error) =>
        error === undefined ? log.info("store is well again") : log.warn({ err: error }, "store is away"),
      ...(ports.step === undefined ? {} : { step: (step: CommitStep) => ports.step?.(step) }),
    });
    const take = () => (this.inbox.messageCount === 0 ? undefined : this.inbox.takeBatch());
    this.#work = merge(
      batches(arrived, scheduler, config.bounds.batchWaitMs, take, (batch) => this.#pipeline.run(batch)),
      repeatedly(scheduler, RELEASE_PERIOD_MS, () => this.#pipeline.release()),
    ).subscribe({ error: (error: unknown) => ports.broken(error) });
    this.#connection = new HostConnection(
      { ...config.broker, hostId: config.hostId, groupIds: Object.keys(config.groups) },
      clock,
      {
        message: (message) => {
          if (this.inbox.offer(message)) arrived.next();
        },
        connected: () => log.info("connected to the broker"),
        disconnected: () => log.warn("not connected to the broker"),
        problem: (error) => log.warn({ err: error }, "broker"),
      },
    );
  }

  /** Opens the state and the store. Throws StateFileError, StoreError. */
  static async open(config: IngestConfig, ports: IngestPorts): Promise<Ingest> {
    const state = IngestState.open(config.stateFile);
    try {
      return new Ingest(config, ports, state, await openReadingWriter(config.store));
    } catch (error) {
      state.close();
      throw error;
    }
  }

  get connected(): boolean {
    return this.#connection.connected;
  }

  async close(): Promise<void> {
    await this.#connection.close();
    this.#pipeline.close();
    await this.#pipeline.idle();
    this.#work.unsubscribe();
    await this.#writer.close();
    this.state.close();
  }
}
