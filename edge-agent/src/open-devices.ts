// The configured buses and the devices on them, opened when they are first asked.

import type { Clock, Scheduler } from "@isotherm/coldchain";
import {
  gpsDevice,
  gpsdTransport,
  modbusMaster,
  serialTransport,
  tcpTransport,
  type DevicePoll,
  type GpsDevice,
  type ModbusMaster,
  type ModbusMasterOptions,
  type Transport,
} from "@isotherm/firmware-bridge";
import type { BusConfig, DeviceConfig } from "./config-schema.ts";
import { usableProfileOf } from "./profile-of.ts";
import type { DeviceSource } from "./sampling.ts";
import { UnitReader } from "./unit-reader.ts";

type ModbusBus = Extract<BusConfig, { kind: "modbus-tcp" | "modbus-rtu" }>;
type ReceiverBus = Exclude<BusConfig, ModbusBus>;

export interface OpenDevices {
  readonly source: DeviceSource;
  readonly close: () => Promise<void>;
}

interface Lines {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly masters: Map<string, ModbusMaster>;
  readonly units: Map<string, UnitReader>;
  readonly receivers: GpsDevice[];
}

const CONNECT_TIMEOUT_MS = 5000;
/** What a master is asked at once is at most two blocks for each of its units' points, which a record bounds. */
const QUEUE_MAX = 1024;
/** For requests whose profile says nothing else; every profile does. */
const RESPONSE_TIMEOUT_MS = 1000;

/** One owner for each bus; nothing is opened yet. */
export function openDevices(buses: readonly BusConfig[], clock: Clock, scheduler: Scheduler): OpenDevices {
  const lines: Lines = { clock, scheduler, masters: new Map(), units: new Map(), receivers: [] };
  const source: DeviceSource = (_assetId, device) => {
    const bus = buses.find(({ busId }) => busId === device.bus);
    if (bus === undefined) throw new Error(`there is no bus ${device.bus}`);
    return bus.kind === "modbus-tcp" || bus.kind === "modbus-rtu"
      ? modbusPoll(lines, bus, device)
      : positionPoll(lines, bus, device);
  };
  const close = async (): Promise<void> => {
    const all = [...lines.masters.values(), ...lines.receivers];
    // A line that does not close is the operating system's to clean up: the process is about to end.
    await Promise.all(all.map((line) => line.close().catch(() => undefined)));
  };
  return { source, close };
}

function modbusPoll(lines: Lines, bus: ModbusBus, device: DeviceConfig): DevicePoll {
  const key = `${bus.busId}/${device.unit}/${device.profile}`;
  const known = lines.units.get(key);
  if (known !== undefined) return known.pollOf(channelsOf(device));
  const profile = usableProfileOf(device.profile);
  const { responseTimeoutMs } = bus;
  const isTold = profile.protocol === "modbus" && responseTimeoutMs !== undefined;
  const unit = new UnitReader({
    master: masterOf(lines, bus),
    unit: device.unit ?? 0,
    profile: isTold ? { ...profile, responseTimeoutMs } : profile,
    scheduler: lines.scheduler,
  });
  lines.units.set(key, unit);
  return unit.pollOf(channelsOf(device));
}

function masterOf({ masters, clock, scheduler }: Lines, bus: ModbusBus): ModbusMaster {
  const master = masters.get(bus.busId) ?? modbusMaster({ ...masterOptionsOf(bus), clock, scheduler });
  masters.set(bus.busId, master);
  return master;
}

function masterOptionsOf(bus: ModbusBus): Omit<ModbusMasterOptions, "clock" | "scheduler"> {
  const { responseTimeoutMs = RESPONSE_TIMEOUT_MS } = bus;
  if (bus.kind === "modbus-tcp") {
    const { host, port, inFlightMax } = bus;
    const transport = tcpTransport({ host, port, connectTimeoutMs: CONNECT_TIMEOUT_MS });
    const told = inFlightMax === undefined ? {} : { inFlightMax };
    return { framing: "tcp", transport, responseTimeoutMs, queueMax: QUEUE_MAX, ...told };
  }
  const { path, baudRate, parity, stopBits, echo, inOrder, guardMs = 0 } = bus;
  const transport = serialTransport({ path, baudRate, parity, stopBits });
  return { framing: "rtu", transport, baudRate, responseTimeoutMs, queueMax: QUEUE_MAX, echo, inOrder, guardMs };
}

function positionPoll({ receivers, clock }: Lines, bus: ReceiverBus, device: DeviceConfig): DevicePoll {
  const profile = usableProfileOf(device.profile);
  const { latitude = "", longitude = "", ...more } = channelsOf(device);
  const receiver = gpsDevice({
    transport: receiverTransport(bus),
    channels: { latitude, longitude, ...more },
    staleAfterMs: profile.protocol === "nmea-0183" ? profile.staleAfterMs : CONNECT_TIMEOUT_MS,
    clock,
  });
  receivers.push(receiver);
  return receiver;
}

function receiverTransport(bus: ReceiverBus): Transport {
  if (bus.kind === "nmea-serial") return serialTransport({ path: bus.path, baudRate: bus.baudRate });
  const { host, port } = bus;
  if (bus.kind === "nmea-tcp") return tcpTransport({ host, port, connectTimeoutMs: CONNECT_TIMEOUT_MS });
  const device = bus.device === undefined ? {} : { device: bus.device };
  return gpsdTransport({ host, port, connectTimeoutMs: CONNECT_TIMEOUT_MS, ...device });
}

function channelsOf({ points }: DeviceConfig): Record<string, string> {
  return Object.fromEntries(Object.entries(points).map(([point, { channel }]) => [point, channel]));
}
