// The command as a person runs it.
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert, suite, tempDir } from "../../checks/kit.ts";
import { generatedFiles } from "./generated-files.ts";

const test = suite("grafana-provisioning");

const MAIN = new URL("main.ts", import.meta.url).pathname;
const DASHBOARD = "dashboards/isotherm-asset.json";

function run(...args: string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
  const options = { encoding: "utf8", timeout: 30_000 } as const;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", MAIN, ...args],
    options,
  );
  return { status, out: stdout, err: stderr };
}

test("generate writes everything, then nothing, and diff agrees", async () => {
  const folder = join(await tempDir(), "new", "grafana");
  assert.is(run("generate", "--out", folder).status, 0);
  for (const [path, text] of generatedFiles()) assert.is(await readFile(join(folder, path), "utf8"), text);
  const before = await stat(join(folder, DASHBOARD));
  assert.match(run("generate", "--out", folder).out, "3 files, 0 of them changed");
  assert.is((await stat(join(folder, DASHBOARD))).ino, before.ino);
  assert.equal(await readdir(join(folder, "dashboards")), ["isotherm-asset.json"]);
  const { status, out } = run("diff", folder);
  assert.is(status, 0, out);
});

test("diff tells of what is missing, different and not ours, and generate mends it", async () => {
  const folder = await tempDir();
  run("generate", "--out", folder);
  await rm(join(folder, "provisioning/datasources/isotherm.yaml"));
  await writeFile(join(folder, "dashboards/old.json"), "{}");
  const text = await readFile(join(folder, DASHBOARD), "utf8");
  await writeFile(join(folder, DASHBOARD), text.replace('"editable": false', '"editable": true'));
  const { status, out } = run("diff", folder);
  assert.is(status, 1);
  assert.match(out, "missing provisioning/datasources/isotherm.yaml");
  assert.match(out, `different ${DASHBOARD}, from line 3`);
  assert.match(out, "not generated dashboards/old.json");
  assert.match(run("generate", "--out", folder).out, "left alone dashboards/old.json");
  assert.is(await readFile(join(folder, DASHBOARD), "utf8"), text);
  assert.is(await readFile(join(folder, "dashboards/old.json"), "utf8"), "{}");
});

test("a file is replaced whole: a name in the way leaves no draft behind", async () => {
  const folder = await tempDir();
  // A folder that has the file's name cannot be renamed over.
  await mkdir(join(folder, DASHBOARD), { recursive: true });
  const { status, err } = run("generate", "--out", folder);
  assert.is(status, 2);
  assert.match(err, "cannot be written");
  assert.equal(await readdir(join(folder, "dashboards")), ["isotherm-asset.json"]);
});

test("lint without a directory judges what would be generated, and with one what lies there", async () => {
  assert.is(run("lint").status, 0);
  const folder = await tempDir();
  run("generate", "--out", folder);
  const text = await readFile(join(folder, DASHBOARD), "utf8");
  await writeFile(join(folder, DASHBOARD), text.replace('"celsius"', '"celcius"'));
  const { status, out } = run("lint", folder);
  assert.is(status, 1);
  assert.match(out, "[unit]");
});

test("what cannot be done is 2, in plain words", async () => {
  const empty = await tempDir();
  const wrong: [args: string[], words: string][] = [
    [[], "say what to do"],
    [["make"], '"make" is not known'],
    [["generate"], "needs --out DIR"],
    [["generate", "here"], "--out here"],
    [["diff"], "needs a directory"],
    [["diff", "a", "b"], "more than it takes"],
    [["lint", "--out", "x"], "--out belongs to generate"],
    [["lint", "--strict"], "--strict"],
    [["lint", empty], "holds no JSON or YAML file"],
    [["diff", join(empty, "none")], "cannot be read"],
  ];
  for (const [args, words] of wrong) {
    const { status, err } = run(...args);
    assert.is(status, 2, args.join(" "));
    assert.match(err, words);
  }
});

test("--help names the verbs, the exit status and what Grafana needs", () => {
  const { status, out } = run("--help");
  assert.is(status, 0);
  for (const words of ["generate --out DIR", "lint [DIR]", "diff DIR", "Exit status", "INFLUX_PASSWORD"]) {
    assert.match(out, words);
  }
});

test.run();
