import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { deviceTopic, nodeTopic, parseSparkplugTopic, stateTopic } from "./sparkplug-topic.ts";

const id = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[+/#]/.test(text)),
  fc.constantFrom("NBIRTH", "DDATA", "spBv1.0", "温度", "a b"),
);
const groupId = id.filter((text) => text !== "STATE");

const test = suite("Sparkplug topics");

test("every topic is read as what it was made of", () => {
  fc.assert(
    fc.property(groupId, id, id, (group, gateway, asset) => {
      for (const type of ["NBIRTH", "NDEATH", "NDATA", "NCMD"] as const)
        assert.equal(parseSparkplugTopic(nodeTopic(group, type, gateway)), {
          kind: "node",
          type,
          groupId: group,
          gatewayId: gateway,
        });
      for (const type of ["DBIRTH", "DDEATH", "DDATA", "DCMD"] as const)
        assert.equal(parseSparkplugTopic(deviceTopic(group, type, gateway, asset)), {
          kind: "device",
          type,
          groupId: group,
          gatewayId: gateway,
          assetId: asset,
        });
      assert.equal(parseSparkplugTopic(stateTopic(gateway)), { kind: "state", hostId: gateway });
    }),
    { seed: seed() },
  );
});

test("topics are spelled as the specification spells them", () => {
  assert.is(nodeTopic("g", "NBIRTH", "gw-1"), "spBv1.0/g/NBIRTH/gw-1");
  assert.is(deviceTopic("g", "DDATA", "gw-1", "box"), "spBv1.0/g/DDATA/gw-1/box");
  assert.is(stateTopic("host"), "spBv1.0/STATE/host");
});

test("what is not a topic of Sparkplug B 3.0 is refused", () => {
  const wrong = [
    "", "spBv1.0", "spBv1.0/", "spBv1.0//", "spBv1.0/g", "spBv1.0/g/NBIRTH", "spBv1.0/g/NBIRTH/", "spBv1.0//NBIRTH/gw",
    "spBv1.0/g/NBIRTH/gw/box", "spBv1.0/g/DDATA/gw", "spBv1.0/g/DDATA/gw/", "spBv1.0/g/DDATA//box", "spBv1.0/g/DDATA/gw/box/x",
    "spBv1.0/g/ddata/gw/box", "spBv1.0/g/XDATA/gw", "spAv1.0/g/NBIRTH/gw", "/spBv1.0/g/NBIRTH/gw", "STATE/host",
    "spBv1.0/STATE", "spBv1.0/STATE/", "spBv1.0/STATE/host/x", "spBv1.0/STATE/NBIRTH/gw", "$SYS/broker/uptime",
  ]; // prettier-ignore
  for (const topic of wrong) assert.is(parseSparkplugTopic(topic), undefined, topic);
  fc.assert(
    fc.property(fc.string(), (topic) => assert.is(parseSparkplugTopic(topic), undefined)),
    { seed: seed() },
  );
});

test.run();
