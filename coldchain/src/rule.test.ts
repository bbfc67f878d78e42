import { assert, suite } from "../../checks/kit.ts";
import type { LimitRow, Profile } from "./profile.ts";
import { isLiveReading, rulesFor } from "./rule.ts";

const test = suite("rules");

const row: LimitRow = {
  quantity: "temperature",
  role: "product",
  low: 0,
  high: 8,
  deadband: 0.5,
  onDelayMs: 1,
  offDelayMs: 2,
  consecutiveAllowanceMs: 3,
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
    side: "high",
    limit: 8,
    inclusive: false,
    deadband: 0.5,
    onDelayMs: 1,
    offDelayMs: 2,
    consecutiveAllowanceMs: 3,
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

test("live is newer than any judged and young enough, by time alone", () => {
  assert.ok(isLiveReading({ liveMaxAgeMs: 100 }, 0, null, 100));
  assert.not(isLiveReading({ liveMaxAgeMs: 100 }, 0, null, 101));
  assert.ok(isLiveReading({ liveMaxAgeMs: 100 }, 1, 0, 50));
  assert.not(isLiveReading({ liveMaxAgeMs: 100 }, 0, 0, 50), "an epoch of 0 is a time");
});

test.run();
