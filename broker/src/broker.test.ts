import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect as connectTcp, createServer } from "node:net";
import mqtt from "mqtt";
import { stringify } from "yaml";
import { assert, needs, suite, until } from "../../checks/kit.ts";
import { startBroker } from "./broker.ts";
import { checkBrokerConfig } from "./broker-config.ts";
import {
  type BrokerTrial,
  closed,
  connected,
  heardBy,
  IDENTITIES,
  PASSWORD,
  signIn,
  startTrial,
} from "./test/broker-trial.ts";
import { systemClock, systemScheduler } from "./ports.ts";

const test = suite("broker");

let trial: BrokerTrial;
test.before.each(async () => (trial = await startTrial()));
test.after.each(() => trial.close());

/** What `subscribe` was granted: the QoS, or 128 for a refusal. */
async function granted(client: mqtt.MqttClient, filter: string): Promise<number> {
  return new Promise((resolve, reject) =>
    client.subscribe(filter, (error, grants, packet) => {
      // mqtt.js reports a refused filter as an error, and its SUBACK all the same.
      const code = packet?.granted[0] ?? grants?.[0]?.qos;
      if (typeof code === "number") resolve(code);
      else reject(error ?? new Error("no SUBACK"));
    }),
  );
}

async function refusal(options: mqtt.IClientOptions): Promise<number | undefined> {
  const client = mqtt.connect(options);
  try {
    await connected(client);
    return undefined;
  } catch (error) {
    return (error as { code?: number }).code;
  } finally {
    client.end(true);
  }
}

test("a host hears what a gateway says; another gateway and a viewer hear nothing", async () => {
  const [host, g1, g2, viewer] = await Promise.all(["ingest", "g1", "g2", "wall-t"].map((user) => trial.connect(user)));
  assert.ok(host && g1 && g2 && viewer);
  const heard = heardBy(host);
  const overheard = [...[g2, viewer].map(heardBy)];
  assert.is(await granted(host, "spBv1.0/#"), 0);
  for (const filter of ["#", "spBv1.0/#", "spBv1.0/+/+/+", "+/+/#", "$SYS/#", "spBv1.0/R/NDATA/g1", "spBv1.0/R/NCMD/+"])
    for (const client of [g2, viewer]) assert.is(await granted(client, filter), 128, filter);
  assert.is(await granted(g2, "spBv1.0/R/NCMD/g2"), 0);
  await g1.publishAsync("spBv1.0/R/NDATA/g1", "0", { qos: 1 });
  await host.publishAsync("spBv1.0/R/NCMD/g1", "command", { qos: 1 });
  await host.publishAsync("spBv1.0/R/NCMD/g2", "command", { qos: 1 });
  await until(() => heard.length === 3 && overheard[0]?.length === 1, { what: "data and commands" });
  assert.equal(overheard, [["spBv1.0/R/NCMD/g2 command"], []]);
  assert.is(heard[0], "spBv1.0/R/NDATA/g1 0");
  assert.is(trial.broker.counters.subscribesDenied, 14);
});

test("a publish without the right is dropped, counted and logged once, and its client stays", async () => {
  const [host, g1] = [await trial.connect("ingest"), await trial.connect("g1")];
  const heard = heardBy(host);
  await host.subscribeAsync(["spBv1.0/#", "isotherm/1/#"]);
  for (let n = 0; n < 20; n++) await g1.publishAsync("spBv1.0/R/NDATA/g2", "forged", { qos: n % 2 ? 1 : 2 });
  await g1.publishAsync("spBv1.0/STATE/H", "forged", { qos: 1, retain: true });
  await g1.publishAsync("spBv1.0/R/NDATA/g1", "mine", { qos: 2 });
  await until(() => heard.length > 0, { what: "the honest message" });
  assert.equal(heard, ["spBv1.0/R/NDATA/g1 mine"]);
  assert.is(trial.broker.counters.publishesDenied, 21);
  assert.is(trial.broker.counters.retainedNow, 0);
  assert.is(trial.log.filter(({ message }) => message.startsWith("message dropped")).length, 1);
});

