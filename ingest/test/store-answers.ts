// The half of the stores' contract that is about answers; see store-contract.test.ts.
import fc from "fast-check";
import { assert, seed } from "../../checks/kit.ts";
import type { SeriesBuckets } from "../src/store/reading-store.ts";
import { batchOf, PRODUCT, type Row } from "./reading-rows.ts";
import { type Promised, START_MS, WHOLE } from "./store-ground.ts";

export function answering(test: Promised): void {
  test("long answers come in pages that miss and repeat nothing", async ({ writer, reader }) => {
    const rows = Array.from({ length: 25_000 }, (_, at) => ({
      atMs: START_MS + (at >> 2),
      ordinal: at & 3,
      value: at,
    }));
    await writer.write(batchOf(rows));
    assert.equal(
      (await reader.readings(WHOLE)).value,
      Float64Array.from(rows, ({ value }) => value),
    );
    const values: number[] = [];
    let from = { fromMs: 0, fromOrdinal: 0 };
    for (let more = true; more;) {
      const page = await reader.readings({ ...WHOLE, ...from, limit: 10_007 });
      values.push(...page.value);
      from = { fromMs: page.atMs.at(-1) as number, fromOrdinal: (page.ordinal.at(-1) as number) + 1 };
      ({ more } = page);
    }
    assert.equal(
      values,
      rows.map(({ value }) => value),
    );
  });

  test("the window holds its beginning and not its end", async ({ writer, reader }) => {
    await writer.write(batchOf([9, 10, 19, 20].map((atMs) => ({ atMs, ordinal: 999_999, value: atMs }))));
    const window = { series: PRODUCT, fromMs: 10, toMs: 20 };
    assert.equal([...(await reader.readings(window)).value], [10, 19]);
    assert.equal([...(await reader.series({ ...window, buckets: 5 })).fromMs], [10, 19]);
    assert.equal([...(await reader.series({ ...window, buckets: 1 })).mean], [14.5]);
    assert.is((await reader.last({ series: PRODUCT, beforeMs: 19 }))?.value, 10);
    assert.is((await reader.readings({ ...window, toMs: 10 })).length, 0);
  });

  test("a reader that was there first sees what is written later", async ({ writer, reader }) => {
    for (let written = 1; written <= 3; written += 1) {
      await writer.write(batchOf([{ atMs: written }]));
      assert.is(await reader.count(), written);
    }
  });
}

export function telling(test: Promised): void {
  test("a reading that is not good is never a number", async ({ writer, reader }) => {
    const rows: Row[] = [
      { atMs: 10 },
      { atMs: 20, value: 85, quality: 3 },
      { atMs: 30, value: NaN, quality: 1 },
      { atMs: 40, value: -127, quality: 5 },
    ];
    await writer.write(batchOf(rows));
    const columns = await reader.readings(WHOLE);
    assert.equal([...columns.value], [4, NaN, NaN, NaN]);
    assert.equal([...columns.raw], [NaN, 85, NaN, -127]);
    assert.equal(await reader.last({ series: PRODUCT, beforeMs: 50 }), {
      atMs: 40,
      ordinal: 0,
      value: NaN,
      quality: 5,
    });
    const lastGood = await reader.last({ series: PRODUCT, beforeMs: 50, goodOnly: true });
    assert.equal(lastGood, { atMs: 10, ordinal: 0, value: 4, quality: 0 });
    const coarse = await reader.series({ series: PRODUCT, fromMs: 0, toMs: 70, buckets: 2 });
    assert.equal(
      [...coarse.fromMs, ...coarse.count, ...coarse.notGood, ...coarse.worstQuality],
      [0, 35, 1, 0, 2, 1, 3, 5],
    );
    assert.equal([...coarse.min, ...coarse.max, ...coarse.mean], [4, NaN, 4, NaN, 4, NaN]);
    const fine = await reader.series({ series: PRODUCT, fromMs: 0, toMs: 50, buckets: 4 });
    assert.equal([...fine.max, ...fine.worstQuality], [4, NaN, NaN, NaN, 0, 3, 1, 5]);
  });

  test("a track joins good positions of one instant and ordinal", async ({ writer, reader }) => {
    const axis = (channel: string, atMs: number, value: number, more: Partial<Row> = {}): Row => ({
      series: { ...PRODUCT, channel },
      atMs,
      value,
      ...more,
    });
    const [north, east] = ["latitude/gps", "longitude/gps"];
    await writer.write(
      batchOf([
        ...[axis(north, 1, 31.2), axis(east, 1, 121.5), axis(north, 2, 31.3), axis(east, 3, 121.6)],
        ...[axis(north, 4, 31.4, { ordinal: 1 }), axis(east, 4, 121.7, { ordinal: 2 })],
        ...[axis(north, 5, 31.5), axis(east, 5, 121.8, { quality: 5 }), axis(north, 6, 0), axis(east, 6, 0)],
        ...[axis("latitude/a", 1, 9), axis("longitude/b", 1, 9)],
        ...[axis("latitude/rear", 2, 31), axis("longitude/rear", 2, 121)],
      ]),
    );
    const query = { tenantId: "t1", assetId: "truck-7", fromMs: 0, toMs: 10, pointsMax: 100 };
    const track = await reader.track(query);
    assert.equal([...track.atMs, ...track.latitude, ...track.longitude], [1, 6, 31.2, 0, 121.5, 0]);
    assert.is((await reader.track({ ...query, place: "gps" })).length, 2);
    assert.is((await reader.track({ ...query, place: "a" })).length, 0);
  });
}

