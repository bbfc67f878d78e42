// How many requests a Modbus TCP connection may have on their way at once. The protocol lets a server take up to sixteen
// and lets it take one only; nothing in it says which, and what a device does with more than it takes is its own affair:
// it keeps silent, or closes the connection. So the limit is found out: it doubles as long as answers come.

/** The most that the implementation guide for Modbus on TCP/IP lets a server take. */
const IN_FLIGHT_MAX = 16;

export class FlightLimit {
  #max: number;
  /** So many were on their way when the last of them was answered. */
  #proven: number;

  /** What was `told` of the device is not put to the proof. */
  constructor(told: number | undefined) {
    this.#max = Math.max(1, told ?? IN_FLIGHT_MAX);
    this.#proven = told === undefined ? 0 : this.#max;
  }

  /** How many may be on their way now. */
  get now(): number {
    return Math.min(this.#max, Math.max(1, 2 * this.#proven));
  }

  /**
   * While it is being found out, requests go out together and the next ones after the last of them is settled: some
   * servers take as many as come one by one, but of those that come in one piece only the first.
   */
  get isFound(): boolean {
    return this.#proven >= this.#max;
  }

  /** A request was answered that was the `nth` of those on their way. */
  answered(nth: number): void {
    if (nth > this.#proven) this.#proven = Math.min(nth, this.#max);
  }

  /** Whether no answer to a request that was the `nth` of those on their way may mean that these are too many. */
  isUnproven(nth: number): boolean {
    return nth > 1 && nth > this.#proven;
  }

  /** What was not answered among others was answered alone, or the connection broke: more than proven are too many. */
  tooMany(): void {
    this.#max = Math.max(1, this.#proven);
  }
}
