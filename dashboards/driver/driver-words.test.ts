import type { AlarmView, AssetView, ChannelView } from "../src/api-shapes.ts";
import { assert, suite } from "../../checks/kit.ts";
import { askingAlarm, driverAlarms, driverWords } from "./driver-words.ts";

const test = suite("the driver's one sentence");
const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

function channel(changes: Partial<ChannelView>): ChannelView {
  return {
    ...{ channel: "temperature/product-1", quantity: "temperature", role: "product", unit: "Cel", resolution: 0.1 },
    limits: [{ profileId: "p", profileVersion: 1, low: 2, high: 8, gapMs: 5 * MINUTE }],
    latest: null,
    ...changes,
  };
}

function asset(value: number | null | undefined, changes: { agoMs?: number; door?: number } = {}): AssetView {
  const at = { atMs: NOW - (changes.agoMs ?? 0) };
  const latest = value === undefined ? null : { ...at, value, quality: value === null ? "probe-fault" : "good" };
  const door = { ...at, value: changes.door ?? 0, quality: "good" };
  return {
    ...{ assetId: "a", kind: "compartment", title: { en: "Truck", zh: "车" }, gatewayId: "gw", status: "online" },
    ...{ condition: "in-range", position: null, shipmentIds: [], openAlarmIds: [] },
    ...{ lastSampledAtMs: null, lastReceivedAtMs: null },
    channels: [
      channel({ latest }),
      channel({
        channel: "door/rear",
        quantity: "door",
        role: "door",
        unit: "1",
        resolution: 1,
        limits: [],
        latest: door,
      }),
    ],
  };
}

function alarm(changes: Partial<AlarmView> = {}): AlarmView {
  return {
    ...{ alarmId: "1", assetId: "a", assetTitle: { en: "Truck", zh: "车" }, channel: "temperature/product-1" },
    ...{ ruleId: "r", side: "high", limit: 8, state: "unacknowledged", severity: "excursion", foundLate: false },
    ...{ raisedAtMs: NOW, startMs: NOW, returnedAtMs: null, acknowledgedAtMs: null, acknowledgedBy: null },
    ...{ peak: 9, shipmentIds: [], profile: null },
    ...changes,
  };
}

function said(of: AssetView, alarms: AlarmView[] = [], isLinked = true): string {
  const words = driverWords({ asset: of, alarms, nowMs: NOW, isLinked, language: "en" });
  return `${words.condition}: ${words.sentence}`.replaceAll("\u00a0", " ");
}

test("each state has its sentence and what to do", () => {
  assert.is(said(asset(5)), "in-range: All good");
  assert.is(said(asset(5, { door: 1 })), "in-range: Temperature good. The door is open: close it soon");
  assert.is(said(asset(9.4), [alarm()]), "warning: Too warm: keep the doors closed, check the unit");
  assert.is(said(asset(0), [alarm({ side: "low", limit: 2 })]), "warning: Too cold: check the unit and its set point");
  const breach = said(asset(9.4, { door: 1 }), [alarm({ severity: "breach" })]);
  assert.is(breach, "breach: Goods at risk. Too warm: close the open door, check the unit. Call dispatch");
  assert.is(said(asset(7), [alarm()]), "warning: Cooling down again: keep the doors closed");
});

test("without a current value nothing is called good, and the mend fits the cause", () => {
  assert.is(said(asset(5, { agoMs: 6 * MINUTE })), "unknown: No reading for 6 min: check the gateway's power");
  assert.is(said(asset(null)), "unknown: No temperature (probe fault): check the probe and its plug");
  assert.is(said(asset(null, { agoMs: 6 * MINUTE })), "unknown: No reading for 6 min: check the gateway's power");
  assert.is(said(asset(undefined)), "unknown: No reading yet: check the gateway's power");
  const offline = "unknown: This phone has no link to the server. Go by the display on the unit";
  assert.is(said(asset(5, { agoMs: 6 * MINUTE }), [], false), offline);
});

test("an alarm that goes on does not turn good because readings stop", () => {
  const words = said(asset(5, { agoMs: 6 * MINUTE }), [alarm({ severity: "breach" })]);
  assert.is(words, "breach: No reading for 6 min: check the gateway's power");
});

test("what was found late wakes no driver; the gateway's own alarm does", () => {
  const alarms = [
    alarm({ alarmId: "late", foundLate: true }),
    alarm({ alarmId: "silent", assetId: "gw", channel: null, severity: "silent" }),
    alarm({ alarmId: "other", assetId: "b" }),
  ];
  assert.equal(
    driverAlarms(alarms, asset(5)).map(({ alarmId }) => alarmId),
    ["silent"],
  );
});

test("the alarm that asks goes on before it is over, and the worse before the less bad", () => {
  const over = alarm({ alarmId: "over", state: "returned-unacknowledged", returnedAtMs: NOW, severity: "breach" });
  const going = alarm({ alarmId: "going" });
  assert.is(askingAlarm([over, going])?.alarmId, "going");
  assert.is(askingAlarm([going, alarm({ alarmId: "breach", severity: "breach" })])?.alarmId, "breach");
  assert.is(askingAlarm([alarm({ state: "acknowledged" }), alarm({ state: "normal" })]), undefined);
  assert.is(said(asset(5), [over]), "in-range: Was out of limits, now back in range. Please confirm");
});

test.run();
