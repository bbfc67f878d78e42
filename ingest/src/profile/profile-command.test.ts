// The command as an operator gives it.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseProfile } from "@isotherm/coldchain";
import { assert, suite, tempDir } from "../../../checks/kit.ts";
import { runProfile } from "./profile-command.ts";

const test = suite("profile");
const FOLDER = join(import.meta.dirname, "../../../coldchain/profiles");
const SHIPPED = readdirSync(FOLDER).map((file) => file.replace(".yaml", ""));

const ask = (...args: string[]) => runProfile(args, 80);
const json = (...args: string[]): any => JSON.parse(runProfile([...args, "--json"], 80).text); // eslint-disable-line @typescript-eslint/no-explicit-any

async function file(name: string, text: string): Promise<string> {
  const path = join(await tempDir(), name);
  writeFileSync(path, text);
  return path;
}
const shippedText = (name: string): string => readFileSync(join(FOLDER, `${name}.yaml`), "utf8");
/** A shipped profile under an id of one's own. */
const own = (name: string, id: string): string => shippedText(name).replace(/^id: .*$/m, `id: ${id}`);

test("list names every shipped profile with its limits, both titles and what it rests on", () => {
  const { text, exitCode } = ask("list");
  assert.is(exitCode, 0);
  for (const name of SHIPPED) assert.match(text, new RegExp(`^${name} `, "m"));
  assert.match(
    text,
    /^gbt-24616-chilled +product between 0 and 8 °C\n +Chilled food.* · 冷藏食品.*\n +GB\/T 24616-2019/m,
  );
  assert.match(text, new RegExp(`\n${SHIPPED.length} shipped profiles;`));
  assert.equal(
    json("list").map(({ name }: { name: string }) => name),
    [...SHIPPED].sort(),
  );
});

test("list with words keeps what has them all, in whichever language", () => {
  const names = (...words: string[]): string[] => json("list", ...words).map(({ name }: { name: string }) => name);
  assert.equal(names("raw", "milk"), ["atp-raw-milk"]);
  assert.equal(names("香蕉"), ["produce-banana"]);
  assert.equal(names("zebra"), []);
  assert.match(ask("list", "zebra").text, /no shipped profile has "zebra"/);
});

test("show tells every row, gate, window, retention and source, in a table where it fits and in words where not", () => {
  const wide = runProfile(["show", "atp-quick-frozen"], 140).text;
  assert.match(wide, /outside when +breach +alarm after/);
  assert.match(wide, /1 {2}temperature at product +above −18 °C +after more than 30min together/);
  assert.match(wide, /2 {2}temperature at product +above −15 °C +at once/);
  assert.match(wide, /row 1 is not judged while a defrost runs and 10min after, for at most 45min/);
  const narrow = runProfile(["show", "usp-cct-2-8"], 80).text;
  assert.match(narrow, /1 {2}temperature at product: outside when above 8 °C\n {3}breach: after 1d together\n/);
  assert.match(narrow, /mean kinetic temperature of product above 8 °C over any window of 1d/);
  assert.match(narrow, /控制冷藏/);
  assert.match(
    runProfile(["show", "who-appliance"], 80).text,
    /door: outside when open[^]*power at supply: outside when off/,
  );
  assert.match(runProfile(["show", "gsp-cold-2-8"], 80).text, /raw readings are kept for at least 1827d/);
  for (const name of SHIPPED)
    for (const line of runProfile(["show", name], 100).text.split("\n"))
      assert.ok(line.length <= 100 || !line.includes(" "), `${name}: ${line}`);
});

test("show --yaml is the file itself, and --json what was read of it", () => {
  assert.is(ask("show", "atp-raw-milk", "--yaml").text, shippedText("atp-raw-milk"));
  const { file: path, ...profile } = json("show", "atp-raw-milk");
  assert.ok(path.endsWith("atp-raw-milk.yaml"));
  const read = parseProfile(shippedText("atp-raw-milk"), "x");
  assert.equal(profile, JSON.parse(JSON.stringify("profile" in read ? read.profile : read)));
});

test("what the help teaches works: copy one, change it, check it", async () => {
  const copied = ask("show", "atp-raw-milk", "--yaml").text.replace(/^id: .*$/m, "id: our-milk");
  const path = await file("our-milk.yaml", copied.replace("high: 6", "high: 4"));
  const { text, exitCode } = ask("check", path);
  assert.is(exitCode, 0);
  assert.match(text, /our-milk\.yaml is sound: our-milk version 1, Raw milk.*\n {2}product at most 4 °C\n$/);
  assert.match(ask("show", path).text, /above 4 °C/);
});

