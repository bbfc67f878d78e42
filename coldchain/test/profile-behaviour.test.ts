// What shipped profiles do to a history: one that must breach and one that must not, for every kind, and a law for all of them.
import { assert, suite } from "../../checks/kit.ts";
import { findExcursions } from "../src/excursion.ts";
import { greatestMktAround } from "../src/mean-kinetic-temperature.ts";
import type { LimitRow, Profile } from "../src/profile.ts";
import { breachesOf, held, judged, rulesOf, shippedProfiles } from "./shipped-profiles.ts";

const test = suite("shipped profiles: behaviour");
const profiles = shippedProfiles();
const MIN = 60_000;
const H = 60 * MIN;
const HOUR = 60;
const DAY = 24 * HOUR;
const profileOf = (id: string): Profile => {
  const profile = profiles.get(id);
  assert.ok(profile, id);
  return profile;
};
const PRODUCT = { quantity: "temperature", role: "product" } as const;
const breached = (id: string, stepMin: number, ...parts: readonly (readonly [number, number])[]): string[] =>
  breachesOf(profileOf(id), PRODUCT, held(stepMin, ...parts));

test("GSP: a value out of range is a breach at once, one on the limit is none", () => {
  for (const id of ["gsp-cold-2-8", "gsp-cold-2-8-storage"]) {
    assert.equal(breached(id, 1, [60, 5], [1, 8.1], [60, 5]), ["temperature/product/high consecutive 60"]);
    assert.equal(breached(id, 1, [60, 5], [1, 1.9], [60, 5]), ["temperature/product/low consecutive 60"]);
    assert.equal(breached(id, 1, [60, 2], [60, 8]), []);
  }
  assert.equal(breached("gsp-frozen-minus-20", 1, [60, -20], [1, -19.9], [60, -21]), [
    "temperature/product/high consecutive 60",
  ]);
  assert.equal(breached("gsp-frozen-minus-20", 1, [60, -20]), []);
});

test("GSP-09: reaching a critical value is an excursion and never a breach", () => {
  const profile = profileOf("gsp-cold-2-8-critical");
  const counted = (value: number): number =>
    judged(profile, PRODUCT, held(1, [60, 5], [600, value], [60, 5])).flatMap(({ excursions }) => excursions).length;
  assert.equal([7.4, 7.5, 2.5, 2.6].map(counted), [0, 1, 1, 0]);
  assert.equal(breached("gsp-cold-2-8-critical", 1, [60, 5], [600, 9], [60, 5]), []);
});

/** Windows of a profile's MKT rows that are over, around each excursion of its rules; hours and °C. */
function mktOver(id: string, stepMin: number, ...parts: readonly (readonly [number, number])[]): string[] {
  const profile = profileOf(id);
  const readings = held(stepMin, ...parts);
  return (profile.mkt ?? []).flatMap(({ windowMs, highC, gapMs }) =>
    judged(profile, PRODUCT, readings).flatMap(({ rule, excursions }) =>
      excursions.flatMap(({ startMs, lastReadingMs }) => {
        const window = { fromMs: startMs, toMs: lastReadingMs };
        const found = greatestMktAround(readings, gapMs, windowMs ?? Infinity, window);
        return found !== null && found.mktC > highC ? [`${rule.side} ${found.mktC.toFixed(2)}`] : [];
      }),
    ),
  );
}

test("USP <1079.2> cold: under 24 h up to 15 °C is no breach by time, 24 h is, and above 15 °C any time", () => {
  const above = (minutes: number, value: number): string[] =>
    breached("usp-cct-2-8", 15, [DAY, 4], [minutes, value], [DAY, 4]);
  assert.equal(above(24 * HOUR - 15, 8.5), []);
  assert.equal(above(24 * HOUR, 8.5), [`temperature/product/high consecutive ${2 * DAY}`]);
  assert.equal(above(30, 15), []);
  assert.equal(above(15, 15.1), [`temperature/product/high@15 consecutive ${DAY}`]);
  assert.equal(breached("usp-cct-2-8", 15, [DAY, 4], [15, 1.9], [DAY, 4]), [
    `temperature/product/low consecutive ${DAY}`,
  ]);
});

