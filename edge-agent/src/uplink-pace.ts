// How fast the backlog may go: a bucket that fills with time and holds a second's worth.

export class UplinkPace {
  readonly #perS: number;
  #tokens = 0;
  #filledAtMs = 0;

  constructor(recordsPerS: number) {
    this.#perS = recordsPerS;
  }

  /** Begins full: after an outage the first second's worth goes at once. */
  begin(nowMs: number): void {
    this.#tokens = this.#perS;
    this.#filledAtMs = nowMs;
  }

  /** Takes so many, all or none. More than a second's worth passes once the bucket is full, and is owed afterwards. */
  take(records: number, nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < Math.min(records, this.#perS)) return false;
    this.#tokens -= records;
    return true;
  }

  giveBack(records: number): void {
    this.#tokens = Math.min(this.#perS, this.#tokens + records);
  }

  readyAtMs(records: number, nowMs: number): number {
    this.#fill(nowMs);
    const lack = Math.min(records, this.#perS) - this.#tokens;
    return lack <= 0 ? nowMs : nowMs + Math.ceil((lack * 1000) / this.#perS);
  }

  #fill(nowMs: number): void {
    this.#tokens = Math.min(this.#perS, this.#tokens + ((nowMs - this.#filledAtMs) * this.#perS) / 1000);
    this.#filledAtMs = nowMs;
  }
}
