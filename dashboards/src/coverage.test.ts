import { assert, suite } from "../../checks/kit.ts";
import { coveredMs } from "./coverage.ts";

const test = suite("coverage");
const readings = (rows: [number, number][]) => ({
  count: rows.length,
  atMs: rows.map(([at]) => at),
  quality: rows.map(([, quality]) => quality),
});

test("a reading covers the time to the next one", () => {
  assert.is(
    coveredMs(
      readings([
        [0, 0],
        [10, 0],
        [20, 0],
      ]),
      0,
      100,
      60,
    ),
    20,
  );
});
test("a reading covers at most the gap", () => {
  assert.is(
    coveredMs(
      readings([
        [0, 0],
        [100, 0],
      ]),
      0,
      100,
      60,
    ),
    60,
  );
});
test("a reading that is not good covers nothing and does not cut short the one before", () => {
  assert.is(
    coveredMs(
      readings([
        [0, 0],
        [10, 1],
        [20, 0],
      ]),
      0,
      100,
      60,
    ),
    20,
  );
  assert.is(
    coveredMs(
      readings([
        [0, 1],
        [10, 1],
      ]),
      0,
      100,
      60,
    ),
    0,
  );
});
test("only what lies in the window counts", () => {
  assert.is(
    coveredMs(
      readings([
        [0, 0],
        [10, 0],
        [20, 0],
      ]),
      5,
      15,
      60,
    ),
    10,
  );
});
test.run();
