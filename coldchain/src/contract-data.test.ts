import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import type { ChainRecord } from "./chain-record.ts";
import { birthIdOf, type StreamBirth } from "./contract-birth.ts";
import { putData, readData, readDataHead, type DataMessage, type DataRefusal } from "./contract-data.ts";
import { CONTRACT, GONE_REASONS } from "./contract-names.ts";
import { formatGone, parseGone } from "./gone-ranges.ts";
import { findMetric, putNumber } from "./metric-access.ts";
import { DATATYPE, METRIC_FLAG, MetricColumns } from "./metric-columns.ts";
import { PayloadError } from "./payload-error.ts";
import { QUALITIES } from "./quality.ts";
import { RangeSet } from "./ranges.ts";
import { MESSAGE_RECORDS_MAX } from "./record-collector.ts";
import { decodePayload } from "./sparkplug-decode.ts";
import { encodePayload } from "./sparkplug-encode.ts";

const NOW_MS = 1_795_000_000_000;
const CHANNEL_ALIASES = [0, 3, 4, 200, 70_000];
const BIRTH: StreamBirth = {
  epoch: "0123456789abcdef0123456789abcdef",
  assetId: "box-1",
  issued: 0,
  numberAlias: 1,
  monotonicAlias: 2,
  channels: CHANNEL_ALIASES.map((alias) => ({
    channel: `t/p-${alias}`,
    alias,
    role: "product",
    unit: "Cel",
    resolution: 0.1,
  })),
};
const BIRTH_ID = birthIdOf(BIRTH);

const ownProto = { noNullPrototype: true };
const reading = fc.record(
  {
    alias: fc.constantFrom(...CHANNEL_ALIASES),
    value: fc.option(fc.oneof(fc.constantFrom(0, -0, 8.1), fc.double({ noNaN: true, noDefaultInfinity: true }))),
    quality: fc.oneof(fc.constant(0), fc.nat(QUALITIES.length - 1)),
  },
  ownProto,
);
const anyRecord = fc.record(
  {
    number: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
    bootId: fc.constantFrom("0".repeat(32), "f".repeat(32), "00112233445566778899aabbccddeeff"),
    monotonicMs: fc.oneof(fc.constant(0), fc.nat(1e9), fc.maxSafeInteger()),
    wallMs: fc.oneof(fc.constant(0), fc.integer({ min: 1.6e12, max: 1.9e12 }), fc.maxSafeInteger()),
    anchorOrdinal: fc.oneof(fc.nat(2), fc.nat(65535)),
    readings: fc
      .uniqueArray(reading, { selector: ({ alias }) => alias })
      .map((readings) => readings.sort((a, b) => a.alias - b.alias)),
  },
  ownProto,
);
const span = fc
  .tuple(fc.integer({ min: 1, max: 1000 }), fc.nat(9))
  .map(([first, more]) => ({ first, last: first + more }));
const goneRange = fc.tuple(span, fc.constantFrom(...GONE_REASONS)).map(([range, reason]) => ({ ...range, reason }));
type Sent = Parameters<typeof putData>[3];
const anyMessage: fc.Arbitrary<Sent> = fc.record(
  {
    issued: fc.maxSafeNat(),
    gone: fc.array(goneRange, { maxLength: 3 }),
    records: fc.uniqueArray(anyRecord, { selector: ({ number }) => number, maxLength: 6 }),
    historical: fc.boolean(),
  },
  ownProto,
);

function bytesOf(message: Sent, alter: (columns: MetricColumns) => void = () => undefined): Uint8Array {
  const columns = new MetricColumns();
  putData(columns, BIRTH, BIRTH_ID, message, NOW_MS);
  alter(columns);
  return encodePayload(columns, { timestampMs: NOW_MS, seq: 7 });
}

const into = new MetricColumns(1);
function read(bytes: Uint8Array, birth = BIRTH): DataMessage | DataRefusal {
  decodePayload(bytes, into);
  const head = readDataHead(into);
  if ("refused" in head) return head;
  if (head.birthId !== birthIdOf(birth))
    return { refused: "birth-unknown", reason: "", carries: [], birthId: head.birthId };
  return readData(into, head, birth);
}

/** Gone ranges by reason, as the message orders them. */
const byReason = (message: Pick<DataMessage, "gone">): DataMessage["gone"] => parseGone(formatGone(message.gone)) ?? [];

function isSame(message: DataMessage, sent: Sent): boolean {
  const plain = ({ issued, gone, records }: Pick<DataMessage, "issued" | "gone" | "records">): string =>
    JSON.stringify([issued, formatGone(gone), records], (_key, each: unknown) => (Object.is(each, -0) ? "-0" : each));
  return plain(message) === plain(sent);
}

