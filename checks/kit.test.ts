import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { assert, freePort, needs, seed, suite, tempDir, until } from "./kit.ts";
import { removeTempDirs } from "./surroundings.ts";

class SpoolError extends Error {
  readonly code = "SPOOL_FULL";
}
const full = (): never => {
  throw new SpoolError("the spool is full");
};

const test = suite("the test kit");

test("throws takes a class, a code, a part of the message, a pattern, a predicate, and gives the error", () => {
  assert.is(assert.throws(full, SpoolError).message, "the spool is full");
  assert.throws(full, { code: "SPOOL_FULL" });
  assert.throws(full, "is full");
  assert.throws(full, /^the spool/);
  assert.throws(full, (error: Error) => error.message.endsWith("full"));
});

test("throws fails when nothing is thrown, when it is something else, and when it is no Error", () => {
  assert.throws(() => assert.throws(() => 0), "nothing was thrown");
  assert.throws(() => assert.throws(full, TypeError), "class TypeError");
  assert.throws(() => assert.throws(full, { code: "OTHER" }), "expected error.code to be OTHER");
  assert.throws(() => assert.throws(full, "empty"), 'a message with "empty"');
  assert.throws(() => assert.throws(full, () => false), "not as expected");
  assert.throws(() => {
    assert.throws(() => {
      throw null;
    });
  }, "null was thrown");
});

test("rejects fails when the promise is fulfilled or rejects otherwise", async () => {
  const rejecting = async (): Promise<void> => full();
  await assert.rejects(rejecting(), { code: "SPOOL_FULL" });
  await assert.rejects(rejecting, SpoolError);
  await assert.rejects(assert.rejects(Promise.resolve(1)), "was fulfilled");
  await assert.rejects(assert.rejects(rejecting(), TypeError), "class TypeError");
});

test("until waits for true, through predicates that throw, and names what it waited for in vain", async () => {
  let polls = 0;
  await until(() => {
    polls += 1;
    if (polls < 3) throw new Error("not yet");
    return true;
  });
  assert.is(polls, 3);
  const error = await assert.rejects(
    until(async () => full(), { deadlineMs: 30, what: "room in the spool" }),
    "in vain for room in the spool",
  );
  assert.instance(error.cause, SpoolError);
});

test("needs says what to install, by the name of the package", () => {
  assert.is(needs({ commands: ["sh"] }), undefined);
  const reason = needs({ commands: ["sh", "isotherm-none"], pythonModules: ["isotherm_none"] });
  assert.is(
    reason,
    "install isotherm-none, python3's isotherm_none (apt-get install isotherm-none python3-isotherm_none)",
  );
});

test("temporary folders are there until the file ends, and then gone", async () => {
  const folder = await tempDir();
  assert.ok(existsSync(folder));
  await removeTempDirs();
  assert.not(existsSync(folder));
});

test("a free port can be listened on, and the seed stays the same within a file", async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  await new Promise((resolve) => server.close(resolve));
  assert.is(seed(), seed());
});

test.run();
