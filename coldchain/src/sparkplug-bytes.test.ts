// The codec against bytes written by hand from the specification, and against bytes that nobody should have written.

import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { seededRandom } from "./clock.ts";
import { DATATYPE, METRIC_FLAG, MetricColumns, VALUE_KIND } from "./metric-columns.ts";
import { findMetric, putNumber, putText } from "./metric-access.ts";
import { PayloadError, type PayloadErrorCode } from "./payload-error.ts";
import { PAYLOAD_METRICS_MAX, PAYLOAD_NAME_BYTES_MAX, PAYLOAD_PROPERTIES_MAX } from "./payload-limits.ts";
import { decodePayload } from "./sparkplug-decode.ts";
import { encodePayload } from "./sparkplug-encode.ts";
import type { PayloadHead } from "./sparkplug-fields.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const NO_HEAD: PayloadHead = { timestampMs: undefined, seq: undefined };

/** A length-delimited field. */
function field(tag: number, content: Uint8Array): Uint8Array {
  const prefix = [tag];
  let rest = content.length;
  for (; rest > 0x7f; rest >>>= 7) prefix.push((rest & 0x7f) | 0x80);
  return Uint8Array.from([...prefix, rest, ...content]);
}
const metric = (content: string): Uint8Array => field(0x12, hex(content));

function decode(bytes: Uint8Array): { columns: MetricColumns; head: PayloadHead } {
  const columns = new MetricColumns(1);
  return { head: decodePayload(bytes, columns), columns };
}

function refuses(bytes: Uint8Array, code: PayloadErrorCode): void {
  const columns = new MetricColumns();
  const error = assert.throws(() => decodePayload(bytes, columns), PayloadError) as PayloadError;
  assert.is(error.code, code, `${toHex(bytes.subarray(0, 40))}: ${error.message}`);
  assert.is(columns.length, 0, "a refused payload leaves nothing behind");
}

const vectors = suite("payload bytes");

vectors("a data message reads and writes as the specification has it", () => {
  // timestamp 1, metric { alias 0, timestamp 2, double 8.1 }, seq 0
  const bytes = hex("0801 120d 1000 1802 69 3333333333332040 1800");
  const { columns, head } = decode(bytes);
  assert.equal(head, { timestampMs: 1, seq: 0 });
  assert.is(columns.length, 1);
  assert.is(columns.alias[0], 0);
  assert.is(columns.timeMs[0], 2);
  assert.is(columns.value[0], 8.1);
  assert.is(columns.kind[0], VALUE_KIND.number);
  assert.is(columns.flags[0], METRIC_FLAG.hasAlias | METRIC_FLAG.hasTime);
  assert.is(columns.quality[0], -1);
  assert.is(toHex(encodePayload(columns, head)), toHex(bytes));
});

vectors("a birth metric carries name, alias, datatype, quality and unit", () => {
  const columns = new MetricColumns(1);
  const at = putNumber(columns, "t/a", -2.5, DATATYPE.double, 1700000000000, 300);
  columns.quality[at] = 500;
  columns.setProperty(at, "Unit", "Cel");
  const keys = "0a07 5175616c697479 0a04 556e6974";
  const int32Of500 = "1205 0803 18f403";
  const stringCel = "1207 080c 4203 43656c";
  const properties = `${keys} ${int32Of500} ${stringCel}`;
  const content = `0a03 742f61 10ac02 1880d095ffbc31 200a 4a1f ${properties} 69 00000000000004c0`;
  assert.is(toHex(encodePayload(columns, NO_HEAD)), toHex(metric(content)));
});

vectors("absent is not zero: without alias, time, seq and timestamp there are none", () => {
  const { columns, head } = decode(hex("1200"));
  assert.equal(head, NO_HEAD);
  assert.is(columns.flags[0], 0);
  assert.is(columns.kind[0], VALUE_KIND.none);
  assert.is(toHex(encodePayload(columns, head)), "1200");
});

