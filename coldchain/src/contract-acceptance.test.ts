import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { acceptanceOf, putAcceptance, readAcceptance, type Acceptance } from "./contract-acceptance.ts";
import { ACCEPTED_ABOVE_MAX, CONTRACT } from "./contract-names.ts";
import { findMetric } from "./metric-access.ts";
import { MetricColumns } from "./metric-columns.ts";
import { PayloadError } from "./payload-error.ts";
import { RangeSet } from "./ranges.ts";
import { decodePayload } from "./sparkplug-decode.ts";
import { encodePayload } from "./sparkplug-encode.ts";

const EPOCH = "0123456789abcdef0123456789abcdef";
const span = fc
  .tuple(fc.integer({ min: 1, max: 400 }), fc.nat(6))
  .map(([first, more]) => ({ first, last: first + more }));
const scattered = fc
  .tuple(fc.nat(9), fc.integer({ min: 2, max: 90 }))
  .map(([first, count]) =>
    Array.from({ length: count }, (_, i) => ({ first: first + 1 + i * 5, last: first + 1 + i * 5 + (i % 3) })),
  );
const accepted = fc.oneof(fc.array(span, { maxLength: 60 }), scattered).map((ranges) => RangeSet.of(ranges));

function bytesOf(acceptance: Acceptance, alter: (columns: MetricColumns) => void = () => undefined): Uint8Array {
  const columns = new MetricColumns();
  putAcceptance(columns, acceptance, 1_795_000_000_000);
  alter(columns);
  return encodePayload(columns, { timestampMs: 1, seq: undefined });
}

const into = new MetricColumns(1);
function read(bytes: Uint8Array): Acceptance | undefined {
  decodePayload(bytes, into);
  return readAcceptance(into);
}

/** Every number that the acceptance lets the gateway stop sending. */
function lettingGo({ watermark, above }: Acceptance): RangeSet {
  return RangeSet.of(watermark > 0 ? [{ first: 1, last: watermark }, ...above] : above);
}

const test = suite("acceptances");

test("an acceptance says of accepted numbers only that they are, and of as many as fit, lowest first", () => {
  let cut = 0;
  fc.assert(
    fc.property(accepted, (numbers) => {
      const acceptance = acceptanceOf("host", EPOCH, numbers);
      const letGo = lettingGo(acceptance);
      for (const { first, last } of letGo) assert.equal([...numbers.missing(first, last)], []);
      assert.is(acceptance.watermark, numbers.watermark());
      assert.ok(acceptance.above.length <= ACCEPTED_ABOVE_MAX);
      const kept = RangeSet.of(numbers);
      for (const { first, last } of letGo) kept.delete(first, last);
      if (acceptance.above.length < ACCEPTED_ABOVE_MAX) assert.is(kept.size, 0);
      else {
        if (kept.size > 0) cut++;
        for (const { first } of kept) assert.ok(first > letGo.max);
      }
    }),
    { seed: seed(), numRuns: 300 },
  );
  assert.ok(cut > 0, "none had more ranges than fit");
});

test("an acceptance comes through the codec as it was", () => {
  fc.assert(
    fc.property(
      accepted,
      fc.array(span, { maxLength: 5 }),
      fc.string({ unit: "grapheme" }),
      (numbers, resend, hostId) => {
        const acceptance = { ...acceptanceOf(hostId, EPOCH, numbers), resend };
        assert.equal(read(bytesOf(acceptance)), acceptance);
      },
    ),
    { seed: seed(), numRuns: 300 },
  );
});

test("however it is cut short, it never lets go of a number that is not accepted", () => {
  let refused = 0;
  let less = 0;
  fc.assert(
    fc.property(accepted, (numbers) => {
      const bytes = bytesOf({ ...acceptanceOf("host", EPOCH, numbers), resend: [{ first: 3, last: 4 }] });
      for (let length = 0; length < bytes.length; length++) {
        try {
          const got = read(bytes.subarray(0, length));
          if (got === undefined) refused++;
          else {
            less++;
            for (const { first, last } of lettingGo(got)) assert.equal([...numbers.missing(first, last)], []);
          }
        } catch (error) {
          if (!(error instanceof PayloadError)) throw error;
          refused++;
        }
      }
    }),
    { seed: seed(), numRuns: 20 },
  );
  assert.ok(refused > 0 && less > 0);
});

test("nothing is let go on a command that is no acceptance or a malformed one", () => {
  const acceptance: Acceptance = {
    hostId: "host",
    epoch: EPOCH,
    watermark: 5,
    above: [{ first: 7, last: 9 }],
    resend: [],
  };
  assert.equal(read(bytesOf(acceptance)), acceptance);
  assert.is(read(bytesOf({ ...acceptance, watermark: -1 })), undefined);
  const rename = (name: string) => (columns: MetricColumns) => (columns.name[findMetric(columns, name)] = "Other");
  for (const name of [CONTRACT.host, CONTRACT.epoch, CONTRACT.watermark])
    assert.is(read(bytesOf(acceptance, rename(name))), undefined, name);
  const write = (text: string) => (columns: MetricColumns) =>
    (columns.text[findMetric(columns, CONTRACT.acceptedAbove)] = text);
  assert.is(read(bytesOf(acceptance, write("7-"))), undefined);
  assert.is(read(encodePayload(new MetricColumns(), { timestampMs: 1, seq: 0 })), undefined);
});

test.run();
