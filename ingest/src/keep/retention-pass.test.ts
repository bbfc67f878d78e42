import { join } from "node:path";
import type { Profile } from "@isotherm/coldchain";
import { assert, needs, suite, tempDir } from "../../../checks/kit.ts";
import { batchOf, PRODUCT } from "../../test/reading-rows.ts";
import { type HomeUnderTest, influxUnderTest, sqliteUnderTest } from "../../test/store-homes.ts";
import type { Assignment } from "../assignment.ts";
import { writeAudit } from "../audit-table.ts";
import { IngestState } from "../state.ts";
import { HOUR_MS } from "../store/hour-sums.ts";
import { openReadingReader, openReadingWriter, openStoreUpkeep, type StoreUpkeep } from "../store/reading-store.ts";
import { windowStatistics } from "../store/window-statistics.ts";
import { retentionPass } from "./retention-pass.ts";
import { DEFAULT_RETENTION, type RetentionTimes } from "./retention-times.ts";

const DAY = 86_400_000;
const NOW = 20_000 * DAY + 3 * HOUR_MS;
const WHOLE = { series: PRODUCT, fromMs: 0, toMs: 4e12 };
const TIMES: RetentionTimes = { ...DEFAULT_RETENTION, readingsMs: 10 * DAY, hoursMs: 30 * DAY, auditMs: 20 * DAY };

const LEG: Assignment = {
  key: "leg",
  tenantId: PRODUCT.tenantId,
  assetId: PRODUCT.assetId,
  shipmentId: "s-1",
  profile: { id: "long", retention: { atLeastMs: 40 * DAY, source: "a law" } } as unknown as Profile,
  fromMs: NOW - 30 * DAY,
  toMs: NOW - 28 * DAY,
};

interface Ground {
  readonly state: IngestState;
  readonly upkeep: StoreUpkeep;
  readonly reader: Awaited<ReturnType<typeof openReadingReader>>;
  pass(more?: {
    readonly upkeep?: StoreUpkeep;
    readonly legs?: readonly Assignment[];
    readonly nowMs?: number;
  }): ReturnType<typeof retentionPass>;
}

type Declare = (sentence: string, body: (ground: Ground) => Promise<void>) => void;

function suiteOf(name: string, start: () => Promise<HomeUnderTest>, skip: string | undefined): void {
  const test = suite(`retention in ${name}`, { skip, deadlineMs: 60_000 });
  let homes: HomeUnderTest;
  test.before(async () => {
    homes = await start();
  });
  test.after(() => homes.close());

  /** Forty days of a reading an hour. */
  const withGround = async (body: (ground: Ground) => Promise<void>): Promise<void> => {
    const home = await homes.fresh();
    const writer = await openReadingWriter(home);
    const rows = Array.from({ length: 40 * 24 }, (_, at) => ({ atMs: NOW - at * HOUR_MS, value: at }));
    await writer.write(batchOf(rows));
    const state = IngestState.open(join(await tempDir(), "state.db"));
    const [reader, upkeep] = [await openReadingReader(home), await openStoreUpkeep(home)];
    const pass: Ground["pass"] = ({ legs = [LEG], ...more } = {}) =>
      retentionPass({
        ...{ state, reader, upkeep, times: TIMES, nowMs: NOW, breath: () => Promise.resolve(true) },
        ...more,
        assignments: () => legs,
      });
    try {
      await body({ state, reader, upkeep, pass });
    } finally {
      await Promise.all([writer.close(), reader.close(), upkeep.close()]);
      state.close();
    }
  };

  const declare: Declare = (sentence, body) => {
    test(sentence, () => withGround(body));
  };
  for (const part of [letting, resuming, trimming]) part(declare);
  test.run();
}

