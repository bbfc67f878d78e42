// Messages that are sent and not accepted yet, in the order of their first sending; the oldest is the head.

import type { Range, RangeSet } from "@isotherm/coldchain";
import type { UplinkStream } from "./uplink-stream.ts";

export interface MessageInFlight {
  readonly stream: UplinkStream;
  /** What of it is not accepted yet. */
  readonly numbers: RangeSet;
  weight: number;
  /** How often it was sent again. */
  retries: number;
  /** Place of its latest sending in the order of all sendings. */
  sendOrder: number;
  /** When it may be sent again, should it be the head by then. */
  retryAtMs: number;
}

export class UplinkFlight {
  #messages: MessageInFlight[] = [];
  #weight = 0;

  /** How much of the window is taken. */
  get weight(): number {
    return this.#weight;
  }

  get head(): MessageInFlight | undefined {
    return this.#messages[0];
  }

  add(message: MessageInFlight): void {
    this.#messages.push(message);
    this.#weight += message.weight;
  }

  /** Takes accepted numbers out of a stream's messages. Returns the head, if this emptied it. */
  accept(stream: UplinkStream, ranges: readonly Range[]): MessageInFlight | undefined {
    const head = this.head;
    for (const message of this.#messages) {
      if (message.stream !== stream) continue;
      for (const { first, last } of ranges) message.numbers.delete(first, last);
      this.#setWeight(message, Math.min(message.weight, message.numbers.size));
    }
    this.#messages = this.#messages.filter(({ numbers }) => numbers.rangeCount > 0);
    return head !== undefined && head.numbers.rangeCount === 0 ? head : undefined;
  }

  /** Takes out every message of which `isLost`. */
  remove(isLost: (message: MessageInFlight) => boolean): MessageInFlight[] {
    const lost = this.#messages.filter(isLost);
    if (lost.length === 0) return lost;
    this.#messages = this.#messages.filter((message) => !isLost(message));
    for (const message of lost) this.#setWeight(message, 0);
    return lost;
  }

  #setWeight(message: MessageInFlight, weight: number): void {
    this.#weight += weight - message.weight;
    message.weight = weight;
  }
}
