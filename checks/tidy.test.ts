import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { assert, suite, tempDir } from "./kit.ts";
import { undeclaredPackages, unreached, wrongImports } from "./tidy-imports.ts";
import {
  ambientUses,
  bannedNames,
  bannedWords,
  consoleUses,
  longFiles,
  longFunctions,
  starExports,
} from "./tidy-shape.ts";
import { listFiles, readTree, type Source } from "./tidy-tree.ts";
import { BANNED_WORDS, describe, type Violation } from "./tidy.ts";

type Rule = (tree: readonly Source[]) => Violation[];

const ROOT = join(import.meta.dirname, "..");
const house = suite("the house");
let tree: readonly Source[] = [];

house.before(() => {
  tree = readTree(ROOT, listFiles(ROOT));
  assert.ok(tree.length > 0);
});

const RULES: ReadonlyArray<readonly [string, Rule]> = [
  ["rooms import one another by their doors, along the arrows", wrongImports],
  ["packages are named in the package.json of the room that imports them", undeclaredPackages],
  ["every file is led to by a door, a main, a bench, a test or a page", unreached],
  ["names of files and exports say what a thing is", bannedNames],
  ["exports are named lists", starExports],
  ["files stay under the hard stop", longFiles],
  ["functions stay under the hard stop", longFunctions],
  ["clocks, timers and chance are passed in", ambientUses],
  ["only mains and command lines write to the console", consoleUses],
  ["nothing says that it is to be done later", bannedWords],
];
for (const [sentence, rule] of RULES) {
  house(sentence, () => {
    const violations = rule(tree);
    assert.ok(violations.length === 0, `${violations.length} to mend:\n${describe(violations)}`);
  });
}
house.run();

const bite = suite("the checks bite");

/** What a rule says about a tree of these files, written to a folder and read back; as `path:line problem`. */
async function found(rule: Rule, files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = await tempDir();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return rule(readTree(root, Object.keys(files))).map((each) => `${each.path}:${each.line} ${each.problem}`);
}

bite("on an arrow drawn the wrong way, however it is written", async () => {
  const text = [
    `import { a } from "@isotherm/ingest";`,
    `export type B = import("@isotherm/trace").B;`,
    `export const c = await import("@isotherm/broker");`,
    `export { d } from "@isotherm/simulators";`,
  ].join("\n");
  assert.equal(await found(wrongImports, { "coldchain/src/ranges.ts": text }), [
    `coldchain/src/ranges.ts:1 imports "@isotherm/ingest" against the arrows`,
    `coldchain/src/ranges.ts:2 imports "@isotherm/trace" against the arrows`,
    `coldchain/src/ranges.ts:3 imports "@isotherm/broker" against the arrows`,
    `coldchain/src/ranges.ts:4 imports "@isotherm/simulators" against the arrows`,
  ]);
});

bite("on the dashboards going past ingest's store door, and not on the store door", async () => {
  const files = {
    "dashboards/src/api.ts": `import "@isotherm/ingest/store";\nimport "@isotherm/ingest";\nimport "@isotherm/trace";`,
  };
  assert.equal(await found(wrongImports, files), [
    `dashboards/src/api.ts:2 imports "@isotherm/ingest" against the arrows`,
  ]);
});

bite("on a path past a door and on a relative path out of the room", async () => {
  const files = {
    "ingest/src/a.ts": `import "@isotherm/coldchain/src/ranges.ts";\nimport "../../coldchain/mod.ts";\nimport "./b.ts";`,
    "ingest/src/b.ts": `import "../../checks/kit.ts";`,
  };
  assert.equal(await found(wrongImports, files), [
    `ingest/src/a.ts:1 imports "@isotherm/coldchain/src/ranges.ts", which is no door`,
    `ingest/src/a.ts:2 reaches out of ingest/ to coldchain/mod.ts`,
    `ingest/src/b.ts:1 reaches out of ingest/ to checks/kit.ts`,
  ]);
});

bite("but not on tests, benches and checks that use any door, the kit and what other rooms' tests use", async () => {
  const text = `import "@isotherm/simulators";\nimport "../../checks/kit.ts";\nimport "../../trace/test/world.ts";`;
  const files = { "coldchain/src/a.test.ts": text, "ingest/test/world.ts": text, "bench/src/load.ts": text };
  assert.equal(await found(wrongImports, files), []);
});

bite("but not on commands that start by the launcher, which nothing else may", async () => {
  const text = `import { launch } from "../../bin/launch.js";`;
  assert.equal(await found(wrongImports, { "ingest/bin/isotherm-ingest.js": text, "ingest/src/main.ts": text }), [
    "ingest/src/main.ts:1 reaches out of ingest/ to bin/launch.js",
  ]);
});

