// The configured buses and the devices on them, opened when they are first asked.

import type { Clock, Scheduler } from "@isotherm/coldchain";
import {
  gpsDevice,
  loadDeviceProfile,
  modbusDevice,
  modbusMaster,
  serialTransport,
  tcpTransport,
  type DevicePoll,
  type GpsDevice,
  type ModbusMaster,
  type Transport,
} from "@isotherm/firmware-bridge";
import type { BusConfig, DeviceConfig } from "./config-schema.ts";
import type { DeviceSource } from "./sampling.ts";

export interface OpenDevices {
  readonly source: DeviceSource;
  readonly close: () => Promise<void>;
}

interface Lines {
  readonly masters: Map<string, ModbusMaster>;
  readonly receivers: GpsDevice[];
}

const CONNECT_TIMEOUT_MS = 5000;

/** One owner for each bus; nothing is opened yet. */
export function openDevices(buses: readonly BusConfig[], clock: Clock, scheduler: Scheduler): OpenDevices {
  const lines: Lines = { masters: new Map(), receivers: [] };
  const source: DeviceSource = (_assetId, device) => {
    const bus = buses.find(({ busId }) => busId === device.bus);
    if (bus === undefined) throw new Error(`there is no bus ${device.bus}`);
    return bus.kind === "modbus-tcp" || bus.kind === "modbus-rtu"
      ? modbusPoll(lines, bus, device, clock, scheduler)
      : positionPoll(lines, bus, device, clock);
  };
  const close = async (): Promise<void> => {
    const all = [...lines.masters.values(), ...lines.receivers];
    // A line that does not close is the operating system's to clean up: the process is about to end.
    await Promise.all(all.map((line) => line.close().catch(() => undefined)));
  };
  return { source, close };
}

function transportOf(bus: BusConfig): Transport {
  if (bus.kind === "modbus-tcp" || bus.kind === "nmea-tcp")
    return tcpTransport({ host: bus.host, port: bus.port, connectTimeoutMs: CONNECT_TIMEOUT_MS });
  const parity = bus.kind === "modbus-rtu" ? bus.parity : "none";
  return serialTransport({ path: bus.path, baudRate: bus.baudRate, parity });
}

function modbusPoll(
  { masters }: Lines,
  bus: Extract<BusConfig, { kind: "modbus-tcp" | "modbus-rtu" }>,
  device: DeviceConfig,
  clock: Clock,
  scheduler: Scheduler,
): DevicePoll {
  const { responseTimeoutMs } = bus;
  const line =
    bus.kind === "modbus-tcp" ? { framing: "tcp" as const } : { framing: "rtu" as const, baudRate: bus.baudRate };
  const master =
    masters.get(bus.busId) ??
    modbusMaster({ ...line, transport: transportOf(bus), responseTimeoutMs, clock, scheduler });
  masters.set(bus.busId, master);
  return modbusDevice({
    master,
    unit: device.unit ?? 0,
    profile: loadDeviceProfile(device.profile),
    channels: channelsOf(device),
  });
}

function positionPoll({ receivers }: Lines, bus: BusConfig, device: DeviceConfig, clock: Clock): DevicePoll {
  const profile = loadDeviceProfile(device.profile);
  const { latitude = "", longitude = "", ...more } = channelsOf(device);
  const receiver = gpsDevice({
    transport: transportOf(bus),
    channels: { latitude, longitude, ...more },
    staleAfterMs: profile.protocol === "nmea-0183" ? profile.staleAfterMs : CONNECT_TIMEOUT_MS,
    clock,
  });
  receivers.push(receiver);
  return receiver;
}

function channelsOf({ points }: DeviceConfig): Record<string, string> {
  return Object.fromEntries(Object.entries(points).map(([point, { channel }]) => [point, channel]));
}
