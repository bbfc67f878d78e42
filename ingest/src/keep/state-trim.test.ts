import { join } from "node:path";
import { assert, suite, tempDir } from "../../../checks/kit.ts";
import { IngestState } from "../state.ts";
import { DEFAULT_RETENTION } from "./retention-times.ts";
import { tableCounts, trimState } from "./state-trim.ts";

const test = suite("the state's own tables");
const DAY = 86_400_000;
const NOW = 20_000 * DAY;
const TIMES = { ...DEFAULT_RETENTION, readingsMs: 10 * DAY, intentsMs: 5 * DAY, birthsMs: 5 * DAY };

test("let go of what nothing needs any more, a thousand rows at a time", async () => {
  const state = IngestState.open(join(await tempDir(), "state.db"));
  const { db } = state;
  const left = (table: string, column: string) =>
    db.all(`SELECT ${column} AS it FROM ${table} ORDER BY 1`).map(({ it }) => it);
  const ago = (days: number): number => NOW - days * DAY;
  db.transaction(() => {
    db.run(`INSERT INTO gateway (gateway_key, group_id, gateway_id, tenant_id, status, last_message_ms)
            VALUES ('g/w', 'g', 'w', 't1', 'online', 0)`);
    db.run(
      "INSERT INTO stream (stream_id, gateway_key, epoch, asset_id, issued, accepted, quarantined, gone, digests_from) VALUES (1, 'g/w', 'e', 'cold', 9, '', '', '', 1)",
    );
    for (const [id, days] of [
      ["a", 9],
      ["b", 8],
      ["c", 7],
      ["d", 6],
    ] as const)
      db.run("INSERT INTO birth VALUES ('g/w', 'cold', ?, '{}', ?)", id, ago(days));
    db.run("INSERT INTO pending VALUES (1, 1, 'g/w', 'boot', 1, 'a', x'00', 0)");
    db.run("INSERT INTO gateway_record VALUES (1, 1, 'b', x'00', ?), (1, 2, 'd', x'00', ?)", ago(1), ago(30));
    db.run("INSERT INTO gone VALUES (1, 1, 2, 'thinned', ?), (1, 3, 4, 'thinned', ?)", ago(30), ago(15));
    for (let at = 0; at < 2_500; at += 1)
      db.run(
        "INSERT INTO intent VALUES (?, 't1', 'a', 'k', 'p', 0, NULL, NULL, ?, 'applied')",
        `i${at}`,
        ago(at === 0 ? 1 : 6),
      );
  });
  // The tenant keeps a reading of 20 days ago, which makes what explains it worth keeping beyond its own time.
  const oldest = new Map([["t1", ago(20)]]);
  assert.equal(
    tableCounts(db, TIMES, oldest, NOW).map(({ table, expired }) => [table, expired]),
    [
      ["audit", 0],
      ["gone", 1],
      ["gateway_record", 1],
      ["intent", 2_499],
      ["birth", 1],
    ],
  );
  assert.equal([...trimState(db, TIMES, oldest, NOW)], [1, 1, 1_000, 1_000, 499, 1]);
  assert.equal(left("gone", "first"), [3]);
  assert.equal(left("gateway_record", "number"), [1]);
  assert.equal(left("intent", "intent_id"), ["i0"]);
  // One waits for its anchor with a, a record that is kept was written under b, and d is the newest.
  assert.equal(left("birth", "birth_id"), ["a", "b", "d"]);
  state.close();
});

test.run();