bite("on a package that the room does not name", async () => {
  const files = {
    "package.json": `{"devDependencies":{"uvu":"1"}}`,
    "trace/package.json": `{"dependencies":{"zod":"1","@isotherm/coldchain":"1"}}`,
    "trace/src/a.ts": `import "zod";\nimport "uvu";\nimport "@isotherm/coldchain";\nimport "node:fs";\nimport "@scope/part/deep";`,
    "trace/src/a.test.ts": `import "uvu/assert";\nimport "@isotherm/simulators";`,
  };
  assert.equal(await found(undeclaredPackages, files), [
    `trace/src/a.ts:2 imports "uvu", which trace's package.json does not name`,
    `trace/src/a.ts:5 imports "@scope/part/deep", which trace's package.json does not name`,
  ]);
});

bite("on a dead file, and on two dead files that only hold each other up", async () => {
  const files = {
    "coldchain/mod.ts": `export { a } from "./src/a.ts";`,
    "coldchain/src/a.ts": `export const a = new URL("worker.ts", import.meta.url);`,
    "coldchain/src/worker.ts": "export {};",
    "coldchain/src/dead.ts": `export { b } from "./dead-too.ts";`,
    "coldchain/src/dead-too.ts": `export * as b from "./dead.ts";`,
    "dashboards/console/index.html": `<script type="module" src="/console/chart.js"></script>`,
    "dashboards/console/chart.ts": "export {};",
    "dashboards/console/orphan.ts": "export {};",
  };
  assert.equal(await found(unreached, files), [
    "coldchain/src/dead-too.ts:1 is imported by no one",
    "coldchain/src/dead.ts:1 is imported by no one",
    "dashboards/console/orphan.ts:1 is imported by no one",
  ]);
});

bite("on a banned noun in a path or an export, as a whole word only", async () => {
  const files = {
    "trace/src/lot-utils.ts": "export const lots = 1;",
    "trace/src/lot.ts": [
      "export class LotManager {}",
      "export const { infoOf, other: [HTTP_SERVICE] } = x;",
      "const local = 1; export { local as commonLot };",
      "export function informLotServiced() {}",
      "const helper = 1;",
    ].join("\n"),
  };
  assert.equal(await found(bannedNames, files), [
    `trace/src/lot-utils.ts:1 has "utils" in its path`,
    `trace/src/lot.ts:1 exports LotManager, with "manager" in it`,
    `trace/src/lot.ts:2 exports infoOf, with "info" in it`,
    `trace/src/lot.ts:2 exports HTTP_SERVICE, with "service" in it`,
    `trace/src/lot.ts:3 exports commonLot, with "common" in it`,
  ]);
});

bite("on a long function of any kind, and on a long file", async () => {
  const lines = (count: number): string => "  f();\n".repeat(count);
  const files = {
    "trace/src/long.ts": `function fits() {\n${lines(68)}}\nconst long = () => {\n${lines(69)}};\nclass C {\n m() {\n${lines(69)}}\n}\n`,
    "trace/src/longer.ts": lines(301),
    "trace/src/fine.test.ts": lines(500),
  };
  assert.equal(await found(longFunctions, files), [
    "trace/src/long.ts:71 a function has 71 lines, of at most 70",
    "trace/src/long.ts:143 m has 71 lines, of at most 70",
  ]);
  assert.equal(await found(longFiles, files), ["trace/src/longer.ts:301 has 301 lines, of at most 300"]);
});

bite("on export *, clocks, chance, timers and the console in a room, and lets main.ts and pages be", async () => {
  const text = [
    `export * from "./b.ts";`,
    "const t = [Date.now(), new Date(), new Date(0), performance.now()];",
    "const random = Math.random;",
    "setTimeout(f, 1); scheduler.setTimeout(f, 1); globalThis.setInterval(f, 1);",
    `import { setTimeout as sleep } from "node:timers/promises";`,
    "crypto.randomUUID(); console.error(t);",
  ].join("\n");
  const files = { "broker/src/a.ts": text, "broker/src/main.ts": text, "dashboards/console/a.ts": text };
  assert.equal((await found(starExports, files)).length, 3);
  assert.equal(await found(consoleUses, files), ["broker/src/a.ts:6 writes to the console"]);
  assert.equal(await found(ambientUses, files), [
    "broker/src/a.ts:2 uses Date.now",
    "broker/src/a.ts:2 uses new Date()",
    "broker/src/a.ts:2 uses performance.now",
    "broker/src/a.ts:3 uses Math.random",
    "broker/src/a.ts:4 uses setTimeout()",
    "broker/src/a.ts:4 uses setInterval()",
    "broker/src/a.ts:5 uses node:timers/promises",
    "broker/src/a.ts:6 uses randomUUID()",
  ]);
});

bite("on words that put work off, in any text", async () => {
  const [word = ""] = BANNED_WORDS;
  const files = { "README.md": `fine\nthis is ${word}: later`, "trace/src/a.ts": `const ${word}S = 1;` };
  assert.equal(await found(bannedWords, files), [`README.md:2 says ${word}`]);
});

bite.run();
