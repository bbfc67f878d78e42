// A disk that is full and an InfluxDB that is frozen or gone: nothing is accepted, nothing is lost, all goes on by itself.
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { startInfluxd } from "../../checks/influxd.ts";
import { assert, needs, suite, until } from "../../checks/kit.ts";
import { begin, COLD, type PipelineBench, T0, withBench } from "../test/pipeline-bench.ts";
import { assetStream, temperatureRecord } from "../test/scripted-gateway.ts";
import { openReadingReader, openReadingWriter, type ReadingWriter } from "./store/reading-store.ts";
import { READING_STORE_MIGRATIONS } from "./store/sqlite-schema.ts";
import { SqliteReadingWriter } from "./store/sqlite-writer.ts";

const test = suite("a store that is away", { deadlineMs: 60_000 });
const RECORDS = 400;
const SERIES = { tenantId: "tenant1", assetId: "cold-1", channel: "temperature/p1" };

const watermark = (bench: PipelineBench): number => bench.acceptances.get("cold-1")?.watermark ?? 0;

async function send(bench: PipelineBench, before: ReturnType<PipelineBench["birth"]>[] = []): Promise<void> {
  const records = Array.from({ length: RECORDS }, (_, at) => temperatureRecord(at + 1, (at + 1) * 1000, at));
  await bench.send(...before, bench.data(COLD, records));
}

/** Lets the pipeline's waits pass until the work is done. */
async function goOn(bench: PipelineBench, sending: Promise<void>): Promise<void> {
  let done = false;
  void sending.then(() => (done = true));
  await until(
    () => {
      bench.time.advance(30_000);
      return done;
    },
    { what: "the batch to be taken", deadlineMs: 30_000 },
  );
  await sending;
}

test("a full disk under the readings delays acceptance and loses nothing", async () => {
  const writers: { now?: ReadingWriter } = {};
  await withBench(
    { wrapWriter: (own) => ({ write: (batch) => (writers.now ?? own).write(batch), close: () => own.close() }) },
    async (bench) => {
      await begin(bench);
      // The bound on pages, which is what there is, stands for the disk's: SQLite reports both alike.
      const bound = (file: DatabaseSync) => file.exec("PRAGMA max_page_count = 1");
      const bounded = new SqliteReadingWriter(join(bench.folder, "small.db"), [...READING_STORE_MIGRATIONS, bound]);
      writers.now = bounded;
      const sending = send(bench);
      await until(() => bench.storeProblems.length > 0, { what: "the store to be full" });
      assert.is((bench.storeProblems[0] as { code?: string } | undefined)?.code, "STORE_FULL");
      assert.is(watermark(bench), 0);
      delete writers.now;
      await goOn(bench, sending);
      assert.is(watermark(bench), RECORDS);
      assert.is((await bench.stored()).length, RECORDS);
      assert.is(bench.storeProblems.at(-1), undefined);
      await bounded.close();
    },
  );
});

test("a full disk under the state delays acceptance and stores nothing twice", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    const { db } = bench.state;
    const pages = Number(db.get("PRAGMA page_count")?.["page_count"]);
    db.get(`PRAGMA max_page_count = ${pages}`);
    // Births that come with the records need more room than any page has left.
    const births = Array.from({ length: 200 }, (_, at) => bench.birth(assetStream(`cold-${at + 2}`)));
    const sending = send(bench, births);
    await until(() => bench.storeProblems.length > 0, { what: "the state file to be full" });
    assert.match((bench.storeProblems[0] as Error).message, /full/);
    assert.is(watermark(bench), 0);
    // The readings came first: they are stored, and not accepted.
    assert.is((await bench.stored()).length, RECORDS);
    db.get(`PRAGMA max_page_count = ${pages + 1_000}`);
    await goOn(bench, sending);
    assert.is(watermark(bench), RECORDS);
    assert.is((await bench.stored()).length, RECORDS);
    assert.equal(
      bench.read((reader) => reader.quarantine("tenant1", 10)),
      [],
    );
    assert.ok(bench.read((reader) => reader.dueHours(SERIES, 0, 4e12)).size > 0);
  });
});

const influxTest = suite("an InfluxDB that is away", { skip: needs({ commands: ["influxd"] }), deadlineMs: 60_000 });

influxTest("frozen, then killed and started again, it delays acceptance and every record is stored once", async () => {
  const influxd = await startInfluxd();
  const home = { kind: "influx", url: influxd.url, database: "readings" } as const;
  const writer = await openReadingWriter(home);
  const reader = await openReadingReader(home);
  await withBench(
    { wrapWriter: (own) => ({ write: (batch) => writer.write(batch), close: () => own.close() }) },
    async (bench) => {
      await begin(bench);
      await influxd.kill("SIGSTOP");
      let settled = false;
      const sending = send(bench).then(() => void (settled = true));
      await new Promise((resume) => setTimeout(resume, 500));
      assert.equal([settled, watermark(bench), bench.storeProblems.length], [false, 0, 0]);
      await influxd.kill("SIGCONT");
      await sending;
      assert.is(watermark(bench), RECORDS);
      await influxd.kill();
      const more = bench.send(bench.data(COLD, [temperatureRecord(RECORDS + 1, (RECORDS + 1) * 1000, 7)]));
      await until(() => bench.storeProblems.length > 0, { what: "the store to be away" });
      assert.is((bench.storeProblems[0] as { code?: string } | undefined)?.code, "STORE_UNAVAILABLE");
      assert.is(watermark(bench), RECORDS);
      await influxd.restart();
      await goOn(bench, more);
      assert.is(watermark(bench), RECORDS + 1);
      const { length, atMs } = await reader.readings({ series: SERIES, fromMs: 0, toMs: 4e12 });
      assert.is(length, RECORDS + 1);
      assert.is(atMs[length - 1], T0 + (RECORDS + 1) * 1000);
    },
  );
  await Promise.all([writer.close(), reader.close()]);
  await influxd.close();
});

test.run();
influxTest.run();
