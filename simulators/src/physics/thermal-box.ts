// A refrigerated box in three temperatures: air, product and evaporator. Energy flows through walls and door, a
// thermostat switches the compressor, the product follows the air slowly. Deterministic: same steps, same numbers.

import { seededRandom } from "@isotherm/coldchain";
import type { Random } from "@isotherm/coldchain";

export interface ThermalBoxOptions {
  /** Outside air. */
  readonly ambientC: number;
  readonly setPointC: number;
  /** The compressor starts above set point + half of it and stops below set point - half. */
  readonly hysteresisC: number;
  /** All temperatures at the start; the set point unless given. */
  readonly startC?: number;
  readonly startDoorOpen?: boolean;
  /** Heat through closed walls; 40 W/K is a small insulated body (K about 0.4 W/m²K). */
  readonly wallsWattPerK?: number;
  /** Heat through the open door, on top. */
  readonly doorWattPerK?: number;
  readonly coolingWatt?: number;
  /** Air with the inner surfaces. */
  readonly airJoulePerK?: number;
  /** The load: mass × heat capacity (water 4186, vaccines in cartons about 3500 J/kgK). */
  readonly loadKg?: number;
  readonly loadJoulePerKgK?: number;
  /** Between air and load. */
  readonly loadWattPerK?: number;
  /** How much colder than the air the evaporator runs. */
  readonly evaporatorDropC?: number;
  readonly ambientHumidityPct?: number;
  /** Standard deviation of each probe. */
  readonly noiseC?: number;
  /** Seconds of the box per second of `step`: a demo shows an afternoon in minutes. */
  readonly timeFactor?: number;
  readonly seed: number;
}

/** What the probes show, with their noise, and the states. */
export interface BoxState {
  readonly supplyC: number;
  readonly returnC: number;
  readonly productC: number;
  readonly evaporatorC: number;
  readonly humidityPct: number;
  readonly isDoorOpen: boolean;
  readonly isCompressorOn: boolean;
}

export interface ThermalBox {
  /** Moves time on; any size, also hours. */
  step(dtMs: number): BoxState;
  readonly state: BoxState;
  setDoor(isOpen: boolean): void;
  setAmbient(ambientC: number): void;
  setSetPoint(setPointC: number): void;
  /** A compressor that is broken or unpowered does not run, whatever the thermostat says. */
  setCompressorPowered(isPowered: boolean): void;
}

const DEFAULTS = {
  startDoorOpen: false,
  wallsWattPerK: 40,
  doorWattPerK: 400,
  coolingWatt: 2500,
  airJoulePerK: 150_000,
  loadKg: 100,
  loadJoulePerKgK: 3500,
  loadWattPerK: 80,
  evaporatorDropC: 9,
  ambientHumidityPct: 65,
  noiseC: 0.04,
  timeFactor: 1,
};

/** Time constants of what is not worth a physics of its own. */
const EVAPORATOR_LAG_S = 90;
const DOOR_HUMIDITY_LAG_S = 60;
const CLOSED_HUMIDITY_LAG_S = 1800;
const DRY_HUMIDITY_PCT = 55;

export function thermalBox(options: ThermalBoxOptions): ThermalBox {
  return new Box(options);
}

class Box implements ThermalBox {
  readonly #o: Required<ThermalBoxOptions>;
  readonly #random: Random;
  readonly #substepS: number;
  #ambientC: number;
  #setPointC: number;
  #airC: number;
  #productC: number;
  #evaporatorC: number;
  #humidityPct: number;
  #isDoorOpen: boolean;
  #isCompressorOn = false;
  #isPowered = true;
  #state: BoxState;

