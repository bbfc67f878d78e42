// The part of the stores' contract that is about hourly sums, statistics and expiry; see store-contract.test.ts.
import fc from "fast-check";
import { channelStatistics, type ReadingSlice } from "@isotherm/coldchain";
import { assert, seed } from "../../checks/kit.ts";
import { HOUR_MS, HourSummer, hourOf } from "../src/store/hour-sums.ts";
import {
  type HourSums,
  openStoreUpkeep,
  type ReadingColumns,
  type ReadingReader,
  type SeriesId,
  type StoreUpkeep,
} from "../src/store/reading-store.ts";
import { windowStatistics } from "../src/store/window-statistics.ts";
import { batchOf, PRODUCT, type Row, rowsOf } from "./reading-rows.ts";
import { type Ground, type Promised, WHOLE } from "./store-ground.ts";

const H0 = hourOf(1_790_000_000_000);

async function withUpkeep(home: Ground["home"], body: (upkeep: StoreUpkeep) => Promise<void>): Promise<void> {
  const upkeep = await openStoreUpkeep(home);
  try {
    await body(upkeep);
  } finally {
    await upkeep.close();
  }
}

function sumHours(columns: ReadingColumns, withHarm: boolean): HourSums[] {
  const summer = new HourSummer(withHarm);
  return [...summer.add(columns), ...summer.end()];
}

async function sumAll(reader: ReadingReader, upkeep: StoreUpkeep, series: SeriesId): Promise<void> {
  const columns = await reader.readings({ ...WHOLE, series });
  await upkeep.writeHours(series, sumHours(columns, series.channel.startsWith("temperature/")));
}

function sliceOf(rows: readonly Row[]): ReadingSlice {
  const ordered = [...rows].sort((a, b) => a.atMs - b.atMs || (a.ordinal ?? 0) - (b.ordinal ?? 0));
  return {
    count: ordered.length,
    atMs: Float64Array.from(ordered, ({ atMs }) => atMs),
    value: Float64Array.from(ordered, ({ value = 4 }) => value),
    good: Uint8Array.from(ordered, ({ quality = 0 }) => (quality === 0 ? 1 : 0)),
  };
}

/** Equal to a billionth of what the figures are made of. */
function assertSame(found: object, expected: object, scale: number): void {
  for (const [name, value] of Object.entries(expected)) {
    const other = (found as Record<string, number | null>)[name] as number | null;
    const isClose = value === null ? other === null : Math.abs((other as number) - value) <= 1e-9 * Math.max(1, scale);
    assert.ok(isClose, `${name}: ${other} instead of ${value}`);
  }
}

interface Asked {
  readonly fromMs: number;
  readonly lengthMs: number;
  readonly gapMs: number;
  readonly limits: { readonly low?: number; readonly high?: number };
}

const row = fc.record({
  atMs: fc.oneof(
    fc.integer({ min: H0, max: H0 + 6 * HOUR_MS }),
    fc.integer({ min: 0, max: 360 }).map((minute) => H0 + minute * 60_000),
  ),
  ordinal: fc.constantFrom(0, 1),
  value: fc.oneof(fc.double({ min: -40, max: 60, noNaN: true }), fc.constantFrom(2, 8, 5, 7.9, 8.1)),
  quality: fc.constantFrom(0, 0, 0, 0, 0, 3),
});
const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 150, selector: (r) => `${r.atMs} ${r.ordinal}` });
const question: fc.Arbitrary<Asked> = fc.record({
  fromMs: fc.oneof(fc.integer({ min: H0 - 5_000_000, max: H0 + 6 * HOUR_MS }), fc.constant(H0)),
  lengthMs: fc.oneof(fc.integer({ min: 0, max: 7 * HOUR_MS }), fc.constant(3 * HOUR_MS)),
  gapMs: fc.constantFrom(60_000, 300_000, 900_000, 3_000_000, 7_300_000),
  limits: fc.constantFrom<Asked["limits"]>({}, { high: 8 }, { low: 2, high: 8 }, { low: -90, high: 90 }, { high: -90 }),
});

