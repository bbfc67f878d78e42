// What is done to the store of readings beside taking them: hours summed up, in small steps between which everything else
// has its turn.

import type { Observable } from "rxjs";
import { repeatedly } from "./batches.ts";
import type { IngestConfig } from "./config.ts";
import { PASS_HOURS, sumDueHours } from "./hour-summing.ts";
import type { IngestPorts } from "./ingest-ports.ts";
import type { IngestState } from "./state.ts";
import { openReadingReader, openStoreUpkeep } from "./store/open-reading-store.ts";
import type { ReadingReader, StoreUpkeep } from "./store/reading-store.ts";
import { StoreError } from "./store/store-errors.ts";

const SUM_PERIOD_MS = 5_000;
/** Between two passes while there is more to do. */
const BREATH_MS = 20;
/** Readings that come a little late are not summed twice for it. */
const SETTLE_MS = 60_000;

export interface UpkeepCounts {
  hoursSummed: number;
  hoursFrozen: number;
}

export class Upkeep {
  readonly counts: UpkeepCounts = { hoursSummed: 0, hoursFrozen: 0 };
  readonly #config: Pick<IngestConfig, "store">;
  readonly #ports: IngestPorts;
  readonly #state: IngestState;
  #reader: ReadingReader | undefined;
  #upkeep: StoreUpkeep | undefined;
  #closing = false;
  #busy: Promise<void> = Promise.resolve();

  constructor(config: Pick<IngestConfig, "store">, ports: IngestPorts, state: IngestState) {
    this.#config = config;
    this.#ports = ports;
    this.#state = state;
  }

  work(): Observable<unknown> {
    return repeatedly(this.#ports.scheduler, SUM_PERIOD_MS, () => (this.#busy = this.#untilAway(() => this.#sum())));
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#busy;
    await this.#reader?.close();
    await this.#upkeep?.close();
  }

  async #sum(): Promise<void> {
    const reader = async () => (this.#reader ??= await openReadingReader(this.#config.store));
    const upkeep = async () => (this.#upkeep ??= await openStoreUpkeep(this.#config.store));
    for (let hours = PASS_HOURS; hours === PASS_HOURS && !this.#closing;) {
      const endedByMs = this.#ports.clock.wallMs() - SETTLE_MS;
      const summed = await sumDueHours({ state: this.#state, reader, upkeep }, endedByMs);
      this.counts.hoursSummed += summed.hours - summed.frozen;
      this.counts.hoursFrozen += summed.frozen;
      ({ hours } = summed);
      if (hours === PASS_HOURS) await this.#breath();
    }
  }

  async #breath(): Promise<void> {
    await new Promise<void>((resume) => this.#ports.scheduler.after(BREATH_MS, resume));
  }

  /** What is to be done stands in the state file: when the store is away, nothing is lost by trying again later. */
  async #untilAway(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StoreError) || !error.retryable) throw error;
      this.#ports.log.warn({ err: error }, "the store's upkeep waits for the store");
    }
  }
}
