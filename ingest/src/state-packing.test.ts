import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { assert, seed, suite, tempDir } from "../../checks/kit.ts";
import { addToTail, DIGEST_DIGITS, digestIn, type DigestRun, type DigestTail } from "./digest-tail.ts";
import { IngestState } from "./state.ts";
import { openStateReader } from "./state-reader.ts";
import { MIGRATIONS } from "./state-schema.ts";
import { packState } from "./state-packing.ts";

const test = suite("packed state");

/** A state file as it was before packing. */
function formerFile(file: string): void {
  const db = new DatabaseSync(file);
  const version = MIGRATIONS.indexOf(packState);
  for (const migration of MIGRATIONS.slice(0, version)) db.exec(String(migration));
  db.exec(`PRAGMA user_version = ${version};
    INSERT INTO gateway VALUES ('g/gw', 'g', 'gw', 't', 'online', 0, 'h', '1.0', NULL, 1000, NULL, NULL);
    INSERT INTO asset VALUES ('t', 'cold', 'g/gw', 'online', 5000, 5100);
    INSERT INTO asset VALUES ('t', 'silent', 'g/gw', 'offline', NULL, NULL);
    INSERT INTO channel VALUES ('t', 'cold', 'temperature/p1', 3, 'product', 'Cel', 0.1, 5000, 0, 0, 4900, NULL);
    INSERT INTO channel VALUES ('t', 'cold', 'temperature/p2', 4, 'product', 'Cel', 0.1, 5000, NULL, 1, NULL, NULL);
    INSERT INTO channel VALUES ('t', 'cold', 'temperature/p3', 5, 'product', 'Cel', 0.1, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO stream VALUES (7, 'g/gw', 'e', 'cold', 3, '1-3', '', '', 1);
    INSERT INTO digest VALUES (7, 1, x'0000000000000001'), (7, 2, x'0000000000000002'), (7, 3, x'00000000000000ff')`);
  db.close();
}

test("a file of before is read as it was meant, and goes on from there", async () => {
  const file = join(await tempDir(), "state.db");
  formerFile(file);
  const state = IngestState.open(file);
  assert.is(state.gateways.judgedToMs("t", "cold", "temperature/p1"), 4900);
  assert.is(state.gateways.judgedToMs("t", "cold", "temperature/p2"), 0);
  const stream = state.streams.get("g/gw", "e", "cold");
  assert.equal(
    [1, 2, 3, 4].map((number) => state.streams.digest(stream, number)),
    ["0000000000000001", "0000000000000002", "00000000000000ff", undefined],
  );
  const reader = openStateReader(file);
  const kept = { role: "product", unit: "Cel", resolution: 0.1, atMs: 5000 };
  assert.equal(reader.latest("t", "cold"), [
    { channel: "temperature/p1", ...kept, value: 0, quality: "good" },
    { channel: "temperature/p2", ...kept, value: null, quality: "device-timeout" },
  ]);
  assert.equal(
    reader
      .assets("t")
      .map(({ assetId, lastSampledAtMs, lastReceivedAtMs }) => [assetId, lastSampledAtMs, lastReceivedAtMs]),
    [
      ["cold", 5000, 5100],
      ["silent", null, null],
    ],
  );
  reader.close();
  state.close();
  const again = IngestState.open(file);
  assert.is(again.latest.of("t", "cold", "temperature/p1")?.value, 0);
  again.close();
});

test("a transaction that fails leaves nothing behind in memory", async () => {
  const file = join(await tempDir(), "state.db");
  formerFile(file);
  const state = IngestState.open(file);
  const known = state.latest.channel({ tenantId: "t", assetId: "cold", channel: "temperature/p1" });
  const fresh = state.latest.channel({ tenantId: "t", assetId: "new", channel: "temperature/p1" });
  const change = (): void => {
    for (const channel of [known, fresh]) {
      state.latest.touch(channel);
      channel.asset.body.fill(99);
    }
    state.latest.save();
  };
  assert.throws(() =>
    state.db.transaction(() => {
      change();
      throw new Error("disk full");
    }),
  );
  assert.equal([known.judgedToMs, Number.isNaN(fresh.judgedToMs)], [4900, true]);
  state.db.transaction(change);
  state.close();
  const again = IngestState.open(file);
  assert.equal(
    ["cold", "new"].map((assetId) => again.gateways.judgedToMs("t", assetId, "temperature/p1")),
    [99, 99],
  );
  again.close();
});

test("whatever the order of numbers and the cuts between batches, each has its digest, in the tail or in one row", () => {
  const batches = fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 100 }).chain((numbers) =>
    fc.oneof(fc.constant([...numbers].sort((a, b) => a - b)), fc.constant(numbers)).chain((ordered) =>
      fc.array(fc.nat({ max: 40 }), { maxLength: 8 }).map((sizes) => {
        const rest = [...ordered];
        return [...sizes.map((size) => rest.splice(0, size)), rest];
      }),
    ),
  );
  fc.assert(
    fc.property(batches, (cut) => {
      const tail: DigestTail = { tailFirst: 1, tail: "" };
      const rows = new Map<number, DigestRun>();
      const digestOf = (number: number): string => number.toString(16).padStart(DIGEST_DIGITS, "0");
      for (const numbers of cut) {
        const runs = addToTail(tail, new Map(numbers.map((number) => [number, digestOf(number)])));
        for (const run of runs) {
          assert.not(rows.has(run.first));
          rows.set(run.first, run);
        }
      }
      const given = new Set(cut.flat());
      const all = [...rows.values()].sort((a, b) => b.first - a.first);
      for (let number = 1; number <= 121; number++) {
        const row = all.find(({ first }) => first <= number);
        const found = digestIn({ first: tail.tailFirst, digests: tail.tail }, number) ?? (row && digestIn(row, number));
        assert.is(found, given.has(number) ? digestOf(number) : undefined);
      }
    }),
    { seed: seed() },
  );
});

test.run();
