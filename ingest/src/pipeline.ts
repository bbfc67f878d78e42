// From waiting messages to what is stored and accepted, one batch after the other.

import type { Clock, Scheduler } from "@isotherm/coldchain";
import { AcceptanceQueue } from "./acceptance-queue.ts";
import { BatchPlan, type PlanDeps } from "./batch-plan.ts";
import type { PlanCount } from "./plan-counts.ts";
import { commitPlan, type StatusChange, storeReadings } from "./commit.ts";
import type { CommandSender } from "./command-sender.ts";
import type { GatewayState } from "./gateway-table.ts";
import { journalForeign } from "./foreign/foreign-commit.ts";
import type { ForeignArrival } from "./foreign/foreign-report.ts";
import type { RawMessage } from "./message.ts";
import { isPassing } from "./passing-error.ts";
import { RELEASE_RECORDS_MAX, releasePending } from "./pending-release.ts";
import type { AssembledReadings } from "./reading-assembly.ts";
import type { ReadingWriter } from "./store/reading-store.ts";
import type { StreamState } from "./stream-state.ts";

/** Where a test may let the process die. */
export type CommitStep = "planned" | "stored" | "committed" | "accepted";

export interface BatchDone {
  readonly stored: AssembledReadings;
  readonly counts: ReadonlyMap<PlanCount, number>;
  readonly statuses: readonly StatusChange[];
  readonly streams: readonly { readonly stream: StreamState; readonly gateway: GatewayState }[];
  /** Gateways that said something, as they are now, and births that came. */
  readonly gateways: readonly GatewayState[];
  readonly births: BatchPlan["births"];
}

export interface PipelineDeps extends PlanDeps {
  readonly writer: ReadingWriter;
  readonly sender: CommandSender;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Called with what was committed; assessment starts from there. */
  committed(done: BatchDone): void;
  /** The store is away, or well again. */
  storeProblem(error: Error | undefined): void;
  /** Called after each step. */
  step?(step: CommitStep): void;
}

const STORE_BACKOFF_FIRST_MS = 100;

export class Pipeline {
  readonly #deps: PipelineDeps;
  readonly #acceptances: AcceptanceQueue;
  #closing = false;
  #wake: (() => void) | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#acceptances = new AcceptanceQueue(deps.scheduler, ({ gateway, stream }) =>
      deps.sender.accept(gateway, stream),
    );
  }

  /** Carries one batch through; resolves when it is accepted, or when closing ended the wait for the store. */
  async run(messages: readonly RawMessage[]): Promise<void> {
    await this.#alone(async () => {
      const hasAnchors = await this.#untilStored(() => this.#carry(messages));
      if (hasAnchors === true) await this.#release();
    });
  }

  /** Lets records go whose anchor has come or who waited long enough. */
  async release(): Promise<void> {
    await this.#alone(() => this.#release());
  }

  /** Stores what a former process had begun to: nobody would send it again. To be called before the first batch. */
  async takeUp(): Promise<void> {
    await this.#alone(async () => {
      for (;;) {
        const arrivals = this.#deps.state.foreign.journal();
        if (arrivals.length === 0 || (await this.#untilStored(() => this.#carry([], arrivals))) === undefined) return;
      }
    });
  }

  async #release(): Promise<void> {
    const { state, writer, clock, bounds } = this.#deps;
    let records: number;
    do {
      records = 0;
      await this.#untilStored(async () => {
        const released = await releasePending(state, writer, clock.wallMs(), bounds.pendingWaitMs);
        const { stored } = released;
        if (stored.storedCount > 0)
          this.#deps.committed({ stored, counts: new Map(), statuses: [], streams: [], gateways: [], births: [] });
        records = released.records;
      });
    } while (records === RELEASE_RECORDS_MAX);
  }

  /** Ends the wait for a store that is away: what is not stored was not accepted, and will come again. */
  close(): void {
    this.#closing = true;
    this.#wake?.();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** True when anchors came, so that waiting records may be placed. */
  async #carry(messages: readonly RawMessage[], arrivals: readonly ForeignArrival[] = []): Promise<boolean> {
    const { state, sender, writer } = this.#deps;
    const plan = new BatchPlan(this.#deps, messages, arrivals);
    this.#deps.step?.("planned");
    journalForeign(plan, state);
    const stored = await storeReadings(plan, writer);
    this.#deps.step?.("stored");
    const { streams, statuses } = commitPlan(plan, state, stored);
    this.#deps.step?.("committed");
    const accepted = streams.flatMap((stream) => {
      const gateway = plan.gateways.get(stream.gatewayKey);
      return gateway === undefined ? [] : [{ stream, gateway }];
    });
    this.#acceptances.put(accepted, plan.urgent);
    for (const gatewayKey of plan.rebirths) {
      const gateway = plan.gateways.get(gatewayKey);
      if (gateway !== undefined) sender.askForBirth(gateway);
    }
    for (const node of plan.foreign.rebirths.values()) sender.askForBirth(node);
    this.#deps.step?.("accepted");
    this.#deps.committed({
      stored,
      counts: plan.counts,
      statuses,
      streams: accepted,
      gateways: [...plan.gateways.values()],
      births: plan.births,
    });
    return plan.anchors.size > 0;
  }

  /** One piece of work after the other. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    await mine;
  }

  /** Repeats `work` while the store is away, with growing waits. */
  async #untilStored<T>(work: () => Promise<T>): Promise<T | undefined> {
    let backoffMs = STORE_BACKOFF_FIRST_MS;
    let failing = false;
    while (!this.#closing) {
      try {
        const result = await work();
        if (failing) this.#deps.storeProblem(undefined);
        return result;
      } catch (error) {
        if (!isPassing(error)) throw error;
        failing = true;
        this.#deps.storeProblem(error);
        await this.#pause(backoffMs);
        backoffMs = Math.min(backoffMs * 2, this.#deps.bounds.storeBackoffMsMax);
      }
    }
    return undefined;
  }

  async #pause(delayMs: number): Promise<void> {
    await new Promise<void>((resume) => {
      const cancel = this.#deps.scheduler.after(delayMs, resume);
      this.#wake = () => {
        cancel();
        resume();
      };
    });
    this.#wake = undefined;
  }
}
