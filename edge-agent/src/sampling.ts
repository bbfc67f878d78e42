// When devices are asked, and how their answers become a record. One round asks all devices of an asset that have the
// same period, at the same instant; a round never overlaps itself.

import { GATEWAY_STREAM, qualityCode, type Cancel, type Clock, type Scheduler } from "@isotherm/coldchain";
import type { ChannelReading, DevicePoll } from "@isotherm/firmware-bridge";
import type { AgentConfig, DeviceConfig } from "./config-schema.ts";
import type { RecordInstant } from "./gateway-stream.ts";
import { usableProfileOf } from "./profile-of.ts";
import type { RecordDraft } from "./record-draft.ts";

/** Gives the poll of the points that are named in `device`: all that it has, or those of one period. */
export type DeviceSource = (assetId: string, device: DeviceConfig) => DevicePoll;

export interface SampledDevice {
  readonly poll: DevicePoll;
  /** Every channel that it owes at each sampling. */
  readonly channels: readonly string[];
}

/** The devices of an asset that are asked at the same instants. */
export interface SamplingRound {
  readonly assetId: string;
  readonly everyMs: number;
  readonly devices: readonly SampledDevice[];
}

export interface SamplingCounters {
  roundsSampled: number;
  /** Devices that had not answered when the next round came: their channels are recorded as `device-timeout`. */
  devicesLate: number;
}

/**
 * The rounds that a configuration asks for. A point's period is its own, else its device's, else what the device's profile
 * says of the point, else the asset's.
 */
export function roundsOf(config: AgentConfig, source: DeviceSource): SamplingRound[] {
  return config.assets.flatMap(({ assetId, sampleEveryMs, devices }) => {
    if (assetId === GATEWAY_STREAM) return [];
    const byPeriod = new Map<number, SampledDevice[]>();
    for (const device of devices) {
      for (const [everyMs, points] of pointsByPeriod(device, sampleEveryMs)) {
        const channels = Object.values(points).map(({ channel }) => channel);
        const poll = source(assetId, { ...device, points });
        byPeriod.set(everyMs, [...(byPeriod.get(everyMs) ?? []), { poll, channels }]);
      }
    }
    return [...byPeriod].map(([everyMs, sampled]) => ({ assetId, everyMs, devices: sampled }));
  });
}

function pointsByPeriod(device: DeviceConfig, assetEveryMs: number): Map<number, DeviceConfig["points"]> {
  const profile = usableProfileOf(device.profile);
  const byPeriod = new Map<number, DeviceConfig["points"]>();
  for (const [name, point] of Object.entries(device.points)) {
    const ofProfile = profile.protocol === "modbus" ? profile.points[name]?.everyMs : undefined;
    const everyMs = point.sampleEveryMs ?? device.sampleEveryMs ?? ofProfile ?? assetEveryMs;
    byPeriod.set(everyMs, { ...byPeriod.get(everyMs), [name]: point });
  }
  return byPeriod;
}

/** A record of what the devices gave; a channel that a device left out is `device-timeout`. */
export function draftOf(
  round: SamplingRound,
  instant: RecordInstant,
  answers: readonly (readonly ChannelReading[])[],
): RecordDraft {
  const readings = round.devices.flatMap(({ channels }, at) => {
    const given = answers[at] ?? [];
    return channels.map((channel) => {
      const reading = given.find((one) => one.channel === channel);
      if (reading === undefined || (reading.value === null && reading.quality === "good"))
        return { channel, value: null, quality: qualityCode("device-timeout") };
      const value = reading.quality === "good" ? reading.value : null;
      // A number that is none would not fit a record; the device answered, but not with a value.
      if (value !== null && !Number.isFinite(value))
        return { channel, value: null, quality: qualityCode("out-of-physical-range") };
      return { channel, value, quality: qualityCode(reading.quality) };
    });
  });
  return { assetId: round.assetId, ...instant, readings };
}

export interface SamplerOptions {
  readonly round: SamplingRound;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Called at the instant of sampling, before any device is asked. */
  readonly instant: () => RecordInstant;
  readonly take: (draft: RecordDraft) => void;
  readonly counters: SamplingCounters;
}

/** Part of the period within which a timer that came early belongs to the instant it was meant for. */
const EARLY_PART = 0.1;
/** Part of the period after which a record is made of what has come: before the next one, so that records stay in order. */
const WAITED_PART = 0.9;

/** Samples one round again and again, at multiples of its period by the wall clock. */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #pending = new Set<SampledDevice>();
  #cancel: Cancel = () => undefined;
  /** Records what the round under way has, if it is not recorded yet. */
  #finish: () => void = () => undefined;
  #isStopped = true;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStopped = false;
    this.#plan();
  }

  /** What is being asked is not recorded any more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #plan(): void {
    const { clock, round, scheduler } = this.#options;
    const { everyMs } = round;
    const leftMs = everyMs - (clock.wallMs() % everyMs);
    this.#cancel = scheduler.after(leftMs < everyMs * EARLY_PART ? leftMs + everyMs : leftMs, () => this.#sample());
  }

  #sample(): void {
    const { round, scheduler, instant, take, counters } = this.#options;
    // A round that came late leaves the next one little time; it is recorded before, so that numbers follow time.
    this.#finish();
    const sampledAt = instant();
    const answers: ChannelReading[][] = round.devices.map(() => []);
    let waited = round.devices.length;
    let isDone = false;
    const finish = (): void => {
      if (isDone || this.#isStopped) return;
      isDone = true;
      stopWaiting();
      counters.roundsSampled++;
      counters.devicesLate += waited;
      take(draftOf(round, sampledAt, answers));
    };
    this.#finish = finish;
    const stopWaiting = scheduler.after(round.everyMs * WAITED_PART, finish);
    for (const [at, device] of round.devices.entries()) {
      // It still owes an earlier answer, which would come at the wrong time now.
      if (this.#pending.has(device)) continue;
      this.#pending.add(device);
      void device.poll
        .read()
        .catch(() => [])
        .then((readings) => {
          this.#pending.delete(device);
          if (isDone) return;
          answers[at] = readings;
          if (--waited === 0) finish();
        });
    }
    this.#plan();
  }
}
