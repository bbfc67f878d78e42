// Acceptances of a busy fleet, said together and not more often than they help: what is accepted of a stream grows with
// every batch, and saying only the last of it says it all.

import type { Scheduler } from "@isotherm/coldchain";
import type { GatewayState } from "./gateway-table.ts";
import type { StreamState } from "./stream-state.ts";

/** How long an acceptance may wait: well under the time after which gateways send again. */
const WAIT_MS = 500;
/** A batch that touches more streams than this is a busy fleet's. */
const CROWD = 32;

export interface Accepted {
  readonly gateway: GatewayState;
  readonly stream: StreamState;
}

export class AcceptanceQueue {
  readonly #scheduler: Scheduler;
  readonly #say: (accepted: Accepted) => void;
  /** Streams by id, as they were last committed. */
  readonly #waiting = new Map<number, Accepted>();
  #isDue = false;

  constructor(scheduler: Scheduler, say: (accepted: Accepted) => void) {
    this.#scheduler = scheduler;
    this.#say = say;
  }

  /** @param urgent streams whose gateways may send again, or wait to send more, until they are told */
  put(accepted: readonly Accepted[], urgent: ReadonlySet<StreamState>): void {
    const isCrowd = accepted.length > CROWD;
    for (const each of accepted) {
      const { streamId } = each.stream;
      if (isCrowd && streamId !== undefined && !urgent.has(each.stream)) this.#waiting.set(streamId, each);
      else {
        if (streamId !== undefined) this.#waiting.delete(streamId);
        this.#say(each);
      }
    }
    if (this.#waiting.size === 0 || this.#isDue) return;
    this.#isDue = true;
    this.#scheduler.after(WAIT_MS, () => this.#sayAll());
  }

  #sayAll(): void {
    this.#isDue = false;
    for (const accepted of this.#waiting.values()) this.#say(accepted);
    this.#waiting.clear();
  }
}
