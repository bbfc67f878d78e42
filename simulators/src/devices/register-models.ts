// What lies in the registers of the simulated devices: the maps of firmware-bridge/devices, filled from a box.

import type { BoxState } from "../physics/thermal-box.ts";

/** One slave. `undefined` is an address that the device does not have. */
export interface RegisterModel {
  /** Functions 1 and 2 give 0 or 1, functions 3 and 4 a register of 16 bits, unsigned. */
  read(fn: 1 | 2 | 3 | 4, address: number): number | undefined;
  /** Coils (1) and holding registers (3) at addresses that can be read. Without it the device refuses to be written. */
  write?(fn: 1 | 3, address: number, value: number): void;
}

/** What lies in a device without physics, by function and address; coils and holding registers can be written. */
export type RegisterTable = Partial<Record<1 | 2 | 3 | 4, Record<number, number>>>;

export function tableRegisters(table: RegisterTable): RegisterModel {
  return {
    read: (fn, address) => table[fn]?.[address],
    write(fn, address, value) {
      const cells = table[fn];
      if (cells !== undefined) cells[address] = value;
    },
  };
}

/** A register model whose probe can be torn off and mended. */
export interface ProbedModel extends RegisterModel {
  setProbeBroken(probe: string, isBroken: boolean): void;
}

/** What a device shows in place of a probe that it cannot read. */
const NO_PROBE = 0x8000;

/** Profile `sht20-transmitter`. The one probe is called `sensor`; broken, both registers show their sentinels. */
export function sht20Registers(
  measure: () => { readonly temperatureC: number; readonly humidityPct: number },
): ProbedModel {
  let isBroken = false;
  return {
    setProbeBroken(_probe, broken) {
      isBroken = broken;
    },
    read(fn, address) {
      if (fn !== 4) return undefined;
      if (address === 1) return isBroken ? NO_PROBE : tenths(measure().temperatureC);
      if (address === 2) return isBroken ? 0xffff : tenths(measure().humidityPct);
      return undefined;
    },
  };
}

export const CONTROLLER_PROBES = ["supply", "return", "evaporator"] as const;
export type ControllerProbe = (typeof CONTROLLER_PROBES)[number];

/** Profile `cold-room-controller`: a broken probe shows 0x8000 and its fault bit; discrete input 4 is the door. */
export function coldRoomRegisters(measure: () => BoxState): ProbedModel {
  const broken = new Set<string>();
  const temperatureOf = (state: BoxState, probe: ControllerProbe): number =>
    ({ supply: state.supplyC, return: state.returnC, evaporator: state.evaporatorC })[probe];
  return {
    setProbeBroken(probe, isBroken) {
      if (isBroken) broken.add(probe);
      else broken.delete(probe);
    },
    read(fn, address) {
      const probe = CONTROLLER_PROBES[address];
      if (fn === 2 && address <= 7) {
        if (address === 4) return measure().isDoorOpen ? 1 : 0;
        return probe !== undefined && broken.has(probe) ? 1 : 0;
      }
      if (fn !== 4 || address > 3) return undefined;
      if (probe === undefined) return 0;
      return broken.has(probe) ? NO_PROBE : tenths(temperatureOf(measure(), probe));
    },
  };
}

/** As the devices do: rounded to tenths, two's complement. */
function tenths(value: number): number {
  return Math.round(value * 10) & 0xffff;
}
