// The facts of the shipped profiles that cost readings when they are wrong: how many requests, which of them, which scale.

import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../../checks/kit.ts";
import type { ModbusMaster } from "../modbus/master-contract.ts";
import type { ReadRequest } from "../modbus/read-request.ts";
import { modbusDevice } from "./modbus-device.ts";
import { deviceProfileNames, loadDeviceProfile } from "./parse-profile.ts";

const test = suite("shipped device profiles");

/** Reads every point of a profile; gives the requests as `fn/address×count`, and the values by point. */
async function readAll(name: string, registers: Readonly<Record<string, number>> = {}) {
  const profile = loadDeviceProfile(name);
  const requests: string[] = [];
  const master: ModbusMaster = {
    read(request: ReadRequest) {
      const { fn, address, count } = request;
      requests.push(`${fn}/${address}×${count}`);
      return Promise.resolve(Uint16Array.from({ length: count }, (_, at) => registers[`${fn}/${address + at}`] ?? 0));
    },
    write: () => Promise.reject(new Error("not written here")),
    clock: new VirtualTime(0),
    close: () => Promise.resolve(),
    get counters(): never {
      throw new Error("not read here");
    },
  };
  const channels = Object.fromEntries(Object.keys(profile.points).map((point) => [point, point]));
  const readings = await modbusDevice({ master, unit: 1, profile, channels }).read();
  const values = Object.fromEntries(readings.map(({ channel, value, quality }) => [channel, value ?? quality]));
  return { requests, values };
}

test("a Carel IR33 is read one register at a time, and a probe at fault gives no value", async () => {
  const { requests, values } = await readAll("carel-ir33", { "4/403": 65_349, "4/412": 20, "2/6": 1, "2/43": 1 });
  assert.equal([...new Set(requests.map((one) => one.split("×")[1]))], ["1"]);
  assert.equal([values["probe1"], values["probe2"], values["doorOpen"]], [-18.7, "probe-fault", 1]);
});

test("the two Danfoss controllers have the same addresses and another scale", async () => {
  const registers = { "3/2529": 65_349, "3/20006": 1 };
  const [ekc, erc] = [await readAll("danfoss-ekc-202d", registers), await readAll("danfoss-erc-213", registers)];
  assert.equal(ekc.requests, erc.requests);
  assert.equal([ekc.values["s3"], erc.values["s3"]], [-18.7, -1.87]);
  assert.is(ekc.values["doorAlarm"], 1);
});

test("an Eliwell IDPlus has its door in a bit of a register, and 0x8000 for a probe error", async () => {
  const { values } = await readAll("eliwell-idplus", { "3/295": 0x8000, "3/297": 35, "3/32896": 8, "3/32876": 0xff7f });
  assert.equal(values, { probe1: "sentinel", probe2: 3.5, probe3: 0, doorOpen: 1, doorAlarm: 0 });
});

test("a PT100 module is two requests, and a channel that is not connected gives no value", async () => {
  const { requests, values } = await readAll("pt100-module-8", { "2/0": 1, "4/0": 53, "2/2": 1, "4/2": 0x8000 });
  assert.equal(requests, ["2/0×8", "4/0×8"]);
  assert.equal([values["probe1"], values["probe2"], values["probe3"]], [5.3, "probe-fault", "sentinel"]);
});

test("an energy meter gives what its display shows, not the nearest float", async () => {
  // 230.1 V and 512.3 W in single precision.
  const { requests, values } = await readAll("energy-meter", {
    "4/0": 0x4366,
    "4/1": 0x199a,
    "4/12": 0x4400,
    "4/13": 0x1333,
    "4/70": 0x4248,
    "4/71": 0,
  });
  assert.equal(requests, ["4/0×14", "4/70×2", "4/342×2"]);
  assert.equal(values, { voltage: 230.1, current: 0, power: 512.3, frequency: 50, energy: 0 });
});

test("a digital input module is one request of eight bits, a Dixell one of its probes and one of its set point", async () => {
  assert.equal((await readAll("digital-input-module")).requests, ["2/0×8"]);
  assert.equal((await readAll("dixell-xr")).requests, ["3/256×3", "3/897×1"]);
});

test("every Modbus profile can be read, and says where its facts come from", async () => {
  for (const name of deviceProfileNames()) {
    const profile = loadDeviceProfile(name);
    assert.ok(profile.source.length > 60, name);
    if (profile.protocol !== "modbus") continue;
    const { values } = await readAll(name);
    assert.equal(Object.keys(values), Object.keys(profile.points));
  }
});

test.run();
