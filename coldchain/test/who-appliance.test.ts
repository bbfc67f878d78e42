// WHO PQS E003, monitoring of appliances: the timers HEAT, FRZE, DOOR and POWR over records that come one by one, as a
// gateway sends them. An appliance's ALRM field holds the codes that are active at that record.
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assert, needs, seed, suite, testDataDir } from "../../checks/kit.ts";
import { type ReadingSlice, assessPush, assessStart, findExcursions } from "../src/excursion.ts";
import type { Rule } from "../src/rule.ts";
import { rulesOf, shippedProfiles } from "./shipped-profiles.ts";

const test = suite("WHO appliance alarms");
const MIN = 60_000;

type Code = "HEAT" | "FRZE" | "DOOR" | "POWR";

/** The rules of the shipped profile, by the code that each row names. */
const RULES = rulesByCode();
function rulesByCode(): Readonly<Record<Code, Rule>> {
  const profile = shippedProfiles().get("who-appliance");
  assert.ok(profile);
  const ruleOf = (code: Code): Rule => {
    const row = profile.limits.find(({ source }) => source.includes(`${code}:`));
    assert.ok(row, code);
    const rule = rulesOf(profile, row).find(({ side }) => side === (row.high === undefined ? "low" : "high"));
    assert.ok(rule, code);
    return rule;
  };
  return { HEAT: ruleOf("HEAT"), FRZE: ruleOf("FRZE"), DOOR: ruleOf("DOOR"), POWR: ruleOf("POWR") };
}

type Row = readonly [atMin: number, value: number, good?: boolean];
function slice(rows: readonly Row[]): ReadingSlice {
  return {
    count: rows.length,
    atMs: Float64Array.from(rows, ([atMin]) => atMin * MIN),
    value: Float64Array.from(rows, ([, value]) => value),
    good: Uint8Array.from(rows, ([, , good]) => (good === false ? 0 : 1)),
  };
}

/** Whether the alarm is active after each record, with nothing kept between two records but the state. */
function activeByRecord(code: Code, rows: readonly Row[], isThroughJson = false): boolean[] {
  let state = assessStart();
  return rows.map((row) => {
    if (isThroughJson) state = JSON.parse(JSON.stringify(state)) as typeof state;
    state = assessPush(state, RULES[code], 0.1, slice([row])).state;
    return state.open !== null && state.open.breachMs !== null;
  });
}
const firstActiveMin = (code: Code, rows: readonly Row[]): number | undefined =>
  rows[activeByRecord(code, rows, true).indexOf(true)]?.[0];
/** Every so many minutes each value for so long, the last part with its end. */
function held(stepMin: number, ...parts: readonly (readonly [minutes: number, value: number])[]): Row[] {
  const values = parts.flatMap(([minutes, value]) => new Array<number>(minutes / stepMin).fill(value));
  return [...values, values.at(-1) ?? 0].map((value, i) => [i * stepMin, value]);
}

test("WHO E003 HEAT: above +8 °C for 10 h together; 8.0 °C never, 9 h 45 min not yet", () => {
  assert.is(firstActiveMin("HEAT", held(15, [60, 5], [12 * 60, 8.1])), 11 * 60);
  assert.is(firstActiveMin("HEAT", held(15, [60, 5], [9.75 * 60, 8.1], [60, 8])), undefined);
  assert.is(firstActiveMin("HEAT", held(15, [48 * 60, 8])), undefined);
});

test("WHO E003 FRZE: −0.5 °C or less for 60 min together; −0.4 °C never", () => {
  assert.is(firstActiveMin("FRZE", held(15, [30, 4], [120, -0.5])), 90);
  assert.is(firstActiveMin("FRZE", held(15, [30, 4], [45, -3], [60, 4])), undefined);
  assert.is(firstActiveMin("FRZE", held(15, [5 * 60, -0.4])), undefined);
});

test("WHO E003 DOOR: open for more than 5 min together, exactly 5 min is kept", () => {
  assert.is(firstActiveMin("DOOR", held(1, [2, 0], [10, 1])), 8);
  assert.is(firstActiveMin("DOOR", held(1, [2, 0], [5, 1], [3, 0])), undefined);
  assert.is(firstActiveMin("DOOR", held(1, [4, 1], [1, 0], [4, 1], [1, 0], [4, 1], [1, 0])), undefined);
});

test("WHO E003 POWR: no power for more than 24 h together, exactly 24 h is kept", () => {
  assert.is(firstActiveMin("POWR", held(15, [60, 1], [30 * 60, 0])), 60 + 24 * 60 + 15);
  assert.is(firstActiveMin("POWR", held(15, [60, 1], [24 * 60, 0], [60, 1])), undefined);
  assert.is(firstActiveMin("POWR", held(15, [23 * 60, 0], [15, 1], [23 * 60, 0], [15, 1])), undefined);
});

