// One gateway's world: a cold box, the truck's route, and the devices that measure them, served over real protocols.

import type { Cancel, Clock, Scheduler } from "@isotherm/coldchain";
import { modbusTcpServer, type ModbusTcpServer } from "../devices/modbus-tcp-server.ts";
import { nmeaTcpServer, type NmeaTcpServer } from "../devices/nmea-tcp-server.ts";
import { coldRoomRegisters, sht20Registers, type ProbedModel } from "../devices/register-models.ts";
import { route, type Route } from "../physics/route.ts";
import { thermalBox, type ThermalBox } from "../physics/thermal-box.ts";
import type { ScenarioGateway } from "./scenario.ts";

/** How often the physics moves on. */
const STEP_MS = 500;

export const SENSOR_UNIT = 1;
export const CONTROLLER_UNIT = 2;

export interface RigDeps {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** When the truck set out; its position follows from the clock. */
  readonly departedMs: number;
  readonly timeFactor: number;
}

export class Rig {
  readonly gateway: ScenarioGateway;
  readonly box: ThermalBox;
  readonly modbus: ModbusTcpServer;
  readonly nmea: NmeaTcpServer | undefined;
  readonly #sensor: ProbedModel;
  #cancel: Cancel = () => undefined;

  private constructor(
    gateway: ScenarioGateway,
    parts: { box: ThermalBox; modbus: ModbusTcpServer; nmea: NmeaTcpServer | undefined; sensor: ProbedModel },
  ) {
    this.gateway = gateway;
    this.box = parts.box;
    this.modbus = parts.modbus;
    this.nmea = parts.nmea;
    this.#sensor = parts.sensor;
  }

  /** Starts the devices on free ports of loopback. */
  static async start(gateway: ScenarioGateway, startC: number | undefined, deps: RigDeps): Promise<Rig> {
    const box = boxOf(gateway, deps.timeFactor, startC);
    const sensor = sensorOf(box);
    const controller = coldRoomRegisters(() => box.state);
    const modbus = await modbusTcpServer({
      units: new Map([
        [SENSOR_UNIT, sensor],
        [CONTROLLER_UNIT, controller],
      ]),
    });
    const way = routeOf(gateway);
    const nmea =
      way === undefined
        ? undefined
        : await nmeaTcpServer({
            position: () => way.at(deps.clock.wallMs() - deps.departedMs),
            clock: deps.clock,
            scheduler: deps.scheduler,
          });
    const rig = new Rig(gateway, { box, modbus, nmea, sensor });
    let lastMs = deps.clock.monotonicMs();
    const step = (): void => {
      const nowMs = deps.clock.monotonicMs();
      box.step(nowMs - lastMs);
      lastMs = nowMs;
      rig.#cancel = deps.scheduler.after(STEP_MS, step);
    };
    step();
    return rig;
  }

  setProbeBroken(isBroken: boolean): void {
    this.#sensor.setProbeBroken("sensor", isBroken);
  }

  async close(): Promise<void> {
    this.#cancel();
    await this.modbus.close();
    await this.nmea?.close();
  }
}

export function boxOf(gateway: ScenarioGateway, timeFactor: number, startC?: number): ThermalBox {
  const given = Object.fromEntries(Object.entries(gateway.box).filter(([, value]) => value !== undefined));
  return thermalBox({
    ...(given as { ambientC: number; setPointC: number; hysteresisC: number }),
    seed: gateway.seed,
    timeFactor,
    ...(startC === undefined ? {} : { startC }),
  });
}

/** The probe lies in the load: product temperature, and the humidity around it. */
export function sensorOf(box: ThermalBox): ProbedModel {
  return sht20Registers(() => ({ temperatureC: box.state.productC, humidityPct: box.state.humidityPct }));
}

export function routeOf(gateway: ScenarioGateway): Route | undefined {
  if (gateway.route === undefined) return undefined;
  const { speedKmh, atEnd, waypoints } = gateway.route;
  return route({
    speedKmh,
    atEnd,
    waypoints: waypoints.map(({ latDeg, lonDeg, stopMin }) => ({
      latDeg,
      lonDeg,
      ...(stopMin === undefined ? {} : { stopMin }),
    })),
  });
}
