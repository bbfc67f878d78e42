// EN 12830:1999, 4.9.2: how often a recorder records, and how exact it is.
import { assert, suite } from "../../checks/kit.ts";
import { EN_12830_CLASSES, en12830RecordIntervalMsMax } from "./en-12830.ts";
import { recordGaps } from "./record-gaps.ts";

const test = suite("EN 12830");
const MIN = 60_000;
const H = 60 * MIN;
const DAY = 24 * H;

test("EN 12830 4.9.2.2: 5 min for a trip under 24 h, 15 min up to 7 days, 60 min beyond", () => {
  for (const [tripMs, minutes] of [
    [0, 5],
    [DAY - 1, 5],
    [DAY, 15],
    [7 * DAY, 15],
    [7 * DAY + 1, 60],
    [30 * DAY, 60],
  ] as const)
    assert.is(en12830RecordIntervalMsMax(tripMs) / MIN, minutes, `${tripMs / H} h`);
  for (const wrong of [-1, Number.NaN]) assert.throws(() => en12830RecordIntervalMsMax(wrong), /no length of a trip/);
});

test("EN 12830 4.9.2.2: the same records are enough for a week's trip and too few for a day's", () => {
  const every10Min = (tripMs: number): number => {
    const count = Math.floor(tripMs / (10 * MIN)) + 1;
    const readings = {
      count,
      atMs: Float64Array.from({ length: count }, (_, i) => i * 10 * MIN),
      value: new Float64Array(count).fill(-20),
      good: new Uint8Array(count).fill(1),
    };
    return recordGaps(readings, { allowedMs: en12830RecordIntervalMsMax(tripMs), resolution: 0 }).length;
  };
  assert.is(every10Min(20 * H), 120);
  assert.is(every10Min(3 * DAY), 0);
});

test("EN 12830 4.9.2.1: class 1 errs by 1 °C at most; class 2, from memory, by 2 °C", () => {
  assert.equal(EN_12830_CLASSES, { 1: { errorC: 1, resolutionC: 0.5 }, 2: { errorC: 2, resolutionC: 1 } });
});

test.run();
