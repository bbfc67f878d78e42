// GSP (药品经营质量管理规范) Appendix 3: intervals, permissible errors, numbers of measuring terminals.
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import {
  GSP_HUMIDITY_ERROR_MAX_RH,
  GSP_REFRESH_MS_MAX,
  type GspPlace,
  gspRecordIntervalMsMax,
  gspTemperatureErrorMaxC,
  gspTerminalCountMin,
} from "./gsp-monitoring.ts";

const test = suite("GSP monitoring");
const MIN = 60_000;

test("GSP-03: at most ±0.5 °C from 0 to 40 °C, ±1.0 °C from −25 to 0 °C, nothing said beyond", () => {
  for (const [temperatureC, errorC] of [
    [-25.1, null],
    [-25, 1],
    [-0.1, 1],
    [0, 0.5],
    [5, 0.5],
    [40, 0.5],
    [40.1, null],
  ] as const)
    assert.is(gspTemperatureErrorMaxC(temperatureC), errorC, `${temperatureC} °C`);
});

test("GSP-04: at most ±5 %RH", () => {
  assert.is(GSP_HUMIDITY_ERROR_MAX_RH, 5);
});

test("GSP-05: every point refreshes at least once a minute", () => {
  assert.is(GSP_REFRESH_MS_MAX, MIN);
});

test("GSP-06, GSP-07, GSP-08: a record every 30 min in a store, 5 min in transport, 2 min out of range", () => {
  assert.equal(
    (["storage", "transport", "out-of-range"] as const).map((state) => gspRecordIntervalMsMax(state) / 1_000),
    [1_800, 300, 120],
  );
});

const flat = (areaM2: number, rackHeightM?: number): GspPlace => ({
  kind: "flat-store",
  areaM2,
  ...(rackHeightM === undefined ? {} : { rackHeightM }),
});
const cold = (areaM2: number): GspPlace => ({ kind: "cold-store", areaM2 });
const vehicle = (volumeM3: number): GspPlace => ({ kind: "vehicle", volumeM3 });
const counts = (...places: GspPlace[]): number[] => places.map(gspTerminalCountMin);

test("GSP sensor counts, n_flat: two, and one more for each started 300 m²", () => {
  assert.equal(counts(flat(1), flat(300), flat(301), flat(600), flat(600.5), flat(900)), [2, 2, 3, 3, 4, 4]);
});

test("GSP sensor counts, n_cold: the same by 100 m²", () => {
  assert.equal(counts(cold(100), cold(100.1), cold(200), cold(250)), [2, 3, 3, 4]);
});

test("GSP sensor counts, n_vehicle: two, and above 20 m³ one more for each started 20 m³", () => {
  assert.equal(counts(vehicle(8), vehicle(20), vehicle(20.1), vehicle(40), vehicle(45)), [2, 2, 3, 3, 4]);
});

test("GSP sensor counts, boxes: each cool box and insulated box has one", () => {
  assert.equal(
    counts({ kind: "boxes", count: 0 }, { kind: "boxes", count: 1 }, { kind: "boxes", count: 12 }),
    [0, 1, 12],
  );
});

test("GSP sensor counts, racks: 4.5 to 8 m two for each started 300 m², higher ones three", () => {
  assert.equal(counts(flat(300, 4.4), flat(300, 4.5), flat(300, 8), flat(300, 8.1)), [2, 2, 2, 3]);
  assert.equal(counts(flat(301, 4.4), flat(301, 6), flat(301, 9), flat(900, 9)), [3, 4, 6, 9]);
});

test("no size that a place cannot have gets a count", () => {
  for (const place of [flat(0), flat(-1), cold(Number.NaN), vehicle(Number.POSITIVE_INFINITY)])
    assert.throws(() => gspTerminalCountMin(place), /is no size/);
  for (const count of [-1, 1.5])
    assert.throws(() => gspTerminalCountMin({ kind: "boxes", count }), /no count of boxes/);
});

test("a greater place never has fewer terminals, and one unit more has one terminal more", () => {
  const size = fc.integer({ min: 1, max: 100_000 }).map((tenths) => tenths / 10);
  fc.assert(
    fc.property(size, size, (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      for (const place of [flat, cold, vehicle])
        assert.ok(gspTerminalCountMin(place(less)) <= gspTerminalCountMin(place(more)));
      assert.is(gspTerminalCountMin(flat(300 + a + 300)), gspTerminalCountMin(flat(300 + a)) + 1);
    }),
    { seed: seed(), numRuns: 300 },
  );
});

test.run();
