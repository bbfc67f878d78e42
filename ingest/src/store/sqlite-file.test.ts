// What can happen to the file of the SQLite home, beyond the contract.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { assert, suite, tempDir } from "../../../checks/kit.ts";
import { batchOf, PRODUCT, rowsOf } from "../../test/reading-rows.ts";
import { openReadingReader, openReadingWriter, StoreFullError } from "./reading-store.ts";
import { READING_STORE_MIGRATIONS } from "./sqlite-schema.ts";
import { SqliteReadingWriter } from "./sqlite-writer.ts";

const WHOLE = { series: PRODUCT, fromMs: 0, toMs: 1_000_000 };
const test = suite("the file of the SQLite home");

async function freshPath(): Promise<string> {
  return join(await tempDir(), "readings.sqlite");
}

async function codeOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => "no failure",
    (thrown: unknown) => (thrown as { code?: unknown }).code,
  );
}

test("it is in WAL mode, so that readers and the writer never wait for each other", async () => {
  const path = await freshPath();
  const home = { kind: "sqlite", path } as const;
  const writer = await openReadingWriter(home);
  const file = new DatabaseSync(path);
  assert.is(file.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
  // A transaction that somebody else reads in.
  file.exec("BEGIN; SELECT count(*) FROM readings");
  assert.equal(await writer.write(batchOf([{ atMs: 1 }])), { refused: [] });
  file.close();
  await writer.close();
});

test("what was said to be durable outlives a kill in mid-work", async () => {
  const path = await freshPath();
  const script = join(import.meta.dirname, "../../test/write-until-killed.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let durable = 0;
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    durable = Number(line);
    if (durable === 500) child.kill("SIGKILL");
  }
  assert.equal(await exited, [null, "SIGKILL"]);
  const home = { kind: "sqlite", path } as const;
  const reader = await openReadingReader(home);
  const found = await reader.count();
  assert.ok(found >= durable && found % 10 === 0, `${found} readings found, ${durable} were promised`);
  const writer = await openReadingWriter(home);
  await writer.write(batchOf([{ atMs: 999_999 }]));
  assert.is(await reader.count(), found + 1);
  await Promise.all([writer.close(), reader.close()]);
});

test("a full disk is said to be one, and the batch goes in once there is room", async () => {
  const path = await freshPath();
  // The bound on pages stands for the disk's: SQLite reports both alike.
  const bounded = [...READING_STORE_MIGRATIONS, (file: DatabaseSync) => file.exec("PRAGMA max_page_count = 8")];
  const writer = new SqliteReadingWriter(path, bounded);
  const batch = batchOf(Array.from({ length: 5_000 }, (_, atMs) => ({ atMs })));
  const failure: unknown = await writer.write(batch).catch((thrown: unknown) => thrown);
  assert.instance(failure, StoreFullError);
  assert.is((failure as StoreFullError).code, "STORE_FULL");
  assert.equal(await writer.write(batchOf([{ atMs: 7 }])), { refused: [] });
  await writer.close();
  const roomy = new SqliteReadingWriter(
    path,
    bounded.map((step, at) => (at === 0 ? step : () => undefined)),
  );
  assert.equal(await roomy.write(batch), { refused: [] });
  await roomy.close();
});

test("an older file is copied, then brought forward, and keeps its readings", async () => {
  const path = await freshPath();
  const old = new SqliteReadingWriter(path);
  await old.write(batchOf([{ atMs: 1, value: 2.5 }]));
  await old.close();
  const next = [
    ...READING_STORE_MIGRATIONS,
    (file: DatabaseSync) => file.exec("ALTER TABLE series ADD COLUMN unit TEXT"),
  ];
  const writer = new SqliteReadingWriter(path, next);
  await writer.write(batchOf([{ atMs: 2 }]));
  await writer.close();
  const file = new DatabaseSync(path);
  assert.is(file.prepare("PRAGMA user_version").get()?.["user_version"], next.length);
  assert.is(file.prepare("SELECT count(*) AS found FROM readings").get()?.["found"], 2);
  file.close();
  const backup = await openReadingReader({ kind: "sqlite", path: `${path}.v${next.length - 1}.backup` });
  assert.equal(rowsOf(await backup.readings(WHOLE)), [[1, 0, 2.5, 0]]);
  await backup.close();
  const home = { kind: "sqlite", path } as const;
  assert.is(await codeOf(() => openReadingWriter(home)), "STORE_TOO_NEW");
  assert.is(await codeOf(() => openReadingReader(home)), "STORE_TOO_NEW");
});

test("a step forward that fails leaves the file as it was", async () => {
  const path = await freshPath();
  await new SqliteReadingWriter(path).close();
  const broken = [...READING_STORE_MIGRATIONS, (file: DatabaseSync) => file.exec("DROP TABLE readings; nonsense")];
  assert.throws(() => new SqliteReadingWriter(path, broken), /syntax error/);
  const reader = await openReadingReader({ kind: "sqlite", path });
  assert.is(await reader.count(), 0);
  await reader.close();
});

test("files of others are left alone", async () => {
  const text = await freshPath();
  await writeFile(text, "a letter, not a database; long enough to fill a header of a hundred bytes. ".repeat(20));
  const foreign = await freshPath();
  const file = new DatabaseSync(foreign);
  file.exec("CREATE TABLE somebody (name TEXT)");
  file.close();
  for (const path of [text, foreign]) {
    assert.is(await codeOf(() => openReadingWriter({ kind: "sqlite", path })), "STORE_NOT_OURS");
    assert.is(await codeOf(() => openReadingReader({ kind: "sqlite", path })), "STORE_NOT_OURS");
  }
});

test("a reader that comes before the first writer is told to come again", async () => {
  const path = await freshPath();
  assert.is(await codeOf(() => openReadingReader({ kind: "sqlite", path })), "STORE_UNAVAILABLE");
  assert.not(existsSync(path));
  assert.is(
    await codeOf(() => openReadingWriter({ kind: "sqlite", path: `${path}/in/no/folder` })),
    "STORE_UNAVAILABLE",
  );
});

test.run();
