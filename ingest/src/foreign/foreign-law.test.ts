import fc from "fast-check";
import { assert, isLong, seed, suite, tempDir } from "../../../checks/kit.ts";
import { PipelineBench, T0, withBench } from "../../test/pipeline-bench.ts";
import { readMapping } from "../mapping/mapping-file.ts";
import type { Mapping } from "../mapping/mapping-rules.ts";

const test = suite("readings without a delivery promise");
const RUNS = isLong() ? 500 : 40;

const MAPPINGS = [
  mappingOf(`
mapping: factory
json:
  - topic: factory/{gateway}/+/{asset}/telemetry
    gateway: "{gateway}"
    asset: "{asset}"
    maxSilence: 30min
    time: { path: ts, format: epoch-ms, absent: received }
    each: samples[*]
    channels:
      - { path: t, channel: temperature/p1, role: product, unit: Cel, resolution: 0.1 }
      - { path: h, channel: humidity/p1, role: product, unit: "%", resolution: 1 }
  - topic: live/{asset}
    gateway: "{asset}"
    asset: "{asset}"
    maxSilence: 30min
    time: received
    channels:
      - { path: t, channel: temperature/p1, role: product, unit: Cel, resolution: 0.1 }
`),
];

function mappingOf(text: string): Mapping {
  const read = readMapping(text, "test");
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  // As the configuration does, which has one tenant.
  return { ...read.mapping, json: read.mapping.json.map((rule) => ({ ...rule, tenantId: "tenant1" })) };
}

interface Sample {
  readonly ts: number;
  readonly t: number | null;
}

const json = (topic: string, value: unknown): readonly [string, Uint8Array] => [
  topic,
  Buffer.from(JSON.stringify(value)),
];
const telemetry = (samples: readonly unknown[], gateway = "gw-1"): readonly [string, Uint8Array] =>
  json(`factory/${gateway}/line-1/cold-1/telemetry`, { samples });

async function sendAll(bench: PipelineBench, batches: readonly (readonly (readonly Sample[])[])[]): Promise<void> {
  for (const messages of batches) await bench.send(...messages.map((samples) => telemetry(samples)));
}

/** First received stays, told in the plainest way. */
function expected(samples: readonly Sample[]): [number, number | null][] {
  const first = new Map<number, number | null>();
  for (const { ts, t } of samples) if (!first.has(ts)) first.set(ts, t);
  return [...first].sort(([a], [b]) => a - b);
}

async function kept(bench: PipelineBench): Promise<[number, number | null][]> {
  return (await bench.stored()).map(([atMs, value, quality]) => [atMs, quality === 0 ? value : null]);
}

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -300, max: 300 }).map((t) => t / 10) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const times = fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 25 });
/** Messages of one to three samples, in batches of one to four messages, in the order given. */
const cut = <T>(list: readonly T[], sizes: readonly number[]): T[][] => {
  const parts: T[][] = [];
  for (let at = 0, i = 0; at < list.length; i++) parts.push(list.slice(at, (at += sizes[i % sizes.length] ?? 1)));
  return parts;
};
const sizes = (max: number) => fc.array(fc.integer({ min: 1, max }), { minLength: 1, maxLength: 5 });

test(
  "without conflicts, any order, duplication and batching stores the same",
  async () => {
    const history = times.chain((list) =>
      fc.record({
        samples: fc.tuple(...list.map((ts) => value.map((t): Sample => ({ ts: T0 + ts, t })))),
        perMessage: sizes(3),
        perBatch: sizes(4),
      }),
    );
    const arrivals = history.chain(({ samples, ...cuts }) =>
      fc.record({
        samples: fc.constant(samples),
        order: fc.shuffledSubarray([...samples, ...samples], { minLength: samples.length * 2 }),
        cuts: fc.constant(cuts),
      }),
    );
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ samples, order, cuts }) => {
        await withBench({ mappings: MAPPINGS }, async (bench) => {
          await sendAll(bench, cut(cut(order, cuts.perMessage), cuts.perBatch));
          assert.equal(await kept(bench), expected(samples));
          assert.equal(
            bench.read((reader) => reader.quarantine("tenant1", 10)),
            [],
          );
        });
      }),
      { numRuns: RUNS, seed: seed() },
    );
  },
  { deadlineMs: 120_000 },
);

test(
  "with conflicts the first received stays, and every other value is in quarantine",
  async () => {
    const clashing = fc.record({
      samples: fc.array(
        fc.record({ ts: fc.integer({ min: 0, max: 6 }).map((ts) => T0 + ts), t: fc.integer({ min: 0, max: 3 }) }),
        { minLength: 1, maxLength: 20 },
      ),
      perMessage: sizes(3),
      perBatch: sizes(4),
    });
    await fc.assert(
      fc.asyncProperty(clashing, async ({ samples, perMessage, perBatch }) => {
        await withBench({ mappings: MAPPINGS }, async (bench) => {
          await sendAll(bench, cut(cut(samples, perMessage), perBatch));
          const first = expected(samples);
          assert.equal(await kept(bench), first);
          const others = samples.filter(({ ts, t }) => first.find(([at]) => at === ts)?.[1] !== t);
          assert.is(bench.count("foreign-conflicts"), others.length);
          const rows = bench.read((reader) => reader.quarantine("tenant1", 100));
          assert.is(rows.length, new Set(others.map(({ ts, t }) => `${ts} ${t}`)).size);
        });
      }),
      { numRuns: RUNS, seed: seed() },
    );
  },
  { deadlineMs: 120_000 },
);

