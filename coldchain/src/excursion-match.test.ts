import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { type ExcursionMatch, type FormerExcursion, matchExcursions } from "./excursion-match.ts";
import type { Excursion } from "./excursion.ts";

const test = suite("matching excursions");

function excursion(startMs: number, endMs: number | null, peak = 9): Excursion {
  const lastReadingMs = endMs ?? startMs + 1;
  return {
    startMs,
    endMs,
    peak,
    peakAtMs: startMs,
    lastReadingMs,
    lastMemberMs: startMs,
    monitoredMs: 1,
    possibleMs: lastReadingMs - startMs,
    onsetMs: null,
    breachMs: null,
    breaches: [],
    spentBeforeMs: 0,
    lastValue: peak,
    degreeMinutes: 1,
    readingCount: 1,
  };
}

const former = (id: string, startMs: number, endMs: number | null): FormerExcursion => ({ id, startMs, endMs });
const newId = (startMs: number): string => `x${startMs}`;
/** The result with intervals in the excursions' place, and the changes as short text. */
function told({ kept, added, removed, changed }: ExcursionMatch) {
  const spans = (pairs: typeof kept) => pairs.map(([id, { startMs, endMs }]) => `${id} ${startMs}-${endMs ?? ""}`);
  return {
    kept: spans(kept),
    added: spans(added),
    removed,
    changed: changed.map((change) => {
      const other = change.kind === "split" ? ` of ${change.fromId}` : "";
      return `${change.kind} ${change.id}${other}${change.kind === "merged" ? ` into ${change.intoId}` : ""}`;
    }),
  };
}

const rows: [name: string, FormerExcursion[], Excursion[], ReturnType<typeof told>][] = [
  [
    "the same again changes nothing",
    [former("a", 0, 5), former("b", 10, null)],
    [excursion(0, 5), excursion(10, null)],
    { kept: ["a 0-5", "b 10-"], added: [], removed: [], changed: [] },
  ],
  [
    "one appears",
    [former("a", 10, 20)],
    [excursion(0, 5), excursion(10, 20)],
    { kept: ["a 10-20"], added: ["x0 0-5"], removed: [], changed: ["appeared x0"] },
  ],
  ["one is gone", [former("a", 0, 5)], [], { kept: [], added: [], removed: ["a"], changed: ["gone a"] }],
  [
    "it grows at its start",
    [former("a", 10, 20)],
    [excursion(5, 20)],
    { kept: ["a 5-20"], added: [], removed: [], changed: ["grew a"] },
  ],
  [
    "it shrinks at its end",
    [former("a", 10, 20)],
    [excursion(10, 15)],
    { kept: ["a 10-15"], added: [], removed: [], changed: ["shrank a"] },
  ],
  [
    "it shifts",
    [former("a", 10, 20)],
    [excursion(15, 25)],
    { kept: ["a 15-25"], added: [], removed: [], changed: ["shifted a"] },
  ],
  [
    "an open one ends",
    [former("a", 0, null)],
    [excursion(0, 9)],
    { kept: ["a 0-9"], added: [], removed: [], changed: ["ended a"] },
  ],
  [
    "one that had ended is open again",
    [former("a", 0, 9)],
    [excursion(0, null)],
    { kept: ["a 0-"], added: [], removed: [], changed: ["reopened a"] },
  ],
  [
    "two merge: the earliest id stays",
    [former("b", 10, 15), former("a", 0, 5)],
    [excursion(0, 15)],
    { kept: ["a 0-15"], added: [], removed: ["b"], changed: ["grew a", "merged b into a"] },
  ],
  [
    "one splits: the first part keeps the id",
    [former("a", 0, 20)],
    [excursion(0, 5), excursion(10, 20)],
    { kept: ["a 0-5"], added: ["x10 10-20"], removed: [], changed: ["shrank a", "split x10 of a"] },
  ],
  [
    "a part that also overlaps another former one takes its id, not a new one",
    [former("a", 0, 12), former("b", 14, 20)],
    [excursion(0, 5), excursion(10, 20)],
    { kept: ["a 0-5", "b 10-20"], added: [], removed: [], changed: ["shrank a", "grew b"] },
  ],
  [
    "touching at an edge is not overlapping",
    [former("a", 0, 5)],
    [excursion(5, 9)],
    { kept: [], added: ["x5 5-9"], removed: ["a"], changed: ["appeared x5", "gone a"] },
  ],
  [
    "one without length is matched by its start",
    [former("a", 5, 5)],
    [excursion(5, 9)],
    { kept: ["a 5-9"], added: [], removed: [], changed: ["grew a"] },
  ],
  [
    "an open one overlaps whatever comes after it",
    [former("a", 0, null)],
    [excursion(50, 60), excursion(70, null)],
    { kept: ["a 50-60"], added: ["x70 70-"], removed: [], changed: ["shrank a", "split x70 of a"] },
  ],
];

