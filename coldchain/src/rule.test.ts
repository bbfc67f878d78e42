import { assert, suite } from "../../checks/kit.ts";
import type { LimitRow, Profile } from "./profile.ts";
import { isLiveReading, rateRulesFor, rulesFor } from "./rule.ts";

const test = suite("rules");

const row: LimitRow = {
  quantity: "temperature",
  role: "product",
  low: 0,
  high: 8,
  deadband: 0.5,
  onDelayMs: 1,
  offDelayMs: 2,
  allowances: [{ kind: "consecutive", allowedMs: 3, breachWhen: "exceeded" }],
  gapMs: 4,
  source: "somewhere",
};
const profile: Profile = {
  id: "p",
  version: 7,
  title: { en: "P", zh: "P" },
  liveMaxAgeMs: 5,
  limits: [row, { ...row, role: "return" }, { ...row, quantity: "humidity" }],
  source: "somewhere",
};

test("both sides of a row are rules of their own, a limit of 0 among them", () => {
  const rules = rulesFor(profile, { channel: "temperature/probe-1", role: "product", resolution: 0.1 });
  assert.equal(
    rules.map(({ ruleId, limit }) => [ruleId, limit]),
    [
      ["p/temperature/product/high", 8],
      ["p/temperature/product/low", 0],
    ],
  );
  assert.equal(rules[0], {
    ruleId: "p/temperature/product/high",
    profileId: "p",
    profileVersion: 7,
    quantity: "temperature",
    role: "product",
    measure: "value",
    overMs: 0,
    side: "high",
    limit: 8,
    inclusive: false,
    deadband: 0.5,
    onDelayMs: 1,
    offDelayMs: 2,
    allowances: [{ kind: "consecutive", allowedMs: 3, breachWhen: "exceeded" }],
    gates: [],
    gapMs: 4,
    liveMaxAgeMs: 5,
  });
});

test("a row binds channels of its quantity and role only", () => {
  assert.equal(rulesFor(profile, { channel: "temperature/air", role: "supply", resolution: 0.1 }), []);
  assert.equal(rulesFor(profile, { channel: "pressure/x", role: "product", resolution: 0.1 }), []);
  assert.equal(
    rulesFor(profile, { channel: "humidity/x", role: "product", resolution: 1 }).map(({ ruleId }) => ruleId),
    ["p/humidity/product/high", "p/humidity/product/low"],
  );
});

test("one-sided and inclusive rows", () => {
  const { low: _, ...highOnly } = row;
  const only: Profile = { ...profile, limits: [{ ...highOnly, inclusive: true }] };
  const rules = rulesFor(only, { channel: "temperature/x", role: "product", resolution: 0.1 });
  assert.equal(
    rules.map(({ side, inclusive }) => [side, inclusive]),
    [["high", true]],
  );
});

test("of several rows on one side the innermost keeps the plain id", () => {
  const { low: _, ...highOnly } = row;
  const tiers: Profile = { ...profile, limits: [{ ...highOnly, high: 30 }, highOnly, { ...highOnly, high: 45 }] };
  assert.equal(
    rulesFor(tiers, { channel: "temperature/x", role: "product", resolution: 0.1 }).map(({ ruleId }) => ruleId),
    ["high@30", "high", "high@45"].map((name) => `p/temperature/product/${name}`),
  );
});

test("rates of change are rules of their own, falling too fast the low side", () => {
  const { low: _, high: __, ...judged } = row;
  const rates = [{ ...judged, overMs: 60_000, risePerHour: 4, fallPerHour: 2 }];
  const rules = rateRulesFor({ ...profile, rates }, { channel: "temperature/x", role: "product" });
  assert.equal(
    rules.map(({ ruleId, measure, side, limit, overMs }) => [ruleId, measure, side, limit, overMs]),
    [
      ["p/temperature/product/rise", "rate", "high", 4, 60_000],
      ["p/temperature/product/fall", "rate", "low", -2, 60_000],
    ],
  );
  assert.equal(rateRulesFor({ ...profile, rates }, { channel: "humidity/x", role: "product" }), []);
});

test("live is newer than any judged and young enough, by time alone", () => {
  assert.ok(isLiveReading({ liveMaxAgeMs: 100 }, 0, null, 100));
  assert.not(isLiveReading({ liveMaxAgeMs: 100 }, 0, null, 101));
  assert.ok(isLiveReading({ liveMaxAgeMs: 100 }, 1, 0, 50));
  assert.not(isLiveReading({ liveMaxAgeMs: 100 }, 0, 0, 50), "an epoch of 0 is a time");
});

test.run();