const record = (number: number, value: number | null = 5.5): ChainRecord => ({
  number,
  bootId: "0".repeat(32),
  monotonicMs: number * 1000,
  wallMs: NOW_MS + number * 1000,
  anchorOrdinal: 1,
  readings: [
    { alias: 0, value, quality: 0 },
    { alias: 3, value: null, quality: 5 },
  ],
});
const message = (...records: readonly ChainRecord[]): Sent => ({ issued: 9, gone: [], records, historical: false });

const test = suite("data under contract");

test("records come through the codec to the last bit, with what is gone and how much was issued", () => {
  fc.assert(
    fc.property(anyMessage, (sent) => {
      const got = read(bytesOf(sent));
      if ("refused" in got) throw new Error(got.reason);
      assert.equal(got, {
        birthId: BIRTH_ID,
        issued: sent.issued,
        gone: byReason(sent),
        carries: [...RangeSet.of(sent.records.map(({ number }) => ({ first: number, last: number })))],
        records: sent.records,
        historical: sent.historical && sent.records.length > 0,
      });
      assert.ok(isSame(got, sent), "minus zero is kept");
    }),
    { seed: seed(), numRuns: 400 },
  );
});

test("a host that knows nothing of the contract reads readings by alias, and integers as the birth declared them", () => {
  const bytes = bytesOf(message(record(1)));
  decodePayload(bytes, into);
  const aliased = Array.from({ length: into.length }, (_, at) => at).filter((at) => into.name[at] === "");
  assert.equal(
    aliased.map((at) => into.alias[at]),
    [BIRTH.numberAlias, BIRTH.monotonicAlias, 0, 3],
  );
  assert.equal(
    aliased.map((at) => into.value[at]),
    [1, 1000, 5.5, 0],
  );
  assert.ok(
    aliased.every((at) => into.datatype[at] === DATATYPE.unknown),
    "DATA leaves the datatype out",
  );
  // Alias 1, its time, then long_value 1, since the birth declared Record/Number as Int64.
  assert.match(Buffer.from(bytes).toString("hex"), /100118[0-9a-f]{12}5801/);
});

test("whatever happens to the bytes, a message is refused or is the message that was sent", () => {
  const hurt = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true }),
    to: fc.nat(255),
    how: fc.nat(3),
    more: fc.nat(30),
  });
  let refused = 0;
  let kept = 0;
  fc.assert(
    fc.property(anyMessage, fc.array(hurt, { minLength: 1, maxLength: 2 }), (sent, hurts) => {
      let bytes: Uint8Array = bytesOf(sent).slice();
      for (const { at, to, how, more } of hurts) {
        const index = Math.floor(at * bytes.length);
        if (how === 0) bytes = bytes.slice(0, index);
        else if (how === 1) bytes = Buffer.concat([bytes.subarray(0, index), bytes.subarray(index + more)]);
        else if (how === 2) bytes = Buffer.concat([bytes.subarray(0, index + more), bytes.subarray(index)]);
        else bytes[index] = to;
      }
      try {
        const got = read(bytes);
        if ("refused" in got) refused++;
        else {
          assert.ok(isSame(got, sent), JSON.stringify(got));
          kept++;
        }
      } catch (error) {
        if (!(error instanceof PayloadError)) throw error;
        refused++;
      }
    }),
    { seed: seed(), numRuns: 3000 },
  );
  assert.ok(refused > 1000 && kept > 10, `${refused} refused, ${kept} unharmed`);
});

test("a metric left out, doubled or out of its place is refused, unless it means nothing", () => {
  const sent = {
    ...message(record(1), record(2, null), record(3)),
    gone: [{ first: 7, last: 8, reason: "thinned" as const }],
  };
  const whole = new MetricColumns();
  putData(whole, BIRTH, BIRTH_ID, sent, NOW_MS);
  const payload = (order: readonly number[]): Uint8Array => {
    const single = (at: number): Uint8Array => {
      const columns = new MetricColumns();
      const to = columns.push();
      for (const column of ["alias", "timeMs", "value", "kind", "datatype", "flags", "quality"] as const)
        columns[column][to] = whole[column][at] as number;
      columns.name[to] = whole.name[at] as string;
      columns.text[to] = whole.text[at] as string;
      for (const [key, value] of whole.properties.get(at) ?? []) columns.setProperty(to, key, value);
      return encodePayload(columns, { timestampMs: undefined, seq: undefined });
    };
    return Buffer.concat(order.map(single));
  };
  const all = Array.from({ length: whole.length }, (_, at) => at);
  const intact = read(payload(all));
  assert.ok(!("refused" in intact) && isSame(intact, sent));
  let refused = 0;
  for (const at of all) {
    const without = read(payload(all.filter((each) => each !== at)));
    assert.ok("refused" in without, `without ${whole.name[at] || whole.alias[at]}`);
    for (const order of [
      [...all, at],
      [at, ...all.filter((each) => each !== at)],
    ]) {
      const got = read(payload(order));
      if ("refused" in got) refused++;
      else assert.ok(isSame(got, sent), `${at} moved`);
    }
  }
  assert.ok(refused > all.length, `${refused} refused`);
});

