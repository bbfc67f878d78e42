import fc from "fast-check";
import { assert, suite } from "../../checks/kit.ts";
import { EVENT_CHARS_MAX, eventReader } from "./event-lines.ts";

const test = suite("server-sent events, taken apart");
const STREAM = 'retry: 1000\n\nevent: alarm\ndata: {"a":1}\n\n: still here\n\nevent: readings\ndata: [\ndata: 2]\n\n';
const EVENTS = [
  { event: "alarm", data: '{"a":1}' },
  { event: "readings", data: "[\n2]" },
];

test("events come out whole wherever the pieces end; comments and retry lines give none", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 12 }), (cuts) => {
      const read = eventReader();
      const ends = [...cuts.sort((a, b) => a - b), STREAM.length];
      const found = ends.flatMap((end, i) => read(STREAM.slice(ends[i - 1] ?? 0, end)));
      assert.equal(found, EVENTS);
    }),
  );
});

test("an event without end is an error, not a full memory", () => {
  const read = eventReader();
  assert.throws(() => read(`data: ${"x".repeat(EVENT_CHARS_MAX)}`), RangeError);
});

test.run();
