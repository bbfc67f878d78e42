// A logger's file judged by profiles: every kind of allowance, mean kinetic temperature, rates, budgets, gates.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, suite, tempDir } from "../../../checks/kit.ts";
import { runAssess } from "./assess.ts";

const test = suite("assess by a profile");

const H = 3_600_000;
const START_MS = Date.UTC(2026, 2, 1);
const at = (hours: number): string => new Date(START_MS + hours * H).toISOString();

/** Every 15 minutes each value for so many hours, then one more of the last value. */
async function held(...parts: readonly (readonly [hours: number, value: number])[]): Promise<string> {
  const values = parts.flatMap(([hours, value]) => new Array<number>(hours * 4).fill(value));
  const rows = [...values, values.at(-1) ?? 0].map((value, i) => `${at(i / 4)},${value}`);
  const path = join(await tempDir(), "logger.csv");
  writeFileSync(path, ["time,temp", ...rows].join("\n"));
  return path;
}
async function profileFile(text: string): Promise<string> {
  const path = join(await tempDir(), "own.yaml");
  writeFileSync(path, `id: own\nversion: 1\ntitle: { en: Own, zh: 自定 }\nsource: mine\nliveMaxAge: 5min\n${text}`);
  return path;
}
const args = (path: string, profile: string): string[] =>
  ["--csv", path, "--time", "time", "--value", "temp", "--profile", profile]; // prettier-ignore
const json = (path: string, profile: string): any => JSON.parse(runAssess([...args(path, profile), "--json"], 80)); // eslint-disable-line @typescript-eslint/no-explicit-any
const text = (path: string, profile: string): string => runAssess(args(path, profile), 120);
const breachesOf = (found: { breaches: { ruleId: string; kind: string; at: string }[] }): string[] =>
  found.breaches.map(({ ruleId, kind, at: atText }) => `${ruleId} ${kind} ${atText}`);

test("the fixed keys of the document stay as they are, whatever the profile adds", async () => {
  const found = json(await held([18, 5], [6, 14]), "usp-cct-2-8");
  for (const key of ["excursions", "breaches", "stats"]) assert.ok(key in found);
  assert.equal(Object.keys(found.stats), [
    "count", "min", "max", "mean", "mkt", "secondsInRange", "secondsBelow", "secondsAbove", "secondsUnmonitored",
  ]); // prettier-ignore
  for (const key of ["start", "end", "side", "peak", "degreeMinutes", "monitoredSeconds", "possibleSeconds"])
    assert.ok(key in found.excursions[0], key);
});

test("WHO type II: hours that add up over excursions are a breach in the one that uses the last of them", async () => {
  const path = await held([12, 11], [12, 5], [9, 12], [1, 5]);
  const found = json(path, "who-shipment-type-2");
  assert.equal(breachesOf(found), [`who-shipment-type-2/temperature/product/high cumulative ${at(32)}`]);
  const [rule] = found.rules.filter(({ limit }: { limit: number }) => limit === 10);
  assert.equal(
    [rule.excursionCount, rule.breachCount, rule.monitoredSeconds, rule.result],
    [2, 1, 21 * 3_600, "breached"],
  );
  // Of three limits above one another the statistics take the one that is reached first.
  assert.is(found.stats.secondsAbove, 21 * 3_600);
  assert.match(
    text(path, "who-shipment-type-2"),
    /temperature\/product\/high +at or above 10 °C +after 20h in all +2 +12h +21h +breached/,
  );
});

test("WHO type I: a single event counts what was seen of it", async () => {
  const found = json(await held([1, 5], [1, -0.5], [1, 5]), "who-shipment-type-1");
  assert.equal(breachesOf(found), [`who-shipment-type-1/temperature/product/low single-event ${at(2)}`]);
});

test("USP <1079.2> §3.3: the mean over time passes 8 °C, the mean kinetic temperature over 24 h does not", async () => {
  const path = await held([24, 4], [18, 5], [6, 14], [24, 4]);
  const found = json(path, "usp-cct-2-8");
  assert.ok(found.stats.mean < 8 && found.stats.mkt < 8);
  assert.equal(breachesOf(found), [`usp-cct-2-8/temperature/product/high mean-kinetic-temperature ${at(48)}`]);
  const [{ greatest, ...window }] = found.mkt;
  assert.ok(Math.abs(greatest - 8.285216) < 1e-6);
  assert.equal(window, {
    windowSeconds: 86_400,
    high: 8,
    from: at(24),
    to: at(48),
    monitoredSeconds: 86_400,
    result: "breached",
  });
  const said = text(path, "usp-cct-2-8");
  assert.match(
    said,
    /mean kinetic temperature over 1d around an excursion, at most 8 °C: breached\n {2}greatest 8\.29 °C, from 2026-03-02 00:00 until 2026-03-03 00:00\n/,
  );
});

