// What must hold between the parts of a configuration, which no shape can say.

import { RECORD_READINGS_MAX } from "@isotherm/coldchain";
import type { DeviceProfile } from "@isotherm/firmware-bridge";
import type { AgentConfig, AssetConfig, BusConfig, DeviceConfig } from "./config-schema.ts";
import { profileOf } from "./profile-of.ts";

export interface Finding {
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly mend: string;
}

/** Everything that is wrong between the parts, in the order of the file; profiles are looked for from `folder` on. */
export function* findingsOf(config: AgentConfig, folder: string): Generator<Finding> {
  const { passwordFile, passwordEnv } = config.broker;
  if ((passwordFile === undefined) === (passwordEnv === undefined))
    yield {
      path: ["broker"],
      problem: passwordFile === undefined ? "says nothing of the password" : "says twice where the password is",
      mend: "name a file (passwordFile) or an environment variable (passwordEnv) that holds it",
    };
  yield* repeated(config.buses, "buses", "busId");
  yield* repeated(config.assets, "assets", "assetId");
  yield* sharedReceivers(config);
  yield* sharedPorts(config);
  for (const [at, asset] of config.assets.entries()) yield* assetFindings(config, asset, ["assets", at], folder);
}

function* repeated<K extends string>(rows: readonly Record<K, string>[], list: string, key: K): Generator<Finding> {
  const seen = new Set<string>();
  for (const [at, row] of rows.entries()) {
    if (seen.has(row[key]))
      yield { path: [list, at, key], problem: `names ${row[key]} a second time`, mend: "give each its own" };
    seen.add(row[key]);
  }
}

/** A receiver talks on its own, so that its line has room for one. */
function* sharedReceivers(config: AgentConfig): Generator<Finding> {
  const used = new Set<string>();
  for (const [at, { devices }] of config.assets.entries())
    for (const [index, { bus }] of devices.entries()) {
      const isReceiver = config.buses.some((one) => one.busId === bus && isNmea(one));
      if (isReceiver && used.has(bus))
        yield {
          path: ["assets", at, "devices", index, "bus"],
          problem: `names ${bus} a second time, and a receiver's line takes one device`,
          mend: "name every point of the receiver under one device",
        };
      if (isReceiver) used.add(bus);
    }
}

/** The system lends a serial port out once only. */
function* sharedPorts({ buses }: AgentConfig): Generator<Finding> {
  const owners = new Map<string, string>();
  for (const [at, bus] of buses.entries()) {
    if (!("path" in bus)) continue;
    const owner = owners.get(bus.path);
    if (owner !== undefined)
      yield {
        path: ["buses", at, "path"],
        problem: `is the port of ${owner} already`,
        mend: "put all devices of a line under one bus",
      };
    else owners.set(bus.path, bus.busId);
  }
}

function* assetFindings(
  config: AgentConfig,
  asset: AssetConfig,
  path: readonly (string | number)[],
  folder: string,
): Generator<Finding> {
  const channels = new Set<string>();
  for (const [at, device] of asset.devices.entries()) {
    const place = [...path, "devices", at];
    yield* deviceFindings(config, device, place, folder);
    for (const [point, { channel, role }] of Object.entries(device.points)) {
      if (channels.has(channel))
        yield {
          path: [...place, "points", point, "channel"],
          problem: `names ${channel} a second time in ${asset.assetId}`,
          mend: "give each point a channel of its own",
        };
      if (role === "contract")
        yield {
          path: [...place, "points", point, "role"],
          problem: "is kept for the gateway's own records",
          mend: "say what the value stands for, such as product or supply",
        };
      channels.add(channel);
    }
  }
  if (channels.size > RECORD_READINGS_MAX)
    yield {
      path: [...path, "devices"],
      problem: `have ${channels.size} points`,
      mend: `at most ${RECORD_READINGS_MAX}`,
    };
}

function* deviceFindings(
  config: AgentConfig,
  device: DeviceConfig,
  path: readonly (string | number)[],
  folder: string,
): Generator<Finding> {
  const bus = config.buses.find(({ busId }) => busId === device.bus);
  const known = config.buses.map(({ busId }) => busId).join(", ");
  if (bus === undefined)
    yield { path: [...path, "bus"], problem: `names no bus: ${device.bus}`, mend: `known are: ${known}` };
  else yield* unitFindings(bus, device, path);
  const profile = profileOf(device.profile, folder);
  if (typeof profile === "string") {
    yield { path: [...path, "profile"], problem: `cannot be used: ${device.profile}`, mend: profile };
    return;
  }
  if (bus !== undefined && isNmea(bus) !== (profile.protocol === "nmea-0183"))
    yield {
      path: [...path, "profile"],
      problem: `speaks ${profile.protocol}, the bus is ${bus.kind}`,
      mend: "name the bus that the device hangs on, or the profile that it has",
    };
  yield* pointFindings(device, profile, path);
}

function* pointFindings(
  device: DeviceConfig,
  profile: DeviceProfile,
  path: readonly (string | number)[],
): Generator<Finding> {
  const isReceiver = profile.protocol === "nmea-0183";
  for (const [point, { sampleEveryMs }] of Object.entries(device.points)) {
    if (!(point in profile.points))
      yield {
        path: [...path, "points", point],
        problem: `is not a point of ${device.profile}`,
        mend: `it has: ${Object.keys(profile.points).join(", ")}`,
      };
    if (isReceiver && sampleEveryMs !== undefined)
      yield {
        path: [...path, "points", point, "sampleEveryMs"],
        problem: "splits a fix, whose parts come together",
        mend: "give it to the device",
      };
  }
  if (isReceiver && !("latitude" in device.points && "longitude" in device.points))
    yield { path: [...path, "points"], problem: "lack a coordinate", mend: "name both latitude and longitude" };
}

function* unitFindings(bus: BusConfig, device: DeviceConfig, path: readonly (string | number)[]): Generator<Finding> {
  if (isNmea(bus) && device.unit !== undefined)
    yield { path: [...path, "unit"], problem: "means nothing on an NMEA bus", mend: "remove it" };
  if (!isNmea(bus) && device.unit === undefined)
    yield { path, problem: "has no unit", mend: "give the device's Modbus address, such as unit: 1" };
  if (bus.kind === "modbus-rtu" && device.unit !== undefined && (device.unit < 1 || device.unit > 247))
    yield {
      path: [...path, "unit"],
      problem: device.unit === 0 ? "calls all devices at once, and none answers" : "is none of a serial bus",
      mend: "give the device's own address, 1 to 247",
    };
}

export function isNmea(bus: BusConfig): boolean {
  return bus.kind === "nmea-tcp" || bus.kind === "nmea-serial" || bus.kind === "gpsd";
}
