import type { AlarmView, AssetView, ExcursionView } from "../src/api-shapes.ts";
import { assert, suite } from "../../checks/kit.ts";
import type { ChartLine, ChartModel } from "../page-parts/chart-model.ts";
import { pointAt, valueRange } from "../page-parts/chart-model.ts";
import { alarmsBySubject } from "./context.ts";
import { nowText, readoutText } from "./detail-chart.ts";
import { drawnChannels } from "./detail-series.ts";
import { alarmOf } from "./excursion-table.ts";
import { searchText } from "./fleet-list.ts";

const test = suite("parts of the operators' page");
const NOW = new Date(2026, 10, 22, 12).getTime();

function line(changes: Partial<ChartLine> = {}): ChartLine {
  const good = { count: 1, notGood: 0, reason: null };
  return {
    ...{ channel: "temperature/product-1", name: "product", unit: "Cel", resolution: 0.1, ink: "line-1", dash: [] },
    ...{ isLeading: true, bucketMs: 10_000, gapMs: 60_000 },
    points: [
      { fromMs: NOW - 300_000, ...good, min: 4, max: 9, mean: 5 },
      { fromMs: NOW - 100_000, count: 0, min: null, max: null, mean: null, notGood: 1, reason: "sentinel" },
      { fromMs: NOW - 50_000, ...good, min: 0, max: 0, mean: 0 },
    ],
    ...changes,
  };
}

function model(lines: ChartLine[]): ChartModel {
  return {
    ...{ language: "en", fromMs: NOW - 3_600_000, toMs: NOW, nowMs: NOW, lines, humidity: undefined },
    ...{ limits: { low: -2, high: 8 }, doorOpen: [], doorGaps: [], hasDoor: true, excursions: [] },
  };
}
const read = (agoMs: number): string => readoutText(model([line()]), NOW - agoMs).replaceAll("\u00a0", " ");

test("the pointer reads time, value and verdict; a bucket that went outside is told as outside", () => {
  assert.is(read(0), "12:00:00 · product 0.0 °C, within limits · door closed");
  assert.match(read(290_000), "product 5.0 °C (min 4.0 °C, max 9.0 °C), outside limits");
});

test("without a pointer the newest readings speak, not the bucket that they fall into", () => {
  const channel = { channel: "temperature/product-1", role: "product", quantity: "temperature", limits: [] };
  const door = { channel: "door/rear", role: "door", quantity: "door", limits: [] };
  const said = (value: number | null, agoMs = 0): string => {
    const latest = { atMs: NOW - agoMs, value, quality: value === null ? "probe-fault" : "good" };
    const channels = [
      { ...channel, latest },
      { ...door, latest: { ...latest, value: 1, quality: "good" } },
    ];
    return nowText(model([line()]), { channels } as unknown as AssetView).replaceAll("\u00a0", " ");
  };
  assert.is(said(8.4), "now 12:00:00 · product 8.4 °C, outside limits · door open");
  assert.is(said(null), "now 12:00:00 · product: no value: probe fault · door open");
  assert.is(said(5, 600_000), "now 12:00:00 · product: no reading · door unknown");
});

test("where there is no value the pointer says so and why, never the number before", () => {
  assert.match(read(200_000), "product: no reading");
  assert.match(read(95_000), "product: no value: probe reports no value");
  assert.equal(pointAt(line(), NOW - 400_000), { kind: "none", reason: null });
});

test("the value axis holds readings and limits, also when nothing is there", () => {
  const [low, high] = valueRange([line()], { low: 2, high: 8 });
  assert.ok(low < 0 && high > 9);
  const [, alone] = valueRange([], { low: null, high: -18 });
  assert.ok(alone > -18);
  assert.equal(valueRange([], { low: null, high: null }), [0, 10]);
});

test("an excursion finds its alarm by rule and overlap in time", () => {
  const rule = { assetId: "a", channel: "c", ruleId: "r" };
  const excursion = { ...rule, startMs: 100, endMs: 200 } as ExcursionView;
  const alarm = (startMs: number, returnedAtMs: number | null): AlarmView =>
    ({ ...rule, alarmId: `${startMs}`, startMs, returnedAtMs }) as AlarmView;
  assert.is(alarmOf(excursion, [alarm(0, 50), alarm(250, null), alarm(150, null)])?.alarmId, "150");
  assert.is(alarmOf({ ...excursion, endMs: null }, [alarm(250, null)])?.alarmId, "250");
  assert.is(alarmOf(excursion, [{ ...alarm(150, null), ruleId: "other" }]), undefined);
});

test("closed alarms do not count for the condition of what they were about", () => {
  const open = { alarmId: "1", assetId: "a", state: "acknowledged" } as AlarmView;
  const bySubject = alarmsBySubject([open, { ...open, alarmId: "2", state: "normal" }]);
  assert.equal(
    [...bySubject].map(([subject, alarms]) => [subject, alarms.length]),
    [["a", 1]],
  );
});

test("product comes first among what is drawn, and what is drawn has a bound", () => {
  const channel = (role: string, quantity: string, at: number): unknown => ({
    ...{ channel: `${quantity}/${role}-${at}`, role, quantity, unit: quantity === "temperature" ? "Cel" : "1" },
    ...{ limits: [], latest: null, resolution: 1 },
  });
  const channels = [
    channel("ambient", "temperature", 1),
    channel("door", "door", 1),
    channel("product", "temperature", 1),
  ];
  const drawn = drawnChannels({ channels } as unknown as AssetView).map(({ role }) => role);
  assert.equal(drawn, ["product", "ambient", "door"]);
  const many = Array.from({ length: 40 }, (_, i) => channel("product", "temperature", i));
  assert.ok(drawnChannels({ channels: many } as unknown as AssetView).length <= 8);
});

test("the search looks at names in both languages, goods, drivers and places", () => {
  const place = (en: string): unknown => ({ title: { en, zh: en } });
  const text = searchText({
    asset: { assetId: "a1", title: { en: "Truck 2", zh: "2 号车" }, gatewayId: null },
    condition: "in-range",
    shipments: [
      {
        shipment: { shipmentId: "s", title: { en: "S", zh: "运单" }, goods: { en: "Insulin", zh: "胰岛素" } },
        leg: { driver: { personId: "p", name: "Li Wei" }, origin: place("Ningbo"), destination: null },
      },
    ],
  } as unknown as Parameters<typeof searchText>[0]);
  for (const word of ["truck 2", "2 号车", "insulin", "胰岛素", "li wei", "ningbo"])
    assert.ok(text.includes(word), word);
});

test.run();
