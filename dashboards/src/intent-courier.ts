// Carries intents from the outbox to ingest until each is answered. Ingest does one intent once, however often it comes.

import type { Cancel, Scheduler } from "@isotherm/coldchain";
import type { IntentOutbox, WaitingIntent } from "@isotherm/trace";
import type { IntentAnswer } from "./api-shapes.ts";

const BATCH = 50;
const RETRY_MS = 1_000;

export interface CourierDeps {
  readonly outbox: IntentOutbox;
  readonly scheduler: Scheduler;
  /** Sends one intent; undefined when ingest could not be asked. */
  readonly send: (body: string) => Promise<IntentAnswer | undefined>;
}

export class IntentCourier {
  readonly #deps: CourierDeps;
  readonly counters = { sent: 0, unanswered: 0 };
  #cancel: Cancel = () => undefined;
  #closed = false;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
  }

  /** Carries what waits, now and again until closed. */
  start(): void {
    void this.#round();
  }

  /** Sends one intent at once; `waiting` when ingest is away: the rounds will carry it. */
  async carry(intent: WaitingIntent): Promise<IntentAnswer> {
    const answer = await this.#deps.send(intent.body);
    this.counters.sent++;
    if (answer === undefined) {
      this.counters.unanswered++;
      return { intentId: intent.intentId, outcome: "waiting" };
    }
    this.#deps.outbox.answered(intent.intentId, JSON.stringify(answer));
    return answer;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  async #round(): Promise<void> {
    for (const intent of this.#deps.outbox.waiting(BATCH)) {
      if (this.#closed) return;
      // Oldest first, one at a time: two acts on one alarm reach ingest in the order in which they were done.
      if ((await this.carry(intent)).outcome === "waiting") break;
    }
    if (!this.#closed) this.#cancel = this.#deps.scheduler.after(RETRY_MS, () => void this.#round());
  }
}
