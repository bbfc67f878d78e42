import { assert, suite } from "../../checks/kit.ts";
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
