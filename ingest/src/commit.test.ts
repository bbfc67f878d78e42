import { assert, suite, tempDir } from "../../checks/kit.ts";
import { begin, COLD, PipelineBench, T0, withBench } from "../test/pipeline-bench.ts";
import { temperatureRecord } from "../test/scripted-gateway.ts";
import type { CommitStep } from "./pipeline.ts";
import type { ReadingWriter } from "./store/reading-store.ts";
import { StoreUnavailableError } from "./store/store-errors.ts";

const test = suite("commit");

for (const where of ["planned", "stored", "committed"] as const satisfies readonly CommitStep[]) {
  test(`killed after "${where}", nothing is lost and nothing stands twice`, async () => {
    const folder = await tempDir();
    const first = await PipelineBench.open(folder, {
      step: (step) => {
        if (dying && step === where) throw new Error("killed");
      },
    });
    let dying = false;
    await begin(first);
    dying = true;
    const records = [temperatureRecord(1, 1000, 5), temperatureRecord(2, 2000, 6)];
    let died = false;
    await first
      .send(first.data(COLD, records, { gone: [{ first: 3, last: 4, reason: "corrupt" }], issued: 4 }))
      .catch(() => (died = true));
    assert.ok(died);
    assert.is(first.acceptances.get("cold-1")?.watermark, 0, "what was not committed was not accepted");
    await first.close();
    const again = await PipelineBench.open(folder);
    await again.send(again.data(COLD, records, { gone: [{ first: 3, last: 4, reason: "corrupt" }], issued: 4 }));
    assert.is(again.acceptances.get("cold-1")?.watermark, 4);
    assert.equal(await again.stored(), [
      [T0 + 1000, 5, 0],
      [T0 + 2000, 6, 0],
    ]);
    assert.is(again.count("conflicts"), 0);
    const [row] = again.read((reader) => reader.completeness("tenant1")).filter(({ assetId }) => assetId === "cold-1");
    assert.equal([row?.issued, row?.accepted, row?.gone, row?.holes.length], [4, 4, 2, 0]);
    await again.close();
  });
}

test("a store that is away keeps the batch, with growing waits, and nothing is accepted meanwhile", async () => {
  let away = 3;
  const wrapWriter = (writer: ReadingWriter): ReadingWriter => ({
    close: () => writer.close(),
    write: (batch) =>
      away-- > 0 ? Promise.reject(new StoreUnavailableError("STORE_UNAVAILABLE", "away")) : writer.write(batch),
  });
  await withBench({ wrapWriter }, async (bench) => {
    await begin(bench);
    let done = false;
    const sent = bench.send(bench.data(COLD, [temperatureRecord(1, 1000, 5)])).then(() => (done = true));
    for (const waitMs of [100, 200, 400]) {
      await turns();
      assert.equal([done, bench.acceptances.get("cold-1")?.watermark], [false, 0]);
      assert.is(bench.time.pending, 1);
      bench.time.advance(waitMs);
    }
    await sent;
    assert.is(bench.acceptances.get("cold-1")?.watermark, 1);
    assert.equal(
      bench.storeProblems.map((problem) => problem !== undefined),
      [true, true, true, false],
    );
    assert.equal(await bench.stored(), [[T0 + 1000, 5, 0]]);
  });
});

async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resume) => setImmediate(resume));
}

test.run();
