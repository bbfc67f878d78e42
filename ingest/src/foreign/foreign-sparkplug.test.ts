import { asDatatype, DATATYPE } from "@isotherm/coldchain";
import fc from "fast-check";
import { assert, isLong, needs, seed, suite, tempDir } from "../../../checks/kit.ts";
import { ForeignGateway, type PlainMetric, quality, TYPE } from "../../test/foreign-gateway.ts";
import { PipelineBench, T0, withBench } from "../../test/pipeline-bench.ts";
import { shortestDecimal } from "../mapping/foreign-unit.ts";
import { readMapping } from "../mapping/mapping-file.ts";
import type { Mapping } from "../mapping/mapping-rules.ts";

const test = suite("foreign Sparkplug gateways", { skip: needs({ testData: true }) });

const MAPPING = mappingOf(`
mapping: plant
sparkplug:
  - group: Plant {plant}
    node: "{node}"
    tenant: tenant1
    maxSilence: 30min
    channels:
      - device: Room {room}
        metric: Temp/{place}
        asset: room-{room}
        channel: temperature/{place}
        role: product
        unit: Cel
        resolution: 0.1
      - device: Room {room}
        metric: TempF
        asset: room-{room}
        channel: temperature/f
        role: product
        unit: "[degF]"
        resolution: 0.1
        sentinels: [{ value: -999, quality: probe-fault }]
      - device: Room {room}
        metric: Door
        asset: room-{room}
        channel: door/main
        role: door
        unit: "1"
        resolution: 1
      - metric: Outside
        asset: yard-{plant}
        channel: temperature/outside
        role: ambient
        unit: Cel
        resolution: 1
`);

function mappingOf(text: string): Mapping {
  const read = readMapping(text, "test");
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.mapping;
}

const p1 = (value: object, more: PlainMetric = {}): PlainMetric => ({
  name: "Temp/p1",
  alias: 7,
  datatype: TYPE.float,
  ...value,
  ...more,
});

/** A node with one room, born at T0 with 4 °C. */
async function born(bench: PipelineBench, gateway: ForeignGateway, metrics?: readonly PlainMetric[]): Promise<void> {
  await bench.send(
    gateway.message(
      "NBIRTH",
      undefined,
      [
        { name: "bdSeq", datatype: 4, longValue: 3 },
        { name: "Node Control/Rebirth", datatype: TYPE.boolean, booleanValue: false },
      ],
      T0,
    ),
    gateway.message("DBIRTH", "Room A", metrics ?? [p1({ floatValue: 4, timestamp: T0 })], T0),
  );
}

const options = { mappings: [MAPPING] };

test("births and data of 3.0, by alias and without datatype, become readings; float32 dust is taken off", async () => {
  await withBench(options, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    await born(bench, gateway);
    await bench.send(
      gateway.message("DDATA", "Room A", [{ alias: 7, floatValue: 8.1, timestamp: T0 + 1000 }], T0 + 1500),
    );
    assert.equal(await bench.stored("temperature/p1", "room-A"), [
      [T0, 4, 0],
      [T0 + 1000, 8.1, 0],
    ]);
    const [asset] = bench.read((reader) => reader.assets("tenant1"));
    assert.equal([asset?.assetId, asset?.status], ["room-A", "online"]);
    assert.equal(
      asset?.channels.map(({ channel, standsMs }) => [channel, standsMs]),
      [["temperature/p1", 1_800_000]],
    );
    bench.time.advance(5000);
    assert.equal([bench.rebirths, bench.acceptances.size], [0, 0], "nothing is asked for, nothing promised");
  });
});