const INTEGERS: readonly (readonly [datatype: string, content: string, value: number])[] = [
  ["Int8 -1, 32 bits wide", "2001 50ffffffff0f", -1],
  ["Int8 -1, 8 bits wide", "2001 50ff01", -1],
  ["Int8 -128 behind its value", "50 80ffffff0f 2001", -128],
  ["Int16 -2", "2002 50feffffff0f", -2],
  ["Int16 -2, 16 bits wide", "2002 50feff03", -2],
  ["Int32 -2147483648", "2003 508080808008", -2147483648],
  ["Int32 -1 in ten bytes", "2003 50ffffffffffffffffff01", -1],
  ["Int32 -1 in long_value", "2003 58ffffffffffffffffff01", -1],
  ["Int32 -1 as uint32 in long_value", "2003 58ffffffff0f", -1],
  ["Int64 -1", "2004 58ffffffffffffffffff01", -1],
  ["Int64 -2^63", "2004 5880808080808080808001", -(2 ** 63)],
  ["Int64 2^53-1", "2004 58ffffffffffffff0f", Number.MAX_SAFE_INTEGER],
  ["Int64 -3 in int_value", "2004 50fdffffff0f", -3],
  ["UInt8 255", "2005 50ff01", 255],
  ["UInt16 65535", "2006 50ffff03", 65535],
  ["UInt32 4294967295 in int_value", "2007 50ffffffff0f", 4294967295],
  ["UInt32 4294967295 in long_value", "2007 58ffffffff0f", 4294967295],
  ["UInt64 2^64-1", "2008 58ffffffffffffffffff01", 2 ** 64],
  ["DateTime before 1970", "200d 58ffffffffffffffffff01", -1],
  ["no datatype, int_value", "50ffffffff0f", 4294967295],
  ["no datatype, long_value", "58ffffffffffffffffff01", -1],
  ["Float 8.1 stays the float32", "2009 659a990141", 8.100000381469727],
];
for (const [what, content, value] of INTEGERS) {
  vectors(`${what} is read as ${value}`, () => {
    const { columns } = decode(metric(content));
    assert.is(columns.value[0], value);
    assert.is(columns.kind[0], VALUE_KIND.number);
  });
}

vectors("the last value of a repeated oneof counts, and leaves nothing of the one before", () => {
  const { columns } = decode(metric("7a0161 690000000000000040"));
  assert.is(columns.text[0], "");
  assert.is(columns.value[0], 2);
  const reversed = decode(metric("690000000000000040 7a0161")).columns;
  assert.is(reversed.text[0], "a");
  assert.is(reversed.kind[0], VALUE_KIND.text);
  assert.is(reversed.value[0], 0);
});

vectors("a null metric has no value, whatever stands beside", () => {
  const { columns } = decode(metric("690000000000000040 3801"));
  assert.is(columns.kind[0], VALUE_KIND.none);
  assert.is(columns.value[0], 0);
  assert.ok(columns.hasFlag(0, METRIC_FLAG.null));
  assert.is(decode(metric("690000000000000040 3800")).columns.kind[0], VALUE_KIND.number);
});

vectors("bytes, data sets, templates and extensions are passed over as other", () => {
  for (const content of ["2011 820103 010203", "2010 8a0102 0801", "2013 920100", "9a0100"])
    assert.is(decode(metric(content)).columns.kind[0], VALUE_KIND.other, content);
});

vectors("unknown fields are skipped by wire type, groups included", () => {
  const unknown = "a006 01  a106 0000000000000000  a206 02 ffff  a506 00000000  a306 0b 0801 0c a406";
  const { columns, head } = decode(hex(`${unknown} 1202 1007 ${unknown} 1805`));
  assert.is(columns.alias[0], 7);
  assert.is(head.seq, 5);
  assert.is(decode(metric(`${unknown} 1007 ${unknown}`)).columns.alias[0], 7);
});

vectors("a known field number with a foreign wire type is an unknown field", () => {
  const { columns } = decode(metric("0801 1200 6d00000000 1007"));
  assert.is(columns.alias[0], 7);
  assert.is(columns.name[0], "");
  assert.is(columns.kind[0], VALUE_KIND.none);
});

vectors("what is unclear about a quality is not good", () => {
  const withQuality = (value: string): number => {
    const set = Buffer.concat([hex("0a07 5175616c697479"), field(0x12, hex(value))]);
    return decode(field(0x12, field(0x4a, set))).columns.quality[0] as number;
  };
  assert.is(withQuality("0803 18c001"), 192);
  assert.is(withQuality("0803 1800"), 0);
  assert.is(withQuality("0804 20f403"), 500);
  assert.is(withQuality("080a 310000000000006840"), 192);
  assert.is(withQuality("0803 1001"), 0, "null");
  assert.is(withQuality(""), 0, "no value");
  assert.is(withQuality("080c 4203 313932"), 0, "text");
  assert.is(withQuality("0803 18ffffffff0f"), 0, "-1 would mean absent");
  assert.is(withQuality("0803 1880800c"), 0, "196608 does not fit");
  assert.is(withQuality("080a 310000000000006940 4a00"), 0, "a property set");
});

