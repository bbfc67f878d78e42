import { connect } from "node:net";
import { Registry } from "prom-client";
import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite, until } from "../../checks/kit.ts";
import { type FedEvent, FeedHub } from "./feed-hub.ts";
import { HttpDoor } from "./http-door.ts";

const test = suite("feed");
const TOKEN = "token of the test";

async function withDoor(
  feedBytesMax: number,
  body: (door: HttpDoor, hub: FeedHub, time: VirtualTime) => Promise<void>,
) {
  const time = new VirtualTime(1_780_000_000_000);
  const hub = new FeedHub(time, () => 7);
  const door = new HttpDoor({
    host: "127.0.0.1",
    port: 0,
    token: TOKEN,
    bounds: { feedBytesMax, feedReadersMax: 1 },
    hub,
    metrics: new Registry(),
    unwell: () => ["the store is away"],
    actOnQuarantine: ({ quarantineId }) => Promise.resolve({ quarantineId, outcome: "unknown" }),
    takeIntent: () => {
      throw new Error("no intent is sent here");
    },
  });
  await door.open();
  try {
    await body(door, hub, time);
  } finally {
    await door.close();
  }
}

test("a reader that does not read is cut off at the bound, and leaves room for another", async () => {
  await withDoor(200_000, async (door, hub) => {
    const socket = connect(door.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.pause();
    socket.write(`GET /feed HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`);
    await until(() => hub.listenerCount === 1, { what: "the reader" });
    const answer = await fetch(`http://127.0.0.1:${door.port}/feed`, { headers: { authorization: `Bearer ${TOKEN}` } });
    assert.is(answer.status, 503, "only so many may read");
    const assetIds = ["x".repeat(100_000)];
    await until(
      () => {
        hub.publish({ kind: "excursion", tenantId: "t", assetIds });
        return door.cutCount === 1;
      },
      { what: "it to be cut off" },
    );
    assert.equal([hub.listenerCount, door.readerCount], [0, 0]);
    socket.destroy();
  });
});

test("readings are told as the latest per channel, once in a quarter of a second, one event a tenant", async () => {
  await withDoor(1000, (_, hub, time) => {
    const heard: unknown[] = [];
    hub.listen((event) => heard.push(event));
    const point = (tenantId: string, sampledAtMs: number, value: number) =>
      ({ series: { tenantId, assetId: "cold", channel: "temperature/p1" }, sampledAtMs, value, quality: 0 }) as never;
    hub.noteReadings([point("t1", 2000, 0), point("t1", 1000, 9)]);
    hub.noteReadings([point("t2", 1500, 5)]);
    time.advance(249);
    assert.equal(heard, []);
    time.advance(1);
    const reading = { assetId: "cold", channel: "temperature/p1", quality: "good" };
    assert.equal(heard, [
      { kind: "readings", tenantId: "t1", readings: [{ ...reading, atMs: 2000, value: 0 }], cursor: 7 },
      { kind: "readings", tenantId: "t2", readings: [{ ...reading, atMs: 1500, value: 5 }], cursor: 7 },
    ]);
    return Promise.resolve();
  });
});

test("what many channels change is told in few events, none of them long", async () => {
  await withDoor(1000, (_, hub, time) => {
    const heard: FedEvent[] = [];
    hub.listen((event) => heard.push(event));
    const points = Array.from({ length: 10_000 }, (_unused, at) => ({
      ...{
        series: { tenantId: "t", assetId: `a${at % 1000}`, channel: `c${at}` },
        sampledAtMs: 1,
        value: 5,
        quality: 0,
      },
    }));
    hub.noteReadings(points as never);
    for (const { series } of points) hub.noteExcursion("t", series.assetId);
    const alarm = { kind: "alarm", tenantId: "t", assetId: "a", alarmId: "1", effects: [] } as const;
    for (let count = 1; count <= 50; count++)
      hub.publishLater("alarm/1", { ...alarm, alarm: { peak: count } as never });
    time.advance(250);
    const count = (kind: string): number => heard.filter((event) => event.kind === kind).length;
    assert.equal([count("readings"), count("excursion"), count("alarm")], [20, 2, 1]);
    assert.ok(Math.max(...heard.map((event) => JSON.stringify(event).length)) < 100_000);
    hub.noteReadings(points as never);
    time.advance(999);
    assert.is(count("readings"), 20, "with many, once a second");
    time.advance(1);
    assert.is(count("readings"), 40);
    return Promise.resolve();
  });
});

test("what is not well is said in words", async () => {
  await withDoor(1000, async (door) => {
    const answer = await fetch(`http://127.0.0.1:${door.port}/readyz`);
    assert.equal([answer.status, await answer.json()], [503, { ready: false, unwell: ["the store is away"] }]);
  });
});

test.run();
