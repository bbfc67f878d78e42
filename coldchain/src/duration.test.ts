import { assert, suite } from "../../checks/kit.ts";
import { parseDurationMs } from "./duration.ts";

const test = suite("durations");

test("a number and a unit", () => {
  assert.is(parseDurationMs("250ms"), 250);
  assert.is(parseDurationMs("0s"), 0);
  assert.is(parseDurationMs("30s"), 30_000);
  assert.is(parseDurationMs("60min"), 3_600_000);
  assert.is(parseDurationMs("10h"), 36_000_000);
  assert.is(parseDurationMs("1d"), 86_400_000);
  assert.is(parseDurationMs("0.5h"), 1_800_000);
  assert.is(parseDurationMs("1.001s"), 1_001);
});

test("anything else is none", () => {
  for (const text of ["", "10", "s", "-1s", "5 min", "5m", "1h30min", "1e3s", "0.5ms", "1.0001s", "10H", "٣s"])
    assert.is(parseDurationMs(text), undefined, text);
});

test.run();
