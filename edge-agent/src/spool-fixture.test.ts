// A spool that an agent of format 1 has written must be read by every later one: the file as it was, committed when the
// format was made.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, suite, tempDir } from "../../checks/kit.ts";
import { draft, open } from "../test/spool-fixture.ts";
import { readSpoolSummary } from "./spool-summary.ts";

const test = suite("a spool of format 1");
const FIXTURE = fileURLToPath(new URL("../test/fixtures/spool-1.sqlite", import.meta.url));

test("opens under its epoch, gives its records, and numbers go on", async () => {
  const path = join(await tempDir(), "spool.db");
  copyFileSync(FIXTURE, path);
  const { spool, start } = open(path);
  assert.is(spool.epoch, "0e".repeat(16));
  assert.is(start.after, 2);
  const { streamId } = spool.streamOf("truck-1") ?? { streamId: -1 };
  const { records } = spool.read(streamId, { first: 1, last: 3 });
  assert.equal(
    records.map(({ number, readings }) => [number, readings[0]?.value]),
    [
      [1, 7.9],
      [2, 8.1],
      [3, -18.7],
    ],
  );
  assert.is(spool.append([draft("truck-1", 4)])[0]?.record.number, 4);
  spool.close(0, { isClean: true });
  const stream = readSpoolSummary(path)?.streams.find(({ assetId }) => assetId === "truck-1");
  assert.equal([stream?.issued, stream?.acceptedCount], [4, 1]);
});

test.run();
