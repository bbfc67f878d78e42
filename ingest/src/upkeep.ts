// What is done to the store of readings beside taking them: hours summed up, and what has expired let go, in small steps
// between which everything else has its turn.

import { merge, type Observable } from "rxjs";
import { repeatedly } from "./batches.ts";
import type { IngestConfig } from "./config.ts";
import { PASS_HOURS, sumDueHours } from "./hour-summing.ts";
import type { IngestPorts } from "./ingest-ports.ts";
import { retentionPass } from "./keep/retention-pass.ts";
import { isPassing } from "./passing-error.ts";
import type { IngestState } from "./state.ts";
import { openReadingReader, openStoreUpkeep } from "./store/open-reading-store.ts";
import type { ReadingReader, StoreUpkeep } from "./store/reading-store.ts";

const SUM_PERIOD_MS = 5_000;
/** Between two passes while there is more to do. */
const BREATH_MS = 20;
/** Readings that come a little late are not summed twice for it. */
const SETTLE_MS = 60_000;

/** Answers change with the day of UTC, and with facts. */
const RETENTION_PERIOD_MS = 3_600_000;

export interface UpkeepCounts {
  hoursSummed: number;
  hoursFrozen: number;
  readingsExpired: number;
  hoursExpired: number;
  rowsExpired: number;
}

export class Upkeep {
  readonly counts: UpkeepCounts = {
    hoursSummed: 0,
    hoursFrozen: 0,
    readingsExpired: 0,
    hoursExpired: 0,
    rowsExpired: 0,
  };
  readonly #config: Pick<IngestConfig, "store" | "retention">;
  readonly #ports: IngestPorts;
  readonly #state: IngestState;
  readonly #factsWell: () => boolean;
  #reader: ReadingReader | undefined;
  #upkeep: StoreUpkeep | undefined;
  #closing = false;
  #busy: Promise<void> = Promise.resolve();

  /** @param factsWell false: nothing is let go, because nobody knows what must be kept */
  constructor(
    config: Pick<IngestConfig, "store" | "retention">,
    ports: IngestPorts,
    state: IngestState,
    factsWell: () => boolean,
  ) {
    this.#config = config;
    this.#factsWell = factsWell;
    this.#ports = ports;
    this.#state = state;
  }

  work(): Observable<unknown> {
    const { scheduler } = this.#ports;
    const alone = (work: () => Promise<void>) => (): Promise<void> => {
      this.#busy = this.#busy.then(() => this.#untilAway(work));
      return this.#busy;
    };
    return merge(
      repeatedly(
        scheduler,
        SUM_PERIOD_MS,
        alone(() => this.#sum()),
      ),
      repeatedly(
        scheduler,
        RETENTION_PERIOD_MS,
        alone(() => this.#expire()),
      ),
    );
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#busy;
    await this.#reader?.close();
    await this.#upkeep?.close();
  }

  async #openReader(): Promise<ReadingReader> {
    return (this.#reader ??= await openReadingReader(this.#config.store));
  }

  async #openUpkeep(): Promise<StoreUpkeep> {
    return (this.#upkeep ??= await openStoreUpkeep(this.#config.store));
  }

  async #expire(): Promise<void> {
    if (this.#closing || !this.#factsWell()) return;
    const expired = await retentionPass({
      state: this.#state,
      reader: await this.#openReader(),
      upkeep: await this.#openUpkeep(),
      times: this.#config.retention,
      nowMs: this.#ports.clock.wallMs(),
      assignments: (tenantId, assetId) => this.#state.assignments.of(tenantId, assetId),
      breath: async () => {
        await this.#breath();
        return !this.#closing;
      },
    });
    this.counts.readingsExpired += expired.readings;
    this.counts.hoursExpired += expired.hours;
    this.counts.rowsExpired += expired.rows;
    if (expired.readings + expired.hours + expired.rows > 0)
      this.#ports.log.info(expired, "what had expired was let go");
  }

  async #sum(): Promise<void> {
    const [reader, upkeep] = [() => this.#openReader(), () => this.#openUpkeep()];
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
      if (!isPassing(error)) throw error;
      this.#ports.log.warn({ err: error }, "the store's upkeep waits for the store");
    }
  }
}
