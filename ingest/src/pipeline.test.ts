import { formatRanges } from "@isotherm/coldchain";
import { assert, suite, tempDir } from "../../checks/kit.ts";
import { begin, COLD, OWN, PipelineBench, T0, withBench } from "../test/pipeline-bench.ts";
import { assetStream, birthPayload, nodeDeathPayload, temperatureRecord } from "../test/scripted-gateway.ts";

const test = suite("pipeline");

test("a record that comes again is accepted again and stored once; another one under its number is quarantined", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    await bench.send(bench.data(COLD, [temperatureRecord(1, 1000, 5)]));
    await bench.send(bench.data(COLD, [temperatureRecord(1, 1000, 5)]));
    bench.acceptances.clear();
    await bench.send(
      bench.data(COLD, [temperatureRecord(1, 1000, 7)]),
      bench.data(COLD, [temperatureRecord(1, 1000, 7)]),
    );
    assert.is(bench.acceptances.get("cold-1")?.watermark, 1);
    assert.equal(await bench.stored(), [[T0 + 1000, 5, 0]]);
    assert.is(bench.count("duplicates"), 1);
    const [row, ...more] = bench.read((reader) => reader.quarantine("tenant1", 10));
    assert.equal([row?.kind, row?.numbers, more.length], ["number-conflict", "1", 0]);
    assert.match(row?.reason ?? "", /stored [0-9a-f]{16}, came again as [0-9a-f]{16}/);
  });
});

test("a message that cannot be read earns nothing; the second time its bytes are kept and its numbers accepted", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    const good = temperatureRecord(1, 1000, 5);
    const unknownAlias = { ...good, readings: [{ alias: 77, value: 5, quality: 0 }] };
    const bad = bench.data({ ...COLD, channels: [...COLD.channels] }, [unknownAlias]);
    await bench.send(bad);
    assert.is(bench.acceptances.get("cold-1")?.watermark, 0);
    assert.equal(
      bench.read((reader) => reader.quarantine("tenant1", 10)),
      [],
    );
    bench.time.advance(3000);
    assert.is(bench.rebirths, 1, "a birth is asked for");
    await bench.send(bad);
    assert.is(bench.acceptances.get("cold-1")?.watermark, 1);
    const [row] = bench.read((reader) => reader.quarantine("tenant1", 10));
    assert.equal([row?.kind, row?.numbers, row?.byteCount], ["undecodable", "1", bad[1].length]);
    await bench.send(bench.data(COLD, [good]));
    assert.equal(await bench.stored(), [[T0 + 1000, 5, 0]], "the record is stored after all when it comes");
    const [stream] = bench.read((reader) => reader.completeness()).filter(({ assetId }) => assetId === "cold-1");
    assert.equal([stream?.accepted, stream?.quarantined], [1, 0]);
  });
});

test("bytes that are no payload at all accept nothing, and are kept the second time", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    const [topic, payload] = bench.data(COLD, [temperatureRecord(1, 1000, 5)]);
    await bench.send([topic, Buffer.concat([payload, Buffer.from([0xff])])]);
    await bench.send([topic, Buffer.concat([payload, Buffer.from([0xff])])]);
    assert.is(bench.acceptances.get("cold-1")?.watermark, 0);
    const [row] = bench.read((reader) => reader.quarantine(undefined, 10));
    assert.equal([row?.kind, row?.numbers], ["undecodable", ""], "the bytes are kept for a person all the same");
  });
});

test("data under a birth that is not known earns nothing, asks for it once, and is never quarantined", async () => {
  await withBench({}, async (bench) => {
    const data = bench.data(COLD, [temperatureRecord(1, 1000, 5)]);
    for (let i = 0; i < 3; i++) await bench.send(data);
    bench.time.advance(5000);
    assert.equal([bench.rebirths, bench.acceptances.size], [1, 0]);
    assert.equal(
      bench.read((reader) => reader.quarantine(undefined, 10)),
      [],
    );
    await begin(bench);
    await bench.send(data);
    assert.is(bench.acceptances.get("cold-1")?.watermark, 1);
  });
});

test("a birth that lies about its hash is not believed", async () => {
  await withBench({}, async (bench) => {
    await bench.send(bench.nodeBirth(), bench.birth(OWN));
    const honest = birthPayload(COLD);
    const swapped = assetStream("cold-1", undefined, ["temperature/p2"]);
    const lying = Buffer.from(birthPayload(swapped));
    const at = lying.indexOf("temperature/p2");
    lying.write("temperature/p1", at);
    assert.not.equal([...lying], [...honest]);
    await bench.send([bench.birth(COLD)[0], lying]);
    assert.equal([bench.count("births-refused"), bench.count("births")], [1, 2]);
    assert.equal(bench.read((reader) => reader.assets("tenant1"))[0]?.channels, []);
    await bench.send(bench.data(COLD, [temperatureRecord(1, 1000, 5)]));
    assert.is(bench.acceptances.get("cold-1"), undefined);
  });
});

test("births outlive a restart: old messages are read as they were meant", async () => {
  const folder = await tempDir();
  const before = await PipelineBench.open(folder);
  await begin(before);
  await before.close();
  const after = await PipelineBench.open(folder);
  await after.send(after.data(COLD, [temperatureRecord(1, 1000, 0)]));
  assert.equal(await after.stored(), [[T0 + 1000, 0, 0]]);
  await after.close();
});

test("a point that the store refuses is quarantined, and the rest of its batch is stored", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    const beforeTime = temperatureRecord(1, -T0 - 1000, 5);
    await bench.send(bench.data(COLD, [beforeTime, temperatureRecord(2, 2000, 6)]));
    assert.is(bench.acceptances.get("cold-1")?.watermark, 2);
    assert.equal(await bench.stored(), [[T0 + 2000, 6, 0]]);
    const [row] = bench.read((reader) => reader.quarantine("tenant1", 10));
    assert.equal([row?.kind, row?.numbers, row?.reason], ["point-refused", "1", "temperature/p1: time-invalid"]);
  });
});

test("when a gateway's room in quarantine is full, what should go there is not accepted", async () => {
  await withBench({ bounds: { quarantineBytesMax: 10 } }, async (bench) => {
    await begin(bench);
    await bench.send(bench.data(COLD, [temperatureRecord(1, -T0 - 1000, 5), temperatureRecord(2, 2000, 6)]));
    const { watermark, above } = bench.acceptances.get("cold-1") ?? {};
    assert.equal([watermark, formatRanges(above ?? [])], [0, "2"]);
    assert.is(bench.count("quarantine-full"), 1);
  });
});

test("only the gateway's primary host says what is accepted", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    await bench.send(bench.nodeBirth("another-host"));
    bench.acceptances.clear();
    await bench.send(bench.data(COLD, [temperatureRecord(1, 1000, 5)]));
    assert.is(bench.acceptances.size, 0);
    assert.is((await bench.stored()).length, 1, "what came is stored all the same");
  });
});

test("a death takes its assets off line, and a will of an older connection does not", async () => {
  await withBench({}, async (bench) => {
    await begin(bench);
    const status = () => bench.read((reader) => reader.assets("tenant1"))[0]?.status;
    await bench.send(["spBv1.0/group1/NDEATH/gw-1", nodeDeathPayload(41)]);
    assert.is(status(), "online");
    await bench.send(["spBv1.0/group1/NDEATH/gw-1", nodeDeathPayload(0)]);
    assert.is(status(), "offline");
    await bench.send(bench.data(COLD, [temperatureRecord(1, 1000, 5)]));
    assert.is(status(), "online");
  });
});

test.run();
