import fc from "fast-check";
import { assert, suite } from "../../../checks/kit.ts";
import { dataBytes } from "../modbus/read-request.ts";
import type { ReadFunction } from "../modbus/read-request.ts";
import { planBlocks, splitBlock } from "./block-plan.ts";
import type { Cell } from "./block-plan.ts";
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

test("small gaps are read over where the profile says how small, but never what it forbids", () => {
  const profile = profileWith("gapMax: 3\nforbidden: [{ fn: 4, from: 21, to: 21 }]");
  assert.equal(planBlocks(profile, [1, 5, 10, 20, 22].map(input)), [
    { fn: 4, address: 1, count: 5, widenMax: 0 },
    { fn: 4, address: 10, count: 1, widenMax: 0 },
    { fn: 4, address: 20, count: 1, widenMax: 0 },
    { fn: 4, address: 22, count: 1, widenMax: 0 },
  ]);
  const readable = profileWith("readable: [{ fn: 4, from: 0, to: 40 }]\nforbidden: [{ fn: 4, from: 4, to: 40 }]");
  assert.equal(planBlocks(readable, [1].map(input)), [{ fn: 4, address: 1, count: 1, widenMax: 2 }]);
});

test("a value of several registers is never cut", () => {
  const wide = [0, 2, 4, 6].map((address) => ({ fn: 4 as const, address, width: 2 }));
  assert.equal(
    planBlocks(profileWith("maxRegisters: 5"), wide).map(({ address, count }) => [address, count]),
    [
      [0, 4],
      [4, 4],
    ],
  );
});

test("a refused block is split down to its single values, each part with no more than was asked for", () => {
  const cells: Cell[] = [
    { fn: 4, address: 1 },
    { fn: 4, address: 2 },
    { fn: 4, address: 7, width: 2 },
  ];
  const whole = { fn: 4 as const, address: 1, count: 10, widenMax: 5 };
  const [left, right] = splitBlock(whole, cells) ?? [];
  assert.equal(left, { fn: 4, address: 1, count: 2, widenMax: 0 });
  assert.equal(right, { fn: 4, address: 7, count: 2, widenMax: 0 });
  assert.equal(
    splitBlock(left as typeof whole, cells)?.map(({ address, count }) => [address, count]),
    [
      [1, 1],
      [2, 1],
    ],
  );
  assert.is(splitBlock(right as typeof whole, cells), undefined);
  const widened = { fn: 4 as const, address: 7, count: 4, widenMax: 0 };
  assert.equal(splitBlock(widened, cells), [right]);
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
  const gapMax = fc.integer({ min: 0, max: 3 });
  const ranges = fc.array(fc.record({ fn: fc.constantFrom(1, 2, 3, 4), from: fc.nat(60), length: fc.nat(20) }));
  fc.assert(
    fc.property(
      fc.array(cell),
      ranges,
      ranges,
      gapMax,
      fc.integer({ min: 1, max: 8 }),
      (all, mayRead, mayNot, gap, maxRegisters) => {
        const asRanges = (some: typeof mayRead) =>
          some.map(({ fn, from, length }) => ({ fn, from, to: from + length }));
        const [given, forbidden] = [asRanges(mayRead), asRanges(mayNot)];
        const isForbidden = (fn: number, at: number): boolean =>
          forbidden.some((range) => range.fn === fn && range.from <= at && at <= range.to);
        // The profile's own check refuses points in forbidden ranges.
        const cells = all.filter(({ fn, address }) => !isForbidden(fn, address));
        const profile = { ...profileWith(""), maxRegisters, readable: given, forbidden, gapMax: gap };
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
            const isSmallGap =
              [...asked].some((one) => isWithin(one, fn, at - gap, at - 1)) &&
              [...asked].some((one) => isWithin(one, fn, at + 1, at + gap));
            assert.ok(isReadable || isSmallGap || asked.has(`${fn}/${at}`), `reads ${fn}/${at}, which nobody allowed`);
            assert.not.ok(isForbidden(fn, at), `reads ${fn}/${at}, which is forbidden`);
          }
        }
      },
    ),
  );
});

function isWithin(key: string, fn: number, from: number, to: number): boolean {
  const [keyFn, address] = key.split("/").map(Number) as [number, number];
  return keyFn === fn && from <= address && address <= to;
}

test.run();
