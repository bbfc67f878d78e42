// Time and chance as dependencies: whoever needs them takes these, so that everything can run in virtual time.

/** Reads time. `wallMs` is UTC milliseconds since the epoch and may step; `monotonicMs` never goes back within a boot. */
export interface Clock {
  wallMs(): number;
  monotonicMs(): number;
}

/** Takes back what was scheduled; calling it twice, or after the run, does nothing. */
export type Cancel = () => void;

/** Runs something later. `after` runs once; a repeating task schedules itself again, so that a slow run never overlaps itself. */
export interface Scheduler {
  after(delayMs: number, run: () => void): Cancel;
}

/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * Seeded generator (mulberry32), for jitter in tests, simulators and seeded fault runs; never for secrets.
 * The seed is taken modulo 2^32.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