test("USP <1079.2> cold, §3.3: 18 h at 5 °C and 6 h at 14 °C fail 8 °C over 24 h; 20 h at 4 and 4 h at 15 pass", () => {
  assert.equal(mktOver("usp-cct-2-8", 15, [18 * HOUR, 5], [6 * HOUR, 14]), ["high 8.29"]);
  assert.equal(mktOver("usp-cct-2-8", 15, [20 * HOUR, 4], [4 * HOUR, 15]), []);
});

test("USP <1079.2> room, §3.3: 29 days at 25 and one at 30 °C fail, 29 days at 20 and one at 40 °C pass 25 °C over 30 days", () => {
  // One more hundredth on the steady part makes it an excursion by itself; the limit itself is inside.
  assert.equal(mktOver("usp-crt-20-25", 15, [29 * DAY, 25], [DAY, 30]), ["high 25.22"]);
  assert.equal(mktOver("usp-crt-20-25", 15, [29 * DAY, 20], [DAY, 40]), []);
  assert.equal(breached("usp-crt-20-25", 15, [29 * DAY, 20], [DAY, 40], [DAY, 20]), []);
  assert.equal(breached("usp-crt-20-25", 15, [DAY, 20], [DAY + 15, 31], [DAY, 20]), [
    `temperature/product/high@30 consecutive ${2 * DAY}`,
  ]);
  assert.equal(breached("usp-crt-20-25", 15, [DAY, 20], [15, 40.1], [DAY, 20]), [
    `temperature/product/high@40 consecutive ${DAY}`,
  ]);
  assert.equal(breached("usp-crt-20-25", 15, [DAY, 20], [3 * DAY, 15], [DAY, 20]), []);
  assert.equal(breached("usp-crt-20-25", 15, [DAY, 20], [15, 14.9], [DAY, 20]), [
    `temperature/product/low@15 consecutive ${DAY}`,
  ]);
});

test("WHO type I: 45 °C for 1 h at once, 30 °C for 10 h in all, −0.5 °C for 1 h at once, and nothing less", () => {
  assert.equal(breached("who-shipment-type-1", 15, [60, 45], [60, 20]), [
    "temperature/product/high@45 single-event 60",
  ]);
  assert.equal(breached("who-shipment-type-1", 15, [45, 45], [60, 20], [45, 45], [60, 20]), []);
  assert.equal(breached("who-shipment-type-1", 15, [6 * HOUR, 30], [DAY, 20], [6 * HOUR, 31], [60, 20]), [
    `temperature/product/high cumulative ${6 * HOUR + DAY + 4 * HOUR}`,
  ]);
  assert.equal(breached("who-shipment-type-1", 15, [10 * HOUR - 15, 30], [DAY, 29.9]), []);
  assert.equal(breached("who-shipment-type-1", 15, [60, 5], [60, -0.5], [60, 5]), [
    "temperature/product/low single-event 120",
  ]);
  assert.equal(breached("who-shipment-type-1", 15, [60, 5], [45, -0.5], [600, -0.4]), []);
});

test("WHO type II: 10 °C for 20 h in all besides, and freezing is no matter", () => {
  assert.equal(breached("who-shipment-type-2", 15, [12 * HOUR, 10], [DAY, 5], [9 * HOUR, 12], [60, 5]), [
    `temperature/product/high cumulative ${12 * HOUR + DAY + 8 * HOUR}`,
  ]);
  assert.equal(breached("who-shipment-type-2", 15, [10 * HOUR, 10], [60, 9.9], [10 * HOUR - 15, 29], [60, 5]), []);
  assert.equal(breached("who-shipment-type-2", 15, [3 * DAY, -20]), []);
});