test("check says every problem with file, line, place and mend, and exits with 1", async () => {
  const text = own("atp-raw-milk", "our-milk")
    .replace("version: 1", "version: 0")
    .replace("high: 6", "hihg: 6")
    .replace("gap: 10min", "gap: 10");
  const path = await file("our-milk.yaml", text);
  const lineOf = (part: string): number => text.split("\n").findIndex((line) => line.includes(part)) + 1;
  const answer = ask("check", path);
  assert.is(answer.exitCode, 1);
  assert.match(
    answer.text,
    new RegExp(`our-milk.yaml:${lineOf("hihg")} limits\\[0\\].hihg: .*\n    hihg: 6\n    mend: remove it`),
  );
  assert.match(answer.text, /4 things to mend/);
  const [checked] = json("check", path);
  assert.is(checked.isSound, false);
  assert.equal(
    checked.problems.map(({ line, path: place }: { line: number; path: string }) => [line, place]),
    [
      [lineOf("version: 0"), "version"],
      [lineOf("- quantity"), "limits[0]"],
      [lineOf("hihg"), "limits[0].hihg"],
      [lineOf("gap: 10"), "limits[0].gap"],
    ],
  );
  for (const { file: name, problem, mend } of checked.problems)
    assert.ok(name === path && problem !== "" && mend !== "");
});

test("one wrong file among sound ones is enough for 1; of sound ones what could surprise is noted", async () => {
  const sound = await file("mine.yaml", own("who-pqs-30dtr", "mine").replace("onDelay: 10h", "onDelay: 11h"));
  const taken = await file("gsp-cold-2-8.yaml", shippedText("gsp-cold-2-8").replace("high: 8", "high: 9"));
  const again = await file("again.yaml", own("atp-raw-milk", "mine"));
  const wrong = await file("wrong.yaml", "id: [");
  const found = json("check", sound, taken, again, wrong);
  assert.equal(
    found.map(({ isSound }: { isSound: boolean }) => isSound),
    [true, true, true, false],
  );
  const notes = found.map((each: { notes: string[] }) => each.notes.join("\n"));
  assert.match(notes[0], /^limits\[0\]: the alarm comes after 11h, when .* since 10h$/);
  assert.match(notes[1], /^id gsp-cold-2-8 is that of a shipped profile/);
  assert.match(notes[2], /id mine is also that of .*mine\.yaml[^]*not named mine\.yaml/);
  assert.is(ask("check", sound, taken, again, wrong).exitCode, 1);
  assert.is(ask("check", sound, taken, again).exitCode, 0);
  assert.match(ask("check", sound, taken, again).text, /note: id gsp-cold-2-8/);
});

test("a file that is no text is refused without its bytes steering the terminal", async () => {
  const { text, exitCode } = ask("check", await file("bin.yaml", `\u001b[2J\u009b1m ${"x".repeat(500)}\u0007`));
  assert.is(exitCode, 1);
  assert.not.match(text, /[\u0000-\u0009\u000b-\u001f\u0080-\u009f]/); // eslint-disable-line no-control-regex
  assert.ok(text.split("\n").every((line) => line.length < 200));
});

test("every shipped profile is sound and needs no note", () => {
  const found = json("check", ...SHIPPED.map((name) => join(FOLDER, `${name}.yaml`)));
  for (const { isSound, notes, file: name } of found) assert.ok(isSound && notes.length === 0, `${name}: ${notes}`);
});

test("what was asked wrongly, or is not there, exits with 2 and says what to do", async () => {
  for (const [args, said] of [
    [["show", "gsp-colt"], /no shipped profile is named "gsp-colt"\n {2}Did you mean .*gsp-cold-2-8/],
    [["show", "none"], /profile list" names them all/],
    [["show"], /profile show NAME\|FILE/],
    [["check"], /profile check FILE…/],
    [["wash"], /profile list \[WORD…\]/],
    [["check", join(await tempDir(), "missing.yaml")], /cannot be read/],
  ] as const) {
    const { text, exitCode } = ask(...args);
    assert.is(exitCode, 2, args.join(" "));
    assert.match(text, said);
  }
  const missing = join(await tempDir(), "missing.yaml");
  const both = ask("check", missing, join(FOLDER, "atp-raw-milk.yaml"), await file("empty.yaml", ""));
  assert.is(both.exitCode, 2);
  assert.match(both.text, /missing\.yaml: cannot be read: there is no such file\n/);
  assert.match(both.text, /atp-raw-milk\.yaml is sound/);
  assert.match(both.text, /empty\.yaml:1: nothing stands in it\n {4}mend: write a profile/);
  assert.throws(() => ask("list", "--colour"), /Unknown option/);
});

test("help, at the command and at ingest's own", () => {
  for (const args of [[], ["--help"], ["check", "-h"]]) assert.match(ask(...args).text, /To make your own/);
});

test("as a process: exit codes, complaints on stderr, and a reader who stops reading", async () => {
  const main = join(import.meta.dirname, "../main.ts");
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", main, "profile", ...args], {
      encoding: "utf8",
    });
  const wrong = run("check", await file("wrong.yaml", "id: x"));
  assert.is(wrong.status, 1);
  assert.match(wrong.stdout, /wrong\.yaml: \d things to mend/);
  const asked = run("show", "none");
  assert.equal([asked.status, asked.stdout], [2, ""]);
  assert.match(asked.stderr, /no shipped profile/);
  const head = `"${process.execPath}" --disable-warning=ExperimentalWarning "${main}" profile list --json | head -1`;
  const cut = spawnSync("sh", ["-c", head], { encoding: "utf8" });
  assert.equal([cut.stdout, cut.stderr], ["[\n", ""]);
});

test.run();
