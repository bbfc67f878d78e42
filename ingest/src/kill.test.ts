// file-deadline-s: 800
// Killed at random moments under load, its disk filled and its store ended again and again, with messages that come
// twice, in any order and contradicting each other: every record is stored once, the results are those of one batch over
// the same records, and no acceptance is ever ahead of the store.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseRanges, type Random, seededRandom } from "@isotherm/coldchain";
import { assert, isLong, needs, seed, suite, tempDir, until } from "../../checks/kit.ts";
import { startInfluxd } from "../../checks/influxd.ts";
import { AcceptanceObserver } from "../test/acceptance-observer.ts";
import { HOST_ID, TestBroker } from "../test/bench.ts";
import { CarelessGateway, valueOf } from "../test/careless-gateway.ts";
import { writeFacts } from "../test/facts.ts";
import { KilledIngest } from "../test/killed-ingest.ts";
import { COLD, OWN } from "../test/pipeline-bench.ts";
import { holdAlarms, holdAudit, holdSame } from "../test/result-laws.ts";
import { anchorRecord, ScriptedGateway } from "../test/scripted-gateway.ts";
import { SmallDisk } from "../test/small-disk.ts";
import { type StoredAlarm, storedAlarmOf } from "./alarm-table.ts";
import { auditOf } from "./audit-table.ts";
import { excursionRowOf } from "./excursion-table.ts";
import { openStateReadOnly } from "./state-db.ts";
import { openStateReader } from "./state-reader.ts";
import type { AuditRow, ExcursionRow } from "./state-rows.ts";
import { openReadingReader } from "./store/open-reading-store.ts";
import type { StoreHome } from "./store/reading-store.ts";

const test = suite("ingest, killed", { deadlineMs: isLong() ? 1_900_000 : 190_000 });
const TICK_MS = 40;
const rest = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

interface Ground {
  readonly folder: string;
  readonly stateFolder: string;
  readonly home: StoreHome;
  readonly environment: Readonly<Record<string, string>>;
  /** Something that goes wrong beside the kills, and is put right again. */
  readonly trouble: { readonly what: string; begin(): Promise<void> | void; end(): Promise<void> | void } | undefined;
}

interface Results {
  readonly excursions: readonly ExcursionRow[];
  readonly alarms: readonly StoredAlarm[];
  readonly audit: readonly AuditRow[];
}

function resultsIn(folder: string): Results {
  const db = openStateReadOnly(join(folder, "state.db"));
  try {
    return {
      excursions: db.all("SELECT * FROM excursion ORDER BY start_ms, rule_id").map(excursionRowOf),
      alarms: db.all("SELECT * FROM alarm").map(storedAlarmOf),
      audit: db.all("SELECT * FROM audit ORDER BY audit_id").map(auditOf),
    };
  } finally {
    db.close();
  }
}

function marksIn(folder: string): number {
  const db = openStateReadOnly(join(folder, "state.db"));
  try {
    return Number(db.get("SELECT count(*) AS n FROM dirty")?.["n"]);
  } finally {
    db.close();
  }
}

/** Kills at random moments, every second one with the trouble under way or just over. Resolves with how often it was. */
async function torment(ground: Ground, ingest: KilledIngest, line: CarelessGateway, kills: number, random: Random) {
  const { trouble } = ground;
  const pause = (msMin: number, msMax: number) => rest(msMin + random() * (msMax - msMin));
  const worked = async (): Promise<void> => {
    const before = line.acceptedCount;
    await until(() => line.acceptedCount > before, { what: "ingest to accept something", deadlineMs: 60_000 });
  };
  let troubles = 0;
  for (let kill = 0; kill < kills; kill++) {
    // Some strike anywhere, the start included.
    if (kill % 3 !== 0) await worked();
    await pause(0, 500);
    if (trouble !== undefined && kill % 2 === 1) {
      await trouble.begin();
      troubles++;
      await pause(300, 1000);
      if (kill % 4 === 1) {
        await trouble.end();
        await worked();
      }
      await ingest.kill();
      await pause(0, 500);
      await trouble.end();
    } else await ingest.kill();
  }
  return troubles;
}

