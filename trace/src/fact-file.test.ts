import { assert, suite } from "../../checks/kit.ts";
import { demoProfile } from "../test/demo-profile.ts";
import { parseFactFile } from "./fact-file.ts";

const test = suite("fact file");
const readProfile = () => demoProfile;

test("facts come in the order in which they depend on one another, whatever the order of the lists", () => {
  const text = `
assets: [{ assetId: truck-7, tenantId: acme, kind: compartment, title: Truck 7 }]
tenants: [{ tenantId: acme, title: Acme }]
profiles: [{ file: gsp-cold-2-8.yaml }]
`;
  const parsed = parseFactFile(text, "facts.yaml", readProfile);
  assert.ok("facts" in parsed);
  assert.equal(
    parsed.facts.map(({ kind, id }) => `${kind} ${id}`),
    ["profile gsp-cold-2-8", "tenant acme", "asset truck-7"],
  );
});

test("every problem is reported at once, each with its line", () => {
  const text = `tenants:
  - { tenantId: 'no spaces', title: A }
  - { tenantId: fine, title: B, colour: red }
trucks: []
`;
  const parsed = parseFactFile(text, "facts.yaml", readProfile);
  assert.ok("problems" in parsed);
  assert.equal(
    parsed.problems.map(({ place }) => place),
    ["facts.yaml:4", "facts.yaml:2", "facts.yaml:3"],
  );
});

test("what is not YAML is told where it stops being so", () => {
  const parsed = parseFactFile("tenants: [", "facts.yaml", readProfile);
  assert.ok("problems" in parsed);
  assert.match(parsed.problems[0]?.place ?? "", /facts\.yaml:\d+/);
});

test.run();
