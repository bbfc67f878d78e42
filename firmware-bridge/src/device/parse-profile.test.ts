import { assert, suite } from "../../../checks/kit.ts";
import { DeviceProfileError, deviceProfileNames, loadDeviceProfile, parseDeviceProfile } from "./parse-profile.ts";

const test = suite("device profiles");

test("every shipped profile is sound", () => {
  assert.equal(deviceProfileNames(), [
    "carel-ir33",
    "cold-room-controller",
    "danfoss-ekc-202d",
    "danfoss-erc-213",
    "digital-input-module",
    "dixell-xr",
    "eliwell-idplus",
    "energy-meter",
    "gps-nmea",
    "pt100-module-8",
    "sht20-transmitter",
  ]);
  for (const name of deviceProfileNames()) assert.is(loadDeviceProfile(name).profile, name);
});

test("a name that is not shipped is refused with the names that are", () => {
  for (const name of ["sht21", "../package", ""]) {
    try {
      loadDeviceProfile(name);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, DeviceProfileError);
      assert.is((error as DeviceProfileError).code, "DEVICE_PROFILE_UNKNOWN");
      assert.match((error as DeviceProfileError).message, "sht20-transmitter");
    }
  }
});

test("all problems are reported at once, each with file, line, path and what to write", () => {
  const text = `profile: x
label: ''
protocol: modbus
baudrate: 9600
points:
  t: { fn: 7, address: 1, type: s16, decimals: 1, unit: Cel, min: 0, max: 1 }
  u: { fn: 4, address: 70000, type: s16, decimals: 1.5, unit: Cel, min: 0, max: 1 }
  v: { fn: 4, address: 7, type: s16, decimals: 1, unit: Cel, min: 3, max: 2 }
  w: { fn: 4, address: 7, type: s17, decimals: 1, unit: Cel, min: 0, max: 1 }
  door: { fn: 4, address: 7, type: bit, unit: '1' }
`;
  const parsed = parseDeviceProfile(text, "x.yaml");
  assert.ok("problems" in parsed);
  const lines = parsed.problems.map(({ place, mend }) => `${place}: ${mend}`);
  assert.equal(
    lines.sort(),
    [
      "x.yaml source: this is missing: write a text",
      'x.yaml:2 label: write a text that is not empty, not ""',
      "x.yaml:4 baudrate: nothing is called that here: correct the spelling or take it out",
      "x.yaml:6 points.t.fn: write one of 3, 4, not 7",
      "x.yaml:7 points.u.address: write 65535 or less, not 70000",
      "x.yaml:7 points.u.decimals: write a whole number, not 1.5",
      "x.yaml:8 points.v.max: max must be above min",
      'x.yaml:9 points.w.type: write one of s8, u8, s16, u16, bcd16, s32, u32, bcd32, f32, f64, bit, not "s17"',
      "x.yaml:10 points.door.bit: a bit of a register needs its number: write bit: 0 (the lowest) to 15",
    ].sort(),
  );
});

test("what is not YAML, empty, or named unlike its file is a problem, never an exception", () => {
  for (const text of ["points: [", "", "- 1", "protocol: profibus", "a: 1\na: 2"]) {
    const parsed = parseDeviceProfile(text, "x.yaml");
    assert.ok("problems" in parsed && parsed.problems.length > 0, JSON.stringify(text));
  }
  const good = `profile: y
label: l
source: s
protocol: modbus
points: { t: { fn: 4, address: 1, type: s16, decimals: 1, unit: Cel, min: 0, max: 1 } }
`;
  assert.ok("profile" in parseDeviceProfile(good, "some/folder/y.yaml"));
  assert.ok("problems" in parseDeviceProfile(good, "z.yaml"));
  assert.ok("problems" in parseDeviceProfile(good, "xy.yaml"));
});

test.run();
