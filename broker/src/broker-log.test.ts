import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../checks/kit.ts";
import { RareLog } from "./broker-log.ts";

const test = suite("rare log");

test("each subject is logged once in ten seconds, then with the number of lines left out", () => {
  const lines: object[] = [];
  const nothing = (): void => undefined;
  const warn = (fields: object, message: string): void => void lines.push({ ...fields, message });
  const time = new VirtualTime(0);
  const rare = new RareLog({ info: nothing, error: nothing, warn }, time);
  for (let n = 0; n < 5; n++) rare.warn("g1", { n }, "dropped");
  rare.warn("g2", { n: 0 }, "dropped");
  rare.warn("g1", { n: 0 }, "refused");
  time.advance(9_999);
  rare.warn("g1", { n: 5 }, "dropped");
  time.advance(1);
  rare.warn("g1", { n: 6 }, "dropped");
  time.advance(10_000);
  rare.warn("g1", { n: 7 }, "dropped");
  assert.equal(lines, [
    { n: 0, message: "dropped" },
    { n: 0, message: "dropped" },
    { n: 0, message: "refused" },
    { n: 6, leftOut: 5, message: "dropped" },
    { n: 7, message: "dropped" },
  ]);
});

test("only so many subjects are remembered, the longest quiet forgotten first", () => {
  let lines = 0;
  const count = (): void => void lines++;
  const rare = new RareLog({ info: count, error: count, warn: count }, new VirtualTime(0));
  for (let n = 0; n <= 1_000; n++) rare.warn(`${n}`, {}, "dropped");
  assert.is(lines, 1_001);
  rare.warn("1000", {}, "dropped");
  assert.is(lines, 1_001);
  rare.warn("0", {}, "dropped");
  assert.is(lines, 1_002);
});

test.run();
