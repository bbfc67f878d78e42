// A device on a bus: reads the blocks that its channels need and gives every channel a value or the reason why not.

import type { Quality } from "@isotherm/coldchain";
import { ModbusCrcError, ModbusMismatchError } from "../modbus/modbus-error.ts";
import type { ModbusMaster } from "../modbus/master-contract.ts";
import { planBlocks } from "./block-plan.ts";
import type { Cell, ReadBlock } from "./block-plan.ts";
import { decodePoint } from "./decode-point.ts";
import type { ChannelReading, DevicePoll } from "./device-poll.ts";
import type { DevicePoint, DeviceProfile, ModbusProfile } from "./device-profile.ts";

export interface ModbusDeviceOptions {
  readonly master: ModbusMaster;
  readonly unit: number;
  readonly profile: DeviceProfile;
  /** The profile's point name → channel id. Points that are not named are not read. */
  readonly channels: Readonly<Record<string, string>>;
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
  readonly channel: string;
  readonly point: DevicePoint;
}

/** What a cell gave: its raw value, or the quality that says why it gave none. */
type CellOutcome = number | Quality;

/** Throws a {@link DeviceConfigError} for a point that the profile does not have. */
export function modbusDevice(options: ModbusDeviceOptions): DevicePoll {
  const { profile, master, unit } = options;
  if (profile.protocol !== "modbus") {
    throw new DeviceConfigError("DEVICE_PROTOCOL_MISMATCH", `${profile.profile} does not speak Modbus.`);
  }
  const planned = planChannels(profile, options.channels);
  const blocks = planBlocks(profile, planned.flatMap(cellsOf));
  return {
    async read() {
      const outcomes = new Map<string, CellOutcome>();
      await Promise.all(blocks.map((block) => readBlock(master, unit, profile, block, outcomes)));
      return planned.map((one) => readingOf(one, outcomes));
    },
  };
}

function planChannels(profile: ModbusProfile, channels: Readonly<Record<string, string>>): PlannedChannel[] {
  return Object.entries(channels).map(([name, channel]) => {
    const point = profile.points[name];
    if (point !== undefined) return { channel, point };
    const known = Object.keys(profile.points).join(", ");
    throw new DeviceConfigError(
      "DEVICE_POINT_UNKNOWN",
      `${profile.profile} has no point "${name}" for ${channel}. It has: ${known}.`,
    );
  });
}

function cellsOf({ point }: PlannedChannel): Cell[] {
  if (point.type === "bit" || point.faultBit === undefined) return [point];
  return [point, point.faultBit];
}

async function readBlock(
  master: ModbusMaster,
  unit: number,
  profile: ModbusProfile,
  block: ReadBlock,
  outcomes: Map<string, CellOutcome>,
): Promise<void> {
  const { guardMs, lateMaxMs, responseTimeoutMs } = profile;
  const values = await master
    .read({ unit, ...block, guardMs, lateMaxMs, responseTimeoutMs })
    .catch((error: unknown) => qualityOfError(error));
  for (let index = 0; index < block.count; index += 1) {
    const outcome = typeof values === "string" ? values : (values[index] as number);
    outcomes.set(keyOf({ fn: block.fn, address: block.address + index }), outcome);
  }
}

function readingOf({ channel, point }: PlannedChannel, outcomes: ReadonlyMap<string, CellOutcome>): ChannelReading {
  const raw = outcomes.get(keyOf(point)) ?? "device-timeout";
  if (typeof raw === "string") return { channel, value: null, quality: raw };
  if (point.type === "bit" || point.faultBit === undefined) return decodePoint(channel, point, raw, false);
  // A probe whose fault bit could not be read is not known to be sound.
  const fault = outcomes.get(keyOf(point.faultBit)) ?? "device-timeout";
  if (typeof fault === "string") return { channel, value: null, quality: fault, raw };
  return decodePoint(channel, point, raw, fault !== 0);
}

function keyOf({ fn, address }: Cell): string {
  return `${fn}/${address}`;
}

function qualityOfError(error: unknown): Quality {
  return error instanceof ModbusCrcError || error instanceof ModbusMismatchError ? "bad-crc" : "device-timeout";
}