vectors("properties that the chain does not use are passed over, the others keep their keys", () => {
  const keys = "0a0161 0a0162 0a0163 0a0164 0a0165";
  const set = hex(`${keys} 1204 0803 1807  1204 0814 4a00  1202 1001  1204 080b 3801  1205 080c 420178`);
  const { columns } = decode(field(0x12, field(0x4a, set)));
  assert.equal(
    [...(columns.properties.get(0) ?? [])],
    [
      ["a", 7],
      ["d", 1],
      ["e", "x"],
    ],
  );
});

vectors("names keep every character, byte order marks and Chinese included", () => {
  const columns = new MetricColumns();
  const names = ["\ufefftemperature/a", "温度/产品-1", "é".repeat(63), "a".repeat(127), "b".repeat(128), "𝟜/x"];
  for (const name of names) putText(columns, name, `${name}${name}`, 0);
  const { columns: read } = decode(encodePayload(columns, NO_HEAD));
  assert.equal(read.name.slice(0, names.length), names);
  assert.equal(
    read.text.slice(0, names.length),
    names.map((name) => name + name),
  );
});

vectors("lengths of one, two and three bytes are written right, for text and for the metric around it", () => {
  for (const length of [0, 1, 127, 128, 16_383, 16_384, 70_000]) {
    const columns = new MetricColumns();
    putText(columns, "first", "a".repeat(length), 1);
    putText(columns, "second", "é".repeat(length), 2);
    const { columns: read, head } = decode(encodePayload(columns, { timestampMs: 3, seq: 4 }));
    assert.equal(head, { timestampMs: 3, seq: 4 });
    assert.ok(read.text[0] === "a".repeat(length) && read.text[1] === "é".repeat(length), `${length} characters`);
    assert.is(read.name[1], "second");
  }
});

const refusals = suite("payload refusals");

refusals("bytes that end too early are told apart from bytes that are not protobuf", () => {
  refuses(hex("08"), "PAYLOAD_TRUNCATED");
  refuses(hex("08ff"), "PAYLOAD_TRUNCATED");
  refuses(hex("12"), "PAYLOAD_TRUNCATED");
  refuses(hex("1205 1001"), "PAYLOAD_TRUNCATED");
  refuses(hex("12ffffffffffffffffff01"), "PAYLOAD_TRUNCATED");
  refuses(hex("1203 690000"), "PAYLOAD_TRUNCATED");
  refuses(hex("1204 0a10 6161 1801"), "PAYLOAD_TRUNCATED");
  refuses(hex("0b 0801"), "PAYLOAD_TRUNCATED");
  refuses(hex("08 ffffffffffffffffffff01"), "PAYLOAD_WIRE");
  refuses(hex("00 01"), "PAYLOAD_WIRE");
  refuses(hex("03 04"), "PAYLOAD_WIRE");
  refuses(hex("0e"), "PAYLOAD_WIRE");
  refuses(hex("0f"), "PAYLOAD_WIRE");
  refuses(hex("0c"), "PAYLOAD_WIRE");
  refuses(hex("0b 14"), "PAYLOAD_WIRE");
  refuses(hex("8080808010 00"), "PAYLOAD_WIRE");
});

refusals("a length within the payload but beyond its metric is refused", () => {
  refuses(hex("1203 7a05 61 1801 1801 1801"), "PAYLOAD_TRUNCATED");
});

refusals("every cut of a message is refused or is a message of fewer metrics", () => {
  const columns = new MetricColumns();
  for (let i = 0; i < 5; i++) putNumber(columns, `t/${i}`, i / 10, DATATYPE.double, 1700000000000 + i, i);
  const bytes = encodePayload(columns, { timestampMs: 5, seq: 200 });
  let whole = 0;
  for (let length = 0; length < bytes.length; length++) {
    const into = new MetricColumns();
    try {
      const head = decodePayload(bytes.subarray(0, length), into);
      assert.is(head.seq, undefined);
      for (let at = 0; at < into.length; at++) assert.is(into.value[at], at / 10);
      whole++;
    } catch (error) {
      assert.is((error as PayloadError).code, "PAYLOAD_TRUNCATED");
    }
  }
  assert.is(whole, 7, "nothing, the timestamp, and one to five metrics");
});

