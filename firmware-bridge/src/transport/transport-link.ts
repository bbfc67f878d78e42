// Opens a transport again after it was lost, with a pause that doubles, so that a dead link costs little.

import type { Clock } from "@isotherm/coldchain";
import { TransportError } from "./transport.ts";
import type { Transport } from "./transport.ts";

export interface TransportLinkOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly backoffMsMin?: number;
  readonly backoffMsMax?: number;
}

export class TransportLink {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #backoffMsMin: number;
  readonly #backoffMsMax: number;
  #backoffMs: number;
  #retryAtMs = -Infinity;
  #lastError: unknown;

  constructor(options: TransportLinkOptions) {
    this.#transport = options.transport;
    this.#clock = options.clock;
    this.#backoffMsMin = options.backoffMsMin ?? 500;
    this.#backoffMsMax = options.backoffMsMax ?? 30_000;
    this.#backoffMs = this.#backoffMsMin;
  }

  /** Rejects at once, with the last error as cause, while the pause lasts. */
  async open(): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#retryAtMs) {
      const waitMs = Math.ceil(this.#retryAtMs - nowMs);
      throw new TransportError("TRANSPORT_CLOSED", `${this.#transport.name} is tried again in ${waitMs} ms.`, {
        cause: this.#lastError,
      });
    }
    try {
      await this.#transport.open();
      this.#retryAtMs = -Infinity;
    } catch (error) {
      this.#lastError = error;
      this.#retryAtMs = this.#clock.monotonicMs() + this.#backoffMs;
      this.#backoffMs = Math.min(this.#backoffMs * 2, this.#backoffMsMax);
      throw error;
    }
  }

  /** The link carried something: the next loss starts with the short pause again. */
  proved(): void {
    this.#backoffMs = this.#backoffMsMin;
  }
}
