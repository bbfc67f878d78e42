import type { ChainRecord } from "@isotherm/coldchain";
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { COLD, OWN, T0, withBench } from "../test/pipeline-bench.ts";
import { anchorRecord, temperatureRecord } from "../test/scripted-gateway.ts";

const test = suite("records that wait for their anchor");
const HOUR_MS = 3_600_000;

test(
  "records wait for their anchor, accepted, and enter the store when it comes, whatever the order",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
        fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
        async (order, cuts) => {
          await withBench({}, async (bench) => {
            await bench.send(bench.nodeBirth(), bench.birth(OWN), bench.birth(COLD));
            const cold = (one: ChainRecord) => bench.data(COLD, [one]);
            const messages = [
              cold(temperatureRecord(1, 1000, 5, { anchorOrdinal: 0 })),
              cold(temperatureRecord(2, 2000, 6)),
              cold(temperatureRecord(3, 3000, 7, { anchorOrdinal: 2 })),
              bench.data(OWN, [anchorRecord(1, 1, 1500, T0 + 1500)]),
              bench.data(OWN, [anchorRecord(2, 2, 2500, T0 + 2600)]),
            ];
            const ordered = order.map((at) => messages[at] as (typeof messages)[number]);
            const edges = [0, ...[...cuts].sort((a, b) => a - b), 5];
            for (let i = 1; i < edges.length; i++) {
              const batch = ordered.slice(edges[i - 1], edges[i]);
              if (batch.length > 0) await bench.send(...batch);
            }
            assert.is(bench.acceptances.get("cold-1")?.watermark, 3);
            assert.equal(await bench.stored(), [
              [T0 + 1000, 5, 0],
              [T0 + 2000, 6, 0],
              [T0 + 3100, 7, 0],
            ]);
          });
        },
      ),
      { numRuns: 25, seed: seed() },
    );
  },
  { deadlineMs: 100_000 },
);

test("a record whose anchor never comes is stored after a day at its wall clock, flagged", async () => {
  await withBench({}, async (bench) => {
    await bench.send(bench.nodeBirth(), bench.birth(COLD));
    await bench.send(bench.data(COLD, [temperatureRecord(1, 1000, 5, { wallMs: T0 - 5 * HOUR_MS })]));
    assert.is(bench.acceptances.get("cold-1")?.watermark, 1, "it is kept durably, and so accepted");
    bench.time.advance(23 * HOUR_MS);
    await bench.pipeline.release();
    assert.equal(await bench.stored(), []);
    bench.time.advance(HOUR_MS);
    await bench.pipeline.release();
    assert.equal(await bench.stored(), [[T0 - 5 * HOUR_MS, 5, 7]]);
    await bench.pipeline.release();
    assert.is((await bench.stored()).length, 1);
  });
});

test.run();