  constructor(options: ThermalBoxOptions) {
    const startC = options.startC ?? options.setPointC;
    this.#o = { ...DEFAULTS, startC, ...options };
    this.#random = seededRandom(options.seed);
    const o = this.#o;
    // Explicit Euler is stable and true to a percent well below the shortest time constant.
    this.#substepS = Math.min(5, (0.1 * o.airJoulePerK) / (o.wallsWattPerK + o.doorWattPerK + o.loadWattPerK));
    this.#ambientC = o.ambientC;
    this.#setPointC = o.setPointC;
    this.#airC = this.#productC = this.#evaporatorC = startC;
    this.#humidityPct = DRY_HUMIDITY_PCT;
    this.#isDoorOpen = o.startDoorOpen;
    this.#state = this.#measured();
  }

  get state(): BoxState {
    return this.#state;
  }

  setDoor(isOpen: boolean): void {
    this.#isDoorOpen = isOpen;
    this.#state = { ...this.#state, isDoorOpen: isOpen };
  }

  setAmbient(ambientC: number): void {
    this.#ambientC = ambientC;
  }

  setSetPoint(setPointC: number): void {
    this.#setPointC = setPointC;
  }

  setCompressorPowered(isPowered: boolean): void {
    this.#isPowered = isPowered;
  }

  step(dtMs: number): BoxState {
    let leftS = (dtMs / 1000) * this.#o.timeFactor;
    while (leftS > 0) {
      const dtS = Math.min(leftS, this.#substepS);
      this.#flow(dtS);
      leftS -= dtS;
    }
    this.#state = this.#measured();
    return this.#state;
  }

  #flow(dtS: number): void {
    const o = this.#o;
    this.#isCompressorOn = this.#isPowered && this.#wantsCooling();
    const leakWattPerK = o.wallsWattPerK + (this.#isDoorOpen ? o.doorWattPerK : 0);
    const leakWatt = leakWattPerK * (this.#ambientC - this.#airC);
    const loadWatt = o.loadWattPerK * (this.#productC - this.#airC);
    const coolingWatt = this.#isCompressorOn ? o.coolingWatt : 0;
    this.#airC += ((leakWatt + loadWatt - coolingWatt) / o.airJoulePerK) * dtS;
    this.#productC -= (loadWatt / (o.loadKg * o.loadJoulePerKgK)) * dtS;
    const evaporatorTargetC = this.#airC - (this.#isCompressorOn ? o.evaporatorDropC : 0);
    this.#evaporatorC += (evaporatorTargetC - this.#evaporatorC) * approach(dtS, EVAPORATOR_LAG_S);
    const [humidityTargetPct, humidityLagS] = this.#isDoorOpen
      ? [o.ambientHumidityPct, DOOR_HUMIDITY_LAG_S]
      : [DRY_HUMIDITY_PCT, CLOSED_HUMIDITY_LAG_S];
    this.#humidityPct += (humidityTargetPct - this.#humidityPct) * approach(dtS, humidityLagS);
  }

  #wantsCooling(): boolean {
    const half = this.#o.hysteresisC / 2;
    if (this.#airC > this.#setPointC + half) return true;
    if (this.#airC < this.#setPointC - half) return false;
    return this.#isCompressorOn;
  }

  #measured(): BoxState {
    // Supply air has just passed the evaporator; half of its drop reaches the probe.
    const supplyC = this.#airC - (this.#airC - this.#evaporatorC) / 2;
    const { noiseC } = this.#o;
    return {
      supplyC: supplyC + this.#noise(noiseC),
      returnC: this.#airC + this.#noise(noiseC),
      productC: this.#productC + this.#noise(noiseC),
      evaporatorC: this.#evaporatorC + this.#noise(noiseC),
      humidityPct: Math.min(100, Math.max(0, this.#humidityPct + this.#noise(noiseC * 5))),
      isDoorOpen: this.#isDoorOpen,
      isCompressorOn: this.#isCompressorOn,
    };
  }

  /** The sum of four uniform numbers is near enough to a normal one, and never far out. */
  #noise(deviation: number): number {
    const sum = this.#random() + this.#random() + this.#random() + this.#random();
    return (sum - 2) * Math.sqrt(3) * deviation;
  }
}

function approach(dtS: number, lagS: number): number {
  return 1 - Math.exp(-dtS / lagS);
}
