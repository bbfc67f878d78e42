// A probe that gives the very same bits for hours measures nothing: real ones always move by a digit.

export class StuckWatch {
  readonly #stuckAfterMs: number;
  #bits: string | undefined;
  #unchangedMs = 0;
  #seenAtMs: number | undefined;

  constructor(stuckAfterMs: number) {
    this.#stuckAfterMs = stuckAfterMs;
  }

  /** Whether the probe is stuck, now that it gave these bits. Only time between readings that came is counted. */
  see(bits: string, nowMs: number): boolean {
    const sinceMs = this.#seenAtMs === undefined ? 0 : nowMs - this.#seenAtMs;
    this.#unchangedMs = bits === this.#bits ? this.#unchangedMs + sinceMs : 0;
    this.#bits = bits;
    this.#seenAtMs = nowMs;
    return this.#unchangedMs >= this.#stuckAfterMs;
  }

  /** Nothing came: what lies between the readings before and after is not known to be unchanged. */
  miss(): void {
    this.#seenAtMs = undefined;
  }
}
