import { assert, suite } from "../../../checks/kit.ts";
import { type JsonPath, type JsonValue, jsonPath, valueAt, valuesAt } from "./json-path.ts";

const test = suite("JSON paths");

function pathOf(text: string, mayHaveLists = false): JsonPath {
  const path = jsonPath(text, mayHaveLists);
  if (typeof path === "string") throw new Error(path);
  return path;
}

const MESSAGE: JsonValue = {
  "DS18B20-1": { Temperature: 0 },
  "a.b c": [[1, 2], [3]],
  samples: [{ t: 1 }, { t: null }, { u: 3 }],
};

test("lead by names, indexes and quoted names; 0 and null are values, a missing one is none", () => {
  assert.is(valueAt(MESSAGE, pathOf("DS18B20-1.Temperature")), 0);
  assert.is(valueAt(MESSAGE, pathOf('["a.b c"][0][1]')), 2);
  assert.is(valueAt(MESSAGE, pathOf("$.samples[1].t")), null);
  assert.is(valueAt(MESSAGE, pathOf("samples[7].t")), undefined);
  assert.is(valueAt(MESSAGE, pathOf("samples.t")), undefined);
});

test("[*] gives all of a list, within another too, and never more than the limit and one", () => {
  assert.equal(valuesAt(MESSAGE, pathOf("samples[*].t", true), 10), [1, null]);
  assert.equal(valuesAt(MESSAGE, pathOf('["a.b c"][*][*]', true), 10), [1, 2, 3]);
  assert.is(valuesAt(MESSAGE, pathOf("samples[*]", true), 1).length, 2);
});

test("see no property that the message does not hold itself", () => {
  for (const name of ["constructor.name", "__proto__.toString", "samples.length", "hasOwnProperty"])
    assert.is(valueAt(MESSAGE, pathOf(name)), undefined, name);
});

test("that cannot be read are told from where on", () => {
  for (const text of ["", "a..b", ".a", "a.", "a[x]", "a[-1]", "a[1]b", 'a["', "a b", "a[999999]"])
    assert.type(jsonPath(text, true), "string", text);
  assert.match(jsonPath("a[*].b", false) as string, /\[\*\]/);
  assert.match(jsonPath("a[*][*][*]", true) as string, /more than 2/);
});

test.run();
