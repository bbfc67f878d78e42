import fc from "fast-check";
import { assert, suite } from "../../../checks/kit.ts";
import { decodePoint } from "./decode-point.ts";
import { parseDeviceProfile } from "./parse-profile.ts";
import type { DevicePoint } from "./device-profile.ts";
import { BYTE_ORDERS } from "./register-types.ts";
import type { ByteOrder } from "./register-types.ts";

const test = suite("decoding a point");

function point(fields: string): DevicePoint {
  const text = `profile: x
label: l
source: s
protocol: modbus
points: { t: { fn: 3, address: 0, unit: Cel, min: -5e9, max: 5e9, ${fields} } }`;
  const parsed = parseDeviceProfile(text, "x.yaml");
  if (!("profile" in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.profile.points["t"] as DevicePoint;
}

/** The registers that a device sends for a value whose bytes are `bytes`, highest first. */
function sent(bytes: Buffer, order: ByteOrder): number[] {
  const registers = Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16BE(at * 2));
  if (order === "CDAB" || order === "DCBA") registers.reverse();
  if (order === "ABCD" || order === "CDAB") return registers;
  return registers.map((one) => ((one & 0xff) << 8) | (one >>> 8));
}

function bytesOf(length: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(length);
  write(buffer);
  return buffer;
}

function valueOf(fields: string, registers: readonly number[], isProbeFault = false): number | string | null {
  const { value, quality } = decodePoint("q/p", point(fields), registers, isProbeFault);
  return quality === "good" ? value : quality;
}

const order = fc.constantFrom(...BYTE_ORDERS);

test("whole numbers of 32 bits come back in every order of bytes, divided by a power of ten", () => {
  fc.assert(
    fc.property(order, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat(6), (as, value, decimals) => {
      const signed = sent(
        bytesOf(4, (b) => b.writeInt32BE(value)),
        as,
      );
      assert.is(valueOf(`type: s32, order: ${as}, decimals: ${decimals}`, signed), Number(`${value}e-${decimals}`));
      const unsigned = value >>> 0;
      const registers = sent(
        bytesOf(4, (b) => b.writeUInt32BE(unsigned)),
        as,
      );
      assert.is(
        valueOf(`type: u32, order: ${as}, decimals: ${decimals}`, registers),
        Number(`${unsigned}e-${decimals}`),
      );
    }),
    { numRuns: 60 },
  );
});

test("a float is the decimal that its device means, in every order of bytes", () => {
  fc.assert(
    fc.property(order, fc.integer({ min: -9999, max: 9999 }), (as, tenths) => {
      const value = Number(`${tenths}e-1`);
      const single = sent(
        bytesOf(4, (b) => b.writeFloatBE(value)),
        as,
      );
      assert.is(valueOf(`type: f32, order: ${as}, decimals: 1`, single), value);
      const double = sent(
        bytesOf(8, (b) => b.writeDoubleBE(value)),
        as,
      );
      assert.is(valueOf(`type: f64, order: ${as}, decimals: 1`, double), value);
    }),
    { numRuns: 60 },
  );
  assert.is(Object.is(valueOf("type: f32, decimals: 1", [0x8000, 0]), 0), true, "minus zero is zero");
});

test("a float that is no number, and a sentinel in single precision, give no value", () => {
  assert.is(valueOf("type: f32, decimals: 1", [0x7fc0, 0]), "sentinel");
  assert.is(valueOf("type: f32, decimals: 1", [0x7f80, 0]), "sentinel");
  assert.is(valueOf("type: f64, decimals: 1", [0xfff8, 0, 0, 0]), "sentinel");
  const registers = sent(
    bytesOf(4, (b) => b.writeFloatBE(-999.9)),
    "ABCD",
  );
  assert.is(valueOf("type: f32, decimals: 1, sentinels: [-999.9]", registers), "sentinel");
});

test("half registers, swapped registers and binary-coded decimals", () => {
  assert.is(valueOf("type: s8, decimals: 0", [0x12ee]), -18);
  assert.is(valueOf("type: s8, byte: high, decimals: 0", [0xee12]), -18);
  assert.is(valueOf("type: u8, byte: high, decimals: 0", [0xee12]), 238);
  assert.is(valueOf("type: s8, decimals: 0, sentinels: [0x80]", [0x1280]), "sentinel");
  assert.is(valueOf("type: s16, order: BADC, decimals: 1", [0x45ff]), -18.7);
  assert.is(valueOf("type: bcd16, decimals: 1", [0x1234]), 123.4);
  assert.is(valueOf("type: bcd32, decimals: 0", [0x1234, 0x5678]), 12_345_678);
  assert.is(valueOf("type: bcd32, order: CDAB, decimals: 0", [0x5678, 0x1234]), 12_345_678);
  assert.is(valueOf("type: bcd16, decimals: 0", [0x12f4]), "sentinel");
});

test("tens and hundreds are multiplied, degrees Fahrenheit converted with one rounding", () => {
  assert.is(valueOf("type: u16, decimals: -2", [37]), 3700);
  assert.is(valueOf('type: s16, decimals: 1, deviceUnit: "[degF]"', [320]), 0);
  assert.is(valueOf('type: s16, decimals: 1, deviceUnit: "[degF]"', [0x10000 - 400]), -40);
  assert.is(valueOf('type: s16, decimals: 0, deviceUnit: "[degF]"', [41]), 5);
  assert.is(valueOf('type: s16, decimals: 1, deviceUnit: "[degF]"', [325]), 5 / 18);
  assert.is(valueOf('type: s16, decimals: -1, deviceUnit: "[degF]"', [5]), 10);
  assert.is(valueOf('type: f32, decimals: 1, deviceUnit: "[degF]"', [0x4224, 0]), 5);
});

test("every tenth of a degree Fahrenheit is the double nearest to its true value", () => {
  for (let tenths = -580; tenths <= 3000; tenths += 1) {
    // 5/90 of a whole number, so that the true value is one division away.
    assert.is(valueOf('type: s16, decimals: 1, deviceUnit: "[degF]"', [tenths & 0xffff]), ((tenths - 320) * 5) / 90);
  }
});

test("a bit inside a register, as it is and turned round", () => {
  for (let bit = 0; bit < 16; bit += 1) {
    assert.is(valueOfBit(bit, false, 1 << bit), 1);
    assert.is(valueOfBit(bit, false, 0xffff ^ (1 << bit)), 0);
    assert.is(valueOfBit(bit, true, 0xffff ^ (1 << bit)), 1);
  }
});

function valueOfBit(bit: number, invert: boolean, register: number): number | null {
  const door: DevicePoint = { fn: 3, address: 0, type: "bit", bit, invert, unit: "1" };
  return decodePoint("q/p", door, [register], false).value;
}

test("a probe at fault gives no value, whatever its register says", () => {
  assert.is(valueOf("type: s16, decimals: 1", [40], true), "probe-fault");
});

test.run();
