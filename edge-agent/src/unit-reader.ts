// One Modbus unit, whoever asks for whichever of its points: what falls due together is read together, in as few requests
// as its profile allows, also where its probes belong to several assets.

import type { Scheduler } from "@isotherm/coldchain";
import { modbusDevice } from "@isotherm/firmware-bridge";
import type { ChannelReading, DevicePoll, ModbusDevice, ModbusDeviceOptions } from "@isotherm/firmware-bridge";

export type UnitReaderOptions = Omit<ModbusDeviceOptions, "channels"> & { readonly scheduler: Scheduler };

interface Gathering {
  readonly names: Set<string>;
  readonly readings: Promise<readonly ChannelReading[]>;
}

/** Timers that are due at one instant of the wall clock fire within so many milliseconds of each other. */
const GATHER_MS = 5;

export class UnitReader {
  readonly #options: UnitReaderOptions;
  readonly #names = new Set<string>();
  #device: ModbusDevice | undefined;
  #gathering: Gathering | undefined;

  constructor(options: UnitReaderOptions) {
    this.#options = options;
  }

  /** The poll of some points: the profile's name of each and its channel. All polls are made before the first is read. */
  pollOf(channels: Readonly<Record<string, string>>): DevicePoll {
    const names = Object.keys(channels);
    for (const name of names) this.#names.add(name);
    return {
      read: async () => {
        const readings = await this.#gather(names);
        return readings.flatMap((reading) => {
          const channel = channels[reading.channel];
          return channel === undefined ? [] : [{ ...reading, channel }];
        });
      },
    };
  }

  #gather(names: readonly string[]): Promise<readonly ChannelReading[]> {
    this.#gathering ??= this.#begin();
    for (const name of names) this.#gathering.names.add(name);
    return this.#gathering.readings;
  }

  #begin(): Gathering {
    const names = new Set<string>();
    const readings = new Promise<readonly ChannelReading[]>((resolve) => {
      this.#options.scheduler.after(GATHER_MS, () => {
        this.#gathering = undefined;
        resolve(this.#read([...names]));
      });
    });
    return { names, readings };
  }

  async #read(names: readonly string[]): Promise<readonly ChannelReading[]> {
    this.#device ??= this.#open();
    return this.#device.readPoints(names);
  }

  /** Its channels are named like its points here; each poll gives them their own. */
  #open(): ModbusDevice {
    const channels = Object.fromEntries([...this.#names].map((name) => [name, name]));
    return modbusDevice({ ...this.#options, channels });
  }
}
