// A clock and scheduler that move only when told to: simulations and tests run a day in a second, in order.

import type { Cancel, Clock, Scheduler } from "./clock.ts";

interface Task {
  atMs: number;
  order: number;
  run: () => void;
}

/** Virtual time. `advance` runs everything that falls due on the way, earliest first, ties in the order of scheduling. */
export class VirtualTime implements Clock, Scheduler {
  #nowMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  readonly #tasks = new Set<Task>();

  constructor(startWallMs: number, startMonotonicMs = 0) {
    this.#nowMs = startMonotonicMs;
    this.#wallOffsetMs = startWallMs - startMonotonicMs;
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** Steps the wall clock, as NTP or a person does; monotonic time is untouched. */
  stepWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    const task: Task = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  /** How many tasks wait. */
  get pending(): number {
    return this.#tasks.size;
  }

  /**
   * Moves time on by `byMs`, running what falls due. Tasks that a run schedules are run too if they fall due.
   * Throws RangeError for a negative step: monotonic time never goes back.
   */
  advance(byMs: number): void {
    if (!(byMs >= 0)) throw new RangeError(`time cannot move by ${byMs} ms`);
    const untilMs = this.#nowMs + byMs;
    for (let next = this.#earliest(untilMs); next !== undefined; next = this.#earliest(untilMs)) {
      this.#tasks.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    // A run may have advanced time itself.
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #earliest(untilMs: number): Task | undefined {
    let found: Task | undefined;
    for (const task of this.#tasks) {
      if (task.atMs > untilMs) continue;
      if (found === undefined || task.atMs < found.atMs || (task.atMs === found.atMs && task.order < found.order))
        found = task;
    }
    return found;
  }
}
