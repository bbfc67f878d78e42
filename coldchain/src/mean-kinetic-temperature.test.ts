// standards.md §3.1-3.3 (USP <1160>, <1079.2>): vectors, properties and windows.
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assert, needs, seed, suite, testDataDir } from "../../checks/kit.ts";
import type { ReadingSlice } from "./excursion.ts";
import {
  MKT_ACTIVATION_ENERGY_KJ_PER_MOL,
  MKT_GAS_CONSTANT_KJ_PER_MOL_K,
  greatestMktAround,
  meanKineticTemperatureC,
} from "./mean-kinetic-temperature.ts";

const test = suite("mean kinetic temperature");
const H = 3_600_000;

const near = (actual: number | null, expected: number, tolerance = 1e-6): void =>
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);

/** standards.md §3.3, row by row. */
const VECTORS: readonly [temperaturesC: readonly number[], weights: readonly number[], mktC: number][] = [
  [[2, 2, 5, 8, 8, 8, 8], [1, 1, 1, 1, 1, 1, 1], 6.250265],
  [[5], [1], 5],
  [[20, 30], [1, 1], 26.259887],
  [[2, 8], [1, 1], 5.536425],
  [[25, 30], [29, 1], 25.216419],
  [[20, 40], [29, 1], 22.007571],
  [[20, 29], [717, 3], 20.062888],
  [[5, 14], [18, 6], 8.285216],
  [[4, 15], [20, 4], 7.118872],
];

test("standards.md §3.3: every vector to 1e-6 °C", () => {
  for (const [temperaturesC, weights, mktC] of VECTORS) near(meanKineticTemperatureC(temperaturesC, weights), mktC);
  near(meanKineticTemperatureC([2, 2, 5, 8, 8, 8, 8]), 6.250265);
});

test("standards.md §3.1: a plain sum of exponentials, where it still can be taken, says the same", () => {
  const [valuesC, weights] = [
    [2, 5, 9, 31],
    [3, 1, 4, 2],
  ] as const;
  const sum = valuesC.reduce((all, value, i) => all + (weights[i] ?? 0) * Math.exp(-10_000 / (value + 273.15)), 0);
  near(meanKineticTemperatureC(valuesC, weights), 10_000 / -Math.log(sum / 10) - 273.15, 1e-9);
});

test("standards.md §3.1: ΔH/R is 10,000 K as USP <1160> writes its constants; CODATA's R moves 20/30 °C by less than 1e-5", () => {
  const kelvin = MKT_ACTIVATION_ENERGY_KJ_PER_MOL / MKT_GAS_CONSTANT_KJ_PER_MOL_K;
  assert.ok(Math.abs(kelvin - 10_000) < 1e-6, `${kelvin} K`);
  const withCodata = meanKineticTemperatureC([20, 30], [1, 1], 9_999.925 * MKT_GAS_CONSTANT_KJ_PER_MOL_K)!;
  near(withCodata, 26.259887, 1e-5);
  assert.is.not(withCodata, meanKineticTemperatureC([20, 30], [1, 1]));
});

test("standards.md §3.5: this activation energy makes harm 3.48 times as fast from 5 to 15 °C", () => {
  // A day at 15 °C does the harm of 3.48 days at 5 °C: the two mixtures have the same MKT as n days at 5 and one at 15.
  const mktC = meanKineticTemperatureC([5, 15], [1, 1])!;
  const rate = (temperatureC: number): number => Math.exp(-10_000 / (temperatureC + 273.15));
  near(rate(mktC) / rate(5), (1 + 3.48) / 2, 0.005);
});

