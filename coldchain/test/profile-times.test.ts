// The times that standards give: allowances, recording intervals, windows of mean kinetic temperature, retention. Written from
// the standards, never from the profiles.
import { assert, suite } from "../../checks/kit.ts";
import { en12830RecordIntervalMsMax } from "../src/en-12830.ts";
import { GSP_HUMIDITY_ERROR_MAX_RH, gspRecordIntervalMsMax, gspTemperatureErrorMaxC } from "../src/gsp-monitoring.ts";
import type { LimitRow } from "../src/profile.ts";
import { shippedProfiles } from "./shipped-profiles.ts";

const test = suite("shipped profiles: times");
const profiles = shippedProfiles();
const MIN = 60_000;
const H = 60 * MIN;
const DAY = 24 * H;

const profileOf = (id: string) => {
  const profile = profiles.get(id);
  assert.ok(profile, id);
  return profile;
};
const allowancesOf = ({ allowances }: LimitRow): string =>
  allowances.map(({ kind, allowedMs, breachWhen }) => `${kind} ${allowedMs / MIN}min ${breachWhen}`).join(", ");

/** Section, profile, and for each of its rows what standards allow beyond the limit; `ours` where they name no time. */
const ALLOWED: readonly (readonly [section: string, id: string, ...allowances: string[]])[] = [
  ["GSP-09 alarm as soon as a value leaves its range", "gsp-cold-2-8", "consecutive 0min exceeded"],
  ["GSP-09 alarm as soon as a value leaves its range", "gsp-cold-2-8-storage", "consecutive 0min exceeded"],
  ["GSP-09 alarm as soon as a value leaves its range", "gsp-frozen-minus-20", "consecutive 0min exceeded"],
  ["GSP-09 alarm as soon as a value leaves its range", "gsp-store-cool", "consecutive 0min exceeded", "ours"],
  ["GSP-09 alarm as soon as a value leaves its range", "gsp-store-room", "consecutive 0min exceeded", "ours"],
  ["GSP-09 a critical value warns", "gsp-cold-2-8-critical", ""],
  ["§3.2 USP: 8-15 °C for less than 24 h, no more", "usp-cct-2-8",
    "consecutive 1440min reached", "consecutive 0min exceeded", "ours"],
  ["§3.2 USP: 15-30 °C by MKT alone, spikes to 40 °C for 24 h at most", "usp-crt-20-25",
    "", "consecutive 1440min exceeded", "consecutive 0min exceeded", "consecutive 0min exceeded"],
  ["§2.2 30DTR", "who-pqs-30dtr", "consecutive 600min reached", "consecutive 60min reached"],
  ["§2.2 HEAT, FRZE, DOOR, POWR", "who-appliance",
    "consecutive 600min reached", "consecutive 60min reached", "consecutive 5min exceeded", "consecutive 1440min exceeded"],
  ["§2.2 type I", "who-shipment-type-1",
    "single-event 60min reached", "cumulative 600min reached", "single-event 60min reached"],
  ["§2.2 type II", "who-shipment-type-2",
    "single-event 60min reached", "cumulative 600min reached", "cumulative 1200min reached"],
  ["§1.4 DB31/T 388: rejected above −12 °C", "db31-388-frozen", "ours", "ours", "consecutive 0min exceeded"],
  ["§1.4 DB31/T 388: display, short rise to −12 °C", "db31-388-frozen-display", "ours", "consecutive 0min exceeded"],
  ["§1.4 DB31/T 388: display, short rise to 10 °C", "db31-388-chilled-display", "ours", "ours", "consecutive 0min exceeded"],
  ["§1.4 DB31/T 388: handover, rise to 7 °C", "db31-388-chilled-0-4", "ours", "ours", "consecutive 0min exceeded"],
  ["§2.5 tolerance to −15 °C", "haccp-quick-frozen", "ours", "consecutive 0min exceeded"],
  ["§2.7 rise of 3 °C", "atp-ice-cream", "ours", "consecutive 0min exceeded"],
  ["§2.7 rise of 3 °C", "atp-quick-frozen", "ours", "consecutive 0min exceeded"],
  ["§2.7 rise of 3 °C", "atp-frozen-other", "ours", "consecutive 0min exceeded"],
  ["§2.7 rise of 3 °C", "atp-frozen-butter", "ours", "consecutive 0min exceeded"],
]; // prettier-ignore

