import type { AedesPublishPacket } from "aedes";
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { newBrokerCounters } from "./broker-counters.ts";
import { SessionFreeStore } from "./session-free-store.ts";

const test = suite("session-free store");

const packet = (topic: string, bytes: number, messageId = 0): AedesPublishPacket => ({
  cmd: "publish",
  topic,
  payload: Buffer.alloc(bytes, 1),
  qos: 1,
  dup: false,
  retain: true,
  messageId,
  brokerId: "b",
  brokerCounter: 1,
});

async function retained(store: SessionFreeStore, filters: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { topic, payload } of store.createRetainedStreamCombi(filters) as AsyncIterable<AedesPublishPacket>)
    found.push(`${topic} ${payload.length}`);
  return found.toSorted();
}

test("retained messages are found by filter, each once, replaced by newer ones and cleared by empty ones", async () => {
  const store = new SessionFreeStore({ retainedMax: 10, retainedBytesMax: 100 }, newBrokerCounters());
  for (const each of [packet("a/b", 1), packet("a/c", 2), packet("d", 3), packet("a/b", 4), packet("d", 0)])
    await store.storeRetained(each);
  assert.equal(await retained(store, ["a/+", "a/#"]), ["a/b 4", "a/c 2"]);
  assert.equal(await retained(store, ["d"]), []);
});

test("neither bound is ever passed, the counters stay true, and a message that does not fit leaves no stale one", async () => {
  const step = fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.nat(60));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const counters = newBrokerCounters();
      const store = new SessionFreeStore({ retainedMax: 3, retainedBytesMax: 100 }, counters);
      const model = new Map<string, number>();
      const modelBytes = (): number => [...model.values()].reduce((sum, bytes) => sum + bytes, 0);
      for (const [topic, bytes] of steps) {
        await store.storeRetained(packet(topic, bytes));
        model.delete(topic);
        if (bytes > 0 && model.size < 3 && modelBytes() + bytes <= 100) model.set(topic, bytes);
        assert.equal([counters.retainedNow, counters.retainedBytesNow], [model.size, modelBytes()]);
      }
      const expected = [...model].map(([topic, bytes]) => `${topic} ${bytes}`).toSorted();
      assert.equal(await retained(store, ["#"]), expected);
    }),
    { seed: seed() },
  );
});

test("QoS 2 messages are under way from PUBLISH to PUBREL, for each client alone", async () => {
  const store = new SessionFreeStore({ retainedMax: 1, retainedBytesMax: 1 }, newBrokerCounters());
  const isUnderWay = (id: string, messageId: number): Promise<boolean> =>
    store.incomingGetPacket({ id }, packet("a", 0, messageId)).then(
      () => true,
      () => false,
    );
  await store.incomingStorePacket({ id: "x" }, packet("a", 1, 7));
  await store.incomingStorePacket({ id: "x" }, packet("a", 1, 8));
  assert.equal(await Promise.all([isUnderWay("x", 7), isUnderWay("y", 7), isUnderWay("x", 9)]), [true, false, false]);
  await store.incomingDelPacket({ id: "x" }, packet("a", 0, 7));
  assert.equal(await Promise.all([isUnderWay("x", 7), isUnderWay("x", 8)]), [false, true]);
  await store.cleanIncoming({ id: "x" });
  assert.not(await isUnderWay("x", 8));
});

test.run();