test("habits of 2.2 are taken: names and datatypes in data, times on the payload alone, or none at all", async () => {
  await withBench(options, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    await born(bench, gateway, [
      { name: "Temp/p1", datatype: TYPE.double, doubleValue: 4 },
      { name: "TempF", datatype: TYPE.int16, intValue: 40 },
      { name: "Door", datatype: TYPE.boolean, booleanValue: false },
    ]);
    const later = gateway.message(
      "DDATA",
      "Room A",
      [
        { name: "Temp/p1", datatype: TYPE.double, doubleValue: 5.25 },
        { name: "TempF", datatype: TYPE.int16, intValue: 0x10000 - 4 },
        { name: "Door", datatype: TYPE.boolean, booleanValue: true },
      ],
      T0 + 60_000,
    );
    const untimed = gateway.message("DDATA", "Room A", [{ name: "Temp/p1", datatype: TYPE.double, doubleValue: 6 }]);
    bench.time.advance(90_000);
    await bench.send(later, untimed);
    assert.equal(
      await bench.stored("temperature/p1", "room-A"),
      [
        [T0, 4, 0],
        [T0 + 60_000, 5.25, 0],
        [T0 + 90_000, 6, 7],
      ],
      "what has no time is kept at the time of receipt, clock-untrusted",
    );
    assert.equal(await bench.stored("temperature/f", "room-A"), [
      [T0, 4.444444444444, 0],
      [T0 + 60_000, -20, 0],
    ]);
    assert.equal(
      (await bench.stored("door/main", "room-A")).map(([, value]) => value),
      [0, 1],
    );
  });
});

test("null, bad and stale values and sentinels are never good; nothing else is made of templates and data sets", async () => {
  await withBench(options, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    await born(bench, gateway, [
      p1({ isNull: true, timestamp: T0 }),
      { name: "TempF", alias: 8, datatype: TYPE.int32, intValue: 40, timestamp: T0 },
      { name: "Recipe", datatype: 19, templateValue: { isDefinition: true } },
      { name: "Log", alias: 9, datatype: 16, datasetValue: { numOfColumns: 0 } },
    ]);
    const at = (seconds: number): { timestamp: number } => ({ timestamp: T0 + seconds * 1000 });
    await bench.send(
      gateway.message("DDATA", "Room A", [
        { alias: 7, floatValue: 5, properties: quality(0), ...at(1) },
        { alias: 7, floatValue: 5.5, properties: quality(500), ...at(2) },
        { alias: 7, floatValue: 6, properties: quality(192), ...at(3) },
        { alias: 7, floatValue: Number.NaN, ...at(4) },
        { alias: 8, intValue: -999 >>> 0, ...at(5) },
        { alias: 9, datasetValue: { numOfColumns: 0 } },
      ]),
    );
    const temperature = await bench.stored("temperature/p1", "room-A");
    assert.equal(
      temperature.map(([atMs, , code]) => [(atMs - T0) / 1000, code]),
      [
        [0, 1],
        [1, 1],
        [2, 9],
        [3, 0],
        [4, 3],
      ],
    );
    assert.equal((await bench.stored("temperature/f", "room-A")).at(-1)?.[2], 5);
    assert.is(bench.count("foreign-skipped"), 3);
  });
});

test("history is placed by its own times, however late it comes, and metrics of the node itself are taken", async () => {
  await withBench(options, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    await born(bench, gateway);
    await bench.send(
      gateway.message("DDATA", "Room A", [{ alias: 7, floatValue: 9, timestamp: T0 - 3_600_000, isHistorical: true }]),
    );
    await bench.send(
      gateway.message("NDATA", undefined, [{ name: "Outside", datatype: TYPE.uint32, longValue: 31 }], T0),
    );
    assert.equal((await bench.stored("temperature/p1", "room-A"))[0], [T0 - 3_600_000, 9, 0]);
    assert.equal(await bench.stored("temperature/outside", "yard-North"), [[T0, 31, 0]]);
  });
});

test("the same value at the same time is one reading; another value is kept in quarantine, and the first stays", async () => {
  await withBench(options, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    await born(bench, gateway);
    const value = (floatValue: number) =>
      gateway.message("DDATA", "Room A", [{ alias: 7, floatValue, timestamp: T0 + 1 }]);
    await bench.send(value(5), value(5));
    await bench.send(value(5), value(7));
    assert.equal(await bench.stored("temperature/p1", "room-A"), [
      [T0, 4, 0],
      [T0 + 1, 5, 0],
    ]);
    const [row, ...more] = bench.read((reader) => reader.quarantine("tenant1", 10));
    assert.equal(
      [row?.kind, row?.reason, more.length],
      [
        "reading-conflict",
        `temperature/p1: another value came first for ${new Date(T0 + 1).toISOString()}, and stays`,
        0,
      ],
    );
    assert.equal([bench.count("foreign-conflicts"), bench.count("points-refused")], [1, 0]);
  });
});

