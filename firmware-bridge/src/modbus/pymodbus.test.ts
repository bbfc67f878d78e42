// Our master and serial transport against a slave that is not ours, over a pty pair.

import { assert, needs, suite, tempDir, until } from "../../../checks/kit.ts";
import { ptyPair } from "../../../checks/pty-pair.ts";
import type { PtyPair } from "../../../checks/pty-pair.ts";
import { pymodbusSlave } from "../../test/pymodbus-slave.ts";
import type { PymodbusSlave, TypedCell } from "../../test/pymodbus-slave.ts";
import { realTime } from "../../test/real-time.ts";
import { modbusDevice } from "../device/modbus-device.ts";
import { loadDeviceProfile, parseDeviceProfile } from "../device/parse-profile.ts";
import { BYTE_ORDERS } from "../device/register-types.ts";
import { serialTransport } from "../transport/serial-transport.ts";
import type { Transport } from "../transport/transport.ts";
import { ModbusError, ModbusExceptionError } from "./modbus-error.ts";
import { modbusMaster } from "./modbus-master.ts";
import type { ModbusMaster } from "./master-contract.ts";

const skip = needs({ commands: ["socat"], pythonModules: ["pymodbus", "serial"] });
const test = suite("Modbus RTU with pymodbus", { skip });

/** Every type in every order of bytes, each value four registers after the one before. */
const TYPED: TypedCell[] = [
  ["s16", -187],
  ["u16", 65_349],
  ["s32", -123_456_789],
  ["u32", 4_000_000_001],
  ["f32", -18.7],
  ["f64", 4.000000000001],
]
  .flatMap(([type, value]) =>
    (type as string).endsWith("16")
      ? [
          [type, "ABCD", value],
          [type, "BADC", value],
        ]
      : BYTE_ORDERS.map((order) => [type, order, value]),
  )
  .map(([type, order, value], at) => [at * 4, type, order, value] as unknown as TypedCell);

const TABLE = {
  9: {
    typed: TYPED,
    holding: { 200: 0, 201: 0, 202: 0 },
    coil: { 0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0 },
  },
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

test("reads every type in every order of bytes as pymodbus wrote it", async () => {
  const points = TYPED.map(([address, type, order, value], at) => {
    const isFloat = type.startsWith("f");
    return `  p${at}: { fn: 3, address: ${address}, type: ${type}, order: ${order}, decimals: ${isFloat ? 9 : 0}, unit: "1", min: ${value - 1}, max: ${value + 1} }`;
  });
  const text = ["profile: x", "label: l", "source: s", "protocol: modbus", "points:", ...points].join("\n");
  const parsed = parseDeviceProfile(text, "x.yaml");
  assert.ok("profile" in parsed, JSON.stringify(parsed));
  const channels = Object.fromEntries(points.map((_, at) => [`p${at}`, `q/${at}`]));
  const readings = await modbusDevice({ master, unit: 9, profile: parsed.profile, channels }).read();
  const wanted = TYPED.map(([, type, , value]) => (type === "f32" ? Math.fround(value) : value));
  assert.equal(
    readings.map(({ value, quality }) => [Math.round((value ?? NaN) * 1e9) / 1e9, quality]),
    wanted.map((value) => [Math.round(value * 1e9) / 1e9, "good"]),
  );
});

test("writes coils and registers, one and several, and reads back what it wrote", async () => {
  const holding = async (): Promise<number[]> => [...(await master.read({ unit: 9, fn: 3, address: 200, count: 3 }))];
  const coils = async (): Promise<number[]> => [...(await master.read({ unit: 9, fn: 1, address: 0, count: 9 }))];
  await master.write({ unit: 9, fn: 6, address: 201, values: [65_349] });
  assert.equal(await holding(), [0, 65_349, 0]);
  await master.write({ unit: 9, fn: 16, address: 200, values: [1, 2, 0xfffe] });
  assert.equal(await holding(), [1, 2, 0xfffe]);
  await master.write({ unit: 9, fn: 5, address: 4, values: [1] });
  assert.equal(await coils(), [0, 0, 0, 0, 1, 0, 0, 0, 0]);
  await master.write({ unit: 9, fn: 15, address: 0, values: [1, 1, 0, 1, 0, 0, 0, 0, 1] });
  assert.equal(await coils(), [1, 1, 0, 1, 0, 0, 0, 0, 1]);
  await master.write({ unit: 9, fn: 5, address: 0, values: [0] });
  assert.equal(await coils(), [0, 1, 0, 1, 0, 0, 0, 0, 1]);
});

test("a broadcast reaches the slave and waits for no answer", async () => {
  const startedAtMs = realTime.monotonicMs();
  await master.write({ unit: 0, fn: 6, address: 202, values: [4242] });
  assert.ok(realTime.monotonicMs() - startedAtMs < 300, "it waited for a reply");
  assert.equal([...(await master.read({ unit: 9, fn: 3, address: 202, count: 1 }))], [4242]);
});

test("a block that the slave refuses is read in parts, and what it has not is the only thing lost", async () => {
  const point = (address: number): string =>
    `{ fn: 3, address: ${address}, type: u16, decimals: 0, unit: "1", min: 0, max: 70000 }`;
  const text = `profile: x
label: l
source: s
protocol: modbus
gapMax: 10
points: { a: ${point(200)}, b: ${point(202)}, c: ${point(205)} }`;
  const parsed = parseDeviceProfile(text, "x.yaml");
  assert.ok("profile" in parsed);
  const channels = { a: "q/a", b: "q/b", c: "q/c" };
  const device = modbusDevice({ master, unit: 9, profile: parsed.profile, channels });
  const wanted = ["good", "good", "device-timeout"];
  assert.equal(
    (await device.read()).map(({ quality }) => quality),
    wanted,
  );
  const before = master.counters;
  assert.equal(
    (await device.read()).map(({ quality }) => quality),
    wanted,
  );
  // What was learnt stays: two reads from now on, of which one is refused.
  assert.equal([master.counters.requests - before.requests, master.counters.exceptions - before.exceptions], [2, 1]);
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
