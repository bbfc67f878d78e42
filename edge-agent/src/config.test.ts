import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, suite, tempDir } from "../../checks/kit.ts";
import { AgentConfigError, agentConfigOf, checkAgentConfig } from "./config.ts";

const test = suite("config");

const GOOD = `gatewayId: gw-1
groupId: fleet-1
hostId: host-1
broker:
  url: mqtt://127.0.0.1:1883
  user: gw-1
  passwordFile: /run/secrets/gw-1
spool:
  path: /var/lib/isotherm/spool.db
buses:
  - { busId: climate, kind: modbus-tcp, host: 127.0.0.1, port: 1502 }
  - { busId: gps, kind: nmea-tcp, host: 127.0.0.1, port: 10110 }
assets:
  - assetId: truck-1
    sampleEveryMs: 1000
    devices:
      - bus: climate
        unit: 1
        profile: cold-room-controller
        points:
          supply: { channel: temperature/supply, role: supply }
      - bus: gps
        profile: gps-nmea
        sampleEveryMs: 5000
        points:
          latitude: { channel: latitude/vehicle, role: position }
          longitude: { channel: longitude/vehicle, role: position }
`;

function problemsOf(text: string): string[] {
  const checked = checkAgentConfig(text);
  return "problems" in checked ? checked.problems.map(({ line, path, problem }) => `${line} ${path} ${problem}`) : [];
}

test("a good file is taken, with defaults for what it leaves open", () => {
  const config = agentConfigOf(GOOD, "agent.yaml");
  assert.is(config.uplink.windowRecords, 2000);
  assert.is(config.clock.errorMs, 1000);
  assert.is(config.assets[0]?.devices[1]?.sampleEveryMs, 5000);
  assert.not.ok("password" in config.broker);
});

test("every problem of shape comes at once, with the line where it stands", () => {
  const bad = GOOD.replace("gatewayId: gw-1", "gatewayId: gw/1")
    .replace("hostId: host-1", "hostIdd: host-1")
    .replace("port: 1502", "port: 70000")
    .replace("sampleEveryMs: 1000", "sampleEveryMs: fast")
    .replace("role: supply", "role: sopply");
  assert.equal(problemsOf(bad), [
    "1 gatewayId is not an id",
    "1 hostId is missing or not text",
    "3 hostIdd is not known here",
    "11 buses[0].port is too large",
    "15 assets[0].sampleEveryMs is missing or not a whole number",
    "21 assets[0].devices[0].points.supply.role is unknown",
  ]);
});

test("every problem between the parts comes at once too", () => {
  const bad = GOOD.replace("  passwordFile: /run/secrets/gw-1\n", "")
    .replace("busId: gps", "busId: climate")
    .replace("        unit: 1\n", "")
    .replace("supply: {", "suply: {")
    .replace("channel: longitude/vehicle", "channel: latitude/vehicle");
  assert.equal(problemsOf(bad), [
    "4 broker says nothing of the password",
    "11 buses[1].busId names climate a second time",
    "16 assets[0].devices[0] has no unit",
    "19 assets[0].devices[0].points.suply is not a point of cold-room-controller",
    "20 assets[0].devices[1].bus names no bus: gps",
    "25 assets[0].devices[1].points.longitude.channel names latitude/vehicle a second time in truck-1",
  ]);
});

const BUSES = `buses:
  - { busId: climate, kind: modbus-rtu, path: "usb:0403:6001:A9X1", parity: even, stopBits: 2, echo: true, guardMs: 10 }
  - { busId: gps, kind: gpsd, device: /dev/ttyACM0 }
`;
const withBuses = (text: string): string => GOOD.replace(/buses:\n(.*\n){2}/, text);