test("what weighs nothing says nothing, and what is no temperature is refused", () => {
  assert.is(meanKineticTemperatureC([]), null);
  assert.is(meanKineticTemperatureC([5, 6], [0, 0]), null);
  near(meanKineticTemperatureC([5, 60], [1, 0]), 5, 1e-9);
  for (const wrong of [-273.15, -300, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => meanKineticTemperatureC([5, wrong]), /is no temperature/);
  for (const wrong of [-1, Number.NaN]) assert.throws(() => meanKineticTemperatureC([5, 6], [1, wrong]), /no weight/);
  assert.throws(() => meanKineticTemperatureC([5, 6], [1]), /no weight/);
});

test("standards.md §3.1: at −196 °C and 60 °C alike nothing under- or overflows", () => {
  near(meanKineticTemperatureC([-196, -196]), -196, 1e-9);
  near(meanKineticTemperatureC([-80, -80, -80]), -80, 1e-9);
  near(meanKineticTemperatureC([60], [1e15]), 60, 1e-9);
});

const weighted = fc.array(
  fc.tuple(
    fc.integer({ min: -9_000, max: 6_000 }).map((hundredths) => hundredths / 100),
    fc.integer({ min: 1, max: 100_000 }),
  ),
  { minLength: 1, maxLength: 40 },
);
const mktOf = (rows: readonly (readonly [number, number])[]): number =>
  meanKineticTemperatureC(
    rows.map(([value]) => value),
    rows.map(([, weight]) => weight),
  ) as number;

test("standards.md §3.3 properties: at least the mean, at most the greatest, of order and of splitting unmoved, monotone", () => {
  fc.assert(
    fc.property(weighted, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 2_000 }), (rows, at, turn, riseHundredths) => {
      const mktC = mktOf(rows);
      const total = rows.reduce((sum, [, weight]) => sum + weight, 0);
      const mean = rows.reduce((sum, [value, weight]) => sum + value * weight, 0) / total;
      assert.ok(mktC >= mean - 1e-9, "at least the weighted mean");
      assert.ok(mktC <= Math.max(...rows.map(([value]) => value)) + 1e-9, "at most the greatest");
      const i = at % rows.length;
      const cut = turn % rows.length;
      near(mktOf([...rows.slice(cut), ...rows.slice(0, cut)].reverse()), mktC, 1e-9);
      const [value, weight] = rows[i]!;
      near(
        mktOf([...rows.slice(0, i), [value, weight / 4], [value, (weight * 3) / 4], ...rows.slice(i + 1)]),
        mktC,
        1e-9,
      );
      assert.ok(mktOf(rows.with(i, [value + riseHundredths / 100, weight])) >= mktC - 1e-12, "monotone in each");
      near(mktOf(rows.map(([, each]) => [value, each])), value, 1e-9);
    }),
    { seed: seed(), numRuns: 500 },
  );
});

function slice(rows: readonly (readonly [atMs: number, value: number, good?: false])[]): ReadingSlice {
  return {
    count: rows.length,
    atMs: Float64Array.from(rows, ([atMs]) => atMs),
    value: Float64Array.from(rows, ([, value]) => value),
    good: Uint8Array.from(rows, ([, , good]) => (good === false ? 0 : 1)),
  };
}
const hourly = (values: readonly number[], fromMs = 0): ReadingSlice =>
  slice(values.map((value, i) => [fromMs + i * H, value] as const));
const repeated = (count: number, value: number): number[] => new Array<number>(count).fill(value);

test("standards.md §3.2: 24 h with the excursion in any place, the greatest told with its window", () => {
  // Warm before the excursion and cold after it: the worst window ends with the excursion.
  const readings = hourly([...repeated(30, 7), ...repeated(6, 14), ...repeated(30, 3), 3]);
  const found = greatestMktAround(readings, H, 24 * H, { fromMs: 30 * H, toMs: 36 * H })!;
  assert.equal([found.fromMs, found.toMs, found.monitoredMs], [12 * H, 36 * H, 24 * H]);
  near(found.mktC, meanKineticTemperatureC([7, 14], [18, 6])!, 1e-9);
});

test("standards.md §3.2: a year's average hides what 30 days show, and 30 days what a day shows", () => {
  const day = 24 * H;
  const daily = [...repeated(170, 23), ...repeated(29, 28.9), 30.7, ...repeated(164, 23), 23];
  const readings = slice(daily.map((value, i) => [i * day, value] as const));
  const excursion = { fromMs: 170 * day, toMs: 200 * day };
  const [yearC, monthC, dayC] = [Number.POSITIVE_INFINITY, 30 * day, day].map(
    (length) => greatestMktAround(readings, day, length, excursion)!.mktC,
  ) as [number, number, number];
  assert.ok(yearC < 25 && monthC > 28.9 && monthC < 29.1, `${yearC}, ${monthC}`);
  near(dayC, 30.7, 1e-9);
});

test("the eupry case of §3.3 as readings: the mean passes 8 °C, the window's MKT does not", () => {
  const readings = hourly([...repeated(18, 5), ...repeated(6, 14), 5]);
  near(greatestMktAround(readings, H, 24 * H, { fromMs: 18 * H, toMs: 24 * H })!.mktC, 8.285216);
});

test("an excursion at the very start is not judged by itself alone while there is more to weigh it with", () => {
  const readings = hourly([9, ...repeated(47, 4), 4]);
  const found = greatestMktAround(readings, H, 24 * H, { fromMs: 0, toMs: H })!;
  assert.equal([found.fromMs, found.toMs], [0, 24 * H]);
  near(found.mktC, meanKineticTemperatureC([9, 4], [1, 23])!, 1e-9);
});

