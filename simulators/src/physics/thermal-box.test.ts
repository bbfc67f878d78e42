import fc from "fast-check";
import { assert, suite } from "../../../checks/kit.ts";
import { thermalBox } from "./thermal-box.ts";
import type { BoxState, ThermalBoxOptions } from "./thermal-box.ts";

const test = suite("thermal box");

/** A van with a small 2-8 °C load, an afternoon in minutes. */
const VAN: ThermalBoxOptions = { ambientC: 27, setPointC: 5, hysteresisC: 1.5, loadKg: 40, timeFactor: 20, seed: 7 };

function run(options: ThermalBoxOptions, seconds: number, isDoorOpen: boolean): BoxState[] {
  const box = thermalBox(options);
  box.setDoor(isDoorOpen);
  return Array.from({ length: seconds * 2 }, () => box.step(500));
}

test("with its door shut the load stays between 2 and 8 °C for hours, and the compressor cycles", () => {
  const states = run({ ...VAN, timeFactor: 1 }, 6 * 3600, false);
  for (const { productC } of states) assert.ok(productC > 2 && productC < 8, `${productC}`);
  const starts = states.filter((state, at) => state.isCompressorOn && states[at - 1]?.isCompressorOn === false).length;
  assert.ok(starts >= 4 && starts < 200, `${starts} starts in six hours`);
});

test("with its door open the load is above 8 °C within a minute of the demo, after the air", () => {
  const states = run(VAN, 60, true);
  const productAt = states.findIndex(({ productC }) => productC > 8);
  const airAt = states.findIndex(({ returnC }) => returnC > 8);
  assert.ok(airAt >= 0 && airAt < productAt, `air after ${airAt / 2} s, product after ${productAt / 2} s`);
});

test("once the door is shut again the load comes back into range", () => {
  const box = thermalBox(VAN);
  box.setDoor(true);
  for (let second = 0; second < 60; second += 1) box.step(1000);
  assert.ok(box.state.productC > 8);
  box.setDoor(false);
  for (let second = 0; second < 900; second += 1) box.step(1000);
  assert.ok(box.state.productC < 8, `${box.state.productC}`);
});

test("without power the box warms towards the air outside and not beyond it", () => {
  const box = thermalBox({ ...VAN, noiseC: 0 });
  box.setCompressorPowered(false);
  let lastC = box.state.productC;
  for (let hour = 0; hour < 24; hour += 1) {
    const { productC } = box.step(3_600_000);
    assert.ok(productC >= lastC && productC <= VAN.ambientC + 1e-9);
    lastC = productC;
  }
  assert.ok(VAN.ambientC - lastC < 0.5);
});

test("the same seed and steps give the same numbers; another seed differs only by noise", () => {
  assert.equal(run(VAN, 30, true), run(VAN, 30, true));
  const [one, other] = [run(VAN, 30, true).at(-1), run({ ...VAN, seed: 8 }, 30, true).at(-1)];
  assert.is.not(one?.productC, other?.productC);
  assert.ok(Math.abs((one?.productC ?? 0) - (other?.productC ?? 99)) < 0.3);
});

test("temperatures stay between those of the coil and the surroundings, whatever the steps", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 600_000 }), fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.integer({ min: -25, max: 45 }), fc.nat(), (all, ambientC, seed) => {
      const box = thermalBox({ ...VAN, timeFactor: 1, ambientC, noiseC: 0, seed });
      for (const [dtMs, isOpen] of all) {
        box.setDoor(isOpen);
        const { returnC, productC, humidityPct } = box.step(dtMs);
        const [low, high] = [Math.min(ambientC, 4), Math.max(ambientC, 6)];
        for (const value of [returnC, productC]) assert.ok(value > low - 1 && value < high + 1, `${value}`);
        assert.ok(humidityPct >= 0 && humidityPct <= 100);
      }
    }),
  );
});

test.run();
