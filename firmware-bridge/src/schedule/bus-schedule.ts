// When the points of a bus's devices are read: each at its own rate, those due together in as few requests as possible.

import type { Cancel, Clock, Scheduler } from "@isotherm/coldchain";
import type { ChannelReading } from "../device/device-poll.ts";
import { modbusDevice } from "../device/modbus-device.ts";
import type { ModbusDevice } from "../device/modbus-device.ts";
import type { DeviceProfile, ModbusProfile } from "../device/device-profile.ts";
import type { ModbusMaster } from "../modbus/master-contract.ts";

export interface ScheduledDevice {
  readonly unit: number;
  readonly profile: DeviceProfile;
  /** The profile's point name → channel, and how often it is read: else as the profile says, else `everyMs` of the bus. */
  readonly points: Readonly<Record<string, { readonly channel: string; readonly everyMs?: number }>>;
}

export interface BusScheduleOptions {
  readonly master: ModbusMaster;
  readonly devices: readonly ScheduledDevice[];
  /** How often a point is read that nobody gave a rate; default 10,000. */
  readonly everyMs?: number;
  /** Told what one device gave, with the time by the monotonic clock at which it was asked. */
  readonly onReadings: (unit: number, readings: readonly ChannelReading[], askedAtMs: number) => void;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
}

export interface BusSchedule {
  start(): void;
  /** What is being read is still told. */
  stop(): void;
  readonly counters: {
    readonly reads: number;
    /** Reads left out because the device had not answered the one before: the bus is asked for more than it carries. */
    readonly overruns: number;
  };
}

interface Rate {
  readonly everyMs: number;
  readonly names: readonly string[];
  dueAtMs: number;
}

interface Scheduled {
  readonly unit: number;
  readonly device: ModbusDevice;
  readonly rates: readonly Rate[];
  isReading: boolean;
}

/** Throws a {@link DeviceConfigError} for a point that a profile does not have. */
export function busSchedule(options: BusScheduleOptions): BusSchedule {
  return new PeriodicSchedule(options);
}

class PeriodicSchedule implements BusSchedule {
  readonly counters = { reads: 0, overruns: 0 };
  readonly #options: BusScheduleOptions;
  readonly #devices: readonly Scheduled[];
  #cancel: Cancel = () => undefined;
  #isRunning = false;

  constructor(options: BusScheduleOptions) {
    this.#options = options;
    this.#devices = options.devices.map((one) => ({
      unit: one.unit,
      device: deviceOf(options.master, one),
      rates: ratesOf(one, options.everyMs ?? 10_000),
      isReading: false,
    }));
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const nowMs = this.#options.clock.monotonicMs();
    for (const { rates } of this.#devices) for (const rate of rates) rate.dueAtMs = nowMs;
    this.#tick();
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel();
  }

  #tick(): void {
    const { clock, scheduler } = this.#options;
    const nowMs = clock.monotonicMs();
    let nextAtMs = Infinity;
    for (const scheduled of this.#devices) {
      const due = scheduled.rates.filter(({ dueAtMs }) => dueAtMs <= nowMs);
      for (const rate of due) rate.dueAtMs = nextDueAtMs(rate, nowMs);
      if (due.length > 0) this.#ask(scheduled, due, nowMs);
      for (const { dueAtMs } of scheduled.rates) nextAtMs = Math.min(nextAtMs, dueAtMs);
    }
    if (this.#isRunning && nextAtMs < Infinity) {
      this.#cancel = scheduler.after(Math.max(0, nextAtMs - nowMs), () => this.#tick());
    }
  }

  #ask(scheduled: Scheduled, due: readonly Rate[], askedAtMs: number): void {
    if (scheduled.isReading) {
      this.counters.overruns += 1;
      return;
    }
    scheduled.isReading = true;
    this.counters.reads += 1;
    const names = due.flatMap((rate) => rate.names);
    void scheduled.device.readPoints(names).then((readings) => {
      scheduled.isReading = false;
      this.#options.onReadings(scheduled.unit, readings, askedAtMs);
    });
  }
}

/** On the grid that began with the start, so that rates which divide each other stay together; missed times are skipped. */
function nextDueAtMs({ dueAtMs, everyMs }: Rate, nowMs: number): number {
  return dueAtMs + everyMs * (Math.floor((nowMs - dueAtMs) / everyMs) + 1);
}

function deviceOf(master: ModbusMaster, { unit, profile, points }: ScheduledDevice): ModbusDevice {
  const channels = Object.fromEntries(Object.entries(points).map(([name, { channel }]) => [name, channel]));
  return modbusDevice({ master, unit, profile, channels });
}

function ratesOf({ profile, points }: ScheduledDevice, defaultMs: number): Rate[] {
  const byRate = new Map<number, string[]>();
  for (const [name, { everyMs }] of Object.entries(points)) {
    const rateMs = everyMs ?? (profile as ModbusProfile).points[name]?.everyMs ?? defaultMs;
    byRate.set(rateMs, [...(byRate.get(rateMs) ?? []), name]);
  }
  return [...byRate].map(([everyMs, names]) => ({ everyMs, names, dueAtMs: 0 }));
}