function letting(test: Declare): void {
  test("what has expired goes, what a leg rests on stays, and statistics stay the same", async ({
    state,
    reader,
    pass,
  }) => {
    const query = { series: PRODUCT, fromMs: NOW - 26 * DAY, toMs: NOW - 2 * DAY, dueHours: new Set<number>() };
    const options = { resolution: 1, gapMs: 2 * HOUR_MS };
    const before = await windowStatistics(reader, query, options);
    const gone = await pass();
    const kept = await reader.readings(WHOLE);
    const today = NOW - 3 * HOUR_MS;
    const expected = Array.from({ length: 40 * 24 }, (_, at) => NOW - at * HOUR_MS).filter(
      (atMs) => atMs >= today - 10 * DAY || (atMs >= today - 31 * DAY && atMs < today - 26 * DAY),
    );
    assert.equal([...kept.atMs], expected.reverse());
    assert.is(gone.readings, 40 * 24 - expected.length);
    const after = await windowStatistics(reader, query, options);
    assert.equal([after.count, after.mean, after.inRangeMs], [before.count, before.mean, before.inRangeMs]);
    assert.ok(Math.abs((after.mktC ?? 0) - (before.mktC ?? 1)) < 1e-9);
    const audit = state.db.all("SELECT * FROM audit ORDER BY audit_id");
    assert.equal(
      audit.map((row) => [row["subject_id"], row["kind"]]),
      [
        ["truck-7", "readings-expired"],
        ["truck-7", "readings-expired"],
      ],
    );
    assert.equal(await pass(), { readings: 0, hours: 0, rows: 0 });
    assert.is(state.db.all("SELECT * FROM audit").length, 2);
    // Sums outlive their readings, for their own time.
    assert.ok((await reader.hours(WHOLE)).length > 12 * 24);
    await pass({ legs: [], nowMs: NOW + 20 * DAY });
    assert.ok((await reader.hours(WHOLE)).every(({ hourMs }) => hourMs >= NOW - 11 * DAY));
  });
}

function resuming(test: Declare): void {
  test("a pass that is cut off is taken up, without a second audit entry", async ({ state, reader, upkeep, pass }) => {
    const broken: StoreUpkeep = {
      writeHours: (...written) => upkeep.writeHours(...written),
      expireReadings: () => Promise.reject(new Error("killed")),
      expireHours: (...asked) => upkeep.expireHours(...asked),
      close: () => Promise.resolve(),
    };
    const failure: unknown = await pass({ upkeep: broken, legs: [] }).catch((error: unknown) => error);
    assert.is((failure as Error).message, "killed");
    assert.is((await reader.readings(WHOLE)).length, 40 * 24);
    const { readings } = await pass({ legs: [] });
    assert.ok(readings > 0);
    assert.is(state.db.all("SELECT * FROM audit").length, 1);
    assert.is(state.expired.of(PRODUCT.tenantId, PRODUCT.assetId).length, 1);
  });
}

function trimming(test: Declare): void {
  test("audit entries outlive the readings that they rest on", async ({ state, pass }) => {
    const entry = {
      tenantId: PRODUCT.tenantId,
      subjectId: "x",
      kind: "k",
      before: undefined,
      after: 1,
      cause: "c",
      personId: null,
    };
    const ages = [50, 25, 15];
    state.db.transaction(() => {
      for (const days of ages) writeAudit(state.db, { ...entry, atMs: NOW - days * DAY });
    });
    const left = () =>
      state.db
        .all("SELECT at_ms FROM audit WHERE subject_id = 'x' ORDER BY at_ms")
        .map((row) => (NOW - Number(row["at_ms"])) / DAY);
    // The leg's readings of 31 days ago are kept, so the entry of 25 days ago is too.
    await pass();
    assert.equal(left(), [25, 15]);
    await pass({ legs: [] });
    assert.equal(left(), [15]);
  });
}

suiteOf("SQLite", sqliteUnderTest, undefined);
suiteOf("InfluxDB", influxUnderTest, needs({ commands: ["influxd"] }));
