// A device on a bus: reads the blocks that its channels need and gives every channel a value or the reason why not.

import type { Quality } from "@isotherm/coldchain";
import type { ModbusMaster } from "../modbus/master-contract.ts";
import { BlockReader, cellKey } from "./block-reader.ts";
import type { CellOutcomes } from "./block-reader.ts";
import type { Cell } from "./block-plan.ts";
import { decodePoint } from "./decode-point.ts";
import type { ChannelReading, DevicePoll } from "./device-poll.ts";
import type { DevicePoint, DeviceProfile, FaultBit, ModbusProfile } from "./device-profile.ts";
import { registersOf } from "./register-types.ts";
import { StuckWatch } from "./stuck-watch.ts";

export interface ModbusDeviceOptions {
  readonly master: ModbusMaster;
  readonly unit: number;
  readonly profile: DeviceProfile;
  /** The profile's point name → channel id. Points that are not named are not read. */
  readonly channels: Readonly<Record<string, string>>;
}

export interface ModbusDevice extends DevicePoll {
  /** Only the points of these names (those that have a channel), in the order of their configuration. */
  readPoints(names: readonly string[]): Promise<ChannelReading[]>;
}

/** The configuration asks of a device what its profile does not have. */
export class DeviceConfigError extends Error {
  readonly code: "DEVICE_POINT_UNKNOWN" | "DEVICE_PROTOCOL_MISMATCH";

  constructor(code: DeviceConfigError["code"], message: string) {
    super(message);
    this.name = "DeviceConfigError";
    this.code = code;
  }
}

interface PlannedChannel {
  readonly name: string;
  readonly channel: string;
  readonly point: DevicePoint;
  readonly stuck: StuckWatch | undefined;
}

interface Plan {
  readonly channels: readonly PlannedChannel[];
  readonly reader: BlockReader;
}

/** Throws a {@link DeviceConfigError} for a point that the profile does not have. */
export function modbusDevice(options: ModbusDeviceOptions): ModbusDevice {
  const { profile, master, unit } = options;
  if (profile.protocol !== "modbus") {
    throw new DeviceConfigError("DEVICE_PROTOCOL_MISMATCH", `${profile.profile} does not speak Modbus.`);
  }
  const all = planChannels(profile, options.channels);
  const planOf = (channels: readonly PlannedChannel[]): Plan => ({
    channels,
    reader: new BlockReader(master, unit, profile, channels.flatMap(cellsOf)),
  });
  const whole = planOf(all);
  // A schedule asks for few different sets of points; each keeps its plan, with what was learnt of its blocks.
  const parts = new Map<string, Plan>();
  const partOf = (names: readonly string[]): Plan => {
    const channels = all.filter(({ name }) => names.includes(name));
    if (channels.length === all.length) return whole;
    const key = channels.map(({ name }) => name).join();
    const known = parts.get(key);
    if (known !== undefined) return known;
    const plan = planOf(channels);
    parts.set(key, plan);
    return plan;
  };
  const readPlan = async ({ channels, reader }: Plan): Promise<ChannelReading[]> => {
    const outcomes = await reader.read();
    const nowMs = master.clock.monotonicMs();
    return channels.map((one) => watched(readingOf(one, outcomes), one.stuck, nowMs));
  };
  return { read: () => readPlan(whole), readPoints: (names) => readPlan(partOf(names)) };
}

function planChannels(profile: ModbusProfile, channels: Readonly<Record<string, string>>): PlannedChannel[] {
  return Object.entries(channels).map(([name, channel]) => {
    const point = profile.points[name];
    if (point !== undefined) {
      const stuckAfterMs = point.type === "bit" ? undefined : point.stuckAfterMs;
      return { name, channel, point, stuck: stuckAfterMs === undefined ? undefined : new StuckWatch(stuckAfterMs) };
    }
    const known = Object.keys(profile.points).join(", ");
    throw new DeviceConfigError(
      "DEVICE_POINT_UNKNOWN",
      `${profile.profile} has no point "${name}" for ${channel}. It has: ${known}.`,
    );
  });
}

function cellsOf({ point }: PlannedChannel): Cell[] {
  const { fn, address } = point;
  if (point.type === "bit") return [{ fn, address }];
  const own = { fn, address, width: registersOf(point.type) };
  return point.faultBit === undefined ? [own] : [own, { fn: point.faultBit.fn, address: point.faultBit.address }];
}

function readingOf({ channel, point }: PlannedChannel, outcomes: CellOutcomes): ChannelReading {
  const registers: number[] = [];
  const width = point.type === "bit" ? 1 : registersOf(point.type);
  for (let at = 0; at < width; at += 1) {
    const outcome = outcomes.get(cellKey(point.fn, point.address + at)) ?? "device-timeout";
    if (typeof outcome === "string") return { channel, value: null, quality: outcome };
    registers.push(outcome);
  }
  if (point.type === "bit" || point.faultBit === undefined) return decodePoint(channel, point, registers, false);
  const fault = faultIn(point.faultBit, outcomes);
  // A probe whose fault bit could not be read is not known to be sound.
  if (typeof fault === "string")
    return { ...decodePoint(channel, point, registers, false), value: null, quality: fault };
  return decodePoint(channel, point, registers, fault);
}

function faultIn({ fn, address, bit, invert }: FaultBit, outcomes: CellOutcomes): boolean | Quality {
  const outcome = outcomes.get(cellKey(fn, address)) ?? "device-timeout";
  if (typeof outcome === "string") return outcome;
  return ((outcome >>> (bit ?? 0)) & 1) !== Number(invert);
}

function watched(reading: ChannelReading, stuck: StuckWatch | undefined, nowMs: number): ChannelReading {
  if (stuck === undefined) return reading;
  if (reading.quality !== "good") {
    stuck.miss();
    return reading;
  }
  const isStuck = stuck.see(String(reading.registers ?? reading.raw), nowMs);
  return isStuck ? { ...reading, value: null, quality: "stuck" } : reading;
}
