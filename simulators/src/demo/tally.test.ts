import fc from "fast-check";
import { assert, suite } from "../../../checks/kit.ts";
import { RangeSet } from "@isotherm/coldchain";
import { tallyLine, tallyOf } from "./tally.ts";

const test = suite("tally");

test("a number that is neither accepted nor in a spool is lost, and shows as lost", () => {
  const spool = { epoch: "e", assetId: "a", issued: 5, goneCount: 0, holds: (number: number) => number !== 4 };
  const known = { epoch: "e", assetId: "a", issued: 5, accepted: 3, holes: [{ first: 4, last: 5 }] };
  assert.equal(tallyOf([spool], [known]), { taken: 5, accepted: 3, onGateways: 1, lost: 1 });
});

test("the sum holds for any accepted and held numbers, whatever ingest has heard of so far", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 60 }), fc.nat(60), (numbers, heard) => {
      const issued = numbers.length;
      const knownIssued = Math.min(heard, issued);
      const accepted = new RangeSet();
      numbers.forEach(([isAccepted], i) => {
        if (isAccepted && i < knownIssued) accepted.add(i + 1);
      });
      const holes = knownIssued === 0 ? [] : [...accepted.missing(1, knownIssued)];
      const holds = (number: number): boolean => numbers[number - 1]?.[1] === true;
      const spool = { epoch: "e", assetId: "a", issued, goneCount: 0, holds };
      const tally = tallyOf(
        [spool],
        [{ epoch: "e", assetId: "a", issued: knownIssued, accepted: accepted.size, holes }],
      );
      assert.is(tally.taken, tally.accepted + tally.onGateways + tally.lost);
      const lost = numbers.filter(([, held], i) => !held && !accepted.has(i + 1)).length;
      assert.is(tally.lost, lost);
    }),
  );
});

test("the line reads as a sum", () => {
  assert.is(
    tallyLine({ taken: 46212, accepted: 46209, onGateways: 3, lost: 0 }),
    "taken 46,212 = accepted 46,209 + on gateways 3 + lost 0",
  );
});

test.run();
