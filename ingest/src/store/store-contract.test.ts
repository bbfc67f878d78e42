// What every home of readings promises, tried on each of them for real.
import { assert, needs, suite } from "../../../checks/kit.ts";
import { batchOf, PRODUCT, type Row, rowsOf } from "../../test/reading-rows.ts";
import { answering, drawing, telling } from "../../test/store-answers.ts";
import { expiring, keeping, reckoning } from "../../test/store-keeping.ts";
import { type Promised, START_MS, WHOLE } from "../../test/store-ground.ts";
import { type HomeUnderTest, influxUnderTest, sqliteUnderTest } from "../../test/store-homes.ts";
import { openReadingReader, openReadingWriter, type SeriesId, StoreUnavailableError } from "./reading-store.ts";

/** A fresh home, a writer and a reader for each test. */
function contract(name: string, start: () => Promise<HomeUnderTest>, skip: string | undefined): void {
  const test = suite(`the ${name} home of readings`, { skip, deadlineMs: 60_000 });
  let homes: HomeUnderTest;
  test.before(async () => {
    homes = await start();
  });
  test.after(() => homes.close());
  const promised: Promised = (sentence, body) => {
    test(sentence, async () => {
      const home = await homes.fresh();
      const writer = await openReadingWriter(home);
      const reader = await openReadingReader(home);
      try {
        await body({ homes, home, writer, reader });
      } finally {
        await writer.close();
        await reader.close();
      }
    });
  };
  for (const part of [writing, refusing, failing, answering, telling, drawing, keeping, reckoning, expiring])
    part(promised);
  test.run();
}

function writing(test: Promised): void {
  test("an untouched store answers with nothing", async ({ reader }) => {
    assert.is(await reader.count(), 0);
    assert.is(await reader.last({ series: PRODUCT, beforeMs: START_MS }), undefined);
    assert.is((await reader.readings(WHOLE)).length, 0);
    assert.is((await reader.series({ ...WHOLE, buckets: 10 })).length, 0);
    assert.is((await reader.track({ tenantId: "t1", assetId: "truck-7", fromMs: 0, toMs: 1, pointsMax: 2 })).length, 0);
  });

  test("readings come back in order and to the last bit, from epoch 0 to the end of time", async (ground) => {
    const rows: Row[] = [
      { atMs: START_MS + 1, ordinal: 999_999, value: 0.1 + 0.2 },
      { atMs: 0, value: 0 },
      { atMs: 9_223_372_036_853, ordinal: 999_999, value: -273.15 },
      { atMs: START_MS + 1, ordinal: 7, value: -0 },
      { atMs: 0, ordinal: 1, value: 1e-300 },
      { atMs: 1, ordinal: 0, value: 1.7e300 },
      { atMs: START_MS, ordinal: 123_456, value: 8.1 },
    ];
    assert.equal(await ground.writer.write(batchOf(rows)), { refused: [] });
    assert.equal(rowsOf(await ground.reader.readings(WHOLE)), [
      [0, 0, 0, 0],
      [0, 1, 1e-300, 0],
      [1, 0, 1.7e300, 0],
      [START_MS, 123_456, 8.1, 0],
      [START_MS + 1, 7, 0, 0],
      [START_MS + 1, 999_999, 0.1 + 0.2, 0],
      [9_223_372_036_853, 999_999, -273.15, 0],
    ]);
  });

  test("writing again, in another order, by another writer, changes nothing", async ({ home, writer, reader }) => {
    const rows: Row[] = Array.from({ length: 3_000 }, (_, at) => ({
      atMs: START_MS + (at >> 1) * 1_000,
      ordinal: at,
      value: at % 10 === 3 ? NaN : at / 10,
      quality: at % 10 === 3 || at % 10 === 4 ? 1 : 0,
    }));
    await writer.write(batchOf(rows));
    const before = rowsOf(await reader.readings(WHOLE));
    assert.is(before.length, rows.length);
    assert.equal(await writer.write(batchOf(rows)), { refused: [] });
    assert.equal(await writer.write(batchOf([...rows.slice(500), ...rows].reverse(), START_MS * 2)), { refused: [] });
    const another = await openReadingWriter(home);
    assert.equal(await another.write(batchOf(rows.slice(1_000))), { refused: [] });
    await another.close();
    assert.equal(rowsOf(await reader.readings(WHOLE)), before);
    assert.is(await reader.count(), rows.length);
  });

  test("tenants, assets and channels never mix", async ({ writer, reader }) => {
    const others: SeriesId[] = [
      { ...PRODUCT, tenantId: "t2" },
      { ...PRODUCT, assetId: "truck-8" },
      { ...PRODUCT, channel: "temperature/product-2" },
    ];
    await writer.write(batchOf([{ atMs: 1 }, ...others.map((series, at) => ({ series, atMs: 1, value: at }))]));
    assert.equal(rowsOf(await reader.readings(WHOLE)), [[1, 0, 4, 0]]);
    for (const [at, series] of others.entries()) {
      assert.equal(rowsOf(await reader.readings({ ...WHOLE, series })), [[1, 0, at, 0]]);
    }
    assert.is(await reader.count(), 4);
    assert.is(await reader.count({ tenantId: "t1" }), 3);
    assert.is(await reader.count({ tenantId: "t1", assetId: "truck-7" }), 2);
    assert.is(await reader.count({ tenantId: "t3" }), 0);
  });
}

