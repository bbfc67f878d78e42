import { assert, suite } from "../../checks/kit.ts";
import { QUALITIES, ROLES } from "@isotherm/coldchain";
import { say, sayKnown } from "./texts.ts";
import { TEXTS_EN, type TextCode } from "./texts-en.ts";
import { TEXTS_ZH } from "./texts-zh.ts";

const test = suite("texts in two languages");
const CODES = Object.keys(TEXTS_EN) as TextCode[];
const namesIn = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!))].sort();

test("both languages have the same codes, none empty, with the same parameters", () => {
  assert.equal(Object.keys(TEXTS_ZH).sort(), [...CODES].sort());
  for (const code of CODES) {
    assert.ok(TEXTS_ZH[code].trim() !== "" && TEXTS_EN[code].trim() !== "", code);
    assert.equal(namesIn(TEXTS_ZH[code]), namesIn(TEXTS_EN[code]), code);
  }
});

test("Chinese texts are Chinese", () => {
  const latin = CODES.filter((code) => !/\p{Script=Han}/u.test(TEXTS_ZH[code]));
  assert.equal(latin, []);
});

test("every quality and every role of the domain has words in both languages", () => {
  for (const language of ["en", "zh"] as const) {
    for (const quality of QUALITIES)
      assert.ok(sayKnown(language, "quality", quality) !== quality || quality === "good");
    for (const role of ROLES) assert.ok(Object.hasOwn(TEXTS_EN, `role.${role}`), role);
  }
});

test("parameters are filled in, zero as well; a missing one stays visible; unknown words stay themselves", () => {
  assert.is(say("en", "delivery.gone", { gone: 0 }), "0 declared gone");
  assert.is(say("en", "delivery.gone"), "{gone} declared gone");
  assert.is(sayKnown("zh", "quality", "new-in-a-later-version"), "new-in-a-later-version");
});

test.run();