refusals("limits hold: metrics, names, properties, groups, aliases", () => {
  const full = new Uint8Array(PAYLOAD_METRICS_MAX * 2);
  for (let i = 0; i < full.length; i += 2) full[i] = 0x12;
  assert.is(decode(full).columns.length, PAYLOAD_METRICS_MAX);
  refuses(Buffer.concat([full, hex("1200")]), "PAYLOAD_LIMIT");
  const named = (length: number): Uint8Array => field(0x12, field(0x0a, new Uint8Array(length).fill(0x61)));
  assert.is(decode(named(PAYLOAD_NAME_BYTES_MAX)).columns.name[0]?.length, PAYLOAD_NAME_BYTES_MAX);
  refuses(named(PAYLOAD_NAME_BYTES_MAX + 1), "PAYLOAD_LIMIT");
  const properties = (count: number): Uint8Array =>
    field(0x12, field(0x4a, hex("0a0161".repeat(count) + "120208 01".repeat(count))));
  assert.is(decode(properties(PAYLOAD_PROPERTIES_MAX)).columns.length, 1);
  refuses(properties(PAYLOAD_PROPERTIES_MAX + 1), "PAYLOAD_LIMIT");
  refuses(hex("0b".repeat(1000)), "PAYLOAD_LIMIT");
  assert.is(decode(metric("10ffffffffffffff0f")).columns.alias[0], Number.MAX_SAFE_INTEGER);
  refuses(metric("108080808080808010"), "PAYLOAD_LIMIT");
});

refusals("names that are not UTF-8 are refused, text values lose only the bad bytes", () => {
  refuses(metric("0a02 c328"), "PAYLOAD_TEXT");
  refuses(field(0x12, field(0x4a, hex("0a02 c328 1200"))), "PAYLOAD_TEXT");
  assert.is(decode(metric("7a03 61c328")).columns.text[0], "a\ufffd(");
});

refusals("more keys than values, or fewer, are refused: nobody could tell the quality", () => {
  refuses(field(0x12, field(0x4a, hex("0a0161 0a0162 1200"))), "PAYLOAD_PROPERTIES");
  refuses(field(0x12, field(0x4a, hex("1200"))), "PAYLOAD_PROPERTIES");
  // What the refused payload left behind must not reach the next one.
  assert.is(
    decode(field(0x12, field(0x4a, hex("0a0161 1204 0803 1807"))))
      .columns.properties.get(0)
      ?.get("a"),
    7,
  );
});

refusals("the encoder refuses what a datatype cannot carry", () => {
  const cases: readonly (readonly [number, number])[] = [
    [DATATYPE.int8, 128], [DATATYPE.int16, -32769], [DATATYPE.int32, 2 ** 31], [DATATYPE.int64, 2 ** 63],
    [DATATYPE.uint8, -1], [DATATYPE.uint16, 65536], [DATATYPE.uint32, 2 ** 32], [DATATYPE.uint64, 2 ** 64],
    [DATATYPE.int64, 0.5], [DATATYPE.int32, NaN], [DATATYPE.dateTime, Infinity], [DATATYPE.string, 1],
  ]; // prettier-ignore
  for (const [datatype, value] of cases) {
    const columns = new MetricColumns();
    putNumber(columns, "a", value, datatype, 0);
    assert.throws(() => encodePayload(columns, NO_HEAD), { code: "PAYLOAD_VALUE", atMetric: 0 });
  }
  const columns = new MetricColumns();
  assert.throws(() => encodePayload(columns, { timestampMs: 0, seq: 256 }), { code: "PAYLOAD_VALUE" });
  assert.throws(() => encodePayload(columns, { timestampMs: 0.5, seq: 0 }), { code: "PAYLOAD_VALUE" });
  putNumber(columns, "a", 1, DATATYPE.double, 1.5);
  assert.throws(() => encodePayload(columns, NO_HEAD), { code: "PAYLOAD_VALUE" });
  columns.clear();
  columns.kind[columns.push()] = VALUE_KIND.other;
  assert.throws(() => encodePayload(columns, NO_HEAD), { code: "PAYLOAD_VALUE" });
  columns.clear();
  columns.setProperty(columns.push(), "Quality", 192);
  assert.throws(() => encodePayload(columns, NO_HEAD), { code: "PAYLOAD_VALUE" });
  columns.clear();
  putNumber(columns, "温".repeat(342), 1, DATATYPE.double, 1);
  assert.throws(() => encodePayload(columns, NO_HEAD), { code: "PAYLOAD_LIMIT" });
});

const fuzz = suite("payload fuzzing");
const FUZZ_RUNS = 20_000;

/** What a decoded message looks like when nothing is wrong with it. */
function sane(columns: MetricColumns): boolean {
  for (let at = 0; at < columns.length; at++) {
    const alias = columns.alias[at] as number;
    if (!(alias >= 0 && alias <= Number.MAX_SAFE_INTEGER) || (columns.quality[at] as number) < -1) return false;
    if (typeof columns.name[at] !== "string" || typeof columns.text[at] !== "string") return false;
  }
  return columns.name.every((name, at) => at < columns.length || name === "");
}

