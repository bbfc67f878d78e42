import type { AlarmView, AssetView, ChannelView } from "../src/api-shapes.ts";
import { assert, suite } from "../../checks/kit.ts";
import { alarmSentence, byUrgency, isInHand, urgencyOf } from "./alarm-sentence.ts";
import { conditionNow, leadingChannel, speedNow } from "./channels.ts";
import type { Language } from "./format.ts";

const test = suite("what an alarm says, and how urgent it is");
const NOW = new Date(2026, 10, 22, 12, 30).getTime();
const MINUTE = 60_000;

function product(value: number | null, agoMs = 0): ChannelView {
  return {
    channel: "temperature/product-1",
    quantity: "temperature",
    role: "product",
    unit: "Cel",
    resolution: 0.1,
    limits: [{ profileId: "p", profileVersion: 1, low: 2, high: 8, gapMs: 5 * MINUTE }],
    latest: { atMs: NOW - agoMs, value, quality: value === null ? "probe-fault" : "good" },
  };
}

function asset(channel: ChannelView): AssetView {
  return {
    ...{ assetId: "a", kind: "compartment", title: { en: "Truck 2", zh: "2 号车" }, gatewayId: "gw", status: "online" },
    ...{ condition: "in-range", position: null, channels: [channel], shipmentIds: [], openAlarmIds: [] },
    lastSampledAtMs: NOW,
    lastReceivedAtMs: NOW,
  };
}

function alarm(changes: Partial<AlarmView> = {}): AlarmView {
  return {
    ...{ alarmId: "1", assetId: "a", assetTitle: { en: "Truck 2", zh: "2 号车" }, channel: "temperature/product-1" },
    ...{ ruleId: "p/temperature/product/high", side: "high", limit: 8, state: "unacknowledged", severity: "excursion" },
    ...{ foundLate: false, raisedAtMs: NOW - 2 * MINUTE, startMs: NOW - 3 * MINUTE, returnedAtMs: null },
    ...{ acknowledgedAtMs: null, acknowledgedBy: null, peak: 9.8, shipmentIds: [], profile: null },
    ...changes,
  };
}

function sentence(of: AlarmView, channel: ChannelView, language: Language = "en"): string {
  const { subject, text } = alarmSentence(of, { assets: new Map([["a", asset(channel)]]), nowMs: NOW, language });
  return `${subject} · ${text}`.replaceAll("\u00a0", " ");
}

test("a live alarm tells the value now, the limit and how long", () => {
  assert.is(sentence(alarm(), product(9.4)), "Truck 2 · product 9.4 °C, above 8 °C for 3 min");
  assert.is(sentence(alarm(), product(9.4), "zh"), "2 号车 · 货物 9.4 °C，高于 8 °C 已 3 分钟");
  const cold = alarm({ side: "low", limit: 2, peak: 0 });
  assert.is(sentence(cold, product(0)), "Truck 2 · product 0.0 °C, below 2 °C for 3 min");
});

test("a number that is old, or none, is never told as current", () => {
  const blind = "Truck 2 · product above 8 °C since 12:27; no reading now";
  assert.is(sentence(alarm(), product(9.4, 6 * MINUTE)), blind);
  assert.is(sentence(alarm(), product(null)), blind);
});

test("an alarm whose value is back inside but that has not returned does not claim to be above", () => {
  assert.match(sentence(alarm(), product(7.6)), "was above 8 °C, waiting to settle");
});

test("what is over is told as over, what was found late with its own times", () => {
  const over = { returnedAtMs: NOW - MINUTE, state: "returned-unacknowledged" };
  assert.is(
    sentence(alarm(over), product(5)),
    "Truck 2 · product was above 8 °C for 2 min, peak 9.8 °C; back in range 12:29",
  );
  const late = alarm({ ...over, foundLate: true });
  assert.is(sentence(late, product(5)), "Truck 2 · product above 8 °C 12:27 to 12:29, peak 9.8 °C");
});

