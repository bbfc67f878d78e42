import fc from "fast-check";
import { assert, suite } from "../../checks/kit.ts";
import {
  decimalsOf,
  formatDuration,
  formatLimit,
  formatLimits,
  formatNumber,
  formatShare,
  formatTime,
  formatValue,
} from "./format.ts";

const test = suite("numbers, times and durations as people read them");
const WORDS = { atMost: "at most", atLeast: "at least" };
const plain = (text: string): string => text.replaceAll("\u00a0", " ");

test("a number shows the decimals of its resolution", () => {
  assert.equal([1, 0.5, 0.1, 0.25, 0.01, 5, 10].map(decimalsOf), [0, 1, 1, 2, 2, 0, 0]);
  assert.is(formatNumber(8, 0.1), "8.0");
  assert.is(plain(formatValue(9.44, 0.1, "Cel")), "9.4 °C");
});

test("zero is a value and has no minus; below zero stands a true minus sign", () => {
  assert.is(formatNumber(0, 0.1), "0.0");
  assert.is(formatNumber(-0.04, 0.1), "0.0");
  assert.is(formatNumber(-18.25, 0.1), `\u2212${(18.25).toFixed(1)}`);
  assert.is(plain(formatValue(0, 1, "%")), "0 %");
});

test("what is formatted reads back as the value, to half a step", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e4, max: 1e4, noNaN: true }), fc.constantFrom(1, 0.1, 0.01), (value, resolution) => {
      const back = Number(formatNumber(value, resolution).replace("\u2212", "-"));
      return Math.abs(back - value) <= resolution / 2 + 1e-9;
    }),
  );
});

test("limits read as a range, or as one side in words; ranges below zero do without a dash", () => {
  assert.is(plain(formatLimits({ low: 2, high: 8 }, "Cel", WORDS)), "2–8 °C");
  assert.is(plain(formatLimits({ low: 0, high: 8 }, "Cel", WORDS)), "0–8 °C");
  assert.is(plain(formatLimits({ low: -25, high: -18 }, "Cel", WORDS)), "\u221225 … \u221218 °C");
  assert.is(plain(formatLimits({ low: null, high: 0 }, "Cel", WORDS)), "at most 0 °C");
  assert.is(plain(formatLimits({ low: 2, high: null }, "Cel", WORDS)), "at least 2 °C");
  assert.is(formatLimits({ low: null, high: null }, "Cel", WORDS), "");
  assert.is(plain(formatLimit(7.5, "Cel")), "7.5 °C");
});

test("durations are rounded down and never negative", () => {
  const spoken = [0, 59_999, 60_000, 3_599_999, 3_660_000, 86_400_000, 90_000_000, -5_000];
  assert.equal(
    spoken.map((ms) => plain(formatDuration(ms, "en"))),
    ["0 s", "59 s", "1 min", "59 min", "1 h 1 min", "1 d", "1 d 1 h", "0 s"],
  );
  assert.is(plain(formatDuration(3_660_000, "zh")), "1 小时 1 分钟");
});

test("a time carries its date only when that is not today's", () => {
  const noon = new Date(2026, 10, 22, 12, 3, 5).getTime();
  assert.is(formatTime(noon, noon, "en"), "12:03");
  assert.is(formatTime(noon, noon, "en", "seconds"), "12:03:05");
  assert.is(formatTime(noon - 86_400_000, noon, "en"), "21 Nov 12:03");
  assert.is(formatTime(noon - 86_400_000, noon, "zh"), "11月21日 12:03");
  assert.is(formatTime(new Date(2026, 10, 22, 0, 0).getTime(), noon, "en"), "00:00");
});

test("100 % means all", () => {
  assert.is(plain(formatShare(99_999, 100_000)), "99.9 %");
  assert.is(plain(formatShare(5, 5)), "100 %");
  assert.is(plain(formatShare(0, 5)), "0.0 %");
  assert.is(formatShare(0, 0), "–");
});

test.run();
