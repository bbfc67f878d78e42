import fc from "fast-check";
import { assert, seed, suite } from "../../../checks/kit.ts";
import { fieldsOf } from "./influx-lines.ts";
import { nanosecondsOf } from "./influx-time.ts";
import { LineWriter } from "./line-writer.ts";

const test = suite("lines as bytes");

const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -20_000, max: 100_000 }).map((tenths) => tenths / 10) },
  { weight: 4, arbitrary: fc.integer({ min: -2_000_000, max: 2_000_000 }).map((thousandths) => thousandths / 1000) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1e9, -1e6, 999_999.999, 1e21, 5e-324, 0.1 + 0.2, 8.1, -0.001) },
);
const reading = fc.record({
  prefix: fc.constantFrom("reading,asset=a,channel=c/d,tenant=t ", "m "),
  value: fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: fc.constant(Number.NaN) }),
  quality: fc.constantFrom(0, 0, 0, 1, 9),
  atMs: fc.oneof(fc.constantFrom(0, 1, 1_790_000_000_000), fc.nat({ max: 9_223_372_036_853 })),
  ordinal: fc.nat({ max: 999_999 }),
});

test("the bytes are those of the lines as text, line by line and batch after batch", () => {
  const writer = new LineWriter();
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 40 }), fc.nat({ max: 40 }), fc.nat({ max: 40 }), (readings, a, b) => {
      writer.clear();
      const texts = readings
        .filter(({ value, quality }) => quality !== 0 || !Number.isNaN(value))
        .map(({ prefix, value, quality, atMs, ordinal }) => {
          writer.add(Buffer.from(prefix), value, quality, atMs, ordinal);
          return `${prefix}${fieldsOf(value, quality)} ${nanosecondsOf(atMs, ordinal)}\n`;
        });
      const [from, to] = [Math.min(a, b, texts.length), Math.min(Math.max(a, b), texts.length)];
      assert.is(writer.count, texts.length);
      if (from < to) assert.is(String(writer.lines(from, to)), texts.slice(from, to).join("").slice(0, -1));
    }),
    { seed: seed(), numRuns: 2000 },
  );
});

test("a batch larger than what is kept between batches is written whole", () => {
  const writer = new LineWriter();
  const prefix = Buffer.alloc(1000, "x");
  for (let round = 0; round < 2; round++) {
    writer.clear();
    for (let i = 0; i < 9000; i++) writer.add(prefix, i / 10, 0, 1000, i);
    assert.is(writer.lines(8999, 9000).subarray(1000).toString(), "value=899.9 1000008999");
  }
});

test.run();