test("lines are told how they are spoken on, and a point its own period", () => {
  const text = withBuses(BUSES).replace("role: supply }", "role: supply, sampleEveryMs: 200 }");
  const config = agentConfigOf(text, "agent.yaml");
  assert.equal(config.buses, [
    {
      ...{ busId: "climate", kind: "modbus-rtu", path: "usb:0403:6001:A9X1", baudRate: 9600, parity: "even" },
      ...{ stopBits: 2, guardMs: 10, echo: true, inOrder: false },
    },
    { busId: "gps", kind: "gpsd", host: "127.0.0.1", port: 2947, device: "/dev/ttyACM0" },
  ]);
  assert.is(config.assets[0]?.devices[0]?.points["supply"]?.sampleEveryMs, 200);
  const tcp = GOOD.replace("port: 1502 }", "port: 1502, inFlightMax: 1 }");
  assert.is((agentConfigOf(tcp, "agent.yaml").buses[0] as { inFlightMax?: number }).inFlightMax, 1);
});

test("what a line cannot be is said in words, all of it at once", () => {
  const bad = BUSES.replace("usb:0403:6001:A9X1", "usb:ftdi")
    .replace("stopBits: 2", "stopBits: 3")
    .replace("echo: true", "echo: loud")
    .replace("kind: gpsd", "kind: gpsd, baudRate: 9600");
  assert.equal(problemsOf(withBuses(bad)), [
    "11 buses[0].path is no USB fingerprint",
    "11 buses[0].stopBits is neither 1 nor 2",
    "11 buses[0].echo is neither true nor false",
    "12 buses[1].baudRate is not known here",
  ]);
  assert.equal(problemsOf(GOOD.replace("port: 1502 }", "port: 1502, inFlightMax: 17 }")), [
    "11 buses[0].inFlightMax is too large",
  ]);
  const again = BUSES.replace("kind: gpsd, device: /dev/ttyACM0", 'kind: nmea-serial, path: "usb:0403:6001:A9X1"');
  const between = withBuses(again)
    .replace("unit: 1\n", "unit: 0\n")
    .replace(
      "channel: latitude/vehicle, role: position }",
      "channel: latitude/vehicle, role: position, sampleEveryMs: 500 }",
    );
  assert.equal(problemsOf(between), [
    "12 buses[1].path is the port of climate already",
    "18 assets[0].devices[0].unit calls all devices at once, and none answers",
    "26 assets[0].devices[1].points.latitude.sampleEveryMs splits a fix, whose parts come together",
  ]);
});

test("a profile of one's own is named by its file, and what is wrong in it is said with the rest", async () => {
  const folder = await tempDir();
  const profile = `profile: my-probe
label: A probe
source: its leaflet
protocol: modbus
points: { supply: { fn: 4, address: 0, type: s16, decimals: 1, unit: Cel, min: -50, max: 100, everyMs: 500 } }
`;
  writeFileSync(join(folder, "my-probe.yaml"), profile);
  const text = GOOD.replace("profile: cold-room-controller", "profile: my-probe.yaml");
  const checked = checkAgentConfig(text, folder);
  assert.ok("config" in checked, JSON.stringify(checked));
  writeFileSync(join(folder, "my-probe.yaml"), profile.replace("type: s16", "type: s15"));
  const spoilt = checkAgentConfig(text, folder);
  if (!("problems" in spoilt)) throw new Error("it was taken");
  assert.is(spoilt.problems[0]?.path, "assets[0].devices[0].profile");
  assert.match(spoilt.problems[0]?.mend ?? "", /my-probe.yaml:5 .*type/);
  const absent = checkAgentConfig(text, join(folder, "elsewhere"));
  assert.match(JSON.stringify(absent), /elsewhere\/my-probe.yaml cannot be read/);
});

test("a secret in the file, the reserved asset and text that is not YAML are refused in words", () => {
  assert.equal(problemsOf(GOOD.replace("  user: gw-1", "  user: gw-1\n  password: hunter2")), [
    "7 broker.password is not known here",
  ]);
  assert.match(problemsOf(GOOD.replace("127.0.0.1:1883", "u:p@127.0.0.1:1883"))[0]!, /holds a user or password/);
  assert.match(problemsOf(GOOD.replace("assetId: truck-1", "assetId: gateway"))[0]!, /reserved/);
  assert.match(problemsOf("a: [")[0]!, /is not YAML/);
  try {
    agentConfigOf("", "agent.yaml");
    assert.unreachable();
  } catch (error) {
    assert.instance(error, AgentConfigError);
    assert.match((error as Error).message, /agent.yaml:1 the file is not a configuration/);
  }
});

test.run();
