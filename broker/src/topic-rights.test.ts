import { assert, suite } from "../../checks/kit.ts";
import { type Identity, checkIdentities } from "./identity.ts";
import { topicRights } from "./topic-rights.ts";

const test = suite("topic rights");

const credentials = { user: "u", passwordHash: "unused" };
const gateway: Identity = { ...credentials, role: "gateway", groupId: "R", gatewayId: "G" };
const host: Identity = { ...credentials, role: "host", hostId: "H" };
const viewer: Identity = { ...credentials, role: "viewer", tenantId: "T" };

const HASH = `scrypt$16384$8$1$${"a".repeat(22)}$${"b".repeat(43)}`;

interface Row {
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
}

function check(what: string, ask: (topic: string) => boolean, { may, mayNot }: Row): void {
  for (const topic of may) assert.ok(ask(topic), `${what} should be allowed: ${topic}`);
  for (const topic of mayNot) assert.not(ask(topic), `${what} should be refused: ${topic}`);
}

/** Tricks that must not be open to anybody. */
const TRICKS = ["#", "+", "+/#", "+/+/#", "$SYS/#", "$SYS/+/new/clients", "$share/g/spBv1.0/#", "/#", "", "spBv1.0#"];

test("a gateway publishes its own births, deaths and data and nothing else", () => {
  check("publish", topicRights(gateway).mayPublish, {
    may: [
      ...["NBIRTH", "NDEATH", "NDATA"].map((type) => `spBv1.0/R/${type}/G`),
      ...["DBIRTH", "DDEATH", "DDATA"].map((type) => `spBv1.0/R/${type}/G/box-1`),
    ],
    mayNot: [
      "spBv1.0/R/NCMD/G",
      "spBv1.0/R/DCMD/G/box-1",
      "spBv1.0/R/NDATA/G2",
      "spBv1.0/R2/NDATA/G",
      "spBv1.0/R/DDATA/G2/box-1",
      "spBv1.0/R/DDATA/G",
      "spBv1.0/R/DDATA/G/",
      "spBv1.0/R/DDATA/G/box-1/more",
      "spBv1.0/R/NDATA/G/box-1",
      "spBv1.0/STATE/G",
      "isotherm/1/T/alarms/1",
      "spBv1.0/R/NDATA/+",
      "$SYS/x",
      "",
    ],
  });
});

test("a gateway hears its own commands and the state of hosts and nothing else", () => {
  check("subscribe", topicRights(gateway).maySubscribe, {
    may: [
      "spBv1.0/R/NCMD/G",
      "spBv1.0/R/DCMD/G/#",
      "spBv1.0/R/DCMD/G/+",
      "spBv1.0/R/DCMD/G/box-1",
      "spBv1.0/STATE/+",
      "spBv1.0/STATE/H",
      // As other makes ask: their commands with a wildcard behind, hosts' states where 2.2 had them.
      "spBv1.0/R/NCMD/G/#",
      "STATE/H",
    ],
    mayNot: [
      ...TRICKS,
      "spBv1.0/#",
      "spBv1.0/+/+/+",
      "spBv1.0/R/#",
      "spBv1.0/R/NCMD/+",
      "spBv1.0/R/NCMD/#",
      "spBv1.0/R/NCMD/G2/#",
      "spBv1.0/+/NCMD/G",
      "spBv1.0/R/+/G",
      "spBv1.0/R/DCMD/+/#",
      "spBv1.0/R/DCMD/#",
      "spBv1.0/R/NDATA/G",
      "spBv1.0/STATE/#",
      "isotherm/1/#",
    ],
  });
  check("receive", topicRights(gateway).mayReceive, {
    may: ["spBv1.0/R/NCMD/G", "spBv1.0/R/DCMD/G/box-1", "spBv1.0/STATE/H"],
    mayNot: ["spBv1.0/R/NCMD/G2", "spBv1.0/R/NDATA/G", "isotherm/1/T/alarms/1", "$SYS/isotherm/new/clients"],
  });
});

