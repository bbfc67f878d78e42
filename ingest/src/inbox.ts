// Messages between the broker and the pipeline. Reading MQTT never stops: over a bound whole data messages are dropped
// unaccepted and counted, and the contract brings them back; plain JSON and foreign gateways' data are lost then. Births
// and deaths still find room, a tenth of the bound more.

import { parseSparkplugTopic } from "@isotherm/coldchain";
import type { IngestBounds } from "./bounds.ts";
import type { RawMessage } from "./message.ts";

const HEADROOM = 1.1;

export class Inbox {
  readonly #bounds: Pick<IngestBounds, "inboxBytesMax" | "inboxMessagesMax" | "batchMessagesMax" | "batchBytesMax">;
  #waiting: RawMessage[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(bounds: Pick<IngestBounds, "inboxBytesMax" | "inboxMessagesMax" | "batchMessagesMax" | "batchBytesMax">) {
    this.#bounds = bounds;
  }

  get messageCount(): number {
    return this.#waiting.length;
  }

  get byteCount(): number {
    return this.#bytes;
  }

  /** Messages dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Null when empty. */
  get oldestReceivedAtMs(): number | null {
    return this.#waiting[0]?.receivedAtMs ?? null;
  }

  /** False when the message was dropped. */
  offer(message: RawMessage): boolean {
    const { inboxBytesMax, inboxMessagesMax } = this.#bounds;
    const topic = parseSparkplugTopic(message.topic);
    const isData = topic === undefined || topic.kind === "state" || topic.type === "DDATA" || topic.type === "NDATA";
    const room = isData ? 1 : HEADROOM;
    const bytes = this.#bytes + message.payload.length;
    if (this.#waiting.length >= inboxMessagesMax * room || bytes > inboxBytesMax * room) {
      this.#dropped++;
      return false;
    }
    this.#bytes = bytes;
    this.#waiting.push(message);
    return true;
  }

  /** The oldest messages, as many as one batch may hold. */
  takeBatch(): RawMessage[] {
    const { batchMessagesMax, batchBytesMax } = this.#bounds;
    let count = 0;
    let bytes = 0;
    for (const { payload } of this.#waiting) {
      if (count >= batchMessagesMax || (count > 0 && bytes + payload.length > batchBytesMax)) break;
      bytes += payload.length;
      count++;
    }
    const batch = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#bytes -= bytes;
    return batch;
  }
}