test("nothing monitored has no figure; what is shorter than a window is one window", () => {
  assert.is(greatestMktAround(slice([]), H, H, { fromMs: 0, toMs: 1 }), null);
  assert.is(greatestMktAround(slice([[0, 9]]), H, H, { fromMs: 0, toMs: 0 }), null);
  assert.equal(greatestMktAround(hourly([9, 9, 9]), H, 24 * H, { fromMs: 0, toMs: H }), {
    fromMs: 0,
    toMs: 2 * H,
    mktC: greatestMktAround(hourly([9, 9, 9]), H, 24 * H, { fromMs: 0, toMs: H })!.mktC,
    monitoredMs: 2 * H,
  });
});

test("no placing on a fine grid has a greater MKT, gaps and bad readings among them", () => {
  const step = fc.record({
    afterMinutes: fc.constantFrom(1, 2, 5, 30),
    value: fc.integer({ min: 0, max: 30 }),
    good: fc.integer({ min: 0, max: 6 }).map((die) => die > 0),
  });
  const M = 60_000;
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 3, maxLength: 25 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(),
      (steps, lengthMinutes, pick) => {
        let atMs = 0;
        const rows = steps.map(
          ({ afterMinutes, value, good }) => [(atMs += afterMinutes * M), value, ...(good ? [] : [false])] as const,
        );
        const readings = slice(rows as [number, number, false?][]);
        const good = rows.filter((row) => row.length === 2);
        const gapMs = 5 * M;
        /** Minute by minute, straight from the time rule. */
        const valueAt = (minuteMs: number): number | undefined => {
          const i = good.findLastIndex(([at]) => at <= minuteMs);
          const stands = i >= 0 && i < good.length - 1 && minuteMs < good[i]![0] + gapMs;
          return stands ? good[i]![1] : undefined;
        };
        const minutes = (fromMs: number, toMs: number): number[] => {
          const values: number[] = [];
          for (let at = fromMs; at < toMs; at += M)
            values.push(...[valueAt(at)].filter((value) => value !== undefined));
          return values;
        };
        const all = rows.map(([at]) => at);
        const covered =
          all[0] === undefined
            ? []
            : Array.from({ length: atMs / M + 1 }, (_, i) => i * M).filter((at) => valueAt(at) !== undefined);
        if (covered.length === 0)
          return assert.is(greatestMktAround(readings, gapMs, lengthMinutes * M, { fromMs: 0, toMs: M }), null);
        const [firstMs, endMs] = [covered[0]!, covered.at(-1)! + M];
        const fromMs = firstMs + (pick % Math.max(1, Math.round((endMs - firstMs) / M))) * M;
        const excursion = { fromMs, toMs: Math.min(endMs, fromMs + 7 * M) };
        const lengthMs = Math.min(lengthMinutes * M, endMs - firstMs);
        const placings = Array.from(
          { length: Math.round((endMs - lengthMs - firstMs) / M) + 1 },
          (_, i) => firstMs + i * M,
        ).filter((start) => {
          const end = start + lengthMs;
          const holds = start <= excursion.fromMs && end >= excursion.toMs;
          const within = start >= excursion.fromMs && end <= excursion.toMs;
          return lengthMs >= excursion.toMs - excursion.fromMs ? holds : within;
        });
        const expected = Math.max(
          ...placings.map((start) => meanKineticTemperatureC(minutes(start, start + lengthMs)) ?? -273),
        );
        const found = greatestMktAround(readings, gapMs, lengthMs, excursion);
        if (expected === -273) return assert.is(found, null);
        near(found?.mktC ?? null, expected, 1e-6);
      },
    ),
    { seed: seed(), numRuns: 300 },
  );
});

test.run();

const oracle = suite("mean kinetic temperature against the test data", { skip: needs({ testData: true }) });

oracle("mkt-vectors.json agrees to 1e-6 °C", () => {
  interface Vectors {
    readonly cases: readonly { temps_c: number[]; weights: number[]; mkt_c: number; name: string }[];
  }
  const { cases } = JSON.parse(readFileSync(join(testDataDir(), "standards/mkt-vectors.json"), "utf8")) as Vectors;
  assert.ok(cases.length >= 9);
  for (const { temps_c, weights, mkt_c } of cases) near(meanKineticTemperatureC(temps_c, weights), mkt_c);
});

oracle.run();