test("a publisher reaches the topics that its identity lists, and a host hears those that its own lists", () => {
  const publisher: Identity = {
    ...credentials,
    role: "publisher",
    publishes: ["zigbee2mqtt/#"],
    hears: ["zigbee2mqtt/+/set"],
  };
  const rights = topicRights(publisher);
  check("publish", rights.mayPublish, {
    may: ["zigbee2mqtt/room-2", "zigbee2mqtt/bridge/state"],
    mayNot: ["zigbee/room-2", "spBv1.0/R/NDATA/G", "isotherm/1/T/alarms/1", "$SYS/x", "zigbee2mqtt/+", ""],
  });
  check("subscribe", rights.maySubscribe, {
    may: ["zigbee2mqtt/lamp/set"],
    mayNot: [...TRICKS, "zigbee2mqtt/#", "spBv1.0/#"],
  });
  check("will", rights.mayLeaveWill, { may: ["zigbee2mqtt/bridge/state"], mayNot: ["spBv1.0/R/NDEATH/G"] });
  assert.not(rights.mayRetain("zigbee2mqtt/room-2"));
  const hearing = topicRights({ ...credentials, role: "host", hostId: "H", hears: ["zigbee2mqtt/+"] });
  check("subscribe", hearing.maySubscribe, {
    may: ["zigbee2mqtt/+", "spBv1.0/#"],
    mayNot: [...TRICKS, "zigbee2mqtt/#", "tele/#"],
  });
  assert.not(hearing.mayPublish("zigbee2mqtt/room-2"));
});

test("no list of topics reaches Sparkplug's, ours, the broker's own, or all", () => {
  const publisher = (publishes: unknown): unknown =>
    checkIdentities([{ user: "z", passwordHash: HASH, role: "publisher", publishes }]);
  assert.ok("identities" in (publisher(["tele/+/SENSOR", "a/#"]) as object));
  for (const filter of ["#", "+/a", "spBv1.0/R/#", "spBv1.0", "isotherm/1/#", "$SYS/#", "a/b#", ""])
    assert.ok("problems" in (publisher([filter]) as object), filter);
  assert.ok("problems" in (publisher([]) as object));
});

test("a gateway's will is its own death, and nothing of its is retained", () => {
  check("will", topicRights(gateway).mayLeaveWill, {
    may: ["spBv1.0/R/NDEATH/G"],
    mayNot: ["spBv1.0/R/NDEATH/G2", "spBv1.0/R/NDATA/G", "spBv1.0/R/DDEATH/G/box-1", "spBv1.0/STATE/G", ""],
  });
  assert.not(topicRights(gateway).mayRetain("spBv1.0/R/NBIRTH/G"));
});

test("a host reads all of Sparkplug, commands every gateway and says only its own state", () => {
  const rights = topicRights(host);
  check("subscribe", rights.maySubscribe, {
    may: ["spBv1.0/#", "spBv1.0/STATE/+", "spBv1.0/R/#", "spBv1.0/+/DDATA/#", "spBv1.0/+/+/+", "isotherm/1/#"],
    mayNot: [...TRICKS, "isotherm/#", "isotherm/2/#", "+/1/#", "spBv1.0x/#"],
  });
  check("publish", rights.mayPublish, {
    may: ["spBv1.0/R/NCMD/G", "spBv1.0/R2/DCMD/G/box-1", "spBv1.0/STATE/H", "isotherm/1/T/alarms/1"],
    mayNot: [
      "spBv1.0/STATE/H2",
      "spBv1.0/R/NDATA/G",
      "spBv1.0/R/NBIRTH/G",
      "spBv1.0/R/DDATA/G/box-1",
      "spBv1.0/R/NCMD",
      "isotherm/2/T",
      "$SYS/x",
    ],
  });
  check("will", rights.mayLeaveWill, { may: ["spBv1.0/STATE/H"], mayNot: ["spBv1.0/STATE/H2", "isotherm/1/T/x"] });
  check("retain", rights.mayRetain, {
    may: ["spBv1.0/STATE/H", "isotherm/1/T/alarms/1"],
    mayNot: ["spBv1.0/R/NCMD/G", "spBv1.0/R/DCMD/G/box-1"],
  });
});

test("a viewer reads its own tenant and publishes nothing", () => {
  const rights = topicRights(viewer);
  check("subscribe", rights.maySubscribe, {
    may: ["isotherm/1/T/#", "isotherm/1/T/alarms/+", "isotherm/1/T"],
    mayNot: [...TRICKS, "isotherm/1/#", "isotherm/1/+/#", "isotherm/1/T2/#", "isotherm/1/T2", "spBv1.0/STATE/+"],
  });
  check("receive", rights.mayReceive, {
    may: ["isotherm/1/T/alarms/1"],
    mayNot: ["isotherm/1/T2/alarms/1", "spBv1.0/R/NDATA/G"],
  });
  check("publish", rights.mayPublish, { may: [], mayNot: ["isotherm/1/T/alarms/1", "spBv1.0/STATE/T"] });
  check("will", rights.mayLeaveWill, { may: [], mayNot: ["isotherm/1/T/gone"] });
});

test.run();
