// The one way into the spool: anchors before what they place, records in the order in which they were made. When the
// spool is full for a while, records wait in memory, up to a bound.

import { GATEWAY_STREAM, type Clock } from "@isotherm/coldchain";
import { AnchorKeeper, anchorOfText, anchorText, bootIdOf, type AnchorOptions } from "./anchors.ts";
import { anchorDraft, type RecordInstant } from "./gateway-stream.ts";
import type { RecordDraft, TakenRecord } from "./record-draft.ts";
import { SpoolError } from "./spool-error.ts";
import type { SpoolFact } from "./spool-meta.ts";
import type { Spool } from "./spool.ts";

export interface IntakeCounters {
  anchors: number;
  /** Records that could not be written at once. */
  recordsDelayed: number;
  /** Records that were given up because too many waited: the oldest go, and were never numbered. */
  recordsLost: number;
}

export interface IntakeOptions {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly anchors: AnchorOptions;
  readonly machineBootId: string;
  /** Records are in the spool, in this order. */
  readonly onTaken: (taken: readonly TakenRecord[]) => void;
  /** The spool takes nothing (again): said once each time. */
  readonly onFull: (isFull: boolean, error?: SpoolError) => void;
}

interface Waiting {
  readonly draft: RecordDraft;
  readonly facts: Partial<Record<SpoolFact, string>>;
}

const WAITING_MAX = 2000;
const WRITTEN_AT_ONCE = 1000;

export class RecordIntake {
  readonly counters: IntakeCounters = { anchors: 0, recordsDelayed: 0, recordsLost: 0 };
  readonly #options: IntakeOptions;
  #anchors: AnchorKeeper;
  #waiting: Waiting[] = [];
  #isFull = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#anchors = this.#anchorKeeper();
  }

  /** Now, as a record made now has to say it. Records a new anchor first when the clock was set. */
  instant(): RecordInstant {
    const anchor = this.#anchors.due();
    if (anchor !== undefined) {
      this.#anchors.keep(anchor);
      this.counters.anchors++;
      this.#put([{ draft: anchorDraft(anchor), facts: { anchor: anchorText(anchor) } }]);
    }
    return this.#anchors.instant();
  }

  /** Takes records in. They are on disk when this returns, unless the spool is full: then they wait. */
  take(drafts: readonly RecordDraft[]): void {
    this.#put(drafts.map((draft) => ({ draft, facts: {} })));
  }

  /** Tries again to write what waits. */
  retry(): void {
    this.#put([]);
  }

  /** The epoch changed: its boots and anchors begin anew. */
  renew(): void {
    this.#anchors = this.#anchorKeeper();
    this.instant();
  }

  #put(more: readonly Waiting[]): void {
    let waiting = [...this.#waiting, ...more];
    let atOnce = WRITTEN_AT_ONCE;
    while (waiting.length > 0 && atOnce >= 1) {
      const error = this.#write(waiting.slice(0, atOnce));
      if (error === undefined) {
        waiting = waiting.slice(atOnce);
        this.#setFull(false);
      } else {
        // There may be room for some: fewer at a time, until not even one fits.
        atOnce = Math.floor(Math.min(atOnce, waiting.length) / 2);
        if (atOnce < 1) this.#setFull(true, error);
      }
    }
    this.counters.recordsDelayed += Math.min(more.length, waiting.length);
    this.#waiting = this.#bounded(waiting);
  }

  /** Gives the oldest up over the bound, but no anchors: they place what is kept. */
  #bounded(waiting: Waiting[]): Waiting[] {
    let over = waiting.length - WAITING_MAX;
    if (over <= 0) return waiting;
    this.counters.recordsLost += over;
    return waiting.filter(({ draft }) => draft.assetId === GATEWAY_STREAM || over-- <= 0);
  }

  #write(some: readonly Waiting[]): SpoolError | undefined {
    const drafts = some.map(({ draft }) => draft);
    const facts = Object.assign({}, ...some.map((one) => one.facts)) as Waiting["facts"];
    try {
      this.#options.onTaken(this.#options.spool.append(drafts, facts));
      return undefined;
    } catch (error) {
      if (error instanceof SpoolError) return error;
      throw error;
    }
  }

  #setFull(isFull: boolean, error?: SpoolError): void {
    if (this.#isFull === isFull) return;
    this.#isFull = isFull;
    this.#options.onFull(isFull, error);
  }

  #anchorKeeper(): AnchorKeeper {
    const { spool, clock, anchors, machineBootId } = this.#options;
    const bootId = bootIdOf(machineBootId, spool.epoch);
    return new AnchorKeeper(clock, anchors, bootId, anchorOfText(spool.fact("anchor")));
  }
}
