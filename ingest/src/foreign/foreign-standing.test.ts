import { assert, suite, tempDir } from "../../../checks/kit.ts";
import { ASSET, CHANNEL, JudgingBench, legOf, TENANT } from "../../test/judging-bench.ts";

const test = suite("how long a value stands");

/** Two readings above the limit, one back inside; the profile's gap is 30 ms. */
const SAMPLES = [
  { number: 1, atMs: 1000, value: 9 },
  { number: 2, atMs: 1200, value: 9.5 },
  { number: 3, atMs: 1250, value: 5 },
];

async function monitoredMs(standsMs: number | undefined): Promise<number[]> {
  const bench = new JudgingBench(await tempDir());
  try {
    const { db, gateways } = bench.state;
    const terms = standsMs === undefined ? {} : { standsMs };
    db.transaction(() =>
      gateways.declare(TENANT, ASSET, {
        channel: CHANNEL,
        alias: 3,
        role: "product",
        unit: "Cel",
        resolution: 0.1,
        ...terms,
      }),
    );
    bench.assign([legOf("leg-1", 0, null)], 1300);
    bench.store(SAMPLES, 1300);
    await bench.assess();
    return bench.excursions().map((row) => row.monitoredMs);
  } finally {
    bench.close();
  }
}

test("is the profile's gap, unless the source reports by exception and says how long it may be silent", async () => {
  assert.equal(await monitoredMs(undefined), [60]);
  assert.equal(await monitoredMs(1000), [250]);
  assert.equal(await monitoredMs(100), [150]);
});

test.run();