test("data without a birth, and a gap in the node's numbers, ask for births, once and after a while", async () => {
  await withBench(options, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    const unborn = [{ alias: 7, floatValue: 5, timestamp: T0 }];
    for (let i = 0; i < 3; i++) await bench.send(gateway.message("DDATA", "Room A", unborn));
    assert.equal([await bench.stored("temperature/p1", "room-A"), bench.count("foreign-birth-unknown")], [[], 3]);
    bench.time.advance(3000);
    assert.equal(bench.rebirthTopics, ["spBv1.0/Plant North/NCMD/PLC 1"]);
    await born(bench, gateway);
    gateway.lose();
    await bench.send(gateway.message("DDATA", "Room A", [{ alias: 7, floatValue: 5, timestamp: T0 + 1 }]));
    assert.is(bench.count("foreign-gaps"), 1);
    bench.time.advance(60_000);
    await bench.send(gateway.message("DDATA", "Room A", [{ alias: 7, floatValue: 5, timestamp: T0 + 2 }]));
    bench.time.advance(5000);
    assert.is(bench.rebirths, 1, "one gap is one question, and not soon after another");
    gateway.lose();
    await bench.send(gateway.message("DDATA", "Room A", [{ alias: 7, floatValue: 5, timestamp: T0 + 3 }]));
    bench.time.advance(5000);
    assert.is(bench.rebirths, 2);
    assert.is((await bench.stored("temperature/p1", "room-A")).length, 4, "what could be read was taken");
  });
});

test("aliases hold no longer than our own listening: after a restart they are asked for again", async () => {
  const folder = await tempDir();
  const gateway = await ForeignGateway.of("Plant North", "PLC 1");
  const before = await PipelineBench.open(folder, options);
  await born(before, gateway);
  await before.close();
  const after = await PipelineBench.open(folder, options);
  await after.send(gateway.message("DDATA", "Room A", [{ alias: 7, floatValue: 55, timestamp: T0 + 1 }]));
  after.time.advance(5000);
  assert.equal([(await after.stored("temperature/p1", "room-A")).length, after.rebirths], [1, 1]);
  await after.close();
});

test("aliases of a former connection of ours are not believed in the next", async () => {
  await withBench(options, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    await born(bench, gateway);
    const [topic, payload] = gateway.message("DDATA", "Room A", [{ alias: 7, floatValue: 55, timestamp: T0 + 1 }]);
    await bench.pipeline.run([{ topic, payload, receivedAtMs: T0, connection: 2 }]);
    bench.time.advance(5000);
    assert.equal([(await bench.stored("temperature/p1", "room-A")).length, bench.rebirths], [1, 1]);
  });
});

test("data in any order, and delivered twice, store the same", async () => {
  const all = Array.from({ length: 12 }, (_, at) => [T0 + at * 1000, at === 0 ? 4 : at / 10, 0] as const);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...all.slice(1), ...all.slice(1)], { minLength: 22 }), async (order) => {
      await withBench(options, async (bench) => {
        const gateway = await ForeignGateway.of("Plant North", "PLC 1");
        await born(bench, gateway);
        const data = new Map(
          all.map(([timestamp, floatValue]) => [
            timestamp,
            gateway.message("DDATA", "Room A", [{ alias: 7, floatValue, timestamp }]),
          ]),
        );
        const pairs = order.map(([timestamp]) => data.get(timestamp) as readonly [string, Uint8Array]);
        await bench.send(...pairs.slice(0, 7));
        await bench.send(...pairs.slice(7));
        assert.equal(
          await bench.stored("temperature/p1", "room-A"),
          all.map((each) => [...each]),
        );
      });
    }),
    { numRuns: isLong() ? 200 : 15, seed: seed() },
  );
});