test("wrong passwords, unknown users and missing ones are refused with code 4", async () => {
  const { port } = trial.broker;
  assert.is(await refusal({ ...signIn(port, "g1"), password: "wrong" }), 4);
  assert.is(await refusal({ ...signIn(port, "nobody") }), 4);
  assert.is(await refusal({ port, host: "127.0.0.1", reconnectPeriod: 0 }), 4);
  assert.is(await refusal(signIn(port, "g1")), undefined);
  assert.is(trial.broker.counters.signInsRefused, 3);
});

test("a will that is the gateway's own death is published when it drops; another will is refused with code 5", async () => {
  const host = await trial.connect("ingest");
  const heard = heardBy(host);
  await host.subscribeAsync("spBv1.0/#");
  const will = (topic: string): mqtt.IClientOptions => ({ will: { topic, payload: Buffer.from("dead"), qos: 1 } });
  for (const topic of ["spBv1.0/R/NDEATH/g2", "spBv1.0/R/NDATA/g1", "spBv1.0/STATE/H"])
    assert.is(await refusal({ ...signIn(trial.broker.port, "g1"), ...will(topic) }), 5, topic);
  assert.is(trial.broker.counters.willsRefused, 3);
  const g1 = await trial.connect("g1", will("spBv1.0/R/NDEATH/g1"));
  g1.stream.destroy();
  await until(() => heard.length > 0, { what: "the will" });
  const g2 = await trial.connect("g2", will("spBv1.0/R/NDEATH/g2"));
  await g2.endAsync();
  const again = await trial.connect("g2");
  await again.publishAsync("spBv1.0/R/NDATA/g2", "last", { qos: 1 });
  await until(() => heard.length > 1, { what: "the last message" });
  assert.equal(heard, ["spBv1.0/R/NDEATH/g1 dead", "spBv1.0/R/NDATA/g2 last"]);
});

test("a host's STATE is retained for gateways that come later; commands never are", async () => {
  const host = await trial.connect("ingest");
  await host.publishAsync("spBv1.0/STATE/H", "online", { qos: 1, retain: true });
  await host.publishAsync("spBv1.0/R/NCMD/g1", "reboot", { qos: 1, retain: true });
  const g1 = await trial.connect("g1");
  const heard = heardBy(g1);
  await g1.subscribeAsync(["spBv1.0/STATE/+", "spBv1.0/R/NCMD/g1"], { qos: 1 });
  await host.publishAsync("spBv1.0/R/NCMD/g1", "live", { qos: 1 });
  await until(() => heard.length === 2, { what: "STATE and the live command" });
  assert.equal(heard.toSorted(), ["spBv1.0/R/NCMD/g1 live", "spBv1.0/STATE/H online"]);
  assert.is(trial.broker.counters.retainFlagsCleared, 1);
});

test("a client id is taken over by the same user only, and works for the newcomer at once", async () => {
  const first = await trial.connect("g1", { clientId: "same" });
  const firstGone = closed(first);
  assert.is(await refusal({ ...signIn(trial.broker.port, "g2"), clientId: "same" }), 2);
  assert.ok(first.connected);
  const racers = ["a", "b", "c"].map(() => trial.connect("g1", { clientId: "same" }));
  await firstGone;
  const last = (await Promise.allSettled(racers)).findLast((each) => each.status === "fulfilled")?.value;
  assert.ok(last);
  await until(() => trial.broker.counters.clientsNow === 1, { what: "one client of that id" });
  const host = await trial.connect("ingest");
  const heard = heardBy(last);
  await last.subscribeAsync("spBv1.0/R/NCMD/g1");
  await host.publishAsync("spBv1.0/R/NCMD/g1", "hello");
  await until(() => heard.length === 1, { what: "the newcomer to hear" });
  assert.is(await refusal({ ...signIn(trial.broker.port, "g1"), clientId: "x".repeat(129) }), 2);
  await trial.connect("g1", { clientId: "x".repeat(128) });
  // The id is free for others once its owner has gone.
  last.end(true);
  await until(() => trial.broker.counters.clientsNow === 2, { what: "the id to be free" });
  await trial.connect("g2", { clientId: "same" });
});

