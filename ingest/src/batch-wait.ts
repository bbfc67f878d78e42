// How long the next batch is gathered: the more came of late the longer, because each batch costs a transaction.

import type { IngestBounds } from "./bounds.ts";

/**
 * Each message of the batch before makes the next wait so much longer. At 2,000 messages a second that settles at 33 ms;
 * from 5,000 on the wait is the longest.
 */
const MS_PER_MESSAGE = 0.2;

export class BatchWait {
  readonly #bounds: Pick<IngestBounds, "batchWaitMs" | "batchWaitMsMax" | "batchMessagesMax">;
  #lastMessages = 0;

  constructor(bounds: Pick<IngestBounds, "batchWaitMs" | "batchWaitMsMax" | "batchMessagesMax">) {
    this.#bounds = bounds;
  }

  took(messages: number): void {
    this.#lastMessages = messages;
  }

  /** Milliseconds to gather; none when a whole batch waits already. */
  before(waiting: number): number {
    const { batchWaitMs, batchWaitMsMax, batchMessagesMax } = this.#bounds;
    if (waiting >= batchMessagesMax) return 0;
    const longest = Math.max(batchWaitMs, batchWaitMsMax);
    return Math.min(longest, batchWaitMs + this.#lastMessages * MS_PER_MESSAGE);
  }
}