test("a death takes the node's assets offline, an old will does not, and a device's death only its own", async () => {
  await withBench(options, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    const status = (): unknown =>
      bench.read((reader) => reader.assets("tenant1")).map(({ assetId, status: is }) => `${assetId} ${is}`);
    await born(bench, gateway);
    await bench.send(gateway.message("DBIRTH", "Room B", [p1({ floatValue: 4, timestamp: T0 })]));
    await bench.send(gateway.message("DDEATH", "Room B", [], T0));
    assert.equal(status(), ["room-A online", "room-B offline"]);
    await bench.send(gateway.message("NDEATH", undefined, [{ name: "bdSeq", datatype: 4, longValue: 2 }]));
    assert.equal(status(), ["room-A online", "room-B offline"]);
    await bench.send(gateway.message("NDEATH", undefined, [{ name: "bdSeq", datatype: 4, longValue: 3 }]));
    assert.equal(status(), ["room-A offline", "room-B offline"]);
  });
});

test("what no mapping speaks of is listed for the operator, within bounds, and stored nowhere", async () => {
  await withBench({ ...options, bounds: { foreignUnmappedMax: 2 } }, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    await born(bench, gateway, [p1({ floatValue: 4 }), { name: "Fan/Speed", datatype: TYPE.int32, intValue: 900 }]);
    const other = await ForeignGateway.of("group1", "unmapped-node");
    await bench.send(
      other.message(
        "NBIRTH",
        undefined,
        [
          { name: "bdSeq", datatype: 4, longValue: 0 },
          { name: "T", datatype: TYPE.float, floatValue: 4.5 },
          { name: "U", datatype: TYPE.float, floatValue: 4.5 },
        ],
        T0,
      ),
    );
    const unmapped = bench.read((reader) => reader.foreign().unmapped);
    assert.equal(
      unmapped.map(({ gatewayId, what, reason, example }) => [gatewayId.slice(0, 6), what, reason, example]),
      [
        ["PLC-1-", "Room A: Fan/Speed", "no-rule", "900"],
        ["unmapp", "T", "no-rule", "4.5"],
      ],
    );
    assert.equal([bench.count("foreign-unmapped"), bench.count("foreign-unmapped-unlisted")], [3, 1]);
    assert.equal(
      bench.read((reader) => reader.foreign().gateways).map(({ gatewayId }) => gatewayId.slice(0, 6)),
      ["PLC-1-"],
    );
  });
});

test("bytes of a known gateway that cannot be read are kept, and never stop the rest", async () => {
  await withBench(options, async (bench) => {
    const gateway = await ForeignGateway.of("Plant North", "PLC 1");
    await born(bench, gateway);
    const [topic] = gateway.message("DDATA", "Room A", []);
    await bench.send(
      [topic, Buffer.from("rubbish")],
      gateway.message("DDATA", "Room A", [
        { alias: 7, floatValue: 5, timestamp: T0 + 1 },
        { alias: 7, stringValue: "cold", timestamp: T0 + 2 },
      ]),
    );
    assert.is((await bench.stored("temperature/p1", "room-A")).length, 2);
    const rows = bench.read((reader) => reader.quarantine("tenant1", 10));
    assert.equal(
      rows.map(({ kind }) => kind),
      ["foreign-refused", "foreign-refused"],
    );
    assert.match(rows[0]?.reason ?? "", /Room A: Temp\/p1: "cold" is text/);
  });
});

test("float32 values become the shortest decimal that means them; other numbers stay", () => {
  for (const value of [8.1, 2.1, -18.4, 0.1, 1e-7, 25.37, 8.125, 0])
    assert.is(shortestDecimal(Math.fround(value)), value);
  for (const value of [1 / 3, 8.100000000000001, 123456792, Infinity]) assert.is(shortestDecimal(value), value);
  assert.is(asDatatype(0xfff6, DATATYPE.int16), -10);
});

test.run();