test("DB31/T 388 frozen: above −18 °C for long, above −15 °C for less, above −12 °C at once", () => {
  const warm = (minutes: number, value: number): number =>
    breached("db31-388-frozen", 5, [60, -20], [minutes, value], [60, -20]).length;
  assert.equal([warm(120, -16), warm(125, -16), warm(10, -14), warm(15, -14), warm(5, -11.9)], [0, 1, 0, 1, 1]);
});

test("GB/T 24616 chilled: exactly 8 °C and exactly 0 °C are outside, 7.9 and 0.1 °C are not", () => {
  const outside = (value: number): number =>
    judged(profileOf("gbt-24616-chilled"), PRODUCT, held(5, [60, value])).flatMap(({ excursions }) => excursions)
      .length;
  assert.equal([8, 7.9, 0.1, 0].map(outside), [1, 0, 0, 1]);
});

test("ATP quick-frozen: half an hour above −18 °C passes, above −15 °C nothing does", () => {
  assert.equal(breached("atp-quick-frozen", 5, [60, -20], [30, -16], [60, -20]), []);
  assert.is(breached("atp-quick-frozen", 5, [60, -20], [35, -16], [60, -20]).length, 1);
  assert.is(breached("atp-quick-frozen", 5, [60, -20], [5, -14], [60, -20]).length, 1);
});

test("bananas: chilling adds up over a trip, each cold spell for itself being short", () => {
  const spells = (count: number): string[] =>
    breached(
      "produce-banana",
      15,
      ...Array.from(
        { length: count },
        () =>
          [
            [60, 13],
            [45, 11],
          ] as const,
      ).flat(),
      [60, 13],
    );
  assert.equal(spells(2), []);
  assert.equal(spells(3), ["temperature/product/low@11.5 cumulative 300"]);
});

test("seed and feed: moisture alone is enough for a breach, and dry air only warns", () => {
  const at = { quantity: "humidity", role: "ambient" } as const;
  const of = (id: string, value: number, hours: number): string[] =>
    breachesOf(profileOf(id), at, held(15, [60, 40], [hours * HOUR, value], [60, 40]));
  assert.equal(of("seed-store", 50, 12), []);
  assert.equal(of("seed-store", 50, 12.25), ["humidity/ambient/high consecutive 780"]);
  assert.equal(of("seed-store", 30, 1_000), []);
  assert.equal(of("feed-store", 59.9, 100), []);
  assert.equal(of("feed-store", 60, 25), ["humidity/ambient/high consecutive 1500"]);
});

test("every limit of every profile: on it nothing happens (or the opposite, where it is outside itself), long beyond it a breach", () => {
  let rules = 0;
  for (const [id, profile] of profiles) {
    const targets = new Map(profile.limits.map((row: LimitRow) => [`${row.quantity}/${row.role}`, row] as const));
    for (const target of targets.values())
      for (const rule of rulesOf(profile, target)) {
        rules++;
        const sign = rule.side === "high" ? 1 : -1;
        const inside = rule.limit - sign * Math.max(0.1, rule.deadband);
        const longMin = Math.max(5, ...rule.allowances.map(({ allowedMs }) => allowedMs / MIN)) + 5;
        const found = (value: number) =>
          findExcursions(rule, 0.1, held(5, [30, inside], [longMin, value], [30, inside]));
        const [on, beyond] = [found(rule.limit), found(rule.limit + sign * 0.1)];
        assert.is(on.length, rule.inclusive ? 1 : 0, `${rule.ruleId} on the limit`);
        assert.equal(
          beyond.map(({ startMs, breaches }) => [startMs / MIN, breaches.length]),
          [[30, rule.allowances.length]],
          `${id}: ${rule.ruleId} beyond the limit`,
        );
        assert.ok(beyond.every(({ possibleMs }) => possibleMs < 60 * DAY * H));
      }
  }
  assert.ok(rules >= profiles.size);
});

test.run();
