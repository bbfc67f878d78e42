// The night before: every gateway's spool is filled in virtual time, by the agent's own sampling and spool code, with
// devices that measure the same boxes and routes which the demonstration then goes on with.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { VirtualTime } from "@isotherm/coldchain";
import { agentConfigOf, randomId, readMachineId, recordHistory, type DeviceSource } from "@isotherm/edge-agent";
import type { ChannelReading, DevicePoll } from "@isotherm/firmware-bridge";
import type { InstallationPaths } from "../installation/configs.ts";
import { agentConfigText } from "../installation/installation.ts";
import type { BoxState, ThermalBox } from "../physics/thermal-box.ts";
import { gatewayConfig } from "./gateway-config.ts";
import { boxOf, routeOf } from "./rig.ts";
import type { Scenario, ScenarioGateway } from "./scenario.ts";

export interface Night {
  /** When the history began; the same at every start until a fresh one. */
  readonly sinceMs: number;
  /** What the load of each box had come to at the end, by gateway. */
  readonly productC: ReadonlyMap<string, number>;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Any: nobody listens in virtual time. */
const UNUSED_PORT = 9;

/** Fills the spools of a fresh demonstration; of one that goes on, it says only when that began. */
export async function recordNight(
  scenario: Scenario,
  paths: InstallationPaths,
  nowMs: number,
  progress: (text: string) => void,
): Promise<Night> {
  const noteFile = `${paths.folder}/since.json`;
  const productC = new Map<string, number>();
  if (existsSync(noteFile)) {
    const { sinceMs } = JSON.parse(readFileSync(noteFile, "utf8")) as { sinceMs: number };
    return { sinceMs, productC };
  }
  const sinceMs = nowMs - scenario.history.hours * HOUR_MS;
  let records = 0;
  for (const gateway of scenario.gateways) {
    const box = boxOf(gateway, 1);
    const { gatewayId } = gateway;
    const config = gatewayConfig(gateway, virtualPorts(gateway), scenario.history.sampleEveryMs);
    const history = await recordHistory({
      config: agentConfigOf(agentConfigText(paths, gatewayId, UNUSED_PORT, config), `${gatewayId}.yaml`),
      spoolPath: paths.spool(gatewayId),
      devicesAt: (time) => virtualDevices(gateway, box, time, sinceMs, nowMs),
      fromMs: sinceMs,
      toMs: nowMs,
      machineId: readMachineId(),
      newEpoch: randomId,
    });
    records += history.records;
    productC.set(gatewayId, box.state.productC);
  }
  writeFileSync(noteFile, JSON.stringify({ sinceMs }));
  progress(`${records.toLocaleString("en-US")} records of the last ${scenario.history.hours} h lie on the gateways.`);
  return { sinceMs, productC };
}

function virtualPorts(gateway: ScenarioGateway): { modbus: number; nmea: number | undefined } {
  return { modbus: UNUSED_PORT, nmea: gateway.route === undefined ? undefined : UNUSED_PORT };
}

/** Devices in virtual time: the box moves on to the instant at which it is asked, and the night's trouble with it. */
function virtualDevices(
  gateway: ScenarioGateway,
  box: ThermalBox,
  time: VirtualTime,
  sinceMs: number,
  nowMs: number,
): DeviceSource {
  const way = routeOf(gateway);
  let lastMs = sinceMs;
  const stateNow = (): BoxState => {
    const atMs = time.wallMs();
    box.setCompressorPowered(!isDark(gateway, atMs, nowMs));
    if (atMs > lastMs) box.step(atMs - lastMs);
    lastMs = Math.max(lastMs, atMs);
    return box.state;
  };
  const values = (): Record<string, number> => {
    const state = stateNow();
    const position = way?.at(time.wallMs() - sinceMs);
    return {
      temperature: tenths(state.productC),
      humidity: tenths(state.humidityPct),
      supply: tenths(state.supplyC),
      return: tenths(state.returnC),
      evaporator: tenths(state.evaporatorC),
      doorOpen: state.isDoorOpen ? 1 : 0,
      latitude: decimals(position?.latDeg ?? 0, 6),
      longitude: decimals(position?.lonDeg ?? 0, 6),
      speed: decimals(position?.speedMps ?? 0, 2),
      track: decimals(position?.trackDeg ?? 0, 1),
    };
  };
  return (_assetId, device): DevicePoll => ({
    read: (): Promise<ChannelReading[]> => {
      const now = values();
      return Promise.resolve(
        Object.entries(device.points).map(([point, { channel }]) => ({
          channel,
          value: now[point] ?? null,
          quality: now[point] === undefined ? "device-timeout" : "good",
        })),
      );
    },
  });
}

function isDark(gateway: ScenarioGateway, atMs: number, nowMs: number): boolean {
  if (gateway.night === undefined) return false;
  const fromMs = nowMs - gateway.night.hoursAgo * HOUR_MS;
  return atMs >= fromMs && atMs < fromMs + gateway.night.compressorOffMin * MINUTE_MS;
}

/** As the transmitters give it: tenths, by division. */
const tenths = (value: number): number => Math.round(value * 10) / 10;
const decimals = (value: number, places: number): number => Number(value.toFixed(places));
