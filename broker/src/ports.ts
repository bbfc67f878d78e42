// The concrete clock, scheduler and source of secrets that the process hands to everything else.
import { randomBytes } from "node:crypto";
import type { Clock, Scheduler } from "@isotherm/coldchain";

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const systemScheduler: Scheduler = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Cryptographically secure. */
export const secureRandomBytes = (count: number): Uint8Array => randomBytes(count);
