// Which UTC instant this boot's monotonic zero was, as far as the system clock can be believed, and when that changed.

import type { Anchor, Clock } from "@isotherm/coldchain";
import { createHash } from "node:crypto";
import type { RecordInstant } from "./gateway-stream.ts";

export interface AnchorOptions {
  /** Wall times outside are not believed: a gateway without a battery wakes up in 1970. */
  readonly plausibleFromMs: number;
  readonly plausibleUntilMs: number;
  /** How far the system clock may be wrong; when it moves further than this against the last anchor, it was set. */
  readonly errorMs: number;
}

/** Two clocks are read at one instant when the monotonic one moved no further than this meanwhile. */
const READ_SPAN_MS_MAX = 5;
/** Reading again is over in microseconds; a machine that holds the process up every time is given up on for now. */
const READS_MAX = 10;

/** Ordinals are 16-bit in a record. */
const ORDINAL_MAX = 0xffff;

/**
 * The boot's id within an epoch: 32 hex digits. `machineBootId` names the boot whose monotonic clock we read, which
 * outlives our process; the epoch keeps a new epoch's anchors apart from those that an earlier one gave.
 */
export function bootIdOf(machineBootId: string, epoch: string): string {
  return createHash("sha256").update(`boot\n${machineBootId}\n${epoch}`).digest("hex").slice(0, 32);
}

/** Keeps the anchors of one boot. */
export class AnchorKeeper {
  readonly bootId: string;
  readonly #clock: Clock;
  readonly #options: AnchorOptions;
  #last: Anchor | undefined;

  /** `known` is the last anchor that the spool holds, of whatever boot. */
  constructor(clock: Clock, options: AnchorOptions, bootId: string, known: Anchor | undefined) {
    this.#clock = clock;
    this.#options = options;
    this.bootId = bootId;
    this.#last = known?.bootId === bootId ? known : undefined;
  }

  /** Now, for a record: whole milliseconds, placed by the last anchor. Ask `due` first. */
  instant(): RecordInstant {
    const { monotonicMs, wallMs } = this.#readings();
    return { bootId: this.bootId, monotonicMs, wallMs, anchorOrdinal: this.#last?.ordinal ?? 0 };
  }

  /** The anchor that has to be recorded before anything else, if one is due; `keep` it once it is recorded. */
  due(): Anchor | undefined {
    const { monotonicMs, wallMs, spanMs } = this.#readings();
    const { plausibleFromMs, plausibleUntilMs, errorMs } = this.#options;
    if (wallMs < plausibleFromMs || wallMs > plausibleUntilMs || spanMs > READ_SPAN_MS_MAX) return undefined;
    const last = this.#last;
    if (last !== undefined) {
      const movedMs = wallMs - monotonicMs - (last.utcMs - last.monotonicMs);
      if (Math.abs(movedMs) <= errorMs || last.ordinal >= ORDINAL_MAX) return undefined;
    }
    return { bootId: this.bootId, ordinal: (last?.ordinal ?? 0) + 1, monotonicMs, utcMs: wallMs, errorMs };
  }

  keep(anchor: Anchor): void {
    this.#last = anchor;
  }

  /**
   * Both clocks, read as near to one instant as the machine lets us. A process that is held up between the two readings
   * would otherwise take its own pause for a clock that was set, and displace a record by it.
   */
  #readings(): { monotonicMs: number; wallMs: number; spanMs: number } {
    let best = { monotonicMs: 0, wallMs: 0, spanMs: Number.POSITIVE_INFINITY };
    for (let read = 0; read < READS_MAX && best.spanMs > READ_SPAN_MS_MAX; read++) {
      const before = this.#clock.monotonicMs();
      const wallMs = this.#clock.wallMs();
      const spanMs = this.#clock.monotonicMs() - before;
      if (spanMs < best.spanMs) best = { monotonicMs: Math.round(before), wallMs: Math.round(wallMs), spanMs };
    }
    return best;
  }
}

export function anchorText(anchor: Anchor): string {
  return JSON.stringify(anchor);
}

/** Reads what `anchorText` wrote; undefined for anything else. */
export function anchorOfText(text: string | undefined): Anchor | undefined {
  if (text === undefined) return undefined;
  try {
    const anchor = JSON.parse(text) as Partial<Record<keyof Anchor, unknown>>;
    const { bootId, ordinal, monotonicMs, utcMs, errorMs } = anchor;
    if (typeof bootId !== "string" || typeof ordinal !== "number" || typeof monotonicMs !== "number") return undefined;
    if (typeof utcMs !== "number" || typeof errorMs !== "number") return undefined;
    return { bootId, ordinal, monotonicMs, utcMs, errorMs };
  } catch {
    return undefined;
  }
}