export function keeping(test: Promised): void {
  test("hours come back as they were written, and the last writing stands", async ({ home, writer, reader }) => {
    await withUpkeep(home, async (upkeep) => {
      assert.equal(await reader.hours(WHOLE), []);
      assert.is(await reader.first({ series: PRODUCT, fromMs: 0 }), undefined);
      assert.equal(await reader.seriesList(), []);
      const written: Row[] = [
        { atMs: H0, value: 0, quality: 4 },
        { atMs: H0 + 1, value: 0.1 },
        { atMs: H0 + 400_001, value: -0.2 },
        { atMs: H0 + 400_001, ordinal: 1, value: 1e-7 },
        { atMs: H0 + HOUR_MS, value: 3, quality: 2 },
        { atMs: H0 + 3 * HOUR_MS - 1, value: 1e6 },
      ];
      await writer.write(batchOf(written));
      const hours = sumHours(await reader.readings(WHOLE), true);
      await upkeep.writeHours(PRODUCT, hours);
      assert.equal(await reader.hours(WHOLE), hours);
      assert.equal(
        hours.map(({ hourMs, count, notGood }) => [hourMs - H0, count, notGood]),
        [
          [0, 3, 1],
          [HOUR_MS, 0, 1],
          [2 * HOUR_MS, 1, 0],
        ],
      );
      assert.equal(hours[0]?.wide, [{ fromMs: H0 + 1, toMs: H0 + 400_001, value: 0.1 }]);
      await writer.write(batchOf([{ atMs: H0 + 200_000, value: 9 }]));
      const [again] = sumHours(await reader.readings({ ...WHOLE, toMs: H0 + HOUR_MS }), true);
      await upkeep.writeHours(PRODUCT, again === undefined ? [] : [again]);
      assert.equal(await reader.hours({ ...WHOLE, toMs: H0 + HOUR_MS }), [again]);
      assert.equal(again?.wide, []);
      assert.is((await reader.hours({ ...WHOLE, fromMs: H0 + 1, toMs: H0 + 2 * HOUR_MS })).length, 1);
      assert.is((await reader.first({ series: PRODUCT, fromMs: 0 }))?.quality, 4);
      assert.is((await reader.first({ series: PRODUCT, fromMs: 0, goodOnly: true }))?.atMs, H0 + 1);
      assert.equal(await reader.seriesList({ tenantId: "t1" }), [PRODUCT]);
      assert.equal(await reader.seriesList({ assetId: "truck-9" }), []);
    });
  });
}

export function reckoning(test: Promised): void {
  test("statistics of any window, from sums and readings, are those of all readings", async (ground) => {
    const { home, writer, reader } = ground;
    let runs = 0;
    const holds = async (drawn: Row[], late: number, asked: Asked[]): Promise<void> => {
      const series = { ...PRODUCT, assetId: `run-${(runs += 1)}` };
      const all = drawn.map((each) => ({ ...each, series }));
      await writer.write(batchOf(all.slice(late)));
      await withUpkeep(home, (upkeep) => sumAll(reader, upkeep, series));
      await writer.write(batchOf(all.slice(0, late)));
      const dueHours = new Set(all.slice(0, late).map(({ atMs }) => hourOf(atMs)));
      for (const { fromMs, lengthMs, gapMs, limits } of asked) {
        const window = { fromMs, toMs: fromMs + lengthMs };
        const limit = (value: number | undefined) =>
          value === undefined ? undefined : { limit: value, inclusive: false };
        const [low, high] = [limit(limits.low), limit(limits.high)];
        const options = { resolution: 0.1, gapMs, ...(low && { low }), ...(high && { high }) };
        const expected = channelStatistics(sliceOf(drawn), { ...options, quantity: "temperature", window });
        const found = await windowStatistics(reader, { series, ...window, dueHours }, options);
        assertSame(found, expected, 1e3);
        assert.is(found.undecidedMs, 0);
      }
    };
    await fc.assert(fc.asyncProperty(rows, fc.nat(20), fc.array(question, { minLength: 1, maxLength: 6 }), holds), {
      seed: seed(),
      numRuns: home.kind === "sqlite" ? 100 : 25,
    });
  });
}