for (const [section, id, ...allowances] of ALLOWED)
  test(`${section}: ${id}`, () => {
    const { limits } = profileOf(id);
    assert.is(limits.length, allowances.length);
    limits.forEach((row, i) => {
      if (allowances[i] === "ours") assert.match(row.source, /[Oo]ur defaults?:/);
      else assert.is(allowancesOf(row), allowances[i], `${id}, row ${i + 1}`);
    });
  });

test("the demonstrations have times that a viewer can wait for, and say that they are for nothing else", () => {
  for (const id of ["demo-frozen", "demo-vaccine-2-8"]) {
    const { source, liveMaxAgeMs, limits } = profileOf(id);
    assert.match(source, /demonstrations only/);
    assert.is(liveMaxAgeMs, 2 * MIN);
    assert.ok(
      limits.every(
        (row) => row.onDelayMs <= MIN && row.offDelayMs <= MIN && allowancesOf(row).startsWith("consecutive 1min"),
      ),
    );
  }
});

test("an alarm never comes after the breach that it should prevent", () => {
  for (const [id, { limits }] of profiles)
    for (const { onDelayMs, allowances } of limits)
      for (const { kind, allowedMs } of allowances) if (kind === "consecutive") assert.ok(onDelayMs <= allowedMs, id);
});

test("GSP-06, GSP-07: no reading stands longer than the interval of its place", () => {
  const gapsOf = (id: string): number[] => profileOf(id).limits.map(({ gapMs }) => gapMs);
  for (const id of ["gsp-cold-2-8", "gsp-cold-2-8-critical", "gsp-frozen-minus-20"])
    assert.equal(gapsOf(id), [gspRecordIntervalMsMax("transport")]);
  for (const id of [
    "gsp-cold-2-8-storage",
    "gsp-store-cool",
    "gsp-store-room",
    "cold-room-2-8",
    "medicinal-material-cool",
  ])
    assert.ok(
      gapsOf(id).every((gapMs) => gapMs === gspRecordIntervalMsMax("storage")),
      id,
    );
});

test("EN 12830 4.9.2.2: no reading stands longer than 5 min, which every length of trip allows", () => {
  for (const id of ["en-12830-frozen-transport", "en-12830-chilled-transport"])
    for (const { gapMs } of profileOf(id).limits)
      for (const tripMs of [H, 2 * DAY, 20 * DAY]) assert.ok(gapMs <= en12830RecordIntervalMsMax(tripMs));
});

test("§2.4 CDC: loggers of vaccines record at least every 30 min", () => {
  for (const id of ["vaccine-ult", "vaccine-frozen"])
    for (const { gapMs } of profileOf(id).limits) assert.ok(gapMs <= 30 * MIN);
});

test("GSP-03, GSP-04, EN 12830 class 1: the deadband is no narrower than the probe may err", () => {
  for (const id of ["gsp-cold-2-8", "gsp-cold-2-8-storage", "gsp-frozen-minus-20", "gsp-store-cool", "gsp-store-room"])
    for (const { quantity, low, high, deadband } of profileOf(id).limits)
      assert.ok(
        deadband >=
          (quantity === "humidity" ? GSP_HUMIDITY_ERROR_MAX_RH : (gspTemperatureErrorMaxC(low ?? high ?? 0) ?? 0)),
        id,
      );
  for (const id of ["en-12830-frozen-transport", "en-12830-chilled-transport"])
    for (const { deadband } of profileOf(id).limits) assert.is(deadband, 1);
});

test("§3.2 USP <1079.2>: MKT at most 8 °C over 24 h, at most 25 °C over 30 days; no other profile has one", () => {
  const rows = [...profiles].flatMap(([id, { mkt = [] }]) =>
    mkt.map(({ role, windowMs, highC }) => [id, role, windowMs, highC]),
  );
  assert.equal(rows, [
    ["usp-cct-2-8", "product", 24 * H, 8],
    ["usp-crt-20-25", "product", 30 * DAY, 25],
  ]);
});

test("retention: GSP 5 years, GB/T 36088 2 years, EN 12830 and FSMA 1 year at least", () => {
  const yearsOf = (id: string): number => Math.floor((profileOf(id).retention?.atLeastMs ?? 0) / (365.25 * DAY));
  for (const id of profiles.keys()) {
    if (id.startsWith("gsp-") || id === "cold-room-2-8")
      assert.ok(id === "gsp-cold-2-8-critical" || yearsOf(id) >= 5, id);
    if (id.startsWith("db31-") || id.startsWith("gbt-") || id === "frozen-minus-18") assert.is(yearsOf(id), 2, id);
    if (id.startsWith("en-12830")) assert.is(yearsOf(id), 1, id);
  }
  assert.is(yearsOf("haccp-cold-holding-5"), 1);
});

test.run();