test("what is concluded about a leg is told as what it is, not as a value beyond a limit", () => {
  const over = {
    foundLate: true,
    returnedAtMs: NOW - MINUTE,
    severity: "breach",
    state: "returned-unacknowledged",
  } as const;
  const mkt = alarm({ ...over, ruleId: "p/mkt/product/0", peak: 8.285 });
  assert.is(
    sentence(mkt, product(5)),
    "Truck 2 · product: mean kinetic temperature 8.29 °C from 12:27 to 12:29, at most 8 °C allowed",
  );
  const budget = alarm({ ...over, ruleId: "p/stability/product/0", limit: 1, peak: 1.02 });
  assert.is(sentence(budget, product(5)), "Truck 2 · product: 102 % of the stability budget is used");
  assert.is(sentence(budget, product(5), "zh"), "2 号车 · 货物：稳定性预算已用 102 %");
});

test("a silent gateway is told by what it serves", () => {
  const silent = alarm({ assetId: "gw", channel: null, severity: "silent", side: null, limit: null, peak: null });
  assert.is(sentence(silent, product(5)), "Truck 2 · gateway silent for 3 min: nothing is known");
});

test("one alarm for a changed profile names version, count and person", () => {
  const profile = {
    ...{
      profileId: "p",
      title: { en: "Vaccine", zh: "疫苗" },
      version: 7,
      formerVersion: 6,
      channels: 10_000,
      outside: 9_990,
    },
    changedBy: { personId: "ines", name: "Ines" },
  };
  const changed = alarm({ ...{ assetId: "p", channel: null, side: null, limit: null }, severity: "profile", profile });
  const start = "Profile Vaccine · version 7 ";
  assert.is(
    sentence(changed, product(5)),
    `${start}puts 10,000 channels outside their limits at once; entered by Ines 12:27, before it version 6 held`,
  );
  const over = alarm({ ...changed, returnedAtMs: NOW - MINUTE });
  assert.is(sentence(over, product(5)), `${start}had put 10,000 channels outside their limits; over 12:29`);
  assert.is(urgencyOf(changed), "profile");
});

test("the order is live breach, live warning, silence, found late, returned; then what has lasted longest", () => {
  const list = [
    alarm({ alarmId: "returned", returnedAtMs: NOW, state: "returned-unacknowledged" }),
    alarm({ alarmId: "late", foundLate: true, severity: "breach" }),
    alarm({ alarmId: "silent", severity: "silent" }),
    alarm({ alarmId: "young", startMs: NOW - MINUTE }),
    alarm({ alarmId: "old", startMs: NOW - 9 * MINUTE }),
    alarm({ alarmId: "breach", severity: "breach" }),
    alarm({ alarmId: "closed", state: "normal" }),
  ];
  assert.equal(
    list.sort(byUrgency).map(({ alarmId }) => alarmId),
    ["breach", "old", "young", "silent", "late", "returned", "closed"],
  );
  assert.is(urgencyOf(alarm({ foundLate: true, returnedAtMs: NOW })), "late");
  assert.ok(isInHand(alarm({ state: "acknowledged" })));
  assert.not(isInHand(alarm({ state: "returned-unacknowledged" })));
});

test("the condition follows alarms, readings and time, and unknown is never good", () => {
  assert.is(conditionNow(asset(product(5)), [], NOW), "in-range");
  assert.is(conditionNow(asset(product(5)), [], NOW + 6 * MINUTE), "unknown");
  assert.is(conditionNow(asset(product(null)), [], NOW), "unknown");
  assert.is(conditionNow(asset(product(9)), [], NOW), "warning");
  assert.is(conditionNow(asset(product(9)), [alarm({ severity: "breach" })], NOW), "breach");
  assert.is(conditionNow(asset(product(5)), [alarm({ severity: "breach", foundLate: true })], NOW), "in-range");
  assert.is(conditionNow({ ...asset(product(5)), status: "unknown" }, [], NOW), "unknown");
  assert.is(conditionNow({ ...asset(product(5)), channels: [] }, [], NOW), "unknown");
});

test("a speed of some time ago is not told as current; standing still is a speed", () => {
  const position = { latitudeDeg: 31, longitudeDeg: 121, atMs: NOW, speedMps: 0 };
  assert.is(speedNow({ position }, NOW), 0);
  assert.is(speedNow({ position }, NOW + 6 * MINUTE), null);
  assert.is(speedNow({ position: { ...position, atMs: null } }, NOW), null);
});

test("of several product probes the worst leads", () => {
  const two = { ...product(8.4), channel: "temperature/product-2" };
  const both = { ...asset(product(5)), channels: [product(5), two] };
  assert.is(leadingChannel(both, NOW)?.channel, "temperature/product-2");
});

test.run();