/** Sends until the torment is over and all is accepted and judged. */
async function run(ground: Ground, ingest: KilledIngest, line: CarelessGateway, kills: number, random: Random) {
  const tormented = torment(ground, ingest, line, kills, random).finally(() => line.end());
  const deadlineMs = isLong() ? 1_700_000 : 160_000;
  await until(() => line.tick(), { deadlineMs, everyMs: TICK_MS, what: "every record to be accepted" });
  await until(() => marksIn(ground.stateFolder) === 0, { what: "everything to be judged", deadlineMs: 30_000 });
  return tormented;
}

async function holdStored({ home, stateFolder }: Ground, line: CarelessGateway): Promise<void> {
  const reader = await openReadingReader(home);
  const series = { tenantId: "tenant1", assetId: "cold-1", channel: "temperature/p1" };
  const found: [number, number | null][] = [];
  let from = { fromMs: 0, fromOrdinal: 0 };
  for (let isMore = true; isMore;) {
    const page = await reader.readings({ series, ...from, toMs: 4e12 });
    for (let at = 0; at < page.length; at++)
      found.push([page.atMs[at] as number, page.quality[at] === 0 ? (page.value[at] as number) : null]);
    isMore = page.more;
    from = { fromMs: page.atMs[page.length - 1] ?? 0, fromOrdinal: (page.ordinal[page.length - 1] ?? 0) + 1 };
  }
  await reader.close();
  const expected = Array.from({ length: line.issued }, (_, at) => [line.fromMs + (at + 1) * 1000, valueOf(at + 1)]);
  assert.equal(found, expected, "what is stored");
  const state = openStateReader(join(stateFolder, "state.db"));
  const [own] = state.completeness("tenant1").filter(({ assetId }) => assetId === "cold-1");
  assert.equal([own?.issued, own?.accepted, own?.holes], [line.issued, line.issued, []]);
  for (const { kind, numbers } of state.quarantine(undefined, 100_000)) {
    assert.is(kind, "number-conflict");
    for (const { first, last } of parseRanges(numbers) ?? [])
      assert.ok(first === last && line.conflicts.has(first), `nobody contradicted ${numbers}`);
  }
  state.close();
}

/** The same records, sent once, in order, to an ingest that nothing happens to. */
async function inOneBatch(line: CarelessGateway): Promise<Results> {
  const folder = await tempDir();
  const broker = await TestBroker.open();
  writeFacts(join(folder, "trace.db"), line.fromMs);
  const gateway = await ScriptedGateway.connect(broker.url, "group1", "gw-1");
  const ingest = new KilledIngest(folder, folder, broker.url, {});
  try {
    await until(
      async () => {
        await gateway.nodeBirth(HOST_ID);
        await gateway.birth(OWN);
        await gateway.birth(COLD);
        await gateway.data(OWN, [anchorRecord(1, 1, 0, line.fromMs)]);
        return gateway.accepted(OWN.assetId) !== undefined;
      },
      { what: "a first acceptance", deadlineMs: 30_000, everyMs: 200 },
    );
    for (let first = 1; first <= line.issued; first += 100) {
      const count = Math.min(100, line.issued - first + 1);
      await gateway.data(
        COLD,
        Array.from({ length: count }, (_, at) => line.record(first + at)),
      );
    }
    const isDone = (): boolean => gateway.accepted(COLD.assetId)?.watermark === line.issued && marksIn(folder) === 0;
    await until(isDone, { what: "the batch to be judged", deadlineMs: 60_000 });
    return resultsIn(folder);
  } finally {
    await gateway.close();
    await ingest.close();
    await broker.close();
  }
}

