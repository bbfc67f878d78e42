// Our master and serial transport against a slave that is not ours, over a pty pair.

import { assert, needs, suite, tempDir, until } from "../../../checks/kit.ts";
import { ptyPair } from "../../../checks/pty-pair.ts";
import type { PtyPair } from "../../../checks/pty-pair.ts";
import { pymodbusSlave } from "../../test/pymodbus-slave.ts";
import type { PymodbusSlave } from "../../test/pymodbus-slave.ts";
import { realTime } from "../../test/real-time.ts";
import { modbusDevice } from "../device/modbus-device.ts";
import { loadDeviceProfile } from "../device/parse-profile.ts";
import { serialTransport } from "../transport/serial-transport.ts";
import type { Transport } from "../transport/transport.ts";
import { ModbusError, ModbusExceptionError } from "./modbus-error.ts";
import { modbusMaster } from "./modbus-master.ts";
import type { ModbusMaster } from "./master-contract.ts";

const skip = needs({ commands: ["socat"], pythonModules: ["pymodbus", "serial"] });
const test = suite("Modbus RTU with pymodbus", { skip });

const TABLE = {
  1: { input: { 1: 65349, 2: 653 } },
  7: {
    input: { 0: 81, 1: 0x8000, 2: 65436, 3: 0 },
    discrete: { 0: 0, 1: 0, 2: 1, 3: 0, 4: 1, 5: 0, 6: 0, 7: 0 },
    holding: Object.fromEntries(Array.from({ length: 125 }, (_, at) => [at, (at * 521) & 0xffff])),
  },
};

let pair: PtyPair;
let slave: PymodbusSlave;
let transport: Transport;
let master: ModbusMaster;

test.before(async () => {
  const folder = await tempDir();
  pair = await ptyPair(folder);
  slave = await pymodbusSlave(folder, pair.far, 19_200, TABLE);
  transport = serialTransport({ path: pair.near, baudRate: 19_200 });
  master = modbusMaster({
    transport,
    framing: "rtu",
    baudRate: 19_200,
    responseTimeoutMs: 400,
    lateMaxMs: 0,
    clock: realTime,
    scheduler: realTime,
  });
  await until(() => master.read({ unit: 7, fn: 3, address: 0, count: 1 }).then(() => true), { what: "a first reply" });
});

test.after(async () => {
  await master.close();
  await slave.close();
  await pair.close();
});

test("reads holding registers, input registers and discrete inputs as they are in the table", async () => {
  const holding = await master.read({ unit: 7, fn: 3, address: 0, count: 125 });
  assert.equal([...holding], Object.values(TABLE[7].holding));
  assert.equal([...(await master.read({ unit: 1, fn: 4, address: 1, count: 2 }))], [65349, 653]);
  assert.equal([...(await master.read({ unit: 7, fn: 2, address: 0, count: 8 }))], [0, 0, 1, 0, 1, 0, 0, 0]);
});

test("gives each caller its own value when many ask at once", async () => {
  const addresses = Array.from({ length: 30 }, (_, at) => (at * 7) % 125);
  const values = await Promise.all(addresses.map((address) => master.read({ unit: 7, fn: 3, address, count: 1 })));
  assert.equal(
    values.map((one) => one[0]),
    addresses.map((address) => (address * 521) & 0xffff),
  );
});

test("reports an address that the slave does not have as exception 2", async () => {
  const error: unknown = await master.read({ unit: 1, fn: 4, address: 500, count: 1 }).catch((e: unknown) => e);
  assert.instance(error, ModbusExceptionError);
  assert.is((error as ModbusExceptionError).exceptionCode, 2);
});

test("times out on a unit that is not there, then reads on", async () => {
  const error: unknown = await master.read({ unit: 66, fn: 4, address: 1, count: 1 }).catch((e: unknown) => e);
  assert.instance(error, ModbusError);
  assert.is((error as ModbusError).code, "MODBUS_TIMEOUT");
  assert.equal([...(await master.read({ unit: 1, fn: 4, address: 1, count: 1 }))], [65349]);
});

test("a transmitter and a controller come out as their profiles say", async () => {
  const transmitter = modbusDevice({
    master,
    unit: 1,
    profile: loadDeviceProfile("sht20-transmitter"),
    channels: { temperature: "temperature/supply", humidity: "humidity/supply" },
  });
  assert.equal(await transmitter.read(), [
    { channel: "temperature/supply", value: -18.7, quality: "good", raw: 65349 },
    { channel: "humidity/supply", value: 65.3, quality: "good", raw: 653 },
  ]);
  const controller = modbusDevice({
    master,
    unit: 7,
    profile: loadDeviceProfile("cold-room-controller"),
    channels: {
      supply: "temperature/supply",
      return: "temperature/return",
      evaporator: "temperature/evap",
      doorOpen: "door/rear",
    },
  });
  assert.equal(await controller.read(), [
    { channel: "temperature/supply", value: 8.1, quality: "good", raw: 81 },
    { channel: "temperature/return", value: null, quality: "sentinel", raw: 0x8000 },
    { channel: "temperature/evap", value: null, quality: "probe-fault", raw: 65436 },
    { channel: "door/rear", value: 1, quality: "good", raw: 1 },
  ]);
});

test("a second opening of the port is refused", async () => {
  const second = serialTransport({ path: pair.near, baudRate: 19_200 });
  const error = (await second.open().catch((e: unknown) => e)) as { code: string };
  assert.is(error.code, "PORT_LOCKED");
});

test("a port that is not there is named, and an unplugged one rejects what waits at once", async () => {
  const absent = serialTransport({ path: "/dev/isotherm-is-not-here", baudRate: 9600 });
  const error = (await absent.open().catch((e: unknown) => e)) as { code: string };
  assert.is(error.code, "PORT_ABSENT");
  const reading = master
    .read({ unit: 66, fn: 4, address: 9, count: 1, responseTimeoutMs: 9000 })
    .catch((e: unknown) => e);
  const startedAtMs = realTime.monotonicMs();
  await pair.close();
  assert.is(((await reading) as ModbusError).code, "MODBUS_LINK_DOWN");
  assert.ok(realTime.monotonicMs() - startedAtMs < 5000, "it waited for its timeout");
  await until(() => !transport.isOpen, { what: "the port to be known as closed" });
});

test.run();
