import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Acceptance, Range } from "@isotherm/coldchain";
import { startInfluxd } from "../../../checks/influxd.ts";
import { assert, needs, suite, tempDir, until } from "../../../checks/kit.ts";
import { HOST_ID, openIngest, TestBroker, testConfig } from "../../test/bench.ts";
import { begin, COLD, OWN, type PipelineBench, T0, withBench } from "../../test/pipeline-bench.ts";
import { batchOf, PRODUCT, rowsOf } from "../../test/reading-rows.ts";
import { anchorRecord, ScriptedGateway, temperatureRecord } from "../../test/scripted-gateway.ts";
import type { IngestConfig } from "../config.ts";
import { systemClock } from "../ports.ts";
import { openStateReader } from "../state-reader.ts";
import { HourSummer } from "../store/hour-sums.ts";
import { openReadingReader, openReadingWriter, openStoreUpkeep, type StoreHome } from "../store/reading-store.ts";
import { takeBackup } from "./backup.ts";
import { restoreBackup } from "./restore.ts";

const test = suite("a backup", { deadlineMs: 60_000 });
const ports = { clock: systemClock, version: "0.0.0", say: () => undefined };
const WHOLE = { series: PRODUCT, fromMs: 0, toMs: 4e12 };
type Kept = Pick<IngestConfig, "stateFile" | "store" | "groups">;

function configOf(folder: string): Kept & { readonly store: Extract<StoreHome, { kind: "sqlite" }> } {
  const store = { kind: "sqlite", path: join(folder, "readings.db") } as const;
  return { stateFile: join(folder, "state.db"), store, groups: { group1: "tenant1" } };
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "done",
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

async function record(bench: PipelineBench, number: number): Promise<void> {
  await bench.send(bench.data(COLD, [temperatureRecord(number, number * 1000, number / 10)]));
}

test("taken while ingest writes holds every record that it calls accepted", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    for (let number = 1; number <= 20; number += 1) await record(bench, number);
    let next = 21;
    let copying = true;
    const writing = (async () => {
      while (copying) {
        await record(bench, next++);
        await new Promise((resume) => setImmediate(resume));
      }
    })();
    const backup = join(await tempDir(), "backup");
    const between = () => until(() => next > 200, { what: "records between the two copies" });
    const manifest = await takeBackup(configOf(bench.folder), backup, { ...ports, between });
    copying = false;
    await writing;
    const config = configOf(await tempDir());
    assert.equal((await restoreBackup(config, backup, false, ports)).movedAside, []);
    const state = openStateReader(config.stateFile);
    assert.is(state.cursor(), manifest.cursor);
    const accepted = state.completeness().find(({ assetId }) => assetId === "cold-1")?.accepted ?? 0;
    state.close();
    assert.ok(accepted >= 20 && accepted < 200, `${accepted} were accepted when the state was copied`);
    const reader = await openReadingReader(config.store);
    const series = { tenantId: "tenant1", assetId: "cold-1", channel: "temperature/p1" };
    const { length, atMs } = await reader.readings({ ...WHOLE, series });
    await reader.close();
    assert.ok(length >= 200, `${length} readings`);
    for (let at = 0; at < length; at += 1) assert.is(atMs[at], T0 + (at + 1) * 1000);
  });
});

test("says so when there is nothing to back up, or no room for it", async () => {
  const folder = await tempDir();
  assert.is(await codeOf(takeBackup(configOf(folder), join(folder, "to"), ports)), "STATE_ABSENT");
  assert.not(existsSync(join(folder, "to")));
  await withBench({}, async (bench) => {
    writeFileSync(join(folder, "letter"), "dear");
    assert.is(await codeOf(takeBackup(configOf(bench.folder), folder, ports)), "BACKUP_REFUSED");
    assert.is(await codeOf(takeBackup(configOf(bench.folder), join(folder, "letter"), ports)), "BACKUP_REFUSED");
  });
});

test("is put back only whole, and never over files that stand or are in use", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    await record(bench, 1);
    const config = configOf(bench.folder);
    const backup = join(await tempDir(), "backup");
    await takeBackup(config, backup, ports);
    assert.is(await codeOf(restoreBackup(config, backup, true, ports)), "RESTORE_REFUSED");
    assert.is((await bench.stored()).length, 1);
    const fresh = configOf(await tempDir());
    await restoreBackup(fresh, backup, false, ports);
    assert.is(await codeOf(restoreBackup(fresh, backup, false, ports)), "RESTORE_REFUSED");
    const { movedAside } = await restoreBackup(fresh, backup, true, ports);
    assert.is(movedAside.length, 2);
    for (const path of movedAside) assert.ok(existsSync(path), path);
    const influx = { ...fresh, store: { kind: "influx", url: "http://127.0.0.1:9", database: "x" } as const };
    assert.is(await codeOf(restoreBackup(influx, backup, true, ports)), "RESTORE_REFUSED");
    const manifest = join(backup, "backup.json");
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace(/"stateVersion": \d+/, '"stateVersion": 999'));
    assert.is(await codeOf(restoreBackup(configOf(await tempDir()), backup, false, ports)), "RESTORE_REFUSED");
    writeFileSync(manifest, text);
    appendFileSync(join(backup, "readings.sqlite"), " ");
    const untouched = configOf(await tempDir());
    assert.is(await codeOf(restoreBackup(untouched, backup, false, ports)), "BACKUP_DAMAGED");
    assert.not(existsSync(untouched.stateFile));
    assert.is(await codeOf(restoreBackup(untouched, await tempDir(), false, ports)), "BACKUP_DAMAGED");
  });
});

/** Keeps its records, forgets as it is told what is accepted, and sends that again only when it is asked. */
class ForgetfulGateway {
  readonly said: ScriptedGateway;

