import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { type Profile, parseProfile } from "./profile.ts";

const test = suite("profiles");

const GOOD = `id: cold
version: 2
title:
  en: Cold
  zh: 冷藏
liveMaxAge: 5min
source: a law
limits:
  - quantity: temperature
    role: product
    low: 0
    high: 8
    deadband: 0.5
    onDelay: 0s
    offDelay: 2min
    consecutiveAllowance: 10h
    gap: 5min
    source: a clause
`;

function profileOf(text: string, fileName = "cold.yaml"): Profile {
  const result = parseProfile(text, fileName);
  assert.ok("profile" in result, JSON.stringify(result));
  return result.profile;
}

function problemsOf(text: string): string[] {
  const result = parseProfile(text, "cold.yaml");
  assert.ok("problems" in result, "expected problems");
  for (const { mend } of result.problems) assert.ok(mend.length > 0);
  return result.problems.map(({ place, problem }) => `${place}: ${problem}`);
}

test("a whole profile", () => {
  assert.equal(profileOf(GOOD), {
    id: "cold",
    version: 2,
    title: { en: "Cold", zh: "冷藏" },
    liveMaxAgeMs: 300_000,
    source: "a law",
    limits: [
      {
        quantity: "temperature",
        role: "product",
        low: 0,
        high: 8,
        deadband: 0.5,
        onDelayMs: 0,
        offDelayMs: 120_000,
        allowances: [{ kind: "consecutive", allowedMs: 36_000_000, breachWhen: "exceeded" }],
        gapMs: 300_000,
        source: "a clause",
      },
    ],
  });
});

test("every problem at once, with its line, its path and a mend", () => {
  const text = GOOD.replace("version: 2", "version: 0")
    .replace("  zh: 冷藏\n", "")
    .replace("source: a law", "sauce: a law")
    .replace("quantity: temperature", "quantity: temprature")
    .replace("low: 0", "low: 9")
    .replace("gap: 5min", "gap: 0s");
  assert.equal(problemsOf(text), [
    "cold.yaml:1 source: is missing",
    "cold.yaml:2 version: 0 cannot be used",
    "cold.yaml:3 title.zh: is missing",
    "cold.yaml:6 sauce: `sauce` means nothing here",
    "cold.yaml:8 limits[0].quantity: \"temprature\" cannot be used",
    "cold.yaml:11 limits[0].high: no temprature at product can keep a low of 9 and a high of 8",
    "cold.yaml:16 limits[0].gap: \"0s\" cannot be used",
  ]); // prettier-ignore
});

/** GOOD with one text in another's place, and the single problem that this makes. */
const single: [name: string, from: string, to: string, problem: RegExp][] = [
  ["a number that is a text", "high: 8", 'high: "8"', /:12 limits\[0\]\.high: "8" cannot/],
  ["no finite number", "high: 8", "high: .inf", /limits\[0\]\.high: Infinity cannot/],
  ["a duration without a unit", "onDelay: 0s", "onDelay: 0", /:14 limits\[0\]\.onDelay: 0 cannot/],
  ["a duration longer than a year", "gap: 5min", "gap: 9999d", /limits\[0\]\.gap: "9999d" cannot/],
  ["a deadband as wide as the band", "deadband: 0.5", "deadband: 8", /:13 .*leaves nothing between 0 and 8/],
  ["a negative deadband", "deadband: 0.5", "deadband: -0.5", /limits\[0\]\.deadband: -0.5 cannot/],
  ["a role that measures nothing", "role: product", "role: position", /limits\[0\]\.role: "position" cannot/],
  ["a temperature of a door", "role: product", "role: door", /limits\[0\]\.role: "door" cannot be the role of temp/],
  ["a row that limits nothing", "    low: 0\n    high: 8\n", "", /:9 limits\[0\]: this row has neither/],
  ["an empty source", "source: a clause", 'source: " "', /limits\[0\]\.source/],
  ["a key given twice", "version: 2", "version: 2\nversion: 3", /cold\.yaml:3: this is not YAML: .*unique/],
  ["broken YAML", "version: 2", "version: [2", /cold\.yaml:\d+: this is not YAML/],
  ["an alias", "id: cold", "id: &c cold\nx: *c", /aliases/],
  ["no rows", GOOD.slice(GOOD.indexOf("limits:")), "limits: []\n", /:8 limits: \[\] cannot/],
  ["an id with a blank", "id: cold", "id: c old", /:1 id: "c old" cannot/],
];

for (const [name, from, to, problem] of single)
  test(`is refused: ${name}`, () => {
    assert.ok(GOOD.includes(from));
    const problems = problemsOf(GOOD.replace(from, to));
    assert.is(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] as string, problem);
  });

test("two rows may share a quantity and role by their sides, not the same side", () => {
  const rowText = GOOD.slice(GOOD.indexOf("  - quantity"));
  const lowOnly = rowText.replace("    high: 8\n", "");
  const highOnly = rowText.replace("    low: 0\n", "");
  const head = GOOD.slice(0, GOOD.indexOf("  - quantity"));
  assert.is(profileOf(head + lowOnly + highOnly).limits.length, 2);
  assert.match(problemsOf(GOOD + highOnly).join(), /limits\[1\]\.high: limits\[0\] already has a `high` of 8/);
  assert.is(profileOf(GOOD + highOnly.replace("high: 8", "high: 15")).limits.length, 2);
  const [problem] = problemsOf(head + highOnly + lowOnly.replace("low: 0", "low: 8"));
  assert.match(problem as string, /limits\[1\]\.low: no temperature at product/);
});

