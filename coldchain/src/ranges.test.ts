import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { formatRanges, parseRanges, RangeSet, type Range } from "./ranges.ts";

const TOP = 60;
const span = fc
  .tuple(fc.integer({ min: 1, max: TOP }), fc.nat(12))
  .map(([first, more]) => ({ first, last: first + more }));
const step = fc.tuple(fc.constantFrom("add", "add", "delete"), span);

/** Sorted, disjoint and not even touching. */
function isCanonical(ranges: readonly Range[]): boolean {
  return ranges.every(
    ({ first, last }, i) => first >= 1 && last >= first && (i === 0 || first > (ranges[i - 1] as Range).last + 1),
  );
}

const test = suite("ranges");

test("a range set is the set of its numbers, whatever was added and taken out", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), span, (steps, asked) => {
      const ranges = new RangeSet();
      const model = new Set<number>();
      for (const [what, { first, last }] of steps) {
        if (what === "add") ranges.add(first, last);
        else ranges.delete(first, last);
        for (let n = first; n <= last; n++) if (what === "add") model.add(n); else model.delete(n); // prettier-ignore
        assert.ok(isCanonical([...ranges]), formatRanges(ranges));
      }
      for (let n = 0; n <= TOP + 14; n++) assert.is(ranges.has(n), model.has(n), `has(${n})`);
      assert.is(ranges.size, model.size);
      assert.is(ranges.rangeCount, [...ranges].length);
      assert.is(ranges.max, Math.max(0, ...model));
      let watermark = 0;
      while (model.has(watermark + 1)) watermark++;
      assert.is(ranges.watermark(), watermark);
      const missing = [...ranges.missing(asked.first, asked.last)];
      assert.ok(isCanonical(missing));
      const lacking = Array.from({ length: asked.last - asked.first + 1 }, (_, i) => asked.first + i).filter(
        (n) => !model.has(n),
      );
      assert.equal(
        missing.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
        lacking,
      );
      assert.equal([...RangeSet.of(ranges)], [...ranges]);
      assert.equal(parseRanges(formatRanges(ranges)), [...ranges]);
    }),
    { seed: seed(), numRuns: 300 },
  );
});

test("a union holds what either holds", () => {
  fc.assert(
    fc.property(fc.array(span), fc.array(span), (a, b) => {
      const union = RangeSet.of(a);
      union.addAll(RangeSet.of(b));
      assert.equal([...union], [...RangeSet.of([...b, ...a])]);
    }),
    { seed: seed() },
  );
});

test("nothing is taken out between a number and the one before it", () => {
  const ranges = RangeSet.of([{ first: 1, last: 10 }]);
  ranges.delete(5, 4);
  ranges.delete(8, 3);
  assert.is(formatRanges(ranges), "1-10");
});

test("numbers up to 2^53 - 1 are held, others are refused", () => {
  const ranges = new RangeSet();
  ranges.add(Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER);
  assert.ok(ranges.has(Number.MAX_SAFE_INTEGER));
  for (const [first, last] of [
    [0, 1],
    [2, 1],
    [1.5, 2],
    [1, 2 ** 53],
    [NaN, NaN],
    [-1, 1],
  ] as const)
    // prettier-ignore
    assert.throws(() => ranges.add(first, last), RangeError);
  assert.is(ranges.size, 2);
});

test("ranges read as text what a person would write", () => {
  assert.is(formatRanges([{ first: 1, last: 45 }, { first: 47, last: 47 }]), "1-45,47"); // prettier-ignore
  assert.is(formatRanges([]), "");
  assert.equal(parseRanges(""), []);
  assert.equal(parseRanges("47,1-2"), [{ first: 47, last: 47 }, { first: 1, last: 2 }]); // prettier-ignore
});

test("text that is not ranges is refused, and so is too much of it", () => {
  for (const text of [
    "?",
    "0",
    "1-",
    "-1",
    "2-1",
    "1,",
    ",1",
    "1 ",
    "1--2",
    "01",
    "1.5",
    "1e3",
    "9007199254740992",
    "1\n",
    "１",
  ])
    assert.is(parseRanges(text), undefined, text);
  assert.is(parseRanges("1,3,5", 2), undefined);
  assert.is(parseRanges("1,3", 2)?.length, 2);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ranges = parseRanges(text);
      if (ranges !== undefined)
        assert.is(formatRanges(ranges).replaceAll(/(\d+)-\1(?!\d)/g, "$1"), text.replaceAll(/\b(\d+)-\1(?!\d)/g, "$1"));
    }),
    { seed: seed() },
  );
});

test.run();