test("payloads up to the bound pass, larger ones and large CONNECTs end their connection", async () => {
  const host = await trial.connect("ingest");
  let heardBytes = 0;
  host.on("message", (_topic, payload) => (heardBytes += payload.length));
  await host.subscribeAsync("spBv1.0/#");
  const g1 = await trial.connect("g1");
  await g1.publishAsync("spBv1.0/R/NDATA/g1", Buffer.alloc(262_144), { qos: 1 });
  await until(() => heardBytes === 262_144, { what: "the largest message" });
  const { counters } = trial.broker;
  for (const [at, bytes] of [262_145, 1_000_000].entries()) {
    const client = await trial.connect("g1");
    const gone = closed(client);
    client.publish("spBv1.0/R/NDATA/g1", Buffer.alloc(bytes));
    await gone;
    await until(() => counters.oversizePacketsCut === at + 1, { what: "the cut to be counted" });
  }
  assert.is(await refusal({ ...signIn(trial.broker.port, "g1"), password: "x".repeat(20_000) }), undefined);
  await until(() => counters.oversizePacketsCut === 3, { what: "the large CONNECT to be counted" });
  assert.is(counters.clientsNow, 2);
  assert.is(heardBytes, 262_144);
});

test("identities are read again when the file changes, and a broken file changes nothing", async () => {
  const [g1, g2] = [await trial.connect("g1"), await trial.connect("g2")];
  const { counters } = trial.broker;
  await writeFile(trial.identitiesFile, "- user: [");
  await until(() => counters.identitiesReloadsFailed === 1, { what: "the broken file to be seen" });
  assert.ok(trial.log.some(({ level, message }) => level === "error" && message.includes("former identities")));
  assert.is(await refusal(signIn(trial.broker.port, "g1")), undefined);
  const gone = closed(g1);
  await trial.writeIdentities(stringify(IDENTITIES.filter(({ user }) => user !== "g1")));
  await gone;
  await until(() => counters.identitiesWithdrawn === 1, { what: "the withdrawal to be counted" });
  assert.ok(g2.connected);
  assert.is(await refusal(signIn(trial.broker.port, "g1")), 4);
});

test("no session outlives its connection, and the client is told so", async () => {
  const absent = await trial.connect("g1", { clean: false, clientId: "keeper" });
  await absent.subscribeAsync("spBv1.0/R/NCMD/g1", { qos: 1 });
  await absent.endAsync();
  const host = await trial.connect("ingest");
  await host.publishAsync("spBv1.0/R/NCMD/g1", "missed", { qos: 1 });
  const back = mqtt.connect({
    ...signIn(trial.broker.port, "g1"),
    clean: false,
    clientId: "keeper",
    resubscribe: false,
  });
  const connack = await new Promise<mqtt.IConnackPacket>((resolve) => back.once("connect", resolve));
  assert.not(connack.sessionPresent);
  assert.is(trial.broker.counters.sessionsNotKept, 2);
  back.end(true);
});

test.run();

const limits = suite("broker limits");

limits("connections, subscriptions, retained messages and handshakes have their bounds", async () => {
  const small = await startTrial({ clientsMax: 2, subscriptionsMax: 2, retainedMax: 1, connectTimeoutMs: 300 });
  const { counters, port } = small.broker;
  const host = await small.connect("ingest");
  for (const [filter, code] of [
    ["spBv1.0/a", 0],
    ["spBv1.0/b", 0],
    ["spBv1.0/c", 128],
    ["spBv1.0/a", 0],
  ] as const)
    assert.is(await granted(host, filter), code, filter);
  await host.unsubscribeAsync("spBv1.0/a");
  assert.is(await granted(host, "spBv1.0/c"), 0);
  for (const topic of ["isotherm/1/T/a", "isotherm/1/T/b"])
    await host.publishAsync(topic, "x", { qos: 1, retain: true });
  assert.equal([counters.retainedNow, counters.retainedBytesNow, counters.retainedRefused], [1, 1, 1]);
  await host.publishAsync("isotherm/1/T/a", "", { qos: 1, retain: true });
  await until(() => counters.retainedNow === 0 && counters.retainedBytesNow === 0, { what: "the cleared message" });
  const idle = connectTcp({ port, host: "127.0.0.1" }).on("error", () => undefined);
  await until(() => counters.connectionsNow === 2, { what: "the idle connection" });
  await refusal(signIn(port, "g1"));
  assert.is(counters.connectionsRefused, 1);
  await until(() => counters.handshakesTimedOut === 1 && counters.connectionsNow === 1, { what: "the idle cut" });
  await small.connect("g1");
  idle.destroy();
  await small.close();
});

