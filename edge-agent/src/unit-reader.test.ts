import { VirtualTime } from "@isotherm/coldchain";
import { loadDeviceProfile, type ModbusMaster, type ReadRequest } from "@isotherm/firmware-bridge";
import { assert, suite } from "../../checks/kit.ts";
import { agentConfigOf } from "./config.ts";
import { roundsOf } from "./sampling.ts";
import { UnitReader } from "./unit-reader.ts";

const test = suite("unit reader");

/** Each register holds its own address. */
function bench(profile: string) {
  const time = new VirtualTime(0);
  const asked: string[] = [];
  const master = {
    clock: time,
    read({ fn, address, count }: ReadRequest) {
      asked.push(`${time.monotonicMs()}: ${fn} ${address}×${count}`);
      return Promise.resolve(Uint16Array.from({ length: count }, (_, at) => address + at));
    },
  } as unknown as ModbusMaster;
  const unit = new UnitReader({ master, unit: 1, profile: loadDeviceProfile(profile), scheduler: time });
  return { time, asked, unit };
}

test("what is asked at one instant is read in one request, and each asker gets its own channels", async () => {
  const { time, asked, unit } = bench("sht20-transmitter");
  const warm = unit.pollOf({ temperature: "temperature/front" });
  const damp = unit.pollOf({ humidity: "humidity/rear", temperature: "temperature/rear" });
  const first = warm.read();
  time.advance(2);
  const second = damp.read();
  time.advance(10);
  assert.equal(
    (await first).map(({ channel, value }) => [channel, value]),
    [["temperature/front", 0.1]],
  );
  assert.equal(
    (await second).map(({ channel, value }) => [channel, value]),
    [
      ["temperature/rear", 0.1],
      ["humidity/rear", 0.2],
    ],
  );
  assert.is(asked.length, 1);
  time.advance(1000);
  const alone = warm.read();
  time.advance(10);
  await alone;
  assert.equal(
    asked.map((one) => one.split(": ")[1]),
    ["4 1×2", "4 1×1"],
  );
});

test("a point has its own period, its device's, its profile's or the asset's, in this order", () => {
  const config = agentConfigOf(
    `gatewayId: gw-1
groupId: fleet-1
hostId: host-1
broker: { url: "mqtt://127.0.0.1:1883", user: gw-1, passwordEnv: NONE }
spool: { path: spool.db }
buses: [{ busId: climate, kind: modbus-tcp, host: 127.0.0.1 }]
assets:
  - assetId: truck-1
    sampleEveryMs: 10000
    devices:
      - bus: climate
        unit: 1
        profile: cold-room-controller
        points:
          supply: { channel: temperature/supply, role: supply }
          return: { channel: temperature/return, role: return, sampleEveryMs: 60000 }
          doorOpen: { channel: door/rear, role: door, sampleEveryMs: 1000 }
      - bus: climate
        unit: 2
        profile: sht20-transmitter
        sampleEveryMs: 60000
        points:
          temperature: { channel: temperature/load, role: product }
          humidity: { channel: humidity/load, role: ambient, sampleEveryMs: 10000 }
`,
    "agent.yaml",
  );
  const rounds = roundsOf(config, () => ({ read: () => Promise.resolve([]) }));
  assert.equal(
    rounds.map(({ everyMs, devices }) => [everyMs, devices.map(({ channels }) => channels.join())]),
    [
      [10_000, ["temperature/supply", "humidity/load"]],
      [60_000, ["temperature/return", "temperature/load"]],
      [1000, ["door/rear"]],
    ],
  );
});

test.run();
