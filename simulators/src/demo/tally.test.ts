import fc from "fast-check";
import { assert, suite } from "../../../checks/kit.ts";
import { RangeSet } from "@isotherm/coldchain";
import { tallyLine, tallyOf } from "./tally.ts";

const test = suite("tally");

test("a number that is neither accepted nor in a spool is lost, and shows as lost", () => {
  const spool = { epoch: "e", assetId: "a", issued: 5, holds: (number: number) => number !== 4 };
  const known = { epoch: "e", assetId: "a", issued: 5, accepted: 3, holes: [{ first: 4, last: 5 }] };
  assert.equal(tallyOf([spool], [known]), { taken: 5, accepted: 3, onGateways: 1, lost: 1 });
});

test("the sum holds for any accepted and held numbers, whatever ingest has heard of so far", () => {
  const number = fc.constantFrom("accepted", "held", "lost");
  fc.assert(
    fc.property(
      fc.array(number, { maxLength: 60 }),
      fc.array(number, { maxLength: 9 }),
      fc.nat(60),
      (seen, later, heard) => {
        // `later` came after the look at the spools; ingest may know of it already.
        const all = [...seen, ...later];
        const knownIssued = Math.min(heard, all.length);
        const isAccepted = (at: number): boolean => all[at - 1] === "accepted" && at <= knownIssued;
        const accepted = new RangeSet();
        for (let at = 1; at <= knownIssued; at++) if (isAccepted(at)) accepted.add(at);
        const holes = knownIssued === 0 ? [] : [...accepted.missing(1, knownIssued)];
        const holds = (at: number): boolean => all[at - 1] !== "lost" && !isAccepted(at);
        const spool = { epoch: "e", assetId: "a", issued: seen.length, holds };
        const tally = tallyOf(
          [spool],
          [{ epoch: "e", assetId: "a", issued: knownIssued, accepted: accepted.size, holes }],
        );
        assert.is(tally.taken, tally.accepted + tally.onGateways + tally.lost);
        assert.is(tally.lost, seen.filter((state) => state === "lost").length);
      },
    ),
  );
});

test("the line reads as a sum", () => {
  assert.is(
    tallyLine({ taken: 46212, accepted: 46209, onGateways: 3, lost: 0 }),
    "taken 46,212 = accepted 46,209 + on gateways 3 + lost 0",
  );
});

test.run();