test("USP <1079.2>: a window that passes, a file shorter than the window, and no excursion at all", async () => {
  const passes = json(await held([20, 4], [4, 15], [20, 4]), "usp-cct-2-8");
  assert.equal([passes.mkt[0].result, passes.breaches], ["kept", []]);
  const short = text(await held([2, 4], [1, 9]), "usp-crt-20-25");
  assert.match(short, /over 30d around an excursion, at most 25 °C: kept, there is no excursion/);
  const warm = text(await held([2, 20], [1, 26]), "usp-crt-20-25");
  assert.match(warm, /greatest \d+\.\d\d °C, from .*, all that the file has/);
});

test("a rate of change and a stability budget of one's own", async () => {
  const profile = await profileFile(`limits:
  - { quantity: temperature, role: product, high: 30, deadband: 0, onDelay: 0s, offDelay: 0s, consecutiveAllowance: 0s, gap: 15min, source: mine }
rates:
  - { quantity: temperature, role: product, over: 30min, risePerHour: 4, consecutiveAllowance: 0s, gap: 15min, source: mine }
stability:
  - { role: product, gap: 15min, source: mine, rows: [{ above: 8, upTo: 15, allowed: 5h }] }
`);
  const path = await held([2, 5], [6, 14], [2, 5]);
  const found = json(path, profile);
  assert.equal(breachesOf(found), [
    `own/temperature/product/rise consecutive ${at(2)}`,
    `undefined stability-budget ${at(7)}`,
  ]);
  assert.is(found.stability.usedFraction, 1.2);
  assert.is(found.rules[1].measure, "rate");
  const said = text(path, profile);
  assert.match(said, /temperature\/product\/rise +rising more than 4 °C an hour, over 30min +at once/);
  assert.match(said, /stability budget: 120 % used .*100 % on 2026-03-01 07:00\): breached/);
  // The chart is of temperatures: a rate has no place in it.
  assert.not.match(said, /18 °C ┼|4 °C ┼/);
});

test("gates are not guessed from a file: all of it is judged, and that is said", async () => {
  const path = await held([1, -20], [1, -14], [1, -20]);
  const found = json(path, "atp-quick-frozen");
  assert.equal(breachesOf(found), [
    `atp-quick-frozen/temperature/product/high@-15 consecutive ${at(1)}`,
    `atp-quick-frozen/temperature/product/high consecutive ${at(1.5)}`,
  ]);
  assert.ok(found.taken.some((said: string) => /gate of the profile \(defrost\)/.test(said)));
  assert.not.ok(json(path, "frozen-minus-18").taken.some((said: string) => said.includes("gate")));
});

test("a row without an allowance warns and never breaches", async () => {
  const path = await held([1, 5], [10, 7.6], [1, 5]);
  const found = json(path, "gsp-cold-2-8-critical");
  assert.equal([found.excursions.length, found.breaches, found.rules[0].allowances], [1, [], []]);
  assert.match(text(path, "gsp-cold-2-8-critical"), /at or above 7\.5 °C +never by time/);
});

test("GSP-07, GSP-08: how often a file was recorded is told when it is asked", async () => {
  const path = await held([1, 5], [1, 9]);
  const ask = (interval: string): string[] => [...args(path, "gsp-cold-2-8"), "--record-interval", interval];
  const of = (interval: string): any => JSON.parse(runAssess([...ask(interval), "--json"], 80)).records; // eslint-disable-line @typescript-eslint/no-explicit-any
  assert.is(json(path, "gsp-cold-2-8").records, null);
  const { bound, count, longestSeconds, gaps } = of("gsp-storage");
  assert.equal(
    [bound, count, longestSeconds],
    ["GSP Appendix 3, storage: every 30min, out of range every 2min", 4, 900],
  );
  assert.equal(gaps[0], { from: at(1), to: at(1.25), seconds: 900, allowedSeconds: 120, isOutOfRange: true });
  assert.is(of("gsp-transport").count, 8);
  assert.is(of("en-12830").bound, "EN 12830 4.9.2.2, transport of 2h: every 5min");
  assert.equal([of("15min").count, of("899").count], [0, 8]);
  assert.match(runAssess(ask("15min"), 80), /recorded often enough \(every 15min\)/);
  const said = runAssess(ask("gsp-transport"), 80);
  assert.match(said, /not recorded often enough 8 times, for 15min at most \(GSP Appendix 3, transport/);
  assert.match(
    said,
    /15min without a record, from 2026-03-01 01:00 until 2026-03-01 01:15, out of range\n {2}and 3 more/,
  );
  assert.throws(() => runAssess(ask("often"), 80), /gsp-storage, gsp-transport, en-12830/);
});

test("a role or quantity that the profile has no row of is refused with those it has", async () => {
  const path = await held([1, 5]);
  assert.throws(
    () => runAssess([...args(path, "atp-mechanical-a")], 80),
    /no limits of temperature at product; it has temperature at return/,
  );
  assert.throws(() => runAssess([...args(path, "gsp-colt")], 80), /Did you mean .*gsp-cold-2-8/);
});

test.run();