function refusing(test: Promised): void {
  test("what stands first stays, and a different reading at its place is refused", async ({ home, writer, reader }) => {
    const first = await writer.write(batchOf([{ atMs: 5 }, { atMs: 5, value: 5 }, { atMs: 6, value: 1, quality: 2 }]));
    assert.equal(first.refused, [{ index: 1, reason: "reading-conflict" }]);
    const changed: Row[] = [{ atMs: 9 }, { atMs: 5, quality: 3 }, { atMs: 6, quality: 2 }, { atMs: 5 }];
    const conflicts = [1, 2].map((index) => ({ index, reason: "reading-conflict" }));
    assert.equal((await writer.write(batchOf(changed))).refused, conflicts);
    const twice = await writer.write(batchOf([{ atMs: 10 }, { atMs: 10, value: 5 }, { atMs: 10 }]));
    assert.equal(twice.refused, [{ index: 1, reason: "reading-conflict" }]);
    // A writer that remembers nothing, and readings that come in order after one that is stored nowhere.
    const another = await openReadingWriter(home);
    const afterwards = await another.write(batchOf([{ atMs: 4 }, ...changed.slice(1, 3), { atMs: 9, value: 0 }]));
    assert.equal(afterwards.refused, [...conflicts, { index: 3, reason: "reading-conflict" }]);
    await another.close();
    assert.equal(rowsOf(await reader.readings(WHOLE)), [
      [4, 0, 4, 0],
      [5, 0, 4, 0],
      [6, 0, null, 2],
      [9, 0, 4, 0],
      [10, 0, 4, 0],
    ]);
    assert.equal([...(await reader.readings(WHOLE)).raw], [NaN, NaN, 1, NaN, NaN]);
  });

  test("a reading that cannot be one is refused by name, and the others are stored", async ({ writer, reader }) => {
    const bad: [string, Row][] = [
      ["id-invalid", { atMs: 1, series: { ...PRODUCT, assetId: "a,b" } }],
      ["id-invalid", { atMs: 1, series: { ...PRODUCT, channel: "temperature" } }],
      ["time-invalid", { atMs: 1.5 }],
      ["time-invalid", { atMs: -1 }],
      ["time-invalid", { atMs: NaN }],
      ["time-invalid", { atMs: 9_223_372_036_854 }],
      ["ordinal-invalid", { atMs: 1, ordinal: -1 }],
      ["ordinal-invalid", { atMs: 1, ordinal: 1_000_000 }],
      ["quality-unknown", { atMs: 1, quality: 200 }],
      ["value-missing", { atMs: 1, value: NaN }],
      ["value-not-finite", { atMs: 1, value: Infinity }],
      ["value-not-finite", { atMs: 1, value: -Infinity, quality: 1 }],
    ];
    const { refused } = await writer.write(batchOf([{ atMs: 3 }, ...bad.map(([, row]) => row), { atMs: 2 }]));
    assert.equal(
      refused,
      bad.map(([reason], at) => ({ index: at + 1, reason })),
    );
    assert.equal(rowsOf(await reader.readings(WHOLE)), [
      [2, 0, 4, 0],
      [3, 0, 4, 0],
    ]);
    assert.is(await reader.count(), 2);
  });

  test("one poisoned point among 10,000 does not stop the rest", async ({ homes, home, writer, reader }) => {
    const poisonedAtMs = START_MS + 21 * 86_400_000;
    const reason = await homes.poison(home, poisonedAtMs);
    const rows = Array.from({ length: 10_000 }, (_, at) => ({ atMs: START_MS + at }));
    rows.splice(6_543, 1, { atMs: poisonedAtMs });
    const { refused } = await writer.write(batchOf(rows));
    assert.equal(
      refused.map(({ index, reason }) => ({ index, reason })),
      [{ index: 6_543, reason }],
    );
    if (reason === "store-refused") assert.match(refused[0]?.detail ?? "", "field type conflict");
    assert.is((await reader.readings({ ...WHOLE, toMs: poisonedAtMs })).length, 9_999);
  });
}

