// The configuration of one simulated gateway, as a technician would write it: its buses, its devices, what each point is.

import type { GatewayConfig } from "../installation/installation.ts";
import { CONTROLLER_UNIT, SENSOR_UNIT } from "./rig.ts";
import type { ScenarioGateway } from "./scenario.ts";

/** Where a rig's devices listen. In virtual time nobody listens, and any port does. */
export interface DevicePorts {
  readonly modbus: number;
  readonly nmea: number | undefined;
}

const MAX_SILENCE_MS = 30_000;
const RESPONSE_TIMEOUT_MS = 1_000;

const temperature = (place: string, role: string): object => ({
  channel: `temperature/${place}`,
  role,
  unit: "Cel",
  resolution: 0.1,
});
const position = (quantity: string, unit: string): object => ({ channel: `${quantity}/gps`, role: "position", unit });

export function gatewayConfig(gateway: ScenarioGateway, ports: DevicePorts, sampleEveryMs: number): GatewayConfig {
  const host = "127.0.0.1";
  const buses: object[] = [
    { busId: "climate", kind: "modbus-tcp", host, port: ports.modbus, responseTimeoutMs: RESPONSE_TIMEOUT_MS },
  ];
  const devices: object[] = [
    {
      bus: "climate",
      unit: SENSOR_UNIT,
      profile: "sht20-transmitter",
      points: {
        temperature: temperature("load", "product"),
        humidity: { channel: "humidity/load", role: "ambient", unit: "%", resolution: 0.1 },
      },
    },
    {
      bus: "climate",
      unit: CONTROLLER_UNIT,
      profile: "cold-room-controller",
      points: {
        supply: temperature("supply", "supply"),
        return: temperature("return", "return"),
        evaporator: temperature("evaporator", "evaporator"),
        doorOpen: { channel: "door/main", role: "door", unit: "1", resolution: 1 },
      },
    },
  ];
  if (ports.nmea !== undefined) {
    buses.push({ busId: "gps", kind: "nmea-tcp", host, port: ports.nmea, responseTimeoutMs: RESPONSE_TIMEOUT_MS });
    devices.push({
      bus: "gps",
      profile: "gps-nmea",
      points: {
        latitude: position("latitude", "deg"),
        longitude: position("longitude", "deg"),
        speed: position("speed", "m/s"),
        track: position("track", "deg"),
      },
    });
  }
  return {
    maxSilenceMs: MAX_SILENCE_MS,
    // Links come back fast here, and the backlog drains slowly enough to be watched; in the field the defaults do.
    uplink: {
      backlogRecordsPerS: 400,
      retryAfterMs: 1_500,
      retryAfterMsMax: 10_000,
      reconnectAfterMs: 300,
      reconnectAfterMsMax: 3_000,
    },
    buses,
    assets: [{ assetId: gateway.asset.assetId, sampleEveryMs, devices }],
  };
}
