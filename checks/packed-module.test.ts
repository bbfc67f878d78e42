import { packedModule, PackError } from "./packed-module.ts";
import { assert, suite } from "./kit.ts";

const test = suite("packed modules");
const packed = (path: string, text: string): string => packedModule(path, text, (name) => name === "trace/src/b.ts");

test("types go, and each line stays where it was", () => {
  const text = `interface A {\n  readonly b: number;\n}\nexport const f = (a: A): number => a.b!;\n`;
  const lines = packed("trace/src/a.ts", text).split("\n");
  assert.equal(
    lines.map((line) => line.replaceAll(/ +/g, " ").trim()),
    ["", "", "", "export const f = (a ) => a.b ;", ""],
  );
});

test("names of our modules end in .js, in whatever kind of import", () => {
  const text = [
    `import { x, type X } from "./b.ts";`,
    `import type { Y } from "./c.ts";`,
    `export { z } from '../d.ts';`,
    `const e = await import("./e.ts");`,
    `import "./温度.ts"; // 中文`,
  ].join("\n");
  const script = packed("trace/src/a.ts", text);
  assert.equal(script.match(/["'][^"']+["']/g), [`"./b.js"`, `'../d.js'`, `"./e.js"`, `"./温度.js"`]);
});

test("so do URLs beside the module, templates too; files that are no modules keep their names", () => {
  const text = [
    'new URL("worker.ts", import.meta.url);',
    "new URL(`../../${room}/src/main.ts`, import.meta.url);",
    'new URL("demo.yaml", import.meta.url);',
    'new URL("page.ts", base);',
  ].join("\n");
  assert.is(
    packed("trace/src/a.ts", text),
    text.replace("worker.ts", "worker.js").replace("src/main.ts", "src/main.js"),
  );
});

test("packages, and strings that only look like names, stay as they are", () => {
  const text = `import "@isotherm/coldchain";\nimport "decimal.ts";\nimport "node:fs";\nconst a = [".ts", "page.ts", "x.test.ts"];\n`;
  assert.is(packed("trace/src/a.ts", text), text);
});

test("a command finds the launcher beside it", () => {
  const text = `import { launch } from "../../bin/launch.js";\nawait launch(new URL("../src/main.ts", import.meta.url));\n`;
  assert.is(
    packed("trace/bin/isotherm-trace.js", text),
    `import { launch } from "./launch.js";\nawait launch(new URL("../src/main.js", import.meta.url));\n`,
  );
});

test("a module that is named in a way that cannot be followed is refused, not packed broken", () => {
  const text = `const child = join(import.meta.dirname, "b.ts");`;
  assert.throws(
    () => packed("trace/src/a.ts", text),
    (error: unknown) => error instanceof PackError && error.message.startsWith(`trace/src/a.ts names "b.ts"`),
  );
});

test.run();
