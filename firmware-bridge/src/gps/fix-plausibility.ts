// Tells positions that cannot be true: faster than any carrier, or too far from the last one for the time between.

export interface PlacedFix {
  readonly latDeg: number;
  readonly lonDeg: number;
  /** NaN when the receiver gave none. */
  readonly speedMps: number;
  /** Milliseconds since midnight, or since the epoch when `isDated`; NaN when the receiver gave no time. */
  readonly timeMs: number;
  readonly isDated: boolean;
}

/** The length of a degree of latitude, on a sphere of the Earth's mean radius of 6371 km. */
const METRES_PER_DEGREE = 111_195;
const RADIANS_PER_DEGREE = Math.PI / 180;
/** Receivers scatter by so much without being wrong, and more than that only in a city's worst corners. */
const SCATTER_MAX_M = 200;
/** So many fixes in a row that agree among themselves outvote the one before them. */
const WITNESSES = 10;
const DAY_MS = 86_400_000;

export class FixPlausibility {
  readonly #speedMaxMps: number;
  #believed: PlacedFix | undefined;
  #doubted: PlacedFix | undefined;
  #witnesses = 0;

  constructor(speedMaxMps: number) {
    this.#speedMaxMps = speedMaxMps;
  }

  /** What is wrong with the next fix; a fix without a time is judged by its speed alone. */
  judge(fix: PlacedFix): "impossible-speed" | "jump" | undefined {
    if (fix.speedMps > this.#speedMaxMps) return "impossible-speed";
    if (Number.isNaN(fix.timeMs)) return undefined;
    if (this.#believed === undefined || this.#isWithinReach(this.#believed, fix)) return this.#believe(fix);
    const agrees = this.#doubted !== undefined && this.#isWithinReach(this.#doubted, fix);
    this.#doubted = fix;
    this.#witnesses = agrees ? this.#witnesses + 1 : 1;
    // If the place that we believed in was the wrong one, the receiver keeps contradicting it.
    return this.#witnesses >= WITNESSES ? this.#believe(fix) : "jump";
  }

  #believe(fix: PlacedFix): undefined {
    this.#believed = fix;
    this.#doubted = undefined;
    this.#witnesses = 0;
  }

  #isWithinReach(from: PlacedFix, to: PlacedFix): boolean {
    const elapsedMs = elapsed(from, to);
    // A clock that was set back says nothing of how long the way took.
    if (elapsedMs < 0) return true;
    return distanceM(from, to) <= SCATTER_MAX_M + (this.#speedMaxMps * elapsedMs) / 1000;
  }
}

/** Times of day alone are of the same day or the next. */
function elapsed(from: PlacedFix, to: PlacedFix): number {
  if (from.isDated && to.isDated) return to.timeMs - from.timeMs;
  return (((to.timeMs - from.timeMs) % DAY_MS) + DAY_MS) % DAY_MS;
}

/** Good to a per cent up to some hundred kilometres, and never far too short beyond. */
function distanceM(from: PlacedFix, to: PlacedFix): number {
  const northDeg = to.latDeg - from.latDeg;
  const turnDeg = Math.abs(to.lonDeg - from.lonDeg);
  const eastDeg = Math.min(turnDeg, 360 - turnDeg) * Math.cos(((from.latDeg + to.latDeg) / 2) * RADIANS_PER_DEGREE);
  return Math.sqrt(northDeg * northDeg + eastDeg * eastDeg) * METRES_PER_DEGREE;
}