export function expiring(test: Promised): void {
  test("expiry takes a window in steps and nothing beside it", async ({ home, writer, reader }) => {
    const count = 12_000;
    const other = { ...PRODUCT, channel: "temperature/product-2" };
    await writer.write(batchOf(Array.from({ length: count }, (_, at) => ({ atMs: H0 + at * 1000 }))));
    await writer.write(batchOf([{ atMs: H0 + 5000, series: other }]));
    await withUpkeep(home, async (upkeep) => {
      await sumAll(reader, upkeep, PRODUCT);
      const window = { fromMs: H0 + 1000, toMs: H0 + 11_000_000 };
      let removed = 0;
      let steps = 0;
      for (let done = false; !done; steps += 1) {
        const step = await upkeep.expireReadings(PRODUCT, window);
        removed += step.removed;
        ({ done } = step);
      }
      assert.is(removed, 10_999);
      if (home.kind === "sqlite") assert.is(steps, 3);
      assert.is((await reader.readings(WHOLE)).length, count - removed);
      assert.equal(rowsOf(await reader.readings({ ...WHOLE, toMs: window.toMs })), [[H0, 0, 4, 0]]);
      assert.is(await reader.count(), count - removed + 1);
      assert.equal(await upkeep.expireReadings(PRODUCT, window), { removed: 0, done: true });
      const day = { series: PRODUCT, fromMs: H0, toMs: H0 + 4 * HOUR_MS, dueHours: new Set<number>() };
      // The sums stand in for what has expired, and say where they cannot.
      const limits = { resolution: 0.1, gapMs: 300_000 };
      const kept = await windowStatistics(reader, day, limits);
      assert.equal([kept.count, kept.mean, kept.undecidedMs], [count, 4, 0]);
      assert.equal(await upkeep.expireHours(PRODUCT, { fromMs: 0, toMs: H0 + 1 }), { removed: 1, done: true });
      assert.is((await reader.hours(WHOLE)).length, 3);
    });
  });

  test("an hour that straddles a limit is told apart while its readings are kept, and owned up to after", async (ground) => {
    const { home, writer, reader } = ground;
    await writer.write(
      batchOf(Array.from({ length: 121 }, (_, at) => ({ atMs: H0 + at * 60_000, value: at < 30 ? 9 : 5 }))),
    );
    await withUpkeep(home, async (upkeep) => {
      await sumAll(reader, upkeep, PRODUCT);
      const query = { series: PRODUCT, fromMs: H0, toMs: H0 + 2 * HOUR_MS, dueHours: new Set<number>() };
      const options = { resolution: 0.1, gapMs: 300_000, high: { limit: 8, inclusive: false } };
      const exact = await windowStatistics(reader, query, options);
      assert.equal([exact.aboveMs, exact.inRangeMs, exact.degreeMinutesAbove], [30 * 60_000, 90 * 60_000, 30]);
      assert.equal([exact.hoursRead, exact.readingsRead, exact.undecidedMs], [2, 60, 0]);
      await upkeep.expireReadings(PRODUCT, { fromMs: 0, toMs: H0 + 2 * HOUR_MS });
      const after = await windowStatistics(reader, query, options);
      assert.equal([after.count, after.mean, after.mktC], [exact.count, exact.mean, after.mktC]);
      assert.ok(Math.abs((after.mktC ?? 0) - (exact.mktC ?? 1)) < 1e-9);
      assert.is(after.undecidedMs, 59 * 60_000);
    });
  });
}