function failing(test: Promised): void {
  test("a store that is away says so, and takes the same batch once it is back", async (ground) => {
    const { homes, home, writer, reader } = ground;
    await writer.write(batchOf([{ atMs: 1 }]));
    await homes.takeAway(home);
    const batch = batchOf([{ atMs: 1 }, { atMs: 2 }, { atMs: 3 }]);
    const failure = await writer.write(batch).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    await homes.bringBack();
    assert.instance(failure, StoreUnavailableError);
    assert.is((failure as StoreUnavailableError).code, "STORE_UNAVAILABLE");
    assert.is((failure as StoreUnavailableError).retryable, true);
    assert.equal(await writer.write(batch), { refused: [] });
    assert.is(await reader.count(), 3);
  });

  test("after closing, nothing is taken and nothing answered", async ({ writer, reader }) => {
    await Promise.all([writer.close(), reader.close()]);
    for (const call of [() => writer.write(batchOf([{ atMs: 1 }])), () => reader.count()]) {
      const failure: unknown = await call().catch((thrown: unknown) => thrown);
      assert.instance(failure, StoreUnavailableError);
    }
  });

  test("questions that make no sense are refused before they are asked", async ({ reader }) => {
    const window = { fromMs: 0, toMs: 10 };
    const injected = { ...PRODUCT, assetId: "x' OR 'a' = 'a" };
    const senseless: (() => Promise<unknown>)[] = [
      () => reader.readings({ series: injected, ...window }),
      () => reader.readings({ series: PRODUCT, ...window, limit: 0 }),
      () => reader.series({ series: PRODUCT, fromMs: 0.5, toMs: 10, buckets: 3 }),
      () => reader.series({ series: PRODUCT, ...window, buckets: 10_001 }),
      () => reader.last({ series: PRODUCT, beforeMs: NaN }),
      () => reader.count({ assetId: "a b" }),
      () => reader.track({ tenantId: "t1", assetId: "truck-7", ...window, pointsMax: 1 }),
    ];
    for (const ask of senseless) {
      const failure = await ask().catch((thrown: unknown) => thrown as { code?: string });
      assert.is((failure as { code?: string } | undefined)?.code, "STORE_QUERY");
    }
  });
}

contract("SQLite", sqliteUnderTest, undefined);
contract("InfluxDB", influxUnderTest, needs({ commands: ["influxd"] }));