  private constructor(said: ScriptedGateway) {
    this.said = said;
  }

  static async connect(url: string): Promise<ForgetfulGateway> {
    return new ForgetfulGateway(await ScriptedGateway.connect(url, "group1", "gw-1"));
  }

  async send({ first, last }: Range): Promise<void> {
    const numbers = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    const records = numbers.map((number) => temperatureRecord(number, number * 1000, number / 10));
    await this.said.data(COLD, records);
  }

  /** Is born and sends these until one acceptance is as it should be: ingest may not listen yet. */
  async sendUntil(range: Range, what: string, isSo: (acceptance: Acceptance) => boolean): Promise<Acceptance> {
    const { length } = this.said.acceptances;
    const heard = () => this.said.acceptances.slice(length).find((each) => each.assetId === "cold-1" && isSo(each));
    const say = async (): Promise<boolean> => {
      if (heard() !== undefined) return true;
      await this.said.nodeBirth(HOST_ID);
      for (const birth of [OWN, COLD]) await this.said.birth(birth);
      await this.said.data(OWN, [anchorRecord(1, 1, 0, T0)]);
      await this.send(range);
      return false;
    };
    await until(say, { what, everyMs: 100 });
    return heard() as Acceptance;
  }
}

test("that is older than what gateways forgot is made whole from their spools", async () => {
  const broker = await TestBroker.open();
  const config = await testConfig(broker.url, { resendAfterMs: 200 });
  const gateway = await ForgetfulGateway.connect(broker.url);
  let ingest = await openIngest(config);
  await gateway.sendUntil({ first: 1, last: 20 }, "20 to be accepted", ({ watermark }) => watermark === 20);
  const backup = join(await tempDir(), "backup");
  await takeBackup(config, backup, ports);
  await gateway.sendUntil({ first: 21, last: 40 }, "40 to be accepted", ({ watermark }) => watermark === 40);
  await ingest.close();
  await restoreBackup(config, backup, true, ports);
  ingest = await openIngest(config);
  const live = { first: 41, last: 41 };
  const { watermark, above, resend } = await gateway.sendUntil(live, "ingest to ask", (each) => each.resend.length > 0);
  assert.equal([watermark, above, resend], [20, [live], [{ first: 21, last: 40 }]]);
  await gateway.sendUntil(resend[0] as Range, "all to be accepted", (each) => each.watermark === 41);
  const reader = await openReadingReader(config.store);
  const series = { tenantId: "tenant1", assetId: "cold-1", channel: "temperature/p1" };
  assert.is((await reader.readings({ ...WHOLE, series })).length, 41);
  await reader.close();
  await ingest.close();
  await gateway.said.close();
  await broker.close();
});

test("of a state in the write-ahead log alone holds that too", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    for (let number = 1; number <= 5; number += 1) await record(bench, number);
    const backup = join(await tempDir(), "backup");
    await takeBackup(configOf(bench.folder), backup, ports);
    const copy = new DatabaseSync(join(backup, "readings.sqlite"), { readOnly: true });
    assert.is(copy.prepare("SELECT count(*) AS n FROM readings").get()?.["n"], 5);
    copy.close();
    assert.not(existsSync(join(backup, "readings.sqlite-wal")));
  });
});

const influxTest = suite("a backup of InfluxDB", { skip: needs({ commands: ["influxd"] }), deadlineMs: 60_000 });

influxTest("carries readings, good and not, and hourly sums into another database", async () => {
  const influxd = await startInfluxd();
  await withBench({}, async (bench) => {
    const { stateFile } = configOf(bench.folder);
    const groups = { group1: "t1" };
    const from = { stateFile, groups, store: { kind: "influx", url: influxd.url, database: "from" } as const };
    const writer = await openReadingWriter(from.store);
    const rows = Array.from({ length: 12_000 }, (_, at) => ({
      atMs: T0 + at * 1000,
      ordinal: at,
      value: at % 7 === 0 ? Number.NaN : at / 7,
      quality: at % 7 === 0 ? 1 : at % 11 === 0 ? 3 : 0,
    }));
    await writer.write(batchOf(rows));
    await writer.write(batchOf([{ atMs: T0, series: { ...PRODUCT, tenantId: "another" } }]));
    await writer.close();
    const reader = await openReadingReader(from.store);
    const summer = new HourSummer(true);
    const readings = await reader.readings(WHOLE);
    const upkeep = await openStoreUpkeep(from.store);
    await upkeep.writeHours(PRODUCT, [...summer.add(readings), ...summer.end()]);
    await upkeep.close();
    const backup = join(await tempDir(), "backup");
    const manifest = await takeBackup(from, backup, ports);
    assert.equal(manifest.store, { kind: "influx", tenantIds: ["t1"], points: 12_004 });
    const into = { stateFile: join(await tempDir(), "state.db"), store: { ...from.store, database: "into" } };
    await restoreBackup(into, backup, false, ports);
    const restored = await openReadingReader(into.store);
    assert.equal(rowsOf(await restored.readings(WHOLE)), rowsOf(readings));
    assert.equal([...(await restored.readings(WHOLE)).raw], [...readings.raw]);
    assert.equal(await restored.hours(WHOLE), await reader.hours(WHOLE));
    assert.is(await restored.count(), 12_000);
    const again = { ...into, stateFile: join(await tempDir(), "state.db") };
    assert.is(await codeOf(restoreBackup(again, backup, false, ports)), "RESTORE_REFUSED");
    await restoreBackup(again, backup, true, ports);
    assert.is(await restored.count(), 12_000);
    await Promise.all([reader.close(), restored.close()]);
  });
  await influxd.close();
});

test.run();
influxTest.run();
