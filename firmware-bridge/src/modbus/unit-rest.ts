// A slave that does not answer costs the others its timeout at every cycle. So after a few timeouts in a row it rests:
// now and then one request goes out as a trial, and the trials of all resting units together take a small share of the bus.

import { ModbusExceptionError, ModbusTimeoutError } from "./modbus-error.ts";
import type { ModbusError } from "./modbus-error.ts";

interface UnitRecord {
  timeoutsInARow: number;
  answeredAtMs: number;
  triedAtMs: number;
}

/** A unit rests after so many timeouts in a row. */
const TIMEOUTS_BEFORE_REST = 3;
/** Part of the bus's time that trials of resting units may take. */
const TRIAL_SHARE = 0.04;
/** A rest never lasts longer, so that a unit that comes back is seen. */
const REST_MAX_MS = 60_000;
/** A unit that answered within this time is one that trials would hold up. */
const ALIVE_MS = 60_000;
/** The exception by which a gateway says that the unit behind it did not answer. */
const GATEWAY_TARGET_SILENT = 11;

export class UnitRest {
  readonly #units = new Map<number, UnitRecord>();

  /**
   * Whether a request that may take `costMs` in vain should go out now. On a bus where no other unit answers nobody is
   * held up, so it always should.
   */
  mayAsk(unit: number, costMs: number, nowMs: number): boolean {
    const record = this.#units.get(unit);
    if (record === undefined || record.timeoutsInARow < TIMEOUTS_BEFORE_REST) return true;
    if (!this.#holdsUpOthers(unit, nowMs)) return true;
    return nowMs - record.triedAtMs >= Math.min((costMs * this.restingCount) / TRIAL_SHARE, REST_MAX_MS);
  }

  /** What became of a request to a unit. What was damaged on the way, or not sent, says nothing of it. */
  note(unit: number, outcome: Uint16Array | ModbusError, nowMs: number): void {
    const isRefused = outcome instanceof ModbusExceptionError;
    if (outcome instanceof ModbusTimeoutError || (isRefused && outcome.exceptionCode === GATEWAY_TARGET_SILENT)) {
      const record = this.#recordOf(unit);
      record.timeoutsInARow += 1;
      record.triedAtMs = nowMs;
    } else if (isRefused || outcome instanceof Uint16Array) {
      const record = this.#recordOf(unit);
      record.timeoutsInARow = 0;
      record.answeredAtMs = nowMs;
    }
  }

  get restingCount(): number {
    let count = 0;
    for (const { timeoutsInARow } of this.#units.values()) if (timeoutsInARow >= TIMEOUTS_BEFORE_REST) count += 1;
    return count;
  }

  #holdsUpOthers(unit: number, nowMs: number): boolean {
    for (const [other, record] of this.#units) {
      if (other !== unit && record.timeoutsInARow === 0 && nowMs - record.answeredAtMs < ALIVE_MS) return true;
    }
    return false;
  }

  #recordOf(unit: number): UnitRecord {
    let record = this.#units.get(unit);
    if (record === undefined) {
      record = { timeoutsInARow: 0, answeredAtMs: -Infinity, triedAtMs: -Infinity };
      this.#units.set(unit, record);
    }
    return record;
  }
}
