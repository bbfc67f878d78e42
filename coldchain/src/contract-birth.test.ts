import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { ROLES, type ChannelDeclaration } from "./channels.ts";
import { birthIdOf, putBirth, readBirth, type CurrentValue, type StreamBirth } from "./contract-birth.ts";
import { CONTRACT } from "./contract-names.ts";
import { findMetric, numberOf } from "./metric-access.ts";
import { METRIC_FLAG, MetricColumns } from "./metric-columns.ts";
import { decodePayload } from "./sparkplug-decode.ts";
import { encodePayload } from "./sparkplug-encode.ts";

const NOW_MS = 1_795_000_000_000;
const ASSET = "box-1";
const hexDigits = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 32 });
const channel = fc.record({
  channel: fc
    .tuple(fc.constantFrom("temperature", "relative-humidity", "t"), fc.nat(40))
    .map(([what, at]) => `${what}/p-${at}`),
  role: fc.constantFrom(...ROLES),
  unit: fc.oneof(fc.constantFrom("Cel", "%", "1"), fc.string({ unit: "grapheme", maxLength: 9 })),
  resolution: fc.oneof(fc.constantFrom(0, 0.1, 1, 0.0625), fc.double({ noNaN: true, noDefaultInfinity: true })),
});
const anyBirth: fc.Arbitrary<StreamBirth> = fc
  .tuple(
    hexDigits,
    fc.maxSafeNat(),
    fc.uniqueArray(channel, { selector: (each) => each.channel, maxLength: 12 }),
    fc.uniqueArray(fc.oneof(fc.nat(50), fc.nat(0xffffffff)), { minLength: 14, maxLength: 14 }),
  )
  .map(([epoch, issued, channels, aliases]) => ({
    epoch,
    assetId: ASSET,
    issued,
    numberAlias: aliases[12] as number,
    monotonicAlias: aliases[13] as number,
    channels: channels.map((each, i) => ({ ...each, alias: aliases[i] as number })),
  }));
const BIRTH: StreamBirth = {
  epoch: "0123456789abcdef0123456789abcdef",
  assetId: ASSET,
  issued: 0,
  numberAlias: 0,
  monotonicAlias: 1,
  channels: [
    { channel: "temperature/product-1", alias: 2, role: "product", unit: "Cel", resolution: 0.1 },
    { channel: "door/rear", alias: 3, role: "door", unit: "1", resolution: 1 },
  ],
};

function sent(birth: StreamBirth, current: ReadonlyMap<number, CurrentValue> = new Map()): MetricColumns {
  const columns = new MetricColumns();
  putBirth(columns, birth, NOW_MS, current);
  const read = new MetricColumns(1);
  decodePayload(encodePayload(columns, { timestampMs: NOW_MS, seq: 1 }), read);
  return read;
}

/** What is said to be wrong with a birth. */
function refusal(columns: MetricColumns, assetId = ASSET): string {
  const read = readBirth(columns, assetId);
  return typeof read === "string" ? read : "it was not refused";
}

const test = suite("births under contract");

test("a birth comes through the codec as it was", () => {
  fc.assert(
    fc.property(anyBirth, (birth) => {
      const read = readBirth(sent(birth), ASSET);
      if (typeof read !== "object") throw new Error(`refused: ${read}`);
      assert.equal(read, birth);
      assert.is(birthIdOf(read), birthIdOf(birth));
    }),
    { seed: seed(), numRuns: 300 },
  );
});

test("a host that knows nothing of the contract finds current values, and null where there is none", () => {
  const columns = sent(BIRTH, new Map([[2, { value: 0, atMs: 5 }], [3, { value: null, atMs: 6 }]])); // prettier-ignore
  const product = findMetric(columns, "temperature/product-1");
  assert.is(numberOf(columns, product), 0);
  assert.is(columns.timeMs[product], 5);
  const door = findMetric(columns, "door/rear");
  assert.is(numberOf(columns, door), undefined);
  assert.ok(columns.hasFlag(door, METRIC_FLAG.null));
});