function holdSameResults(found: Results, batch: Results): void {
  // One that was too short, once all was known, may have looked long enough for an alarm before: people saw that.
  const figures = ({ excursionId: _id, alarmId, ...rest }: ExcursionRow): string =>
    JSON.stringify({ ...rest, hasAlarm: rest.onsetMs === null ? "either" : alarmId !== null });
  holdSame(found.excursions.map(figures), batch.excursions.map(figures), "excursions are those that one batch finds");
  for (const { excursions, alarms, audit } of [found, batch]) {
    holdAlarms(excursions, alarms);
    holdAudit(excursions, audit, new Set(alarms.map(({ alarmId }) => alarmId)));
    for (const { alarmId, returnedAtMs } of alarms) {
      assert.ok(returnedAtMs !== null, "nothing is outside any more, so every alarm has returned");
      const raised = audit.filter(({ subjectId, kind }) => subjectId === alarmId && kind === "raised");
      assert.is(raised.length, 1, `alarm ${alarmId} was raised once`);
    }
  }
  const breached = ({ alarms }: Results): string[] => [
    ...new Set(alarms.filter(({ severity }) => severity === "breach").map(({ ruleId }) => ruleId)),
  ];
  assert.equal(breached(found), breached(batch), "rules that have an alarm of a breach");
}

async function holdUnder(ground: Ground, kills: number): Promise<void> {
  const random = seededRandom(seed());
  // Long enough ago that the last record is not of the future; the first of a long run are found late.
  const fromMs = Math.floor(Date.now() / 1000) * 1000 - (isLong() ? 72 : 6) * 3_600_000;
  writeFacts(join(ground.folder, "trace.db"), fromMs);
  const broker = await TestBroker.open();
  const gateway = await ScriptedGateway.connect(broker.url, "group1", "gw-1");
  const observer = await AcceptanceObserver.watch(broker.url, ground.home, fromMs);
  const ingest = new KilledIngest(ground.folder, ground.stateFolder, broker.url, ground.environment);
  const line = new CarelessGateway(gateway, random, fromMs);
  try {
    const troubles = await run(ground, ingest, line, kills, random);
    await observer.settled();
    assert.equal(observer.ahead, [], "numbers accepted before they were stored");
    assert.ok(observer.checked >= line.issued, `${observer.checked} of ${line.issued} acceptances were seen`);
    await ingest.close();
    await holdStored(ground, line);
    const found = resultsIn(ground.stateFolder);
    holdSameResults(found, await inOneBatch(line));
    console.log(
      `${kills} kills, ${troubles} times ${ground.trouble?.what ?? "nothing"} (${ingest.storeAway} times noticed, ` +
        `${ingest.ownEnds.length} own ends); ${line.issued} records, ${line.conflicts.size} contradicted, ` +
        `${observer.acceptances} acceptances, ${found.excursions.length} excursions, ${found.alarms.length} alarms`,
    );
    // Started on a full disk it says so and ends; once it runs, it waits until there is room again.
    for (const { saidLast } of ingest.ownEnds) assert.match(saidLast, "cannot be used as ingest's state");
  } finally {
    await ingest.close();
    await gateway.close();
    await observer.close();
    await broker.close();
  }
}

test("with its disk full now and then", async () => {
  const folder = await tempDir();
  const disk = SmallDisk.mount(join(folder, "disk"), 64);
  if (disk === undefined) console.log("no disk is filled: only root may mount one that is small enough");
  const stateFolder = disk?.folder ?? join(folder, "disk");
  mkdirSync(stateFolder, { recursive: true });
  const trouble = disk && { what: "the disk full", begin: () => disk.fill(), end: () => disk.free() };
  const home = { kind: "sqlite", path: join(stateFolder, "readings.db") } as const;
  try {
    await holdUnder({ folder, stateFolder, home, environment: {}, trouble }, isLong() ? 120 : 12);
  } finally {
    disk?.close();
  }
});

const withInflux = needs({ commands: ["influxd"] });
test(
  "with InfluxDB killed and started now and then",
  async () => {
    const folder = await tempDir();
    const influxd = await startInfluxd();
    const trouble = { what: "InfluxDB gone", begin: () => influxd.kill(), end: () => influxd.restart() };
    const home = { kind: "influx", url: influxd.url, database: "kills" } as const;
    try {
      const environment = { INFLUX_URL: influxd.url };
      await holdUnder({ folder, stateFolder: folder, home, environment, trouble }, isLong() ? 80 : 8);
    } finally {
      await influxd.close();
    }
  },
  { skip: withInflux },
);

test.run();
