import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { filterIsWithin, filterMatches, isTopicFilter, isTopicName } from "./topic-filter.ts";

const test = suite("topic filters");

const matches = (filter: string, topic: string): boolean => filterMatches(filter.split("/"), topic.split("/"));
const isWithin = (filter: string, pattern: string): boolean => filterIsWithin(filter.split("/"), pattern.split("/"));

test("matching follows the examples of MQTT 3.1.1 §4.7", () => {
  const table: [filter: string, topic: string, expected: boolean][] = [
    ["sport/tennis/player1/#", "sport/tennis/player1", true],
    ["sport/tennis/player1/#", "sport/tennis/player1/ranking", true],
    ["sport/#", "sport", true],
    ["#", "sport/tennis", true],
    ["sport/tennis/+", "sport/tennis/player1", true],
    ["sport/tennis/+", "sport/tennis/player1/ranking", false],
    ["sport/+", "sport", false],
    ["sport/+", "sport/", true],
    ["+/+", "/finance", true],
    ["/+", "/finance", true],
    ["+", "/finance", false],
    ["#", "$SYS/broker", false],
    ["+/monitor/Clients", "$SYS/monitor/Clients", false],
    ["$SYS/#", "$SYS/broker", true],
  ];
  for (const [filter, topic, expected] of table) assert.is(matches(filter, topic), expected, `${filter} on ${topic}`);
});

test("wildcards stand alone in their level, and # only in the last", () => {
  for (const filter of ["+", "#", "a/+/b", "a/#", "/", "a//b"]) assert.ok(isTopicFilter(filter), filter);
  for (const filter of ["", "a#", "a/#/b", "a+", "a/+b/c", "a/b+", "\0", "x".repeat(70_000)])
    assert.not(isTopicFilter(filter), filter.slice(0, 20));
  assert.ok(isTopicName("a/b"));
  for (const topic of ["a/+", "#", ""]) assert.not(isTopicName(topic), topic);
});

const word = fc.constantFrom("a", "b", "", "$x");
const topics = fc.array(word, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
const filters = fc
  .tuple(fc.array(fc.oneof(word, fc.constant("+")), { maxLength: 4 }), fc.boolean())
  .map(([levels, isOpen]) => (isOpen || levels.length === 0 ? [...levels, "#"] : levels).join("/"));

test("a filter within a pattern matches nothing that the pattern does not", () => {
  fc.assert(
    fc.property(filters, filters, topics, (filter, pattern, topic) => {
      fc.pre(isWithin(filter, pattern));
      assert.ok(!matches(filter, topic) || matches(pattern, topic));
    }),
    { seed: seed(), numRuns: 5_000 },
  );
});

test("a filter that is not within a pattern matches some topic that the pattern does not", () => {
  fc.assert(
    fc.property(filters, filters, (filter, pattern) => {
      // `+/#` covers all that `#` does, as a topic has one level at least; nobody's rights need that to be known.
      fc.pre(!isWithin(filter, pattern) && !(filter === "#" && pattern === "+/#"));
      // Fresh words cannot equal a level of the pattern; `#` may stand for no level, for one, or for many.
      const base = filter.split("/").map((level) => (level === "+" ? "fresh" : level));
      const witnesses =
        base.at(-1) === "#"
          ? [[], ["fresh"], Array<string>(6).fill("fresh")].map((tail) => [...base.slice(0, -1), ...tail])
          : [base];
      const found = witnesses
        .map((levels) => levels.join("/"))
        .some((topic) => matches(filter, topic) && !matches(pattern, topic));
      assert.ok(found, `${filter} within ${pattern}`);
    }),
    { seed: seed(), numRuns: 5_000 },
  );
});

test.run();
