import { type ChainRecord, type GoneRange, RangeSet, RecordColumns, formatRanges } from "@isotherm/coldchain";
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { EPOCH, temperatureRecord } from "../test/scripted-gateway.ts";
import { type Sequenced, sequence, withdraw } from "./sequence.ts";
import { type StreamState, newStream } from "./stream-state.ts";

const test = suite("sequence");

/** A stream with its digests kept, as the state file keeps them. */
class KeptStream {
  readonly stream: StreamState = newStream("group1/gw-1", EPOCH, "cold-1");
  readonly stored = new Map<number, { digest: string; record: ChainRecord }>();
  conflicts = 0;

  take(records: readonly ChainRecord[], gone: readonly GoneRange[] = [], rangesMax = 4096): Sequenced {
    const columns = new RecordColumns();
    for (const record of records) columns.push(record);
    const knownDigest = (number: number): string | undefined => this.stored.get(number)?.digest;
    const sequenced = sequence(this.stream, { issued: 0, gone }, columns, knownDigest, rangesMax);
    for (const { at, number, digest } of sequenced.fresh)
      this.stored.set(number, { digest, record: columns.record(at) });
    this.conflicts += sequenced.conflicts.length;
    return sequenced;
  }
}

const number = fc.integer({ min: 1, max: 30 });
const range = fc.tuple(number, fc.nat({ max: 5 })).map(([first, more]) => ({ first, last: first + more }));
const act = fc.oneof(
  { weight: 5, arbitrary: fc.uniqueArray(number, { minLength: 1, maxLength: 6 }).map((numbers) => ({ numbers })) },
  { weight: 1, arbitrary: range.map(({ first, last }) => ({ gone: { first, last, reason: "thinned" as const } })) },
  { weight: 1, arbitrary: number.map((forged) => ({ forged })) },
);

test("whatever is repeated, reordered, contradicted or declared gone, each number is stored once, as it first came", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const kept = new KeptStream();
      const sent = new RangeSet();
      const first = new Map<number, number>();
      let forgeries = 0;
      for (const each of acts) {
        if ("gone" in each) {
          kept.take([], [each.gone]);
          sent.add(each.gone.first, each.gone.last);
          continue;
        }
        const numbers = "numbers" in each ? each.numbers : [each.forged];
        const value = "numbers" in each ? 5 : 99;
        for (const one of numbers) {
          if (first.has(one) && first.get(one) !== value) forgeries++;
          if (!first.has(one)) first.set(one, value);
          sent.add(one);
        }
        kept.take(numbers.map((one) => temperatureRecord(one, one * 10, value)));
      }
      assert.is(formatRanges(kept.stream.accepted), formatRanges(sent), "accepted: all that was sent or gone");
      assert.is(kept.conflicts, forgeries, "every contradiction is seen");
      for (const [one, { record }] of kept.stored) assert.is(record.readings[0]?.value, first.get(one));
      assert.is(kept.stored.size, first.size, "a number that was gone is stored when its record comes");
      for (const one of first.keys()) assert.not(kept.stream.gone.has(one));
    }),
    { seed: seed() },
  );
});

test("a number that would open too many ranges is left unaccepted, and taken when the gap is filled", () => {
  const kept = new KeptStream();
  kept.take(
    [1, 3].map((one) => temperatureRecord(one, one, 5)),
    [],
    2,
  );
  assert.is(kept.take([temperatureRecord(5, 5, 5)], [], 2).overRanges, 1);
  assert.is(formatRanges(kept.stream.accepted), "1,3");
  kept.take(
    [2, 4, 5].map((one) => temperatureRecord(one, one, 5)),
    [],
    2,
  );
  assert.is(formatRanges(kept.stream.accepted), "1-5");
});

test("a number whose digest is no longer kept is dropped as seen, and counted as unchecked", () => {
  const kept = new KeptStream();
  kept.take([temperatureRecord(1, 1, 5)]);
  kept.stored.clear();
  const { unchecked, conflicts, fresh } = kept.take([temperatureRecord(1, 1, 6)]);
  assert.equal([unchecked, conflicts.length, fresh.length], [1, 0, 0]);
});

test("what cannot be kept after all is taken back", () => {
  const kept = new KeptStream();
  kept.take([temperatureRecord(1, 1, 5), temperatureRecord(2, 2, 5)]);
  withdraw(kept.stream, 2);
  assert.is(kept.stream.accepted.watermark(), 1);
});

test.run();
