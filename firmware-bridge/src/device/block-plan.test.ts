import fc from "fast-check";
import { assert, suite } from "../../../checks/kit.ts";
import { dataBytes } from "../modbus/read-request.ts";
import type { ReadFunction } from "../modbus/read-request.ts";
import { planBlocks } from "./block-plan.ts";
import type { ModbusProfile } from "./device-profile.ts";
import { loadDeviceProfile, parseDeviceProfile } from "./parse-profile.ts";

const test = suite("block plan");

function profileWith(lines: string): ModbusProfile {
  const text = `profile: x
label: l
source: s
protocol: modbus
points: { t: { fn: 4, address: 1, type: s16, decimals: 1, unit: Cel, min: 0, max: 1 } }
${lines}`;
  const parsed = parseDeviceProfile(text, "x.yaml");
  if (!("profile" in parsed) || parsed.profile.protocol !== "modbus") throw new Error(JSON.stringify(parsed));
  return parsed.profile;
}

const input = (address: number): { fn: ReadFunction; address: number } => ({ fn: 4, address });

test("neighbours are one read; a gap is read over only where the profile calls it readable", () => {
  assert.equal(planBlocks(profileWith(""), [2, 1, 4].map(input)), [
    { fn: 4, address: 1, count: 2, widenMax: 0 },
    { fn: 4, address: 4, count: 1, widenMax: 0 },
  ]);
  assert.equal(planBlocks(profileWith("readable: [{ fn: 4, from: 0, to: 9 }]"), [2, 1, 4].map(input)), [
    { fn: 4, address: 1, count: 4, widenMax: 5 },
  ]);
});

test("two reads of the same length are made different where the profile allows it", () => {
  const profile = profileWith("readable: [{ fn: 4, from: 20, to: 29 }]");
  assert.equal(planBlocks(profile, [1, 20].map(input)), [
    { fn: 4, address: 1, count: 1, widenMax: 0 },
    { fn: 4, address: 20, count: 2, widenMax: 8 },
  ]);
});

test("the transmitter is read in one block, the controller in one of registers and one of bits", () => {
  const transmitter = loadDeviceProfile("sht20-transmitter") as ModbusProfile;
  assert.equal(planBlocks(transmitter, [1, 2].map(input)), [{ fn: 4, address: 1, count: 2, widenMax: 0 }]);
  const controller = loadDeviceProfile("cold-room-controller") as ModbusProfile;
  const bits = [0, 1, 2, 4].map((address) => ({ fn: 2 as const, address }));
  assert.equal(planBlocks(controller, [...[0, 1, 2].map(input), ...bits]), [
    { fn: 2, address: 0, count: 5, widenMax: 3 },
    { fn: 4, address: 0, count: 3, widenMax: 1 },
  ]);
});

test("every cell lies in exactly one block, and no block breaks the limits of the device", () => {
  const cell = fc.record({ fn: fc.constantFrom<ReadFunction>(1, 2, 3, 4), address: fc.nat({ max: 60 }) });
  const ranges = fc.array(fc.record({ fn: fc.constantFrom(1, 2, 3, 4), from: fc.nat(60), length: fc.nat(20) }));
  fc.assert(
    fc.property(fc.array(cell), ranges, fc.integer({ min: 1, max: 8 }), (cells, readable, maxRegisters) => {
      const given = readable.map(({ fn, from, length }) => ({ fn, from, to: from + length }));
      const profile = { ...profileWith(""), maxRegisters, readable: given };
      const blocks = planBlocks(profile, cells);
      const asked = new Set(cells.map(({ fn, address }) => `${fn}/${address}`));
      for (const { fn, address } of cells) {
        const holding = blocks.filter((b) => b.fn === fn && b.address <= address && address < b.address + b.count);
        assert.is(holding.length, 1);
      }
      for (const { fn, address, count, widenMax } of blocks) {
        assert.ok(dataBytes(fn, count + widenMax) <= maxRegisters * 2);
        for (let at = address; at < address + count + widenMax; at += 1) {
          const isReadable = given.some((range) => range.fn === fn && range.from <= at && at <= range.to);
          assert.ok(isReadable || asked.has(`${fn}/${at}`), `reads ${fn}/${at}, which nobody allowed`);
        }
      }
    }),
  );
});

test.run();
