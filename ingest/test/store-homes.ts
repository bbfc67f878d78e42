// The two homes as the contract needs them: fresh ones, one that goes away and comes back, one with a poisoned point.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { tempDir } from "../../checks/kit.ts";
import { openReadingWriter, type StoreHome } from "../src/store/reading-store.ts";
import { startInfluxd } from "../../checks/influxd.ts";
import { batchOf, PRODUCT } from "./reading-rows.ts";

export interface HomeUnderTest {
  /** A home that nobody has written to. */
  fresh(): Promise<StoreHome>;
  /** Makes the home refuse every write until it is brought back. */
  takeAway(home: StoreHome): Promise<void>;
  bringBack(): Promise<void>;
  /** Sees to it that PRODUCT cannot take a 4 at this instant, and says what the refusal will be called. */
  poison(home: StoreHome, atMs: number): Promise<string>;
  close(): Promise<void>;
}

export function sqliteUnderTest(): Promise<HomeUnderTest> {
  let lock: DatabaseSync | undefined;
  const bringBack = (): void => {
    lock?.close();
    lock = undefined;
  };
  return Promise.resolve({
    fresh: async () => ({ kind: "sqlite", path: join(await tempDir(), "readings.sqlite") }),
    takeAway: async (home) => {
      if (home.kind !== "sqlite") throw new Error("not a SQLite home");
      lock = new DatabaseSync(home.path);
      lock.exec("BEGIN IMMEDIATE");
      return Promise.resolve();
    },
    bringBack: () => Promise.resolve(bringBack()),
    poison: async (home, atMs) => {
      const writer = await openReadingWriter(home);
      await writer.write(batchOf([{ series: PRODUCT, atMs, value: 5 }]));
      await writer.close();
      return "reading-conflict";
    },
    close: () => Promise.resolve(bringBack()),
  });
}

export async function influxUnderTest(): Promise<HomeUnderTest> {
  const influxd = await startInfluxd();
  let homes = 0;
  return {
    fresh: () => Promise.resolve({ kind: "influx", url: influxd.url, database: `readings-${(homes += 1)}` }),
    takeAway: () => influxd.kill(),
    bringBack: () => influxd.restart(),
    poison: async (home, atMs) => {
      if (home.kind !== "influx") throw new Error("not an InfluxDB home");
      // A shard (a week) whose `value` is an integer for another measurement's sake takes no float from us.
      await fetch(`${home.url}/query`, {
        method: "POST",
        body: new URLSearchParams({ q: `CREATE DATABASE "${home.database}"` }),
      });
      const body = `reading,asset=another,channel=a/b,tenant=t0 value=1i ${atMs}000000`;
      const reply = await fetch(`${home.url}/write?db=${home.database}`, { method: "POST", body });
      if (reply.status !== 204) throw new Error(await reply.text());
      return "store-refused";
    },
    close: () => influxd.close(),
  };
}
