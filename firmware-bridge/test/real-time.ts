// The real clock and timers, for tests that talk to other processes.

import type { Clock, Scheduler } from "@isotherm/coldchain";

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

export const realTime: Clock & Scheduler = {
  wallMs: () => performance.timeOrigin + performance.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = startTimer(run, delayMs);
    return () => stopTimer(timer);
  },
};