test("§9 item 5: one good sample inside sets every timer back, at whichever record it comes", () => {
  for (const [code, outside, inside, hours] of [
    ["HEAT", 9, 8, 10],
    ["FRZE", -1, -0.4, 1],
    ["POWR", 0, 1, 24],
  ] as const) {
    const steps = hours * 4;
    for (let at = 1; at <= steps; at++) {
      const rows = held(15, [at * 15, outside], [15, inside], [hours * 60 + 60, outside]);
      // The sample inside ends the stretch before it, so that even one of the full length is over before it is told.
      const countedAnewMin = (at + 1) * 15 + hours * 60 + (code === "POWR" ? 15 : 0);
      assert.is(firstActiveMin(code, rows), countedAnewMin, `${code}, inside after ${at} samples`);
    }
  }
});

test("a sample that is not good sets no timer back, and counts nothing by itself", () => {
  const rows = held(15, [60, -1]).map(([atMin, value]): Row => (atMin === 30 ? [atMin, 4, false] : [atMin, value]));
  assert.is(firstActiveMin("FRZE", rows), 60);
});

const OUTSIDE: Readonly<Record<Code, (value: number) => boolean>> = {
  HEAT: (value) => value > 8,
  FRZE: (value) => value <= -0.5,
  DOOR: (value) => value === 1,
  POWR: (value) => value === 0,
};
const ALLOWED_MIN: Readonly<Record<Code, number>> = { HEAT: 600, FRZE: 60, DOOR: 5, POWR: 1_440 };

test("record by record the timers say what a stopwatch says, and what the whole history says", () => {
  const codes = fc.constantFrom<Code>("HEAT", "FRZE", "DOOR", "POWR");
  const steps = fc.array(
    fc.record({
      after: fc.constantFrom(1, 5, 15, 60, 300),
      isOutside: fc.integer({ min: 0, max: 9 }).map((die) => die > 0),
      good: fc.integer({ min: 0, max: 9 }).map((die) => die > 0),
    }),
    { minLength: 1, maxLength: 60 },
  );
  const [value, other] = [
    { HEAT: 8.1, FRZE: -0.5, DOOR: 1, POWR: 0 },
    { HEAT: 8, FRZE: -0.4, DOOR: 0, POWR: 1 },
  ];
  fc.assert(
    fc.property(codes, steps, (code, all) => {
      let atMin = 0;
      const rows = all.map(({ after, isOutside, good }): Row => [
        (atMin += after),
        (isOutside ? value : other)[code],
        good,
      ]);
      let since: number | null = null;
      const active = rows.map(([at, each, good]) => {
        if (good === true) since = OUTSIDE[code](each) ? (since ?? at) : null;
        const lasted = since === null || good !== true ? null : at - since;
        if (lasted === null) return null;
        return code === "HEAT" || code === "FRZE" ? lasted >= ALLOWED_MIN[code] : lasted > ALLOWED_MIN[code];
      });
      const streamed = activeByRecord(code, rows);
      rows.forEach(([at], i) => active[i] !== null && assert.is(streamed[i], active[i], `${code} at ${at} min`));
      const whole = findExcursions(RULES[code], 0.1, slice(rows)).filter(({ breachMs }) => breachMs !== null);
      const rises = streamed.filter((isActive, i) => isActive && streamed[i - 1] !== true).length;
      // The whole history also tells a stretch that only the sample which ended it made long enough.
      assert.ok(whole.length >= rises);
    }),
    { seed: seed(), numRuns: 500 },
  );
});

test.run();

const oracle = suite("WHO appliance alarms against the test data", { skip: needs({ testData: true }) });

oracle(
  "six hours without power, or without a compressor, raise nothing: as the simulated appliances' own ALRM says",
  () => {
    interface Fixture {
      readonly records: readonly { ABST: string; TVC: number; SVA: number; ALRM: string | null }[];
    }
    for (const name of ["power_outage", "compressor_failure", "busy_facility", "mains_normal"]) {
      const text = readFileSync(join(testDataDir(), `standards/ems/${name}.json`), "utf8");
      const { records } = JSON.parse(text) as Fixture;
      assert.is(records.length, 24);
      const rows = (valueOf: (record: Fixture["records"][number]) => number): Row[] =>
        records.map((record, i) => [i * 15, valueOf(record)]);
      const found = [
        activeByRecord(
          "HEAT",
          rows(({ TVC }) => TVC),
        ),
        activeByRecord(
          "FRZE",
          rows(({ TVC }) => TVC),
        ),
        activeByRecord(
          "POWR",
          rows(({ SVA }) => (SVA > 0 ? 1 : 0)),
        ),
      ];
      records.forEach(({ ALRM }, i) =>
        assert.is(
          ALRM === null,
          found.every((active) => active[i] === false),
          name,
        ),
      );
    }
  },
);

oracle.run();
