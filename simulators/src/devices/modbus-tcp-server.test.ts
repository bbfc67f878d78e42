// The simulated slaves, read by mbpoll, which is not ours, and by the bridge.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { loadDeviceProfile, modbusDevice, modbusMaster, tcpTransport } from "@isotherm/firmware-bridge";
import type { DevicePoll, ModbusMaster } from "@isotherm/firmware-bridge";
import type { Clock, Scheduler } from "@isotherm/coldchain";
import { assert, needs, suite } from "../../../checks/kit.ts";
import { thermalBox } from "../physics/thermal-box.ts";
import { modbusTcpServer } from "./modbus-tcp-server.ts";
import type { ModbusTcpServer } from "./modbus-tcp-server.ts";
import { coldRoomRegisters, sht20Registers } from "./register-models.ts";

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;
const realTime: Clock & Scheduler = {
  wallMs: () => performance.timeOrigin + performance.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = startTimer(run, delayMs);
    return () => stopTimer(timer);
  },
};

const box = thermalBox({ ambientC: 25, setPointC: -18.7, hysteresisC: 2, noiseC: 0, seed: 1 });
const sensor = sht20Registers(() => ({ temperatureC: -18.7, humidityPct: 65.3 }));
const controller = coldRoomRegisters(() => box.state);
let server: ModbusTcpServer;

async function listen(): Promise<void> {
  server = await modbusTcpServer({
    units: new Map([
      [1, sensor],
      [7, controller],
    ]),
  });
}

const byMbpoll = suite("simulated Modbus slaves, by mbpoll", { skip: needs({ commands: ["mbpoll"] }) });
byMbpoll.before(listen);
byMbpoll.after(() => server.close());

async function mbpoll(...options: string[]): Promise<string> {
  const all = ["-m", "tcp", "-p", String(server.port), "-0", "-1", "-o", "0.3", ...options, server.host];
  const run = promisify(execFile)("mbpoll", all);
  const { stdout, stderr } = await run.catch((error: unknown) => error as { stdout: string; stderr: string });
  return stdout + stderr;
}

byMbpoll("registers come out with their two readings, signed and unsigned", async () => {
  const text = await mbpoll("-a", "1", "-t", "3", "-r", "1", "-c", "2");
  assert.match(text, /\[1\]:\s+65349 \(-187\)/);
  assert.match(text, /\[2\]:\s+653\b/);
});

byMbpoll("the door contact follows the box", async () => {
  box.setDoor(true);
  assert.match(await mbpoll("-a", "7", "-t", "1", "-r", "4", "-c", "1"), /\[4\]:\s+1/);
  box.setDoor(false);
  assert.match(await mbpoll("-a", "7", "-t", "1", "-r", "4", "-c", "1"), /\[4\]:\s+0/);
});

byMbpoll("an address or function that is not there is an exception, a silent unit a timeout", async () => {
  assert.match(await mbpoll("-a", "1", "-t", "3", "-r", "40", "-c", "1"), /Illegal data address/);
  assert.match(await mbpoll("-a", "1", "-t", "0", "-r", "1", "-c", "1"), /Illegal data address/);
  server.setSilent(1, true);
  assert.match(await mbpoll("-a", "1", "-t", "3", "-r", "1", "-c", "1"), /timed out/);
  server.setSilent(1, false);
  assert.match(await mbpoll("-a", "9", "-t", "3", "-r", "1", "-c", "1"), /timed out/);
});

byMbpoll.run();

const byBridge = suite("simulated Modbus slaves, by the bridge");
let master: ModbusMaster;
let devices: DevicePoll[];

byBridge.before(async () => {
  await listen();
  master = modbusMaster({
    transport: tcpTransport({ host: server.host, port: server.port, connectTimeoutMs: 1000 }),
    framing: "tcp",
    responseTimeoutMs: 100,
    clock: realTime,
    scheduler: realTime,
  });
  const transmitter = loadDeviceProfile("sht20-transmitter");
  const coldRoom = loadDeviceProfile("cold-room-controller");
  devices = [
    modbusDevice({
      master,
      unit: 1,
      // The profile allows half a second, which this test need not wait.
      profile: { ...transmitter, responseTimeoutMs: 100 } as typeof transmitter,
      channels: { temperature: "temperature/box", humidity: "humidity/box" },
    }),
    modbusDevice({
      master,
      unit: 7,
      profile: coldRoom,
      channels: { supply: "temperature/supply", return: "temperature/return", doorOpen: "door/rear" },
    }),
  ];
});
byBridge.after(async () => {
  await master.close();
  await server.close();
});

async function outcomes(): Promise<unknown[][]> {
  const readings = await Promise.all(devices.map((device) => device.read()));
  return readings.flat().map(({ channel, value, quality }) => [channel, value, quality]);
}

const SOUND = [
  ["temperature/box", -18.7, "good"],
  ["humidity/box", 65.3, "good"],
  ["temperature/supply", -18.7, "good"],
  ["temperature/return", -18.7, "good"],
  ["door/rear", 0, "good"],
];

byBridge("what the models hold is what the bridge gives", async () => {
  assert.equal(await outcomes(), SOUND);
});

byBridge("a broken probe is a quality, never a number, and mends", async () => {
  sensor.setProbeBroken("sensor", true);
  controller.setProbeBroken("return", true);
  assert.equal(await outcomes(), [
    ["temperature/box", null, "sentinel"],
    ["humidity/box", null, "sentinel"],
    SOUND[2],
    ["temperature/return", null, "probe-fault"],
    SOUND[4],
  ]);
  sensor.setProbeBroken("sensor", false);
  controller.setProbeBroken("return", false);
  assert.equal(await outcomes(), SOUND);
});

byBridge("a silent unit times out while the other is read", async () => {
  server.setSilent(1, true);
  assert.equal(await outcomes(), [
    ["temperature/box", null, "device-timeout"],
    ["humidity/box", null, "device-timeout"],
    ...SOUND.slice(2),
  ]);
  server.setSilent(1, false);
});

byBridge("after its connections were reset the next reads connect again", async () => {
  server.dropConnections();
  await master.read({ unit: 1, fn: 4, address: 1, count: 1 }).catch(() => undefined);
  assert.equal(await outcomes(), SOUND);
});

byBridge.run();
