import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../../checks/kit.ts";
import { answeringLine } from "../../test/answering-line.ts";
import type { ChannelReading } from "../device/device-poll.ts";
import { DeviceConfigError } from "../device/modbus-device.ts";
import { loadDeviceProfile, parseDeviceProfile } from "../device/parse-profile.ts";
import type { DeviceProfile } from "../device/device-profile.ts";
import { modbusMaster } from "../modbus/modbus-master.ts";
import { busSchedule } from "./bus-schedule.ts";
import type { ScheduledDevice } from "./bus-schedule.ts";

const test = suite("bus schedule");

function profile(): DeviceProfile {
  const point = (address: number, more = ""): string =>
    `{ fn: 4, address: ${address}, type: u16, decimals: 0, unit: "1", min: 0, max: 70000${more} }`;
  const text = `profile: x
label: l
source: s
protocol: modbus
points: { door: ${point(0, ", everyMs: 1000")}, supply: ${point(1)}, return: ${point(2)}, setPoint: ${point(9)} }`;
  const parsed = parseDeviceProfile(text, "x.yaml");
  if (!("profile" in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.profile;
}

function bench(devices: readonly ScheduledDevice[], isSilent = false) {
  const time = new VirtualTime(0);
  const line = answeringLine(time, (body) => {
    const count = body[5] as number;
    if (isSilent) return undefined;
    return [body[0] as number, 4, count * 2, ...Array.from({ length: count * 2 }, (_, at) => at & 1)];
  });
  const told: { unit: number; channels: string; atMs: number }[] = [];
  const schedule = busSchedule({
    master: modbusMaster({ transport: line, framing: "rtu", responseTimeoutMs: 200, clock: time, scheduler: time }),
    devices,
    everyMs: 4000,
    onReadings: (unit, readings: readonly ChannelReading[], atMs) =>
      told.push({ unit, channels: readings.map(({ channel }) => channel).join(" "), atMs }),
    clock: time,
    scheduler: time,
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 5) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      time.advance(5);
    }
  };
  return { line, told, schedule, pass };
}

const POINTS = {
  door: { channel: "door" },
  supply: { channel: "supply" },
  return: { channel: "return", everyMs: 2000 },
  setPoint: { channel: "setPoint", everyMs: 60_000 },
};

test("each point is read at its own rate, and those due together in one request where they lie together", async () => {
  const { line, told, schedule, pass } = bench([{ unit: 1, profile: profile(), points: POINTS }]);
  schedule.start();
  await pass(4500);
  schedule.stop();
  await pass(5000);
  assert.equal(
    told.map(({ channels, atMs }) => [atMs, channels]),
    [
      [0, "door supply return setPoint"],
      [1000, "door"],
      [2000, "door return"],
      [3000, "door"],
      [4000, "door supply return"],
    ],
  );
  const requests = line.sent.map(({ body }) => `${body[3]}×${body[5]}`);
  assert.equal(requests, ["0×3", "9×1", "0×1", "0×1", "2×1", "0×1", "0×3"]);
});

test("a device that has not answered yet is not asked again, and that is counted", async () => {
  const points = { door: { channel: "door", everyMs: 100 } };
  const { schedule, told, pass } = bench([{ unit: 1, profile: profile(), points }], true);
  schedule.start();
  await pass(2000);
  assert.ok(schedule.counters.overruns >= 4, `${schedule.counters.overruns} overruns`);
  assert.is(told.length, schedule.counters.reads - (schedule.counters.reads > told.length ? 1 : 0));
});

test("a schedule that was stopped and started begins anew, and starting twice is starting once", async () => {
  const points = { door: { channel: "door", everyMs: 1000 } };
  const { schedule, told, pass } = bench([{ unit: 1, profile: profile(), points }]);
  schedule.start();
  schedule.start();
  await pass(500);
  schedule.stop();
  await pass(5000);
  assert.is(told.length, 1);
  schedule.start();
  await pass(1500);
  assert.is(told.length, 3);
});

test("a point that the profile does not have is refused when the schedule is made", () => {
  const devices = [{ unit: 1, profile: loadDeviceProfile("sht20-transmitter"), points: { t: { channel: "q/p" } } }];
  assert.throws(
    () => bench(devices),
    (error: Error) => error instanceof DeviceConfigError,
  );
});

test.run();
