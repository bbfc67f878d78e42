import { DatabaseSync } from "node:sqlite";
import { assert, suite } from "../../checks/kit.ts";
import { listAllowances } from "./list-allowances.ts";

const test = suite("lists of allowances");

test("what was stored with one consecutive allowance says it in the list, and results have every figure", () => {
  const db = new DatabaseSync(":memory:");
  db.exec(`CREATE TABLE assignment (assignment_key TEXT, fact TEXT);
    CREATE TABLE profile_change (tenant_id TEXT, profile_id TEXT, former TEXT);
    CREATE TABLE excursion (excursion_id TEXT, result TEXT)`);
  const profile = {
    id: "p",
    limits: [
      { high: 8, consecutiveAllowanceMs: 5 },
      { high: 9, allowances: [] },
    ],
  };
  db.prepare("INSERT INTO assignment VALUES ('a', ?)").run(JSON.stringify({ key: "a", profile }));
  db.prepare("INSERT INTO profile_change VALUES ('t', 'p', ?)").run(JSON.stringify(profile));
  db.prepare("INSERT INTO excursion VALUES ('e', ?)").run(JSON.stringify({ startMs: 1, peak: 9 }));
  listAllowances(db);
  const read = (sql: string): unknown => JSON.parse(String(db.prepare(sql).get()?.["body"]));
  const listed = {
    id: "p",
    limits: [
      { high: 8, allowances: [{ kind: "consecutive", allowedMs: 5, breachWhen: "exceeded" }] },
      { high: 9, allowances: [] },
    ],
  };
  assert.equal(read("SELECT fact AS body FROM assignment"), { key: "a", profile: listed });
  assert.equal(read("SELECT former AS body FROM profile_change"), listed);
  assert.equal(read("SELECT result AS body FROM excursion"), {
    startMs: 1,
    peak: 9,
    lastValue: 9,
    degreeMinutes: 0,
    breaches: [],
    spentBeforeMs: 0,
  });
  db.close();
});

test.run();
