// The same data give the same answers, whichever home holds them.
import fc from "fast-check";
import { assert, needs, seed, suite } from "../../../checks/kit.ts";
import { batchOf, PRODUCT, type Row, rowsOf } from "../../test/reading-rows.ts";
import { type HomeUnderTest, influxUnderTest, sqliteUnderTest } from "../../test/store-homes.ts";
import {
  openReadingReader,
  openReadingWriter,
  type ReadingReader,
  type ReadingWriter,
  type SeriesBuckets,
  type SeriesId,
} from "./reading-store.ts";

const START_MS = 1_790_000_000_000;
const SPAN_MS = 3_600_000;

interface Opened {
  writer: ReadingWriter;
  reader: ReadingReader;
}

const test = suite("both homes of readings", { skip: needs({ commands: ["influxd"] }), deadlineMs: 90_000 });
const homes: HomeUnderTest[] = [];
const opened: Opened[] = [];

test.before(async () => {
  for (const start of [sqliteUnderTest, influxUnderTest]) {
    const home = await start();
    homes.push(home);
    const fresh = await home.fresh();
    opened.push({ writer: await openReadingWriter(fresh), reader: await openReadingReader(fresh) });
  }
});
test.after(async () => {
  for (const { writer, reader } of opened) await Promise.all([writer.close(), reader.close()]);
  for (const home of homes) await home.close();
});

/** All columns but the mean, whose last digits depend on the order of a sum; as arrays, where NaN equals itself. */
function exact({ mean: _, length, widthMs, ...columns }: SeriesBuckets): unknown {
  return { length, widthMs, columns: Object.values(columns).map((column) => [...column]) };
}

function assertClose(some: Float64Array, others: Float64Array): void {
  for (const [at, mean] of some.entries()) {
    const other = others[at] as number;
    const isClose = Number.isNaN(mean) ? Number.isNaN(other) : Math.abs(mean - other) < 1e-6;
    assert.ok(isClose, `mean ${mean} against ${other}`);
  }
}

const row = fc.record({
  atMs: fc.oneof(
    fc.integer({ min: START_MS, max: START_MS + SPAN_MS - 1 }),
    fc.integer({ min: START_MS, max: START_MS + 20 }),
  ),
  ordinal: fc.constantFrom(0, 1, 999_999),
  // Few different values, so that many minima are reached more than once.
  value: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e3, max: 1e3, noNaN: true })),
  quality: fc.constantFrom(0, 0, 0, 0, 2, 7),
});

test("one batch after another, with duplicates and conflicts, ends in the same answers", async () => {
  let runs = 0;
  const agree = async (batches: Row[][], buckets: number, atMs: number): Promise<void> => {
    const series: SeriesId = { ...PRODUCT, assetId: `run-${(runs += 1)}` };
    const window = { series, fromMs: atMs, toMs: START_MS + SPAN_MS };
    const answers = [];
    for (const { writer, reader } of opened) {
      const refused = [];
      for (const rows of batches) {
        refused.push((await writer.write(batchOf(rows.map((each) => ({ ...each, series }))))).refused);
      }
      answers.push({
        refused,
        readings: rowsOf(await reader.readings(window)),
        count: await reader.count({ tenantId: series.tenantId, assetId: series.assetId }),
        last: await reader.last({ series, beforeMs: atMs }),
        lastGood: await reader.last({ series, beforeMs: atMs, goodOnly: true }),
        buckets: await reader.series({ ...window, buckets }),
      });
    }
    const [sqlite, influx] = answers.map(({ buckets: of, ...rest }) => ({ ...rest, buckets: exact(of) }));
    assert.equal(influx, sqlite);
    const [ofSqlite, ofInflux] = answers.map(({ buckets: of }) => of.mean);
    assertClose(ofSqlite as Float64Array, ofInflux as Float64Array);
  };
  const batches = fc.array(fc.array(row, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 4 });
  const from = fc.integer({ min: START_MS - 1_000, max: START_MS + SPAN_MS });
  const buckets = fc.integer({ min: 1, max: 80 });
  await fc.assert(fc.asyncProperty(batches, buckets, from, agree), { seed: seed(), numRuns: 60 });
});

test.run();
