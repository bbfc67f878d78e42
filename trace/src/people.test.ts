import { VirtualTime, seededRandom } from "@isotherm/coldchain";
import { assert, suite } from "../../checks/kit.ts";
import { IntentOutbox } from "./intent-outbox.ts";
import { People, SESSION_LIFE_MS } from "./people.ts";
import { TraceWriter } from "./trace-writer.ts";

const test = suite("people");

function peopled(): { people: People; outbox: IntentOutbox; time: VirtualTime; writer: TraceWriter } {
  const time = new VirtualTime(5_000_000);
  const writer = new TraceWriter(":memory:", time);
  writer.put("tenant", { tenantId: "acme", title: "Acme" }, "installer");
  writer.put("person", { personId: "op", tenantId: "acme", role: "operator", name: "Li" }, "installer");
  const random = seededRandom(1);
  const randomBytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => random() * 256);
  const people = new People({ database: writer.database, clock: time, randomBytes });
  return { people, outbox: new IntentOutbox(writer.database, time), time, writer };
}

test("a login opens sessions until it expires; a session lives its own life", () => {
  const { people, time } = peopled();
  const login = people.makeLogin("op", 60_000);
  const session = people.openSession(login.token);
  assert.is(session?.person.personId, "op");
  time.advance(60_001);
  assert.is(people.openSession(login.token), undefined);
  assert.is(people.personOfSession(session?.token ?? "")?.role, "operator");
  time.advance(SESSION_LIFE_MS);
  assert.is(people.personOfSession(session?.token ?? ""), undefined);
});

test("tokens are kept only as hashes", () => {
  const { people, writer } = peopled();
  const login = people.makeLogin("op", 60_000);
  const session = people.openSession(login.token);
  const kept = JSON.stringify([
    writer.database.prepare("SELECT * FROM login").all(),
    writer.database.prepare("SELECT * FROM session").all(),
  ]);
  assert.not.ok(kept.includes(login.token));
  assert.not.ok(kept.includes(session?.token ?? "none"));
});

test("a closed session opens nothing, and nobody logs in as nobody", () => {
  const { people } = peopled();
  const session = people.openSession(people.makeLogin("op", 60_000).token);
  people.closeSession(session?.token ?? "");
  assert.is(people.personOfSession(session?.token ?? ""), undefined);
  assert.throws(() => people.makeLogin("ghost", 60_000), { code: "FACT_UNKNOWN" });
  assert.is(people.openSession("made-up"), undefined);
});

test("an erased name leaves the person", () => {
  const { people } = peopled();
  assert.is(people.nameOf("op"), "Li");
  people.eraseName("op");
  assert.is(people.nameOf("op"), undefined);
  assert.is(people.find("op")?.role, "operator");
});

test("an intent is kept once, waits oldest first, and remembers its answer", () => {
  const { outbox, time } = peopled();
  assert.is(outbox.keep({ intentId: "b-1", tenantId: "acme", body: "{}" }), "kept");
  time.advance(1);
  assert.is(outbox.keep({ intentId: "a-2", tenantId: "acme", body: "{}" }), "kept");
  assert.is(outbox.keep({ intentId: "b-1", tenantId: "acme", body: '{"other":1}' }), "known");
  assert.equal(
    outbox.waiting(10).map(({ intentId }) => intentId),
    ["b-1", "a-2"],
  );
  outbox.answered("b-1", '"done"');
  assert.equal(
    outbox.waiting(10).map(({ intentId }) => intentId),
    ["a-2"],
  );
  assert.is(outbox.state("b-1")?.answer, '"done"');
});

test.run();