/** Each bucket tells the extremes of its own readings, when they were, and that bad ones were among them. */
function holdEachBucket(answer: SeriesBuckets, drawn: readonly Row[]): void {
  for (let at = 0; at < answer.length; at += 1) {
    const fromMs = answer.fromMs[at] as number;
    const own = drawn.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + answer.widthMs);
    const good = own.filter(({ quality }) => quality === 0);
    assert.is(answer.count[at], good.length);
    assert.is(answer.notGood[at], own.length - good.length);
    const told = [answer.min[at], answer.max[at], answer.mean[at]] as [number, number, number];
    if (good.length === 0) {
      assert.ok(own.length > 0 && told.every((value) => Number.isNaN(value)), "no number without a good reading");
      continue;
    }
    const values = good.map(({ value }) => value as number);
    const [min, max] = [Math.min(...values), Math.max(...values)];
    assert.equal([told[0] + 0, told[1] + 0], [min + 0, max + 0]);
    assert.ok(told[2] >= min - 1e-9 && told[2] <= max + 1e-9, "the mean lies between them");
    assert.ok(good.some(({ atMs, value }) => value === min && atMs === answer.minAtMs[at]));
    assert.ok(good.some(({ atMs, value }) => value === max && atMs === answer.maxAtMs[at]));
  }
}

export function drawing(test: Promised): void {
  test("stretches without readings have no bucket", async ({ writer, reader }) => {
    const hours = [0, 1, 2, 3, 4, 10, 11, 12];
    await writer.write(batchOf(hours.flatMap((hour) => [0, 1, 2, 3].map((at) => ({ atMs: hour * 3_600_000 + at })))));
    const day = await reader.series({ series: PRODUCT, fromMs: 0, toMs: 86_400_000, buckets: 24 });
    assert.is(day.widthMs, 3_600_000);
    assert.equal([...day.count], [4, 4, 4, 4, 4, 4, 4, 4]);
    assert.equal([...day.minAtMs], [...day.fromMs]);
    const hourly = await reader.series({ series: PRODUCT, fromMs: 3_600_000, toMs: 46_800_000, buckets: 12 });
    assert.equal(
      [...hourly.fromMs],
      hours.slice(1).map((hour) => hour * 3_600_000),
    );
  });

  test("no width hides the lowest and the highest reading, nor a reading at all", async ({ writer, reader }) => {
    const row = fc.record({
      atMs: fc.integer({ min: START_MS, max: START_MS + 5_000 }),
      ordinal: fc.integer({ min: 0, max: 3 }),
      value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      quality: fc.constantFrom(0, 0, 0, 0, 3, 9),
    });
    const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 200, selector: (r) => `${r.atMs} ${r.ordinal}` });
    let runs = 0;
    const holds = async (drawn: Row[], buckets: number, fromMs: number): Promise<void> => {
      const series = { ...PRODUCT, assetId: `run-${(runs += 1)}` };
      await writer.write(batchOf(drawn.map((each) => ({ ...each, series }))));
      const answer = await reader.series({ series, fromMs: START_MS - fromMs, toMs: START_MS + 5_001, buckets });
      const good = drawn.filter(({ quality }) => quality === 0).map(({ value }) => value as number);
      const sum = (column: Iterable<number>): number => [...column].reduce((total, each) => total + each, 0);
      assert.is(sum(answer.count), good.length);
      assert.is(sum(answer.notGood), drawn.length - good.length);
      const seen = (column: Float64Array): number[] => [...column].filter((value) => !Number.isNaN(value));
      assert.is(Math.min(...seen(answer.min)) + 0, Math.min(...good) + 0);
      assert.is(Math.max(...seen(answer.max)) + 0, Math.max(...good) + 0);
      if (answer.widthMs === 0) assert.is(answer.length, drawn.length);
      else {
        assert.ok(answer.length <= buckets);
        holdEachBucket(answer, drawn);
      }
    };
    const buckets = fc.integer({ min: 1, max: 300 });
    await fc.assert(fc.asyncProperty(rows, buckets, fc.integer({ min: 0, max: 700 }), holds), {
      seed: seed(),
      numRuns: 40,
    });
  });
}