test("two gateways that measure one channel at the same time are two readings", async () => {
  await withBench({ mappings: MAPPINGS }, async (bench) => {
    await bench.send(telemetry([{ ts: T0, t: 4 }], "gw-1"), telemetry([{ ts: T0, t: 5 }], "gw-2"));
    assert.equal((await bench.stored()).map(([, each]) => each).sort(), [4, 5]);
    assert.is(bench.count("foreign-conflicts"), 0);
  });
});

for (const step of ["planned", "stored"] as const) {
  test(`a process that dies when a batch is ${step} loses nothing that it has begun to store`, async () => {
    const folder = await tempDir();
    const die = (at: string): void => {
      if (at === step) throw new Error("the process dies here");
    };
    const dying = await PipelineBench.open(folder, { mappings: MAPPINGS, step: die });
    await dying.send(telemetry([{ ts: T0, t: 9 }])).then(
      () => assert.unreachable(),
      () => undefined,
    );
    await dying.close();
    const after = await PipelineBench.open(folder, { mappings: MAPPINGS });
    await after.pipeline.takeUp();
    const isBegun = step === "stored";
    assert.equal(await kept(after), isBegun ? [[T0, 9]] : []);
    assert.equal(
      after.read((reader) => reader.latest("tenant1", "cold-1")).map(({ value: latest }) => latest),
      isBegun ? [9] : [],
    );
    assert.equal(after.state.foreign.journal(), []);
    await after.close();
  });
}

test("poison is kept with its reason, and never stops the rest", async () => {
  await withBench(
    { mappings: MAPPINGS, bounds: { foreignMessageBytesMax: 10_000, foreignReadingsMax: 20 } },
    async (bench) => {
      const topic = "factory/gw-1/line-1/cold-1/telemetry";
      const raw = (text: string | Uint8Array): readonly [string, Uint8Array] => [topic, Buffer.from(text as string)];
      await bench.send(
        raw("not json \u001b[2J"),
        raw(""),
        raw(`{"samples":${"[".repeat(3000)}${"]".repeat(3000)}}`),
        raw(`{"samples":[{"ts":${T0},"t":"${"x".repeat(20_000)}"}]}`),
        raw(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)),
        telemetry([{ ts: "yesterday", t: 5 }]),
        telemetry([
          { ts: T0 + 1, t: { value: 5 } },
          { ts: T0 + 2, t: 5 },
        ]),
        telemetry(Array.from({ length: 30 }, (_, at) => ({ ts: T0 + at, t: 1 }))),
        raw(`{"samples":[{"ts":${T0 + 3},"t":1e999}]}`),
        raw(`{"samples":[{"ts":1e300,"t":5}]}`),
        telemetry([{ ts: T0 + 4, t: 6 }]),
      );
      assert.equal(await kept(bench), [
        [T0 + 2, 5],
        [T0 + 3, null],
        [T0 + 4, 6],
      ]);
      const reasons = bench
        .read((reader) => reader.quarantine("tenant1", 20))
        .map(({ reason }) => reason.replace(`${topic}: `, ""));
      for (const said of [
        /not JSON/,
        /^empty/,
        /nested deeper than 32/,
        /bytes are more than 10000 \(the first 4096 of/,
        /not UTF-8/,
        /"yesterday" is no time in epoch-ms/,
        /t: is no single value/,
        /more than 10 samples/,
        /time-invalid/,
      ])
        assert.ok(
          reasons.some((reason) => said.test(reason)),
          `${String(said)} in ${reasons.join("\n")}`,
        );
      assert.not.ok(reasons.some((reason) => reason.includes("\u001b")));
    },
  );
});

test("a retained message that carries no time is no reading; one received live is, at once", async () => {
  await withBench({ mappings: MAPPINGS }, async (bench) => {
    const message = { topic: "live/cold-1", payload: Buffer.from('{"t":4}'), receivedAtMs: T0 };
    await bench.pipeline.run([{ ...message, isRetained: true }]);
    assert.equal([await bench.stored(), bench.count("foreign-retained")], [[], 1]);
    await bench.pipeline.run([{ ...message, receivedAtMs: T0 + 5 }]);
    assert.equal(await bench.stored(), [[T0 + 5, 4, 0]]);
  });
});

test("gateways beyond the bound are dropped and counted, and those known go on", async () => {
  await withBench({ mappings: MAPPINGS, bounds: { foreignGatewaysMax: 2 } }, async (bench) => {
    for (const name of ["a", "b", "c", "a"]) await bench.send(json(`live/${name}`, { t: 4 }));
    assert.equal(
      bench.read((reader) => reader.foreign("tenant1").gateways).map(({ gatewayId }) => gatewayId),
      ["a", "b"],
    );
    assert.equal([bench.count("foreign-full"), bench.count("foreign-readings")], [1, 3]);
  });
});

test.run();
