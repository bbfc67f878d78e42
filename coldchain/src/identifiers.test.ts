import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { channelQuantity, GATEWAY_STREAM, isAssetId, isChannelId, isId } from "./identifiers.ts";
import { deviceTopic, parseSparkplugTopic } from "./sparkplug-topic.ts";

const test = suite("identifiers");
const GOOD = ["a", "A1", "0", "truck-7.box_2", "x".repeat(64)];
const BAD = [
  "",
  "-a",
  ".",
  "..",
  "_a",
  "a/b",
  "a+b",
  "a#",
  "a b",
  "a\n",
  "\na",
  "é",
  "货",
  "x".repeat(65),
  "a,b",
  "a=b",
  "a%",
  "a\0",
];

test("an id is 1 to 64 of letters, digits, dot, underscore and hyphen, and begins with a letter or digit", () => {
  for (const id of GOOD) assert.ok(isId(id), id);
  for (const id of BAD) assert.not(isId(id), id);
});

test("an asset may have any id but that of the gateway's own stream", () => {
  assert.ok(isId(GATEWAY_STREAM));
  assert.not(isAssetId(GATEWAY_STREAM));
  for (const id of GOOD) assert.ok(isAssetId(id), id);
  for (const id of BAD) assert.not(isAssetId(id), id);
});

test("a channel is a quantity at a place", () => {
  for (const id of ["temperature/product-1", "t/a", "relative-humidity/A.1", `${"q".repeat(32)}/${"p".repeat(32)}`])
    assert.ok(isChannelId(id), id);
  for (const id of [
    "",
    "temperature",
    "/a",
    "a/",
    "a/b/c",
    "Temperature/a",
    "1t/a",
    "t/-a",
    "t /a",
    "t/a\n",
    `${"q".repeat(33)}/a`,
    "Contract/Epoch",
    "Record/Number",
    "温度/a",
  ])
    assert.not(isChannelId(id), id);
  assert.is(channelQuantity("temperature/product-1"), "temperature");
  assert.is(channelQuantity("door"), "door");
});

test("ids go through topics, file names, addresses and line protocol without escaping", () => {
  const candidate = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.oneof(candidate, fc.constantFrom(...GOOD)), (id) => {
      if (!isId(id)) return;
      assert.is(encodeURIComponent(id), id);
      assert.not.match(id, /[\s,=/\\+#]/);
      const topic = parseSparkplugTopic(deviceTopic("g", "DDATA", id, id));
      assert.ok(topic?.kind === "device" && topic.assetId === id);
    }),
    { seed: seed(), numRuns: 1000 },
  );
});

test.run();
