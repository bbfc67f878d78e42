// The concrete clock, timers and chance of this process. Only main.ts and tests of whole processes take them.

import type { Clock, Random, Scheduler } from "@isotherm/coldchain";

export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

export const systemScheduler: Scheduler = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = () => Math.random();
