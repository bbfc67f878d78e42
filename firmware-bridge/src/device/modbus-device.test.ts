import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../../checks/kit.ts";
import {
  ModbusCrcError,
  ModbusExceptionError,
  ModbusMismatchError,
  ModbusTimeoutError,
  ModbusWithheldError,
} from "../modbus/modbus-error.ts";
import type { MasterCounters } from "../modbus/master-tally.ts";
import type { ModbusMaster } from "../modbus/master-contract.ts";
import type { ReadRequest } from "../modbus/read-request.ts";
import { DeviceConfigError, modbusDevice } from "./modbus-device.ts";
import type { ModbusProfile } from "./device-profile.ts";
import { loadDeviceProfile } from "./parse-profile.ts";

const test = suite("Modbus device");

const CONTROLLER = loadDeviceProfile("cold-room-controller");
const TRANSMITTER = loadDeviceProfile("sht20-transmitter");

function masterOf(registers: Readonly<Record<string, number | Error>>): ModbusMaster {
  return {
    read(request: ReadRequest) {
      const cells = Array.from(
        { length: request.count },
        (_, at) => registers[`${request.fn}/${request.address + at}`],
      );
      const error = cells.find((cell) => cell instanceof Error);
      if (error) return Promise.reject(error);
      return Promise.resolve(Uint16Array.from(cells, (cell) => (cell ?? 0) as number));
    },
    write: () => Promise.reject(new Error("not written here")),
    clock: new VirtualTime(0),
    close: () => Promise.resolve(),
    counters: {} as MasterCounters,
  };
}

async function readTransmitter(registers: Readonly<Record<string, number | Error>>) {
  const channels = { temperature: "temperature/supply", humidity: "humidity/supply" };
  const device = modbusDevice({ master: masterOf(registers), unit: 1, profile: TRANSMITTER, channels });
  return (await device.read()).map(({ value, quality }) => [value, quality]);
}

test("divides by a power of ten: every tenth from -40 to 125 is exactly the double that is written so", async () => {
  for (let tenths = -400; tenths <= 1250; tenths += 1) {
    const [reading] = await readTransmitter({ "4/1": tenths & 0xffff, "4/2": 500 });
    assert.equal(reading, [Number(`${tenths}e-1`), "good"]);
  }
});

test("bounds are inclusive; beyond them, and at a sentinel, there is a quality and no value", async () => {
  assert.equal(await readTransmitter({ "4/1": 1250, "4/2": 1000 }), [
    [125, "good"],
    [100, "good"],
  ]);
  assert.equal(await readTransmitter({ "4/1": 1251, "4/2": 1001 }), [
    [null, "out-of-physical-range"],
    [null, "out-of-physical-range"],
  ]);
  assert.equal(await readTransmitter({ "4/1": 0x8000, "4/2": 0xffff }), [
    [null, "sentinel"],
    [null, "sentinel"],
  ]);
  assert.equal(await readTransmitter({ "4/1": 0, "4/2": 0 }), [
    [0, "good"],
    [0, "good"],
  ]);
});

test("every failure of the line becomes a quality of all channels that it took", async () => {
  const failures: [Error, string][] = [
    [new ModbusTimeoutError(""), "device-timeout"],
    [new ModbusWithheldError(""), "device-timeout"],
    [new ModbusExceptionError("", 4), "device-timeout"],
    [new ModbusCrcError(""), "bad-crc"],
    [new ModbusMismatchError(""), "bad-crc"],
  ];
  for (const [error, quality] of failures) {
    assert.equal(await readTransmitter({ "4/1": error }), [
      [null, quality],
      [null, quality],
    ]);
  }
});

test("a probe whose fault bit is set, or cannot be read, gives no value; the others do", async () => {
  const channels = { supply: "temperature/supply", return: "temperature/return" };
  const registers = { "4/0": 40, "4/1": 52, "2/0": 0, "2/1": 1 };
  const device = modbusDevice({ master: masterOf(registers), unit: 7, profile: CONTROLLER, channels });
  assert.equal(await device.read(), [
    { channel: "temperature/supply", value: 4, quality: "good", raw: 40 },
    { channel: "temperature/return", value: null, quality: "probe-fault", raw: 52 },
  ]);
  const blind = masterOf({ ...registers, "2/1": new ModbusTimeoutError("") });
  for (const reading of await modbusDevice({ master: blind, unit: 7, profile: CONTROLLER, channels }).read()) {
    assert.equal([reading.value, reading.quality], [null, "device-timeout"]);
  }
});

test("a probe that gives the same bits for as long as the profile says is stuck, until it moves", async () => {
  const time = new VirtualTime(0);
  const registers: Record<string, number | Error> = { "4/1": 40, "4/2": 500 };
  const profile = structuredClone(TRANSMITTER) as ModbusProfile;
  Object.assign(profile.points["temperature"] as object, { stuckAfterMs: 60_000 });
  const master = { ...masterOf(registers), clock: time } as ModbusMaster;
  const device = modbusDevice({ master, unit: 1, profile, channels: { temperature: "t", humidity: "h" } });
  const after = async (ms: number, register: number | Error): Promise<string> => {
    time.advance(ms);
    registers["4/1"] = register;
    return (await device.read()).map(({ quality }) => quality).join(" ");
  };
  assert.is(await after(0, 40), "good good");
  assert.is(await after(59_000, 40), "good good");
  assert.is(await after(1000, 40), "stuck good");
  assert.is(await after(1000, 41), "good good");
  // Time without readings is not known to be unchanged.
  assert.is(await after(30_000, new ModbusTimeoutError("")), "device-timeout device-timeout");
  assert.is(await after(40_000, 41), "good good");
  assert.is(await after(59_000, 41), "good good");
  assert.is(await after(1000, 41), "stuck good");
});

test("a point or protocol that the profile does not have is refused when the device is made", () => {
  const make = (profile: typeof CONTROLLER, point: string) => () =>
    modbusDevice({ master: masterOf({}), unit: 1, profile, channels: { [point]: "x/y" } });
  assert.throws(
    make(CONTROLLER, "suply"),
    (e: Error) => e instanceof DeviceConfigError && /supply, return/.test(e.message),
  );
  assert.throws(make(loadDeviceProfile("gps-nmea"), "latitude"), (e: Error) => e instanceof DeviceConfigError);
});

test.run();
