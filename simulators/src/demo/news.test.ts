import { assert, suite } from "../../../checks/kit.ts";
import type { AlarmView } from "./api-alarm.ts";
import { alarmNews } from "./news.ts";

const test = suite("news in the terminal");

const first: AlarmView = {
  ...{ alarmId: "1", assetId: "truck-2", assetTitle: { en: "Truck 2" }, channel: "temperature/load" },
  ...{ ruleId: "demo-vaccine-2-8/temperature/product/high", side: "high", limit: 8, severity: "excursion" },
  ...{ raisedAtMs: 0, foundLate: false, returnedAtMs: null, acknowledgedAtMs: null, acknowledgedBy: null },
};

function told(...steps: Partial<AlarmView>[]): string[] {
  const known = new Map<string, AlarmView>();
  return steps.flatMap((step) => {
    const alarm = { ...(known.get("1") ?? first), ...step };
    const lines = alarmNews(known, [alarm], (gatewayId) => (gatewayId === "gw-1" ? "Truck 1" : gatewayId));
    known.set("1", alarm);
    return lines.map((line) => line.replaceAll(/ +/g, " "));
  });
}

test("an alarm is told in plain words at every turn, and nothing is told twice", () => {
  const acknowledged = { acknowledgedAtMs: 0, acknowledgedBy: { name: "Liu Fang" } };
  assert.equal(told({}, {}, { severity: "breach" }, acknowledged, { returnedAtMs: 0 }, {}), [
    "ALARM Truck 2: product temperature is above 8 °C",
    "BREACH Truck 2: product temperature: outside limits for longer than is allowed",
    "ACKNOWLEDGED Truck 2: product temperature, by Liu Fang",
    "RETURNED Truck 2: product temperature is back in range",
  ]);
});

test("a silent gateway is told by what it serves, and what was found late as such", () => {
  const silent = { assetId: "gw-1", channel: null, ruleId: "silence", severity: "silent", side: null, limit: null };
  assert.equal(told(silent, { returnedAtMs: 5 }), [
    "ALARM Truck 1: its gateway is silent",
    "HEARD AGAIN Truck 1: its gateway",
  ]);
  assert.match(told({ foundLate: true, side: "low", limit: 2 })[0] ?? "", /FOUND LATE .* was below 2 °C/);
});

test.run();
