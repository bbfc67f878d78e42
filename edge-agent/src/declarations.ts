// What a configuration says of channels, completed from the device profiles.

import type { DeviceProfile } from "@isotherm/firmware-bridge";
import type { AgentConfig, DeviceConfig } from "./config-schema.ts";
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
