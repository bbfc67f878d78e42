import { seededRandom } from "@isotherm/coldchain";
import mqtt, { type MqttClient } from "mqtt";
import { assert, seed, suite, until } from "../../checks/kit.ts";
import { type BrokerTrial, heardBy, paralysedSubscriber, signIn, startTrial } from "./test/broker-trial.ts";

const test = suite("slow subscribers");

const TOPIC = "isotherm/1/T/readings";
const PAYLOAD = Buffer.alloc(32 * 1024, 1);
/** 32 MiB: far more than the kernel's buffers of a loopback connection and the broker's bound together. */
const MESSAGES = 1_024;

async function flood(publisher: MqttClient): Promise<void> {
  for (let sent = 0; sent < MESSAGES; sent++)
    await new Promise<void>((resolve, reject) =>
      publisher.publish(TOPIC, PAYLOAD, {}, (error) => (error ? reject(error) : resolve())),
    );
}

async function startFlow(trial: BrokerTrial): Promise<{ readonly count: () => number }> {
  let count = 0;
  const reader = await trial.connect("wall-t");
  reader.on("message", () => count++);
  await reader.subscribeAsync(`${TOPIC}/#`);
  const publisher = await trial.connect("ingest");
  void flood(publisher).catch(() => undefined);
  return { count: () => count };
}

test("a subscriber that never reads is cut off, and the others get every message", async () => {
  const trial = await startTrial({ drainMsMax: 500 });
  const { counters } = trial.broker;
  const paralysed = await paralysedSubscriber(trial.broker.port, "wall-t", "isotherm/1/T/#");
  const flow = await startFlow(trial);
  await until(() => flow.count() === MESSAGES, { deadlineMs: 20_000, what: "every message at the reader" });
  await until(() => counters.clientsNow === 2, { what: "the cut" });
  assert.is(counters.slowClientsCut + counters.fullOutputsCut, 1);
  assert.ok(trial.log.some(({ message, fields }) => message === "client cut off" && "user" in fields));
  paralysed.destroy();
  await trial.close();
});

test("a slow subscriber is cut off at its output bound, however long it may take", async () => {
  const trial = await startTrial({ drainMsMax: 600_000, outputBytesMax: 64 * 1024, payloadBytesMax: 32 * 1024 });
  const paralysed = await paralysedSubscriber(trial.broker.port, "wall-t", "isotherm/1/T/#");
  const publishers = await Promise.all([1, 2, 3, 4].map(() => trial.connect("ingest")));
  const payload = Buffer.alloc(30 * 1024);
  let isCut = false;
  await Promise.race([
    until(() => (isCut = trial.broker.counters.fullOutputsCut === 1), { deadlineMs: 20_000, what: "the cut" }),
    Promise.all(
      publishers.map(async (publisher) => {
        while (!isCut) await publisher.publishAsync(TOPIC, payload, { qos: 0 });
      }),
    ),
  ]);
  await until(() => trial.broker.counters.fullOutputsCut === 1, { what: "the cut" });
  paralysed.destroy();
  await trial.close();
});

test("without the cut the same subscriber stops everybody, until it is gone", async () => {
  const trial = await startTrial({ drainMsMax: 600_000 });
  const paralysed = await paralysedSubscriber(trial.broker.port, "wall-t", "isotherm/1/T/#");
  const flow = await startFlow(trial);
  let seen = -1;
  let stillSinceMs = 0;
  await until(
    () => {
      const nowMs = performance.now();
      if (flow.count() !== seen) [seen, stillSinceMs] = [flow.count(), nowMs];
      return seen > 0 && nowMs - stillSinceMs > 1_000;
    },
    { deadlineMs: 20_000, what: "the flow to stand still" },
  );
  assert.ok(flow.count() < MESSAGES);
  paralysed.destroy();
  await until(() => flow.count() === MESSAGES, { deadlineMs: 20_000, what: "every message at the reader" });
  await trial.close();
});

test("subscribers that drop under load crash nothing", async () => {
  const trial = await startTrial();
  const readers = await Promise.all(Array.from({ length: 20 }, () => trial.connect("ingest")));
  for (const reader of readers) await reader.subscribeAsync("spBv1.0/#", { qos: 1 });
  const survivor = await trial.connect("ingest");
  let survived = 0;
  survivor.on("message", () => survived++);
  await survivor.subscribeAsync("spBv1.0/#", { qos: 0 });
  const gateways = await Promise.all(["g1", "g2"].map((id) => trial.connect(id)));
  const sent = Promise.all(
    gateways.map(async (gateway, at) => {
      for (let batch = 0; batch < 50; batch++) {
        const topic = `spBv1.0/R/NDATA/g${at + 1}`;
        await Promise.all(Array.from({ length: 40 }, () => gateway.publishAsync(topic, "x".repeat(1_000), { qos: 1 })));
        readers.pop()?.stream.destroy();
      }
    }),
  );
  await sent;
  await until(() => survived === 4_000, { deadlineMs: 20_000, what: "every message at the survivor" });
  await until(() => trial.broker.counters.clientsNow === 3, { what: "the dropped readers to be forgotten" });
  await trial.close();
});

test("a client that drops and returns in a storm is let in at last, and nothing of the storm remains", async () => {
  const trial = await startTrial();
  const { counters, port } = trial.broker;
  const chance = seededRandom(seed());
  for (let round = 0; round < 60; round++) {
    const client = mqtt.connect({ ...signIn(port, "g1"), clientId: "same" });
    client.on("error", () => undefined);
    client.on("connect", () => client.subscribe("spBv1.0/R/NCMD/g1"));
    // So many turns of the event loop leave each connection in another stage of its sign-in.
    for (let turns = Math.floor(chance() * 40); turns > 0; turns--) await new Promise((next) => setImmediate(next));
    if (round % 3 > 0) client.stream.destroy();
  }
  const last = await trial.connect("g1", { clientId: "same" });
  const heard = heardBy(last);
  await last.subscribeAsync("spBv1.0/R/NCMD/g1");
  await until(() => counters.connectionsNow === 1 && counters.clientsNow === 1, { what: "the storm to be over" });
  const host = await trial.connect("ingest");
  await host.publishAsync("spBv1.0/R/NCMD/g1", "hello", { qos: 1 });
  await until(() => heard.length === 1, { what: "the last to hear" });
  assert.is(counters.clientIdsRefused, 0);
  await trial.close();
});

test.run();