test("the id stands for the meaning of the aliases, not for their order or the count issued", () => {
  const id = birthIdOf(BIRTH);
  assert.match(id, /^[0-9a-f]{16}$/);
  const [first, second] = BIRTH.channels as [ChannelDeclaration, ChannelDeclaration];
  const changed: readonly Partial<StreamBirth>[] = [
    { epoch: "f".repeat(32) },
    { assetId: "box-2" },
    { numberAlias: 9 },
    { monotonicAlias: 9 },
    { channels: [first] },
    ...[{ alias: 9 }, { role: "ambient" as const }, { unit: "K" }, { resolution: 0.01 }, { channel: "t/x" }].map(
      (part) => ({
        channels: [{ ...first, ...part }, second],
      }),
    ),
  ];
  for (const part of changed) assert.is.not(birthIdOf({ ...BIRTH, ...part }), id, JSON.stringify(part));
  assert.is(birthIdOf({ ...BIRTH, channels: [second, first] }), id);
  assert.equal(readBirth(sent({ ...BIRTH, issued: 7 }), ASSET), { ...BIRTH, issued: 7 });
});

test("a birth that lies about its hash is refused, whatever it lies about", () => {
  const lies: readonly ((columns: MetricColumns) => void)[] = [
    (columns) => (columns.text[findMetric(columns, CONTRACT.epoch)] = "f".repeat(32)),
    (columns) => (columns.text[findMetric(columns, CONTRACT.birthId)] = "0".repeat(16)),
    (columns) => (columns.alias[findMetric(columns, CONTRACT.recordNumber)] = 77),
    (columns) => (columns.alias[findMetric(columns, CONTRACT.recordMonotonicMs)] = 77),
    (columns) => (columns.alias[findMetric(columns, "door/rear")] = 77),
    (columns) => (columns.name[findMetric(columns, "door/rear")] = "door/side"),
    (columns) => columns.setProperty(findMetric(columns, "door/rear"), "Unit", "Cel"),
    (columns) => columns.setProperty(findMetric(columns, "door/rear"), "Role", "product"),
    (columns) => columns.setProperty(findMetric(columns, "temperature/product-1"), "Resolution", 1),
    (columns) => columns.properties.clear(),
  ];
  for (const lie of lies) {
    const columns = sent(BIRTH);
    lie(columns);
    assert.match(refusal(columns), /^Contract\/BirthId is .* hash to /, String(lie));
  }
  assert.match(refusal(sent(BIRTH), "box-2"), /^Contract\/BirthId/);
});

test("what is missing or means two things is refused in words", () => {
  const withoutAlias = sent(BIRTH);
  withoutAlias.flags[findMetric(withoutAlias, CONTRACT.recordNumber)] = METRIC_FLAG.hasTime;
  assert.match(refusal(withoutAlias), "Record/Number or Record/MonotonicMs is not declared");
  const wrong: readonly (readonly [StreamBirth, string])[] = [
    [{ ...BIRTH, monotonicAlias: 0 }, "alias 0 is declared twice"],
    [{ ...BIRTH, numberAlias: 3 }, "alias 3 is declared twice"],
    [{ ...BIRTH, channels: BIRTH.channels.map((each) => ({ ...each, alias: 5 })) }, "alias 5 is declared twice"],
    [
      { ...BIRTH, channels: BIRTH.channels.map((each) => ({ ...each, channel: "t/x" })) },
      "a channel is declared twice",
    ],
    [{ ...BIRTH, numberAlias: 2 ** 32 }, "alias 4294967296 is beyond 4294967295"],
    [{ ...BIRTH, epoch: "0123" }, "Contract/Epoch is not 32 hex digits"],
    [{ ...BIRTH, issued: -1 }, "Contract/Issued is -1, not a count"],
  ];
  for (const [birth, problem] of wrong) assert.is(readBirth(sent(birth), ASSET), problem);
});

test("a birth of a gateway that is not under contract is no refusal", () => {
  const columns = sent(BIRTH);
  for (const name of [CONTRACT.epoch, CONTRACT.birthId]) columns.name[findMetric(columns, name)] = "Other";
  assert.is(readBirth(columns, ASSET), undefined);
});

test.run();