limits("a port in use and a broken identities file are errors with codes, and leave nothing open", async () => {
  const trial = await startTrial();
  const config = { identities: trial.identitiesFile };
  await assertStartFails({ ...config, listeners: [{ host: "127.0.0.1", port: trial.broker.port }] }, "LISTEN_FAILED");
  await writeFile(trial.identitiesFile, "- user: 1\n- role: gateway\n");
  await assertStartFails({ ...config, listeners: [{ host: "127.0.0.1", port: 0 }] }, "IDENTITIES_INVALID");
  await trial.close();
  const again = createServer().listen(trial.broker.port, "127.0.0.1");
  await once(again, "listening");
  again.close();
});

async function assertStartFails(settings: object, code: string): Promise<void> {
  const checked = checkBrokerConfig(settings);
  assert.ok("config" in checked);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const started = startBroker(checked.config, { clock: systemClock, scheduler: systemScheduler, log });
  const [outcome] = await Promise.allSettled([started]);
  assert.is(outcome.status === "rejected" && (outcome.reason as { code: string }).code, code);
}

limits.run();

const mosquitto = suite("broker with mosquitto's clients", {
  skip: needs({ commands: ["mosquitto_sub", "mosquitto_pub"] }),
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

function run(command: string, user: string, port: number, args: readonly string[]) {
  const child = spawn(command, ["-p", `${port}`, "-u", user, "-P", PASSWORD, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (out += chunk.toString()));
  const ended = once(child, "close").then(([code]): Ended => ({ code: code as number | null, out }));
  return { child, ended, out: () => out };
}

mosquitto("a host hears a gateway, and another gateway's subscription is refused", async () => {
  const trial = await startTrial();
  const { port, counters } = trial.broker;
  const host = run("mosquitto_sub", "ingest", port, ["-t", "spBv1.0/#", "-v", "-C", "1"]);
  const nosy = run("mosquitto_sub", "g2", port, ["-t", "#", "-v", "-W", "5"]);
  // mosquitto_sub ends by itself when all its subscriptions are refused.
  assert.match((await nosy.ended).out, /denied/);
  await until(() => counters.clientsNow === 1, { what: "the host" });
  let sent: Ended | undefined;
  await until(
    async () => {
      sent = await run("mosquitto_pub", "g1", port, ["-t", "spBv1.0/R/DDATA/g1/box", "-m", "21", "-q", "1"]).ended;
      return host.out() !== "";
    },
    { what: "the host to hear" },
  );
  assert.is(sent?.code, 0);
  assert.match((await host.ended).out, /^spBv1\.0\/R\/DDATA\/g1\/box 21\n/);
  const wrong = await run("mosquitto_pub", "nobody", port, ["-t", "x", "-m", "x"]).ended;
  assert.is.not(wrong.code, 0);
  assert.match(wrong.out, /bad user name or password|not authori[sz]ed/i);
  await trial.close();
});

mosquitto("a gateway that is killed leaves its own death", async () => {
  const trial = await startTrial();
  const host = await trial.connect("ingest");
  const heard = heardBy(host);
  await host.subscribeAsync("spBv1.0/R/NDEATH/#");
  const will = ["--will-topic", "spBv1.0/R/NDEATH/g1", "--will-payload", "dead", "--will-qos", "1"];
  const g1 = run("mosquitto_sub", "g1", trial.broker.port, ["-t", "spBv1.0/R/NCMD/g1", ...will]);
  await until(() => trial.broker.counters.clientsNow === 2, { what: "the gateway" });
  g1.child.kill("SIGKILL");
  await until(() => heard.length === 1, { what: "the death" });
  assert.equal(heard, ["spBv1.0/R/NDEATH/g1 dead"]);
  await trial.close();
});

mosquitto.run();