for (const [name, before, after, expected] of rows)
  test(name, () => assert.equal(told(matchExcursions(before, after, newId)), expected));

test("a new id that a former excursion bears already is told apart", () => {
  const match = matchExcursions([former("x10", 0, 30)], [excursion(0, 5), excursion(10, 20)], newId);
  assert.equal(told(match).kept, ["x10 0-5"]);
  assert.equal(told(match).added, ["x10-2 10-20"]);
});

test("other figures that are given and differ make it revised", () => {
  const before = { id: "a", ...excursion(0, 5, 9) };
  assert.equal(told(matchExcursions([before], [excursion(0, 5, 11)], newId)).changed, ["revised a"]);
  assert.equal(told(matchExcursions([before], [excursion(0, 5, 9)], newId)).changed, []);
});

/** Disjoint intervals in order; the last may be open. */
const intervals = fc
  .tuple(fc.uniqueArray(fc.nat(60), { maxLength: 16, size: "max" }), fc.boolean())
  .map(([edges, endsOpen]) => {
    edges.sort((a, b) => a - b);
    const found: [number, number | null][] = [];
    for (let i = 0; i + 1 < edges.length; i += 2) found.push([edges[i] as number, edges[i + 1] as number]);
    const last = found.at(-1);
    if (endsOpen && last !== undefined) last[1] = null;
    return found;
  });

test("every id is accounted for once, whatever the order of what was before", () => {
  const shuffled = intervals.chain((before) => {
    const all = before.map(([startMs, endMs], i) => former(`f${i}`, startMs, endMs));
    return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), intervals);
  });
  fc.assert(
    fc.property(shuffled, ([before, jumbled, afterIntervals]) => {
      const after = afterIntervals.map(([startMs, endMs]) => excursion(startMs, endMs));
      const match = matchExcursions(before, after, newId);
      assert.equal(matchExcursions(jumbled, after, newId), match);

      const keptIds = match.kept.map(([id]) => id);
      assert.equal([...keptIds, ...match.removed].sort(), before.map(({ id }) => id).sort());
      const ids = [...keptIds, ...match.added.map(([id]) => id)];
      assert.is(new Set(ids).size, after.length);
      const present = [...match.kept, ...match.added].map(([, each]) => each);
      assert.equal(
        present.sort((a, b) => a.startMs - b.startMs),
        after,
      );
      for (const id of [...match.removed, ...match.added.map(([added]) => added)])
        assert.is(match.changed.filter((change) => change.id === id).length, 1, `${id} is told of once`);
      assert.ok(match.changed.every(({ id }) => ids.includes(id) || match.removed.includes(id)));
    }),
    { seed: seed(), numRuns: 2_000 },
  );
});

test("matching again what was just matched changes nothing", () => {
  fc.assert(
    fc.property(intervals, intervals, (earlier, later) => {
      const before = earlier.map(([startMs, endMs], i) => former(`f${i}`, startMs, endMs));
      const after = later.map(([startMs, endMs]) => excursion(startMs, endMs));
      const first = matchExcursions(before, after, newId);
      const settled = [...first.kept, ...first.added].map(([id, each]) => ({ id, ...each }));
      const second = matchExcursions(settled, after, newId);
      assert.equal([second.added, second.removed, second.changed], [[], [], []]);
    }),
    { seed: seed(), numRuns: 2_000 },
  );
});

test.run();
