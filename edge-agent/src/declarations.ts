// What a configuration says of channels, completed from the device profiles.

import type { DeviceProfile } from "@isotherm/firmware-bridge";
import type { AgentConfig, DeviceConfig } from "./config-schema.ts";
import { isNmea } from "./config-rules.ts";
import { profileOf } from "./profile-of.ts";
import { GATEWAY_DECLARATION } from "./gateway-stream.ts";
import type { ChannelMeaning, StreamDeclaration } from "./spool-declarations.ts";

/** A coordinate's seventh decimal is a centimetre; receivers give no more. */
const POSITION_RESOLUTION = 1e-7;

/** The streams of the current epoch: the gateway's own and one for each asset. */
export function declarationsOf(config: AgentConfig): StreamDeclaration[] {
  const assets = config.assets.map(({ assetId, devices }) => ({ assetId, channels: devices.flatMap(meaningsOf) }));
  return [GATEWAY_DECLARATION, ...assets];
}

/** Rounds that may fail before a channel is not well, and the least that is promised. */
const ROUNDS_MISSED = 5;
const SILENCE_MS_MIN = 60_000;

/**
 * The longest that each channel is without a good value while all is well, by `<asset>/<channel>`. Receivers promise
 * nothing: a garage takes their position away for as long as the vehicle stands there.
 */
export function promisesOf(config: AgentConfig): ReadonlyMap<string, number> {
  const isReceiver = (bus: string): boolean => config.buses.some((one) => one.busId === bus && isNmea(one));
  const promises = new Map<string, number>();
  for (const { assetId, sampleEveryMs, devices } of config.assets)
    for (const device of devices) {
      if (device.maxSilenceMs === undefined && isReceiver(device.bus)) continue;
      const everyMs = device.sampleEveryMs ?? sampleEveryMs;
      const promisedMs = device.maxSilenceMs ?? Math.max(SILENCE_MS_MIN, ROUNDS_MISSED * everyMs);
      for (const { channel } of Object.values(device.points)) promises.set(`${assetId}/${channel}`, promisedMs);
    }
  return promises;
}

function meaningsOf(device: DeviceConfig): ChannelMeaning[] {
  const profile = profileOf(device.profile);
  return Object.entries(device.points).map(([name, point]) => {
    const known = typeof profile === "string" ? undefined : profile.points[name];
    const { channel, role } = point;
    const step = known === undefined || typeof profile === "string" ? 0 : stepOf(profile.protocol, known);
    return {
      channel,
      role,
      unit: point.unit ?? known?.unit ?? "1",
      resolution: point.resolution ?? step,
    };
  });
}

function stepOf(protocol: DeviceProfile["protocol"], point: DeviceProfile["points"][string]): number {
  if ("decimals" in point) return 1 / 10 ** point.decimals;
  if ("type" in point) return 1;
  return protocol === "nmea-0183" && point.unit === "deg" ? POSITION_RESOLUTION : 0;
}