function decodesOrRefuses(bytes: Uint8Array, columns: MetricColumns): boolean {
  try {
    decodePayload(bytes, columns);
    assert.ok(sane(columns), toHex(bytes));
    return true;
  } catch (error) {
    if (!(error instanceof PayloadError)) throw new Error(`${toHex(bytes)} broke the decoder`, { cause: error });
    assert.is(columns.length, 0);
    return false;
  }
}

fuzz(`${FUZZ_RUNS} random byte strings end in columns or a PayloadError`, () => {
  const random = seededRandom(seed());
  const columns = new MetricColumns(1);
  // Random bytes seldom get past the first field, so half of the strings are made of bytes that begin fields.
  const likely = hex("08 12 18 0a 10 20 28 30 38 4a 50 58 65 69 70 7a 82 8a 92 01 00 02 03 04 0b 0c ff 80 42 31");
  let read = 0;
  for (let run = 0; run < FUZZ_RUNS; run++) {
    const bytes = new Uint8Array(Math.floor(random() * 60));
    for (let i = 0; i < bytes.length; i++)
      bytes[i] = run % 2 === 0 ? random() * 256 : (likely[Math.floor(random() * likely.length)] as number);
    if (decodesOrRefuses(bytes, columns)) read++;
  }
  assert.ok(read > FUZZ_RUNS / 100 && read < FUZZ_RUNS, `${read} of ${FUZZ_RUNS} were payloads`);
});

fuzz(`${FUZZ_RUNS} mutations of a birth end in columns or a PayloadError`, () => {
  const random = seededRandom(seed() + 1);
  const columns = new MetricColumns(1);
  const birth = new MetricColumns();
  putText(birth, "Contract/Epoch", "0123456789abcdef0123456789abcdef", 1700000000000);
  for (let i = 0; i < 4; i++) {
    const at = putNumber(birth, `temperature/p-${i}`, i, DATATYPE.double, 1700000000000, i);
    birth.quality[at] = 192;
    birth.setProperty(at, "Unit", "Cel");
    birth.setProperty(at, "Resolution", 0.1);
  }
  const original = encodePayload(birth, { timestampMs: 1700000000000, seq: 1 });
  let read = 0;
  for (let run = 0; run < FUZZ_RUNS; run++) {
    let bytes = original.slice();
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
      const at = Math.floor(random() * bytes.length);
      const how = random();
      if (how < 0.6) bytes[at] = random() * 256;
      else if (how < 0.8) bytes = bytes.slice(0, at);
      else bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
    }
    if (decodesOrRefuses(bytes, columns)) read++;
  }
  assert.ok(read > FUZZ_RUNS / 20 && read < FUZZ_RUNS, `${read} of ${FUZZ_RUNS} were payloads`);
});

fuzz("columns reused between messages leak nothing of the one before", () => {
  const reused = new MetricColumns(1);
  const big = new MetricColumns();
  for (let i = 0; i < 50; i++) {
    const at = putText(big, `name-${i}`, `text-${i}`, i + 1);
    big.quality[at] = 0;
    big.alias[at] = 7;
    big.flags[at] = 31;
    big.setProperty(at, "Unit", "Cel");
  }
  const bytes = encodePayload(big, { timestampMs: 1, seq: 1 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (count) => {
      decodePayload(bytes, reused);
      const head = decodePayload(hex("1200".repeat(count)), reused);
      assert.equal(head, NO_HEAD);
      assert.is(reused.length, count);
      assert.is(findMetric(reused, "name-49"), -1);
      assert.is(reused.properties.size, 0);
      assert.ok(reused.name.every((name) => name === "") && reused.text.every((text) => text === ""));
      for (const column of [reused.alias, reused.timeMs, reused.value, reused.kind, reused.datatype, reused.flags])
        assert.ok(column.subarray(0, count).every((value) => value === 0));
      assert.ok(reused.quality.subarray(0, count).every((value) => value === -1));
    }),
    { seed: seed(), numRuns: 100 },
  );
});

fuzz("what was encoded before stays as it was while other messages are encoded", () => {
  const columns = new MetricColumns();
  const kept: { bytes: Uint8Array; hex: string }[] = [];
  for (let i = 0; i < 2000; i++) {
    columns.clear();
    putText(columns, `n${i}`, "x".repeat((i * 37) % 4000), i);
    const bytes = encodePayload(columns, { timestampMs: i, seq: i % 256 });
    kept.push({ bytes, hex: toHex(bytes) });
  }
  for (const { bytes, hex: before } of kept) assert.is(toHex(bytes), before);
});

vectors.run();
refusals.run();
fuzz.run();
