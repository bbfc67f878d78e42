// file-deadline-s: 2400
// The law: the result is a function of the set of readings and of the dated facts, whatever the order, batches, repeats or
// deaths in which they came. 1,000 histories, 100,000 in the long run, each carried through the real way of a message.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ChannelDeclaration } from "@isotherm/coldchain";
import fc from "fast-check";
import { assert, isLong, seed, suite, tempDir } from "../../checks/kit.ts";
import { historyTable } from "../test/history-table.ts";
import { HistoryBench, TENANT } from "../test/history-bench.ts";
import { ASSETS, type AssetId, CHANNELS, type History } from "../test/history.ts";
import { madeHistories } from "../test/made-history.ts";
import { foundFindings, naiveFindings, readingsOf } from "../test/naive-judgement.ts";
import { holdAlarms, holdAudit, holdSame } from "../test/result-laws.ts";

const test = suite("the law of judging", { deadlineMs: isLong() ? 10_000_000 : 170_000 });
const RUNS = Number(process.env["ISOTHERM_HISTORIES"] ?? (isLong() ? 100_000 : 1_000));

let bench: HistoryBench;
let memoryFolder: string | undefined;

test.before(async () => {
  // A disk in memory where there is one: the law is about order, and other tests are about disks.
  if (existsSync("/dev/shm")) memoryFolder = mkdtempSync(join("/dev/shm", "isotherm-law-"));
  bench = new HistoryBench(memoryFolder ?? (await tempDir()));
});

test.after(() => {
  bench.close();
  if (memoryFolder !== undefined) rmSync(memoryFolder, { recursive: true });
});

/** What a law speaks of when a history has been carried through. */
async function holdLaws(history: History): Promise<number> {
  const naive = naiveFindings(history);
  await bench.live(history);
  const found = foundFindings(bench.excursions()).map((each) => JSON.stringify(each));
  holdSame(
    found,
    naive.map((each) => JSON.stringify(each)),
    "the excursions are those that the naive reference finds",
  );
  for (const [assetId, { channel, alias }] of seriesOf()) {
    const stored = bench.store.all({ tenantId: TENANT, assetId, channel });
    assert.equal(
      stored.map(({ atMs }) => atMs),
      timesOf(history, assetId, alias),
      `what is stored of ${channel}`,
    );
  }
  const alarms = bench.alarms();
  holdAlarms(bench.excursions(), alarms);
  holdAudit(bench.excursions(), bench.audit(), new Set(alarms.map(({ alarmId }) => alarmId)));
  const everything = ["excursion", "alarm", "audit", "stream", "digests", "anchor", "pending", "dirty", "quarantine"];
  const persisted = results(history);
  const before = everything.flatMap((table) => bench.rows(table));
  await bench.again(history);
  const after = everything.flatMap((table) => bench.rows(table));
  holdSame(after, before, "what comes again changes nothing");
  await bench.atOnce(history);
  holdSame(persisted, results(history), "what is persisted is what it is when all comes at once and in order");
  return naive.length;
}

/** Rows that are a function of the set, as they are stored; of an excursion all but its ids, which remember. */
function results({ isPunctual, records }: History): string[] {
  const instants = new Set(records.map(({ assetId, atMs }) => `${assetId} ${atMs}`));
  return [
    ...bench.rows("excursion", ["excursion_id", "alarm_id"]),
    ...bench.rows("stream", ["stream_id", "tail_first", "tail"]),
    ...bench.rows("anchor"),
    ...bench.rows("assignment"),
    ...bench.rows("pending"),
    ...bench.rows("dirty"),
    ...bench.rows("channel"),
    // A reading from the future is not the latest one while it is that; of two at one instant the later to come is.
    ...(isPunctual ? bench.latest(instants.size === records.length) : []),
  ];
}

function seriesOf(): [AssetId, ChannelDeclaration][] {
  return ASSETS.flatMap((assetId) =>
    CHANNELS[assetId].map((declared): [AssetId, ChannelDeclaration] => [assetId, declared]),
  );
}

function timesOf(history: History, assetId: AssetId, alias: number): number[] {
  return readingsOf(history, assetId, alias).map(({ atMs }) => atMs);
}

test("the result is a function of the set of readings and facts, and the one that the naive reference finds", async () => {
  let excursions = 0;
  await fc.assert(
    fc.asyncProperty(madeHistories, async (history) => {
      excursions += await holdLaws(history);
    }),
    {
      seed: seed(),
      numRuns: RUNS,
      reporter: ({ failed, counterexample, seed: from, numRuns, errorInstance }) => {
        if (!failed) return;
        const [history] = counterexample ?? [];
        const why = errorInstance instanceof Error ? (errorInstance.stack ?? "") : String(errorInstance);
        const told = history === undefined ? "no history" : historyTable(history);
        throw new Error(`after ${numRuns} histories of seed ${from >>> 0}:\n${told}\n${why}`);
      },
    },
  );
  assert.ok(excursions > RUNS, `the histories held only ${excursions} excursions`);
});

test.run();
