import { join } from "node:path";
import fc from "fast-check";
import { assert, seed, suite, tempDir } from "../../checks/kit.ts";
import { batchOf, PRODUCT, type Row } from "../test/reading-rows.ts";
import { sumDueHours } from "./hour-summing.ts";
import { IngestState } from "./state.ts";
import { HOUR_MS, hourOf, HourSummer } from "./store/hour-sums.ts";
import {
  openReadingReader,
  openReadingWriter,
  openStoreUpkeep,
  type ReadingReader,
  type ReadingWriter,
  type StoreUpkeep,
} from "./store/reading-store.ts";

const test = suite("hours that are summed up", { deadlineMs: 60_000 });
const H0 = hourOf(1_790_000_000_000);
const WHOLE = { series: PRODUCT, fromMs: 0, toMs: H0 + 24 * HOUR_MS };

type Step =
  | { readonly kind: "batch" | "torn"; readonly rows: readonly Row[] }
  | { readonly kind: "pass" | "killed" | "overtaken"; readonly rows: readonly Row[] };

class Kill extends Error {}

/** A state and a store as ingest has them, over files that outlive a kill. */
class Ground {
  state: IngestState;
  readonly #path: string;
  readonly writer: ReadingWriter;
  readonly reader: ReadingReader;
  readonly upkeep: StoreUpkeep;

  constructor(path: string, writer: ReadingWriter, reader: ReadingReader, upkeep: StoreUpkeep) {
    this.#path = path;
    this.state = IngestState.open(path);
    [this.writer, this.reader, this.upkeep] = [writer, reader, upkeep];
  }

  static async open(): Promise<Ground> {
    const folder = await tempDir();
    const home = { kind: "sqlite", path: join(folder, "readings.db") } as const;
    const writer = await openReadingWriter(home);
    return new Ground(join(folder, "state.db"), writer, await openReadingReader(home), await openStoreUpkeep(home));
  }

  /** Readings into the store, then the state; `torn`: killed between the two, and sent again. */
  async take(rows: readonly Row[], torn: boolean): Promise<void> {
    await this.writer.write(batchOf(rows));
    if (torn) this.kill();
    const points = rows.map(({ atMs }) => ({ series: PRODUCT, sampledAtMs: atMs }));
    const note = (): void => this.state.db.transaction(() => this.state.hourDues.note(points));
    if (torn)
      assert.throws(() =>
        this.state.db.transaction(() => {
          this.state.hourDues.note(points);
          throw new Kill();
        }),
      );
    note();
  }

  kill(): void {
    this.state.close();
    this.state = IngestState.open(this.#path);
  }

  async pass(step?: (at: "read" | "summed") => void): Promise<number> {
    const [reader, upkeep] = [() => Promise.resolve(this.reader), () => Promise.resolve(this.upkeep)];
    const deps = { state: this.state, reader, upkeep, ...(step === undefined ? {} : { step }) };
    return (await sumDueHours(deps, H0 + 24 * HOUR_MS)).hours;
  }

  async run({ kind, rows }: Step): Promise<void> {
    if (kind === "batch" || kind === "torn") return this.take(rows, kind === "torn");
    if (kind === "pass") return void (await this.pass());
    let first = true;
    const step = (at: "read" | "summed"): void => {
      if (kind === "killed" && at === (rows.length % 2 === 0 ? "read" : "summed")) throw new Kill();
      if (kind !== "overtaken" || at !== "read" || !first) return;
      first = false;
      // SQLite's write is done when the call returns.
      void this.take(rows, false);
    };
    await this.pass(step).catch((error: unknown) => {
      if (!(error instanceof Kill)) throw error;
      this.kill();
    });
  }

  async close(): Promise<void> {
    this.state.close();
    await Promise.all([this.writer.close(), this.reader.close(), this.upkeep.close()]);
  }
}

/** Of few instants, so that readings meet; a value told by its place, so that the same reading comes again. */
const rowOf = (at: number): Row => ({
  atMs: H0 + at * 400_000,
  value: (at * 37) % 11,
  quality: at % 7 === 3 ? 2 : 0,
});
const drawnRows = fc.array(fc.nat(60).map(rowOf), { minLength: 1, maxLength: 12 });
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<Step["kind"][]>("batch", "batch", "torn", "pass", "killed", "overtaken"),
    rows: drawnRows,
  }),
  { minLength: 1, maxLength: 14 },
) as fc.Arbitrary<Step[]>;

test("are a function of the readings, whatever comes late, twice or between, and whenever ingest is killed", async () => {
  const holds = async (drawn: readonly Step[]): Promise<void> => {
    const ground = await Ground.open();
    for (const step of drawn) await ground.run(step);
    while ((await ground.pass()) > 0);
    const summer = new HourSummer(true);
    const expected = [...summer.add(await ground.reader.readings(WHOLE)), ...summer.end()];
    assert.equal(await ground.reader.hours(WHOLE), expected);
    assert.is(ground.state.hourDues.count(), 0);
    await ground.close();
  };
  await fc.assert(fc.asyncProperty(steps, holds), { seed: seed(), numRuns: 40 });
});

test("cost one row an hour, not one a reading, and are left alone while they last", async () => {
  const ground = await Ground.open();
  for (let at = 0; at < 50; at += 1) await ground.take([{ atMs: H0 + at }, { atMs: H0 + HOUR_MS + at }], false);
  assert.is(ground.state.hourDues.count(), 2);
  const reader = () => Promise.resolve(ground.reader);
  const upkeep = () => Promise.resolve(ground.upkeep);
  assert.equal(await sumDueHours({ state: ground.state, reader, upkeep }, H0 + 2 * HOUR_MS - 1), {
    hours: 1,
    frozen: 0,
  });
  assert.equal(
    (await ground.reader.hours(WHOLE)).map(({ hourMs, count }) => [hourMs, count]),
    [[H0, 50]],
  );
  await ground.close();
});

test("stand as they are once their readings have expired", async () => {
  const ground = await Ground.open();
  await ground.take([{ atMs: H0 }, { atMs: H0 + 1000 }], false);
  await ground.pass();
  const before = await ground.reader.hours(WHOLE);
  ground.state.db.transaction(() =>
    ground.state.expired.add(PRODUCT.tenantId, PRODUCT.assetId, { fromMs: H0, toMs: H0 + 1 }, 0),
  );
  await ground.upkeep.expireReadings(PRODUCT, { fromMs: H0, toMs: H0 + 1 });
  await ground.take([{ atMs: H0 + 2000 }], false);
  await ground.pass();
  assert.equal(await ground.reader.hours(WHOLE), before);
  assert.is(ground.state.hourDues.count(), 0);
  await ground.close();
});

test.run();
