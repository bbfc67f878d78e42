// Conclusions about legs as readings stream in: what they come to, when they are corrected, and that they are what judging
// all at once gives.

import { readFileSync } from "node:fs";
import { type Profile, type ReadingSlice, assessLeg, parseProfile } from "@isotherm/coldchain";
import fc from "fast-check";
import { assert, isLong, seed, suite, tempDir } from "../../checks/kit.ts";
import { ASSET, CHANNEL, JudgingBench, PROFILE, type Sample, TENANT, legOf } from "../test/judging-bench.ts";
import { MemoryReadings } from "../test/memory-readings.ts";
import { type Assignment, versionsOf } from "./assignment.ts";
import { noteNeverConcluded } from "./leg-conclusion-due.ts";
import { concludeNext } from "./leg-conclusion-work.ts";
import { openStateReader } from "./state-reader.ts";
import type { AuditRow, ConclusionRow } from "./state-rows.ts";

const test = suite("conclusions about legs");

const H = 3_600_000;
const D = 24 * H;
const STEP_MS = 15 * 60_000;

function shipped(name: string): Profile {
  const parsed = parseProfile(
    readFileSync(`${import.meta.dirname}/../../coldchain/profiles/${name}.yaml`, "utf8"),
    name,
  );
  if (!("profile" in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.profile;
}

/** Hours above 8 °C up to 15 °C: five are allowed. */
function budgeted(aboveC = 8): Profile {
  const { limits, ...rest } = PROFILE;
  const [row] = limits;
  if (row === undefined) throw new Error("no row");
  const limit = { ...row, low: -30, onDelayMs: 0, offDelayMs: 0, gapMs: STEP_MS };
  return {
    ...rest,
    limits: [{ ...limit, allowances: [] }],
    mkt: [{ role: "product", windowMs: D, highC: 8, gapMs: STEP_MS, source: "test" }],
    stability: [{ role: "product", gapMs: STEP_MS, source: "test", rows: [{ aboveC, upToC: 15, allowedMs: 5 * H }] }],
  };
}

/** A bench whose clock goes on as readings come, with the conclusions' turn. */
class ConclusionBench {
  readonly #folder: string;
  readonly #readings = new MemoryReadings();
  #bench: JudgingBench;
  #number = 0;
  nowMs = 0;
  alarmsTold = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#bench = new JudgingBench(folder, this.#readings, 50);
  }

  assign(...assignments: readonly Assignment[]): void {
    this.#bench.assign(assignments, this.nowMs);
  }

  /** So many hours of each value, a reading every quarter of an hour. */
  held(fromMs: number, ...parts: readonly (readonly [hours: number, value: number])[]): number {
    const values = parts.flatMap(([hours, value]) => new Array<number>(hours * 4).fill(value));
    this.store(values.map((value, at) => ({ atMs: fromMs + at * STEP_MS, value })));
    return fromMs + values.length * STEP_MS;
  }

  store(samples: readonly Omit<Sample, "number">[]): void {
    this.nowMs = Math.max(this.nowMs, ...samples.map(({ atMs }) => atMs));
    this.#bench.store(
      samples.map((sample) => ({ ...sample, number: ++this.#number })),
      this.nowMs,
    );
  }

  async assess(): Promise<void> {
    await this.#bench.assess();
  }

  /** Everything that is due by now, one after the other. */
  async conclude(afterMs = 0): Promise<void> {
    this.nowMs += afterMs;
    const { state } = this.#bench;
    const deps = { state, reader: () => Promise.resolve(this.#readings.reader(50)), breath: () => Promise.resolve() };
    for (;;) {
      const done = await concludeNext(deps, this.nowMs);
      if (done === undefined) return;
      this.alarmsTold += done.alarms.length;
    }
  }

  async settle(afterMs = 0): Promise<void> {
    await this.assess();
    await this.conclude(afterMs);
  }

  restart(): void {
    this.#bench.close();
    this.#bench = new JudgingBench(this.#folder, this.#readings, 50);
  }

  /** As a state file is that is older than conclusions. */
  forget(): void {
    const { db } = this.#bench.state;
    db.transaction(() => {
      db.run("DELETE FROM leg_conclusion");
      db.run("DELETE FROM leg_conclusion_task");
    });
  }

  takeUp(): void {
    noteNeverConcluded(this.#bench.state, this.nowMs);
  }

  isQuiet(): boolean {
    return this.#bench.state.dirty.count() === 0 && this.#bench.state.conclusions.nextDue(this.nowMs) === undefined;
  }

  rows(): ConclusionRow[] {
    const reader = openStateReader(this.#bench.file);
    const rows = reader.conclusions({ tenantId: TENANT, assetId: ASSET, limit: 100 });
    reader.close();
    return rows.sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }

  audit({ conclusionId }: ConclusionRow): AuditRow[] {
    const reader = openStateReader(this.#bench.file);
    const rows = reader.audit(TENANT, conclusionId);
    reader.close();
    return rows;
  }

  alarms() {
    return this.#bench.alarms().filter(({ ruleId }) => /\/(mkt|stability)\//.test(ruleId));
  }

  slice(): ReadingSlice {
    const points = [...this.#readings.points].sort((a, b) => a.atMs - b.atMs || a.ordinal - b.ordinal);
    return {
      count: points.length,
      atMs: Float64Array.from(points, ({ atMs }) => atMs),
      value: Float64Array.from(points, ({ value }) => value),
      good: Uint8Array.from(points, ({ quality }) => (quality === 0 ? 1 : 0)),
    };
  }

  close(): void {
    this.#bench.close();
  }
}

async function withBench(use: (bench: ConclusionBench) => Promise<void>): Promise<void> {
  const bench = new ConclusionBench(await tempDir());
  try {
    await use(bench);
  } finally {
    bench.close();
  }
}

test("a 24 hour mean kinetic temperature above 8 °C is one alarm for quality, with its window", async () => {
  await withBench(async (bench) => {
    bench.assign(legOf("a", 0, 4 * D, shipped("usp-cct-2-8")));
    for (const [from, ...part] of [
      [0, 24, 4],
      [24, 18, 5],
      [42, 6, 14],
      [48, 24, 4],
    ] as const) {
      bench.held(from * H, part);
      await bench.settle(H);
    }
    await bench.settle(H);
    const [row, ...others] = bench.rows();
    assert.equal(others, []);
    assert.ok(row !== undefined && Math.abs(row.value - 8.285216) < 1e-6, `${row?.value}`);
    assert.equal([row.kind, row.windowFromMs, row.windowToMs, row.breachAtMs], ["mkt", D, 2 * D, 2 * D]);
    const [alarm, ...more] = bench.alarms();
    assert.equal(more, []);
    assert.equal(
      [alarm?.ruleId, alarm?.severity, alarm?.foundLate, alarm?.state, alarm?.shipmentIds],
      ["usp-cct-2-8/mkt/product/0", "breach", true, "returned-unacknowledged", ["shipment-a"]],
    );
    assert.equal(
      bench
        .audit(row)
        .map(({ kind }) => kind)
        .at(-1),
      bench.audit(row).length === 1 ? "concluded" : "revised",
    );
  });
});

test("a room's 30 days: what is above 25 °C for a day is kept by the month around it", async () => {
  await withBench(async (bench) => {
    bench.assign(legOf("a", 0, null, shipped("usp-crt-20-25")));
    const warmMs = bench.held(0, [10 * 24, 21]);
    await bench.settle();
    assert.equal(bench.rows(), [], "no excursion, no conclusion");
    const coolMs = bench.held(warmMs, [24, 27]);
    await bench.settle(H);
    bench.held(coolMs, [10 * 24, 21]);
    await bench.settle(H);
    const [row] = bench.rows();
    assert.ok(row !== undefined && row.value > 21 && row.value < 25, `${row?.value}`);
    assert.equal([row.limit, row.mark, row.breachAtMs, row.windowFromMs], [25, null, null, 0]);
    assert.equal(bench.alarms(), []);
  });
});

test("70, 90 and 100 % of a budget are told as they are reached, and the last one is an alarm", async () => {
  await withBench(async (bench) => {
    const { mkt: _, ...profile } = budgeted();
    bench.assign(legOf("a", 0, null, profile));
    const marks: (number | null)[] = [];
    let fromMs = bench.held(0, [1, 5]);
    for (const hours of [3, 1, 0.5, 1.5]) {
      fromMs = bench.held(fromMs, [hours, 10]);
      await bench.settle(2 * H);
      marks.push(bench.rows()[0]?.mark ?? null);
    }
    assert.equal(marks, [null, 0.7, 0.7, 1]);
    const [row] = bench.rows();
    assert.is(row?.breachAtMs, 6 * H);
    assert.is(bench.alarms()[0]?.ruleId, "cold/stability/product/0");
    assert.is(bench.alarms().length, 1);
    assert.equal(
      bench.audit(row as ConclusionRow).map(({ kind, after }) => [kind, (after as ConclusionRow).mark]),
      [
        ["concluded", null],
        ["revised", 0.7],
        ["revised", 1],
      ],
    );
  });
});

test("a late reading, however quiet, takes a breach back, with before, after and cause", async () => {
  await withBench(async (bench) => {
    bench.assign(legOf("a", 0, 6 * D, budgeted()));
    bench.store([{ atMs: 0, value: 5 }]);
    bench.held(H, [24, 7], [5, 10], [24, 7]);
    await bench.settle(H);
    await bench.settle(H);
    const [mkt, stability] = bench.rows();
    assert.equal([mkt?.breachAtMs, stability?.breachAtMs], [null, 30 * H]);
    // Between two readings that stood for the whole quarter of an hour it was cool.
    bench.store([{ atMs: 26 * H + 60_000, value: 5 }]);
    await bench.settle();
    const row = bench.rows()[1];
    assert.equal([row?.breachAtMs, row?.mark], [null, 0.9]);
    const last = bench.audit(row as ConclusionRow).at(-1);
    assert.equal(
      [(last?.before as ConclusionRow).breachAtMs, (last?.after as ConclusionRow).breachAtMs, last?.kind],
      [30 * H, null, "revised"],
    );
    assert.match(last?.cause ?? "", /^records /);
    assert.equal(
      bench.alarms().map(({ severity }) => severity),
      ["warning"],
    );
  });
});

test("late readings long after the excursion, quiet as they are, count in the window around it", async () => {
  await withBench(async (bench) => {
    const leg = legOf("a", 0, null, budgeted());
    bench.assign(leg);
    bench.held(0, [10, 5], [3, 9], [1, 5]);
    await bench.settle(H);
    bench.held(40 * H, [1, 5]);
    await bench.settle(H);
    await bench.settle(H);
    const [before] = bench.rows();
    assert.ok(bench.isQuiet());
    bench.held(16 * H, [8, 7]);
    assert.not.ok(bench.isQuiet());
    await bench.settle();
    const [after] = bench.rows();
    assert.is.not(after?.value, before?.value);
    assert.is(after?.value, atOnce(bench, leg).mkt);
  });
});

test("a start takes up what was never concluded, and finds nothing new where all was", async () => {
  await withBench(async (bench) => {
    bench.assign(legOf("a", 0, null, budgeted()));
    bench.held(0, [10, 5], [6, 9], [40, 5]);
    await bench.settle(H);
    await bench.settle(H);
    const before = bench.rows();
    const audited = before.map((row) => bench.audit(row).length);
    assert.is(before.length, 2);
    bench.restart();
    bench.takeUp();
    assert.ok(bench.isQuiet());
    assert.equal(bench.rows(), before);
    assert.equal(
      before.map((row) => bench.audit(row).length),
      audited,
    );
    bench.forget();
    bench.restart();
    bench.takeUp();
    await bench.conclude();
    assert.equal(bench.rows(), before);
    assert.is(bench.alarms().length, 1);
  });
});

test("a profile that asks for nothing any more withdraws what was concluded", async () => {
  await withBench(async (bench) => {
    bench.assign(legOf("a", 0, null, budgeted()));
    bench.held(0, [1, 5], [6, 10], [2, 5]);
    await bench.settle(H);
    const rows = bench.rows();
    assert.is(rows.length, 2);
    bench.assign(legOf("a", 0, null, { ...PROFILE, version: 2 }));
    await bench.settle();
    assert.equal(bench.rows(), []);
    assert.is(bench.audit(rows[1] as ConclusionRow).at(-1)?.kind, "withdrawn");
  });
});

test("while all is quiet nothing is judged, and a later leg begins with what a former one used", async () => {
  await withBench(async (bench) => {
    const { mkt: _, ...profile } = budgeted();
    const legs = [legOf("a", 0, 2 * D, profile), { ...legOf("b", 2 * D, null, profile), shipmentId: "shipment-a" }];
    bench.assign(...legs);
    bench.held(0, [2, 5]);
    await bench.settle();
    bench.held(2 * H, [20, 6]);
    assert.ok(bench.isQuiet());
    bench.held(22 * H, [3, 10], [30, 5]);
    await bench.settle(H);
    bench.held(55 * H, [1, 10], [1, 5]);
    await bench.settle(2 * H);
    assert.equal(
      bench
        .rows()
        .map(({ assignmentKey, value }) => [assignmentKey, value])
        .sort(),
      [
        ["a", 0.6],
        ["b", 0.8],
      ],
    );
  });
});

/** What judging the leg at once gives. */
function atOnce(bench: ConclusionBench, leg: Assignment) {
  const declared = { channel: CHANNEL, role: "product" as const, resolution: 0.1 };
  const found = assessLeg({ versions: versionsOf(leg), channels: [{ declared, readings: bench.slice() }] });
  const mkt = found.lines
    .flatMap((line) => line.mkt)
    .reduce<number | null>((most, { found: { mktC } }) => (most === null || mktC > most ? mktC : most), null);
  const [used] = found.stability;
  const stability = used === undefined || (used.use.usedFraction === 0 && !used.use.isExhausted) ? null : used.use;
  return {
    mkt,
    used: stability?.usedFraction ?? null,
    mark: stability?.marks.findLast(({ isReached }) => isReached)?.fraction ?? null,
    isExhausted: stability?.isExhausted ?? false,
  };
}

const deeds = fc.record({
  values: fc.array(fc.constantFrom(5, 5, 5, 6, 7, 7.7, 9, 10, 14, 16), { minLength: 5, maxLength: 120 }),
  /** Of each reading the batch that brings it, so that some come late. */
  arrives: fc.array(fc.nat({ max: 5 }), { minLength: 120, maxLength: 120 }),
  lateShare: fc.constantFrom(0, 0.1, 1),
  waits: fc.array(fc.constantFrom(0, 60_000, H, 5 * H), { minLength: 6, maxLength: 6 }),
  restartAt: fc.nat({ max: 6 }),
  aboveC: fc.constantFrom(6, 8, 9),
  toMs: fc.constantFrom(null, 20 * H),
});

test(
  "readings that stream in, in any batches and over a restart, give the rows that judging all at once gives",
  async () => {
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(deeds, async ({ values, arrives, lateShare, waits, restartAt, aboveC, toMs }) => {
        await withBench(async (bench) => {
          const leg = legOf("a", 0, toMs, budgeted(aboveC));
          bench.assign(leg);
          const samples = values.map((value, at) => {
            const inOrder = Math.floor((at * 6) / values.length);
            const isLate = (at * 37) % 100 < lateShare * 100;
            return { atMs: at * STEP_MS, value, batch: isLate ? (arrives[at] as number) : inOrder };
          });
          for (let batch = 0; batch < 6; batch++) {
            if (batch === restartAt) bench.restart();
            bench.store(samples.filter((sample) => sample.batch === batch));
            await bench.assess();
            await bench.conclude(waits[batch]);
          }
          await bench.conclude(H);
          const found = bench.rows();
          const [mkt, used] = [found.find((row) => row.kind === "mkt"), found.find((row) => row.kind === "stability")];
          rows += found.length;
          assert.equal(
            {
              mkt: mkt?.value ?? null,
              used: used?.value ?? null,
              mark: used?.mark ?? null,
              isExhausted: (used?.breachAtMs ?? null) !== null,
            },
            atOnce(bench, leg),
          );
          assert.is(
            bench.alarms().filter(({ severity }) => severity === "breach").length,
            found.filter((row) => row.breachAtMs !== null).length,
          );
        });
      }),
      { numRuns: isLong() ? 1000 : 60, seed: seed() },
    );
    assert.ok(rows > 20, `only ${rows} rows`);
  },
  { deadlineMs: 300_000 },
);

test.run();
