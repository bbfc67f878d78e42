import type { AssetView, ChannelView } from "../src/api-shapes.ts";
import { assert, suite } from "../../checks/kit.ts";
import { takeReadings } from "./live-state.ts";

const test = suite("live readings in what a page knows");

function channel(name: string, quantity: string): ChannelView {
  const latest = { atMs: 100, value: 1, quality: "good" };
  return { channel: name, quantity, role: "product", unit: "1", resolution: 1, limits: [], latest };
}

function known(): { assets: Map<string, AssetView> } {
  const channels = [
    channel("temperature/a", "temperature"),
    channel("latitude/a", "latitude"),
    channel("longitude/a", "longitude"),
  ];
  const asset = { assetId: "a", channels, position: null, lastSampledAtMs: 100 } as unknown as AssetView;
  return { assets: new Map([["a", asset]]) };
}
const reading = (name: string, atMs: number, value: number | null): Parameters<typeof takeReadings>[1][number] => ({
  ...{ assetId: "a", channel: name, atMs, value },
  quality: value === null ? "sentinel" : "good",
});

test("what is current goes forward only: a late reading changes nothing", () => {
  const state = known();
  assert.equal(takeReadings(state, [reading("temperature/a", 200, 0), reading("temperature/a", 150, 9)]), []);
  assert.equal(state.assets.get("a")?.channels[0]?.latest, { atMs: 200, value: 0, quality: "good" });
  takeReadings(state, [reading("temperature/a", 300, null)]);
  assert.equal(state.assets.get("a")?.channels[0]?.latest, { atMs: 300, value: null, quality: "sentinel" });
});

test("a position moves only by a latitude and a longitude of one instant", () => {
  const state = known();
  takeReadings(state, [reading("latitude/a", 200, 31)]);
  assert.is(state.assets.get("a")?.position, null);
  takeReadings(state, [reading("longitude/a", 200, 0)]);
  const position = { latitudeDeg: 31, longitudeDeg: 0, atMs: 200, speedMps: null };
  assert.equal(state.assets.get("a")?.position, position);
  takeReadings(state, [reading("latitude/a", 300, null), reading("longitude/a", 300, null)]);
  assert.equal(state.assets.get("a")?.position, position);
});

test("channels that are not known are named, so that the page can ask", () => {
  assert.equal(takeReadings(known(), [reading("humidity/new", 200, 5)]), ["a/humidity/new"]);
});

test.run();