test("refusals say what is wrong and what the message claims to carry", () => {
  const reason = (alter: (columns: MetricColumns) => void, sent = message(record(1), record(2))): string => {
    const got = read(bytesOf(sent, alter));
    if (!("refused" in got)) throw new Error("was not refused");
    return `${got.refused}: ${got.reason}`;
  };
  const rename = (name: string) => (columns: MetricColumns) => (columns.name[findMetric(columns, name)] = "Other");
  const write = (name: string, text: string) => (columns: MetricColumns) =>
    (columns.text[findMetric(columns, name)] = text);
  const cases: readonly (readonly [(columns: MetricColumns) => void, RegExp])[] = [
    [rename(CONTRACT.birthId), /^not-under-contract: no Contract\/BirthId/],
    [rename(CONTRACT.carries), /^malformed: Contract\/Carries/],
    [write(CONTRACT.carries, "1-x"), /^malformed: Contract\/Carries/],
    [write(CONTRACT.carries, "1-3"), /^malformed: claims 1-3 but holds 1-2/],
    [rename(CONTRACT.digest), /^malformed: Contract\/Digest is missing/],
    [write(CONTRACT.digest, "0".repeat(16)), /^malformed: Contract\/Digest is 0{16}, what stands here gives /],
    [write(CONTRACT.recordBoot, "boot"), /^malformed: record 1 has no Record\/Boot/],
    [(columns) => (columns.value[findMetric(columns, CONTRACT.issued)] = -1), /^malformed: .*Contract\/Issued/],
    [(columns) => (columns.value[findMetric(columns, CONTRACT.recordAnchor)] = 70_000), /anchorOrdinal 70000/],
    [(columns) => putNumber(columns, "", 1, DATATYPE.double, 0, 99), /alias 99 is not in the birth/],
    [(columns) => putNumber(columns, "", 1, DATATYPE.double, 0, 0), /aliases do not ascend/],
    [(columns) => putNumber(columns, "", NaN, DATATYPE.double, 0, 200), /alias 200 is not finite/],
    [(columns) => putNumber(columns, "", 3, DATATYPE.int64, 0, 1), /record 3 has no Record\/MonotonicMs/],
  ];
  for (const [alter, expected] of cases) assert.match(reason(alter), expected);
  assert.match(
    reason(() => undefined, message(record(1), record(1))),
    /number 1 stands twice/,
  );
  const timeless = reason((columns) => {
    for (let at = 0; at < columns.length; at++)
      columns.flags[at] = (columns.flags[at] as number) & ~METRIC_FLAG.hasTime;
  });
  assert.match(timeless, /record 1 has no time/);
});

test("a message holds so many records and no more", () => {
  const records = (count: number): ChainRecord[] =>
    Array.from({ length: count }, (_, i) => ({ ...record(i + 1), readings: [] }));
  const full = read(bytesOf(message(...records(MESSAGE_RECORDS_MAX))));
  assert.ok(!("refused" in full) && full.records.length === MESSAGE_RECORDS_MAX);
  const over = read(bytesOf(message(...records(MESSAGE_RECORDS_MAX + 1))));
  assert.ok("refused" in over && /more than 500 records/.test(over.reason));
});

test("gone ranges read back by reason; others are refused", () => {
  fc.assert(
    fc.property(fc.array(goneRange), (gone) => {
      assert.is(formatGone(parseGone(formatGone(gone)) ?? []), formatGone(gone));
      assert.is(parseGone(formatGone(gone))?.length, gone.length);
    }),
    { seed: seed() },
  );
  assert.is(formatGone([{ first: 9, last: 9, reason: "corrupt" }, { first: 3, last: 5, reason: "thinned" }]), "thinned:3-5;corrupt:9"); // prettier-ignore
  for (const text of ["3-5", "lost:3", "thinned:x", "thinned:3;", ":3"]) assert.is(parseGone(text), undefined, text);
});

test.run();