const MORE = `rates:
  - quantity: temperature
    role: product
    over: 30min
    risePerHour: 4
    gap: 5min
    source: a guideline
mkt:
  - role: product
    window: 24h
    highC: 8
    gap: 5min
    source: a pharmacopoeia
  - role: product
    window: shipment
    highC: 8
    gap: 5min
    source: a pharmacopoeia
stability:
  - role: product
    gap: 5min
    rows:
      - { above: 8, upTo: 15, allowed: 72h }
      - { above: 15, upTo: 25, allowed: 24h }
    source: the maker
retention:
  atLeast: 1827d
  source: a law
`;
const LONG_ROW = GOOD.replace(
  "    consecutiveAllowance: 10h\n",
  `    combine: median
    allowances:
      - { kind: single-event, allowed: 1h, breachWhen: reached }
      - { kind: cumulative, allowed: 10h, breachWhen: exceeded }
    gates:
      - { kind: door, settling: 5min, atMost: 20min }
      - { kind: loading, atMost: 1h }
`,
);

test("a row in the long form, and every other part of a profile", () => {
  const profile = profileOf(LONG_ROW + MORE);
  const [row] = profile.limits;
  assert.is(row?.combine, "median");
  assert.equal(row?.allowances, [
    { kind: "single-event", allowedMs: 3_600_000, breachWhen: "reached" },
    { kind: "cumulative", allowedMs: 36_000_000, breachWhen: "exceeded" },
  ]);
  assert.equal(row?.gates, [
    { kind: "door", settlingMs: 300_000, atMostMs: 1_200_000 },
    { kind: "loading", settlingMs: 0, atMostMs: 3_600_000 },
  ]);
  assert.equal(profile.rates, [
    {
      quantity: "temperature",
      role: "product",
      overMs: 1_800_000,
      risePerHour: 4,
      deadband: 0,
      onDelayMs: 0,
      offDelayMs: 0,
      allowances: [],
      gapMs: 300_000,
      source: "a guideline",
    },
  ]);
  const mkt = { role: "product", highC: 8, gapMs: 300_000, source: "a pharmacopoeia" };
  assert.equal(profile.mkt, [
    { ...mkt, windowMs: 86_400_000 },
    { ...mkt, windowMs: null },
  ]);
  assert.equal(profile.stability, [
    {
      role: "product",
      gapMs: 300_000,
      rows: [
        { aboveC: 8, upToC: 15, allowedMs: 259_200_000 },
        { aboveC: 15, upToC: 25, allowedMs: 86_400_000 },
      ],
      source: "the maker",
    },
  ]);
  assert.equal(profile.retention, { atLeastMs: 157_852_800_000, source: "a law" });
  assert.equal(JSON.parse(JSON.stringify(profile)), profile, "a profile is plain data");
});

test("without an allowance in either form, no time outside is a breach", () => {
  assert.equal(profileOf(GOOD.replace("    consecutiveAllowance: 10h\n", "")).limits[0]?.allowances, []);
});

const senseless: [name: string, from: string, to: string, problem: RegExp][] = [
  ["both forms of allowances", "gap: 5min", "consecutiveAllowance: 1h\n    gap: 5min", /has `allowances` as well/],
  [
    "two of one kind",
    "kind: cumulative",
    "kind: single-event",
    /allowances\[1\]\.kind: allowances\[0\] is of kind single/,
  ],
  [
    "two gates of one kind",
    "kind: loading, atMost",
    "kind: door, atMost",
    /gates\[1\]\.kind: gates\[0\] is of kind door/,
  ],
  ["settling after loading", "kind: loading, atMost", "kind: loading, settling: 1s, atMost", /settling` means nothing/],
  ["an unknown gate", "kind: loading", "kind: lunch", /gates\[1\]/],
  ["a rate of nothing", "    risePerHour: 4\n", "", /rates\[0\]: this row has neither/],
  ["two MKT rows alike", "window: shipment", "window: 24h", /mkt\[1\]\.role: mkt\[0\] is for product over 24h/],
  ["a table with a hole", "above: 15", "above: 16", /stability\[0\]\.rows: row 2 begins at 16/],
  ["a retention of nothing", "atLeast: 1827d", "atLeast: 0d", /retention\.atLeast: "0d" cannot/],
];
for (const [name, from, to, problem] of senseless)
  test(`is refused: ${name}`, () => {
    const text = LONG_ROW + MORE;
    assert.ok(text.includes(from));
    const problems = problemsOf(text.replace(from, to));
    assert.is(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] as string, problem);
  });

test("nothing at all, and far too much", () => {
  assert.is(problemsOf("").length, 1);
  assert.match(problemsOf(`# ${"x".repeat(70_000)}`).join(), /longer than 65536/);
});

test("any text gets an answer, never a throw", () => {
  const mutilated = fc
    .tuple(fc.nat(GOOD.length), fc.nat(20), fc.string({ maxLength: 12 }))
    .map(([at, cut, put]) => GOOD.slice(0, at) + put + GOOD.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(mutilated, fc.string({ size: "large" })), (text) => {
      const result = parseProfile(text, "cold.yaml");
      if ("problems" in result) {
        assert.ok(result.problems.length > 0);
        for (const { place } of result.problems) assert.match(place, /^cold\.yaml:[1-9]\d*( \S.*)?$/);
      }
    }),
    { seed: seed(), numRuns: 400 },
  );
});

test.run();
