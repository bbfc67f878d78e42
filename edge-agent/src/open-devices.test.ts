// The configured lines against simulated devices: a serial bus with a dead unit, and a receiver behind gpsd's port.

import { VirtualTime } from "@isotherm/coldchain";
import { modbusRtuLine, tableRegisters } from "@isotherm/simulators";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { assert, needs, suite, tempDir, until } from "../../checks/kit.ts";
import type { AgentConfig } from "./config-schema.ts";
import { agentConfigOf } from "./config.ts";
import { openDevices } from "./open-devices.ts";
import { systemClock, systemScheduler } from "./ports.ts";
import type { RecordDraft } from "./record-draft.ts";
import { roundsOf, Sampler } from "./sampling.ts";

const test = suite("open devices", { skip: needs({ commands: ["socat"] }) });

const UNITS = [1, 2, 3, 4, 5, 6];
const DEAD = 3;
const EVERY_MS = 500;

function configOf(bus: string, devices: readonly string[]): AgentConfig {
  return agentConfigOf(
    `gatewayId: gw-1
groupId: fleet-1
hostId: host-1
broker: { url: "mqtt://127.0.0.1:1883", user: gw-1, passwordEnv: NONE }
spool: { path: spool.db }
buses: [{ busId: line, ${bus} }]
assets:
  - assetId: room-1
    sampleEveryMs: ${EVERY_MS}
    devices:
${devices.map((device) => `      - { bus: line, ${device} }`).join("\n")}
`,
    "agent.yaml",
  );
}

/** Samples what is configured until `stop`, and gives the records. */
function sampled(config: AgentConfig) {
  const { source, close } = openDevices(config.buses, systemClock, systemScheduler);
  const drafts: RecordDraft[] = [];
  const counters = { roundsSampled: 0, devicesLate: 0 };
  const samplers = roundsOf(config, source).map(
    (round) =>
      new Sampler({
        ...{ round, clock: systemClock, scheduler: systemScheduler, counters },
        instant: () => ({ bootId: "b", monotonicMs: systemClock.monotonicMs(), wallMs: 0, anchorOrdinal: 1 }),
        take: (draft) => drafts.push(draft),
      }),
  );
  for (const sampler of samplers) sampler.start();
  const stop = async (): Promise<void> => {
    for (const sampler of samplers) sampler.stop();
    await close();
  };
  return { drafts, counters, stop };
}

test("a dead unit costs the others of its serial bus no reading, and is read again when it is back", async () => {
  const path = join(await tempDir(), "bus");
  const registers = { 4: { 1: 0xff45, 2: 653 } };
  const line = await modbusRtuLine({
    ...{ path, baudRate: 9600, clock: systemClock, scheduler: systemScheduler },
    units: new Map(UNITS.map((unit) => [unit, tableRegisters(registers)])),
  });
  line.setSilent(DEAD, true);
  const points = (unit: number): string =>
    `{ temperature: { channel: temperature/t${unit}, role: product }, humidity: { channel: humidity/t${unit}, role: ambient } }`;
  const config = configOf(
    `kind: modbus-rtu, path: ${path}, responseTimeoutMs: 100`,
    UNITS.map((unit) => `unit: ${unit}, profile: sht20-transmitter, points: ${points(unit)}`),
  );
  const { drafts, counters, stop } = sampled(config);
  const goodOf = ({ readings }: RecordDraft): string[] =>
    readings.filter(({ value, quality }) => value !== null && quality === 0).map(({ channel }) => channel);
  const living = UNITS.filter((unit) => unit !== DEAD).flatMap((unit) => [`temperature/t${unit}`, `humidity/t${unit}`]);
  await until(() => drafts.length >= 12, { deadlineMs: 20_000 });
  for (const draft of drafts) assert.equal(goodOf(draft), living);
  assert.is(counters.devicesLate, 0);
  // A trial costs about 130 ms, and goes out when that is a small part of the time.
  line.setSilent(DEAD, false);
  await until(() => goodOf(drafts.at(-1) as RecordDraft).length === 2 * UNITS.length, { deadlineMs: 20_000 });
  assert.is(drafts.at(-1)?.readings.find(({ channel }) => channel === "temperature/t3")?.value, -18.7);
  await stop();
  await line.close();
});

test("a receiver is read through gpsd, which is asked for that one's sentences", async () => {
  const sockets: Socket[] = [];
  let greeting = "";
  const gpsd = createServer((socket) => {
    sockets.push(socket);
    socket.on("data", (bytes: Buffer) => {
      greeting += bytes.toString();
      if (!greeting.endsWith("\n")) return;
      socket.write('{"class":"VERSION","release":"3.22"}\r\n');
      socket.write("$GPRMC,123519.00,A,4807.03800,N,01131.00000,E,012.0,084.4,230326,,,A*5C\r\n");
    });
  });
  await new Promise<void>((resolve) => gpsd.listen(0, "127.0.0.1", resolve));
  const { port } = gpsd.address() as AddressInfo;
  const points =
    "{ latitude: { channel: latitude/gps, role: position }, longitude: { channel: longitude/gps, role: position } }";
  const { drafts, stop } = sampled(
    configOf(`kind: gpsd, port: ${port}, device: /dev/ttyACM0`, [`profile: gps-nmea, points: ${points}`]),
  );
  await until(() => drafts.some(({ readings }) => readings.every(({ quality }) => quality === 0)));
  const [latitude] = drafts.find(({ readings }) => readings[0]?.quality === 0)?.readings ?? [];
  assert.ok(Math.abs((latitude?.value ?? 0) - 48.1173) < 1e-6, `${latitude?.value}`);
  assert.match(greeting, /\?WATCH=.*"device":"\/dev\/ttyACM0"/);
  await stop();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => gpsd.close(resolve));
});

test("nothing is opened before it is asked", async () => {
  const time = new VirtualTime(0);
  const config = configOf("kind: modbus-rtu, path: /dev/isotherm-is-not-here", [
    "unit: 1, profile: sht20-transmitter, points: { temperature: { channel: temperature/t1, role: product } }",
  ]);
  const { source, close } = openDevices(config.buses, time, time);
  const poll = source("room-1", config.assets[0]!.devices[0]!);
  const asked = poll.read();
  time.advance(10);
  assert.equal(
    (await asked).map(({ value, quality }) => [value, quality]),
    [[null, "device-timeout"]],
  );
  await close();
});

test.run();
