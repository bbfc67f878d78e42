import { join } from "node:path";
import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite, tempDir } from "../../checks/kit.ts";
import { openTraceReader } from "./trace-reader.ts";
import { TraceWriter } from "./trace-writer.ts";
import { demoProfile } from "../test/demo-profile.ts";

const test = suite("trace writer");

async function opened(): Promise<{ writer: TraceWriter; path: string; time: VirtualTime }> {
  const path = join(await tempDir(), "trace.sqlite");
  const time = new VirtualTime(1_000_000);
  return { writer: new TraceWriter(path, time), path, time };
}

const tenant = { tenantId: "acme", title: "Acme" };
const asset = { assetId: "truck-1", tenantId: "acme", kind: "compartment", title: { en: "Truck 1", zh: "1号车" } };
const driver = { personId: "wang", tenantId: "acme", role: "driver", name: "王师傅", language: "zh" };
const leg = { legId: "l-1", assetId: "truck-1", fromMs: 10, driverPersonId: "wang" };
const shipment = {
  shipmentId: "s-1",
  tenantId: "acme",
  title: "Vaccines",
  goods: "doses",
  profileIds: [demoProfile.profileId],
  legs: [leg],
};

function sayAll(writer: TraceWriter): void {
  writer.put("profile", demoProfile, "installer");
  writer.put("tenant", tenant, "installer");
  writer.put("person", driver, "installer");
  writer.put("asset", asset, "installer");
  writer.put("shipment", shipment, "installer");
}

test("a reader sees what the writer said, and its version rises with each new fact", async () => {
  const { writer, path } = await opened();
  const reader = openTraceReader(path);
  assert.is(reader.version(), 0);
  sayAll(writer);
  assert.is(reader.version(), 5);
  const facts = reader.facts();
  assert.equal(facts.legs, [{ ...leg, shipmentId: "s-1", toMs: null, origin: null, destination: null }]);
  assert.is(facts.profiles[0]?.text, demoProfile.text);
  reader.close();
  writer.close();
});

test("a reader opened before the file exists finds it later", async () => {
  const path = join(await tempDir(), "trace.sqlite");
  const reader = openTraceReader(path);
  assert.is(reader.version(), -1);
  assert.equal(reader.facts().tenants, []);
  const writer = new TraceWriter(path, new VirtualTime(0));
  writer.put("tenant", tenant, "installer");
  assert.is(reader.facts().tenants.length, 1);
  reader.close();
  writer.close();
});

test("saying the same again adds nothing; saying another adds a revision and keeps the former one", async () => {
  const { writer } = await opened();
  sayAll(writer);
  assert.equal(writer.put("asset", asset, "installer"), { revision: 1, added: false });
  assert.equal(writer.put("asset", { ...asset, title: "Truck one" }, "op"), { revision: 2, added: true });
  const rows = writer.database.prepare("SELECT revision, recorded_by FROM fact WHERE kind = 'asset'").all();
  assert.equal(
    rows.map((row) => ({ ...row })),
    [
      { revision: 1, recorded_by: "installer" },
      { revision: 2, recorded_by: "op" },
    ],
  );
  writer.close();
});

test("a profile may hold from a date on: each version until the next, and a later word replaces what it overlaps", async () => {
  const { writer } = await opened();
  const of = (version: number, validFromMs?: number) => ({
    ...demoProfile,
    version,
    text: demoProfile.text.replace(/^version: .*$/m, `version: ${version}`),
    ...(validFromMs === undefined ? {} : { validFromMs }),
  });
  const held = () => writer.facts().profiles.map(({ version, validFromMs }) => [version, validFromMs ?? 0]);
  writer.put("profile", of(1), "installer");
  writer.put("profile", of(2, 1000), "op");
  assert.equal(held(), [[1, 0], [2, 1000]]); // prettier-ignore
  writer.put("profile", of(3, 500), "op");
  assert.equal(held(), [[1, 0], [3, 500]]); // prettier-ignore
  writer.put("profile", of(4), "op");
  assert.equal(held(), [[4, 0]], "a correction of all time");
  writer.close();
});

test("a fact that rests on unknown ones is refused and names them all", async () => {
  const { writer } = await opened();
  writer.put("tenant", tenant, "installer");
  assert.throws(() => writer.put("shipment", shipment, "installer"), /profile .*asset truck-1, person wang/);
  writer.close();
});

test("an id never moves to another tenant", async () => {
  const { writer } = await opened();
  sayAll(writer);
  writer.put("tenant", { tenantId: "other", title: "Other" }, "installer");
  assert.throws(() => writer.put("asset", { ...asset, tenantId: "other" }, "installer"), /another tenant/);
  writer.close();
});

test("every problem of a fact is named at once", async () => {
  const { writer } = await opened();
  assert.throws(
    () => writer.put("asset", { assetId: "gateway", tenantId: "a b", kind: "boat", title: "" }, "installer"),
    /assetId.*tenantId.*kind.*title/,
  );
  writer.close();
});

test("a person is remembered without the name, which can be erased", async () => {
  const { writer } = await opened();
  sayAll(writer);
  const row = writer.database.prepare("SELECT body FROM fact WHERE kind = 'person'").get();
  assert.not.match(String(row?.["body"]), /王/);
  assert.is(writer.database.prepare("SELECT name FROM person_name").get()?.["name"], "王师傅");
  writer.close();
});

test("a database of a newer program is refused, untouched", async () => {
  const { writer, path } = await opened();
  writer.database.exec("PRAGMA user_version = 99");
  writer.close();
  assert.throws(() => new TraceWriter(path, new VirtualTime(0)), { code: "TRACE_VERSION" });
  assert.throws(() => openTraceReader(path).facts(), { code: "TRACE_VERSION" });
});

test.run();
