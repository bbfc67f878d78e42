import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import {
  parseRecordBytes,
  recordBytes,
  RECORD_ALIAS_MAX,
  RECORD_READINGS_MAX,
  type ChainRecord,
} from "./chain-record.ts";
import { RecordBytesError, RecordShapeError } from "./chain-record.ts";
import { QUALITIES } from "./quality.ts";

const reading = fc.record(
  {
    alias: fc.oneof(fc.nat(300), fc.integer({ min: 0, max: RECORD_ALIAS_MAX })),
    value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    quality: fc.nat(QUALITIES.length - 1),
  },
  { noNullPrototype: true },
);
const anyRecord: fc.Arbitrary<ChainRecord> = fc.record(
  {
    number: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
    bootId: fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 32 }),
    monotonicMs: fc.maxSafeInteger(),
    wallMs: fc.maxSafeInteger(),
    anchorOrdinal: fc.nat(65535),
    readings: fc
      .uniqueArray(reading, { selector: ({ alias }) => alias, maxLength: 20 })
      .map((readings) => readings.sort((a, b) => a.alias - b.alias)),
  },
  { noNullPrototype: true },
);
const EXAMPLE: ChainRecord = {
  number: 1,
  bootId: "00112233445566778899aabbccddeeff",
  monotonicMs: 2,
  wallMs: 0,
  anchorOrdinal: 3,
  readings: [
    { alias: 0, value: 0, quality: 0 },
    { alias: 7, value: null, quality: 5 },
  ],
};

const test = suite("record bytes");

test("every record comes back from its bytes, to the last bit of every value", () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const bytes = recordBytes(record);
      const read = parseRecordBytes(bytes);
      assert.equal(read, record);
      for (const [i, { value }] of record.readings.entries()) assert.ok(Object.is(read.readings[i]?.value, value));
      assert.equal(recordBytes(read), bytes);
    }),
    { seed: seed(), numRuns: 500 },
  );
});

test("format 1 is these bytes, for ever", () => {
  const expected =
    "01 3ff0000000000000 00112233445566778899aabbccddeeff 4000000000000000 0000000000000000 0003 0002" +
    " 00000000 00 0000000000000000 00000007 85 0000000000000000";
  assert.is(Buffer.from(recordBytes(EXAMPLE)).toString("hex"), expected.replaceAll(" ", ""));
});

test("bytes within a larger buffer read as they stand", () => {
  const bytes = recordBytes(EXAMPLE);
  const larger = new Uint8Array(bytes.length + 20);
  larger.set(bytes, 13);
  assert.equal(parseRecordBytes(larger.subarray(13, 13 + bytes.length)), EXAMPLE);
});

test("a record that its bytes could not give back is refused when it is written", () => {
  const [good] = EXAMPLE.readings as [ChainRecord["readings"][number]];
  const wrong: readonly Partial<ChainRecord>[] = [
    { number: 0 }, { number: 1.5 }, { number: NaN }, { number: 2 ** 53 },
    { bootId: "" }, { bootId: EXAMPLE.bootId.toUpperCase() },
    { monotonicMs: 0.5 }, { monotonicMs: NaN }, { wallMs: Infinity }, { wallMs: 1.25 },
    { anchorOrdinal: 65536 }, { anchorOrdinal: -1 }, { anchorOrdinal: 0.5 },
    { readings: [good, good] }, { readings: [{ ...good, alias: 2 }, { ...good, alias: 1 }] },
    { readings: [{ ...good, alias: -1 }] }, { readings: [{ ...good, alias: 2 ** 32 }] }, { readings: [{ ...good, alias: 0.5 }] },
    { readings: [{ ...good, value: NaN }] }, { readings: [{ ...good, value: -Infinity }] },
    { readings: [{ ...good, quality: QUALITIES.length }] }, { readings: [{ ...good, quality: 0.5 }] },
    { readings: Array.from({ length: RECORD_READINGS_MAX + 1 }, (_, alias) => ({ ...good, alias })) },
  ]; // prettier-ignore
  for (const part of wrong)
    assert.throws(() => recordBytes({ ...EXAMPLE, ...part }), RecordShapeError, JSON.stringify(part));
});

test("whatever bytes are read either are the bytes of that very record or are refused", () => {
  const mutation = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true }),
    to: fc.nat(255),
    cut: fc.boolean(),
  });
  let refused = 0;
  fc.assert(
    fc.property(anyRecord, fc.array(mutation, { minLength: 1, maxLength: 3 }), (record, mutations) => {
      let bytes = recordBytes(record);
      for (const { at, to, cut } of mutations) {
        const index = Math.floor(at * bytes.length);
        if (cut) bytes = bytes.slice(0, index);
        else bytes[index] = to;
      }
      try {
        assert.equal(recordBytes(parseRecordBytes(bytes)), bytes);
      } catch (error) {
        if (!(error instanceof RecordBytesError)) throw error;
        refused++;
      }
    }),
    { seed: seed(), numRuns: 1000 },
  );
  assert.ok(refused > 100 && refused < 1000, `${refused} of 1000 were refused`);
});

test("minus zero milliseconds are zero milliseconds: there is one record, not two", () => {
  assert.equal(
    recordBytes({ ...EXAMPLE, monotonicMs: -0, wallMs: -0 }),
    recordBytes({ ...EXAMPLE, monotonicMs: 0, wallMs: 0 }),
  );
  const bytes = recordBytes({ ...EXAMPLE, monotonicMs: 0 });
  bytes[25] = 0x80;
  assert.throws(() => parseRecordBytes(bytes), { code: "RECORD_BYTES" });
});

test("an unknown format is told apart from a damaged record", () => {
  const bytes = recordBytes(EXAMPLE);
  bytes[0] = 2;
  assert.throws(() => parseRecordBytes(bytes), { code: "RECORD_FORMAT_UNKNOWN" });
  assert.throws(() => parseRecordBytes(new Uint8Array(0)), { code: "RECORD_FORMAT_UNKNOWN" });
  assert.throws(() => parseRecordBytes(Uint8Array.of(1, 2, 3)), { code: "RECORD_BYTES" });
  assert.throws(() => parseRecordBytes(recordBytes(EXAMPLE).slice(0, -1)), { code: "RECORD_BYTES" });
  const valued = recordBytes(EXAMPLE);
  valued[valued.length - 1] = 1;
  assert.throws(() => parseRecordBytes(valued), { code: "RECORD_BYTES" });
});

test.run();
