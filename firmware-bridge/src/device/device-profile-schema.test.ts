// The JSON schema that editors use is made from the bridge's own, and kept beside the profiles.
// ISOTHERM_WRITE_SCHEMA=1 writes it anew.

import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { assert, suite } from "../../../checks/kit.ts";
import { deviceProfileJsonSchema } from "./device-profile.ts";
import { deviceProfileNames } from "./parse-profile.ts";

const test = suite("device profile schema");
const DEVICES = new URL("../../devices/", import.meta.url);

test("the schema in devices/ is the one that the bridge checks by", async () => {
  const wanted = await format(JSON.stringify(deviceProfileJsonSchema()), { parser: "json", printWidth: 120 });
  const file = new URL("device-profile.schema.json", DEVICES);
  if (process.env["ISOTHERM_WRITE_SCHEMA"] === "1") writeFileSync(file, wanted);
  assert.is(readFileSync(file, "utf8"), wanted, "run this test once with ISOTHERM_WRITE_SCHEMA=1");
});

test("every profile names the schema, so that an editor completes and checks it", () => {
  for (const name of deviceProfileNames()) {
    const [first] = readFileSync(new URL(`${name}.yaml`, DEVICES), "utf8").split("\n");
    assert.is(first, "# yaml-language-server: $schema=./device-profile.schema.json", name);
  }
});

test("the schema says what each field is for", () => {
  const text = JSON.stringify(deviceProfileJsonSchema());
  for (const words of ["0-based, as on the wire", "Raw numbers, unsigned, that mean: no value"])
    assert.match(text, words);
});

test.run();
