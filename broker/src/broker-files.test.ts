import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { assert, suite, tempDir } from "../../checks/kit.ts";
import { checkBrokerConfig } from "./broker-config.ts";
import { checkIdentities } from "./identity.ts";
import { readYamlFile } from "./yaml-file.ts";

const test = suite("broker files");

const HASH = `scrypt$16384$8$1$${"A".repeat(22)}==$${"A".repeat(43)}=`;

test("a short configuration is filled up with defaults and stays on loopback", () => {
  const checked = checkBrokerConfig({ listeners: [{ port: 0 }], identities: "identities.yaml" });
  assert.ok("config" in checked);
  assert.equal(checked.config.listeners, [{ host: "127.0.0.1", port: 0 }]);
  assert.is(checked.config.payloadBytesMax, 262_144);
  assert.is(checked.config.outputBytesMax, 8 * 1024 * 1024);
  assert.is(checked.config.drainMsMax, 1_000);
});

test("every problem of a configuration is reported at once, with place and mend", () => {
  const checked = checkBrokerConfig({ listeners: [{ port: "x" }, { port: 70_000, hots: "a" }], clientsMax: 0 });
  assert.ok("problems" in checked);
  const places = checked.problems.map(({ place }) => place);
  for (const place of ["listeners[0].port", "listeners[1].port", "listeners[1]", "identities", "clientsMax"])
    assert.ok(places.includes(place), `${place} in ${places.join(", ")}`);
  for (const { mend, problem } of checked.problems) assert.ok(mend.length > 5 && problem.length > 5, problem);
  const tight = { listeners: [{ port: 0 }], identities: "i", outputBytesMax: 65_536, payloadBytesMax: 65_536 };
  const narrow = checkBrokerConfig(tight);
  assert.ok("problems" in narrow && narrow.problems[0]?.place === "outputBytesMax");
  for (const nothing of [undefined, null, "text", []]) assert.ok("problems" in checkBrokerConfig(nothing));
});

test("identities are checked as a whole: roles, ids that would widen rights, hashes, users used twice", () => {
  const good = { user: "a", passwordHash: HASH, role: "gateway", groupId: "R", gatewayId: "G" };
  const checked = checkIdentities([good, { ...good, user: "b", role: "viewer", groupId: undefined, tenantId: "t" }]);
  assert.ok("problems" in checked, "a viewer has no gatewayId");
  const wrong = checkIdentities([
    { ...good, gatewayId: "+" },
    { ...good, groupId: "a/b" },
    { ...good, groupId: "STATE" },
    { ...good, passwordHash: "secret" },
    { ...good, role: "admin" },
    { user: "h", passwordHash: HASH, role: "host", hostId: "#" },
    { user: "v", passwordHash: HASH, role: "viewer" },
  ]);
  assert.ok("problems" in wrong);
  const places = wrong.problems.map(({ place }) => place).sort();
  assert.equal(places, [
    "[0].gatewayId",
    "[1].groupId",
    "[2].groupId",
    "[3].passwordHash",
    "[4].role",
    "[5].hostId",
    "[6].tenantId",
  ]);
  const twice = checkIdentities([good, good]);
  assert.ok("problems" in twice && twice.problems[0]?.place === "[1].user");
  const empty = checkIdentities(null);
  assert.ok("identities" in empty && empty.identities.size === 0);
});

test("broken YAML is reported with its line, and a missing file by its path", async () => {
  const file = join(await tempDir(), "broken.yaml");
  await writeFile(file, "listeners:\n  - port: 1\n identities: [\n");
  const read = await readYamlFile(file);
  assert.ok("problems" in read);
  assert.match(read.problems[0]?.place ?? "", /^line 3, column \d+$/);
  const missing = await readYamlFile("/nowhere/at/all.yaml");
  assert.ok("problems" in missing && missing.problems[0]?.place === "/nowhere/at/all.yaml");
});

test.run();
