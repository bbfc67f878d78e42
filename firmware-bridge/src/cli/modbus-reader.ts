// A Modbus device, read for a table.

import type { ModbusProfile } from "../device/device-profile.ts";
import { modbusDevice } from "../device/modbus-device.ts";
import { ModbusExceptionError } from "../modbus/modbus-error.ts";
import { modbusMaster } from "../modbus/modbus-master.ts";
import type { ReadRequest } from "../modbus/read-request.ts";
import { lineAdvice } from "./line-advice.ts";
import type { LineSettings, OpenedTarget } from "./port-target.ts";
import type { Reader } from "./read-command.ts";
import type { TableRow } from "./reading-table.ts";
import type { Terminal } from "./terminal.ts";
import { watchMaster } from "./watched-master.ts";
import type { WatchedRead } from "./watched-master.ts";

export interface ModbusPlace extends OpenedTarget, LineSettings {
  readonly port: string;
  readonly unit: number;
  readonly echo: boolean;
}

type Point = ModbusProfile["points"][string];

export function modbusReader(profile: ModbusProfile, place: ModbusPlace, terminal: Terminal): Reader {
  const { transport, framing, baudRate, parity, isSerial, unit, echo, port } = place;
  const { clock, scheduler } = terminal;
  let heardBytes = 0;
  let errors: Error[] = [];
  let advice: string[] = [];
  transport.onBytes((bytes) => (heardBytes += bytes.length));
  const plain = modbusMaster({
    transport,
    framing,
    ...(isSerial ? { baudRate } : {}),
    responseTimeoutMs: profile.responseTimeoutMs,
    lateMaxMs: profile.lateMaxMs,
    guardMs: profile.guardMs,
    restSilentUnits: false,
    echo,
    clock,
    scheduler,
  });
  const { master, takeReads } = watchMaster(plain, clock);
  const names = Object.keys(profile.points);
  const channels = Object.fromEntries(names.map((name) => [name, name]));
  const device = modbusDevice({ master, unit, profile, channels });
  const failures = new Map<string, number>();
  const settings = isSerial ? { settings: `${baudRate} baud, parity ${parity}` } : {};
  return {
    title: `${profile.profile} · unit ${unit} · ${transport.name}`,
    open: () => transport.open(),
    async read() {
      heardBytes = 0;
      const readings = await device.read();
      const reads = takeReads();
      errors = reads.flatMap(({ error }) => error ?? []);
      return readings.map((reading): TableRow => {
        const point = profile.points[reading.channel];
        const watched = point === undefined ? undefined : readOf(point, reads);
        const isFailure = reading.quality === "device-timeout" || reading.quality === "bad-crc";
        const failed = (failures.get(reading.channel) ?? 0) + (isFailure ? 1 : 0);
        failures.set(reading.channel, failed);
        const problem = watched?.error?.message;
        return {
          ...reading,
          raw: rawOf(reading.raw, point, watched),
          unit: point?.unit ?? "",
          latencyMs: watched === undefined ? null : latencyOf(watched),
          errors: failed,
          ...(problem === undefined ? {} : { problem }),
        };
      });
    },
    advice(rows) {
      const isLost = rows.every(({ quality }) => quality === "device-timeout" || quality === "bad-crc");
      const next = isLost ? lineAdvice({ errors, heardBytes, unit, port, ...settings }) : [];
      // A read that was withheld after a failure tells nothing new: what was said about the failure still holds.
      if (!isLost || next.length > 0) advice = next;
      return advice;
    },
    close: () => master.close(),
  };
}

/** The last read that covers a point's first register: a block that was refused is read again in parts. */
function readOf(point: Point, reads: readonly WatchedRead[]): WatchedRead | undefined {
  return reads.findLast(({ request }) => covers(request, point));
}

/** A reply that never came took no time. */
function latencyOf({ latencyMs, error }: WatchedRead): number | null {
  return error === undefined || error instanceof ModbusExceptionError ? latencyMs : null;
}

function covers({ fn, address, count }: ReadRequest, point: Point): boolean {
  return point.fn === fn && point.address >= address && point.address < address + count;
}

/** As many registers as the point's type fills, as they came. */
function rawOf(raw: number | undefined, point: Point | undefined, watched: WatchedRead | undefined): number[] {
  const registers = watched?.registers;
  if (point === undefined || watched === undefined || registers === undefined) return raw === undefined ? [] : [raw];
  const from = point.address - watched.request.address;
  return Array.from(registers.subarray(from, from + registersOf(point.type)));
}

function registersOf(type: string): number {
  const bits = Number(/\d+$/.exec(type)?.[0] ?? 16);
  return Math.max(1, Math.ceil(bits / 16));
}
