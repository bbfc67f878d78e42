import { assert, suite } from "../../../checks/kit.ts";
import { fakeTerminal } from "../../test/fake-terminal.ts";
import { runCommandLine } from "./command-line.ts";

const test = suite("isotherm-bridge profile check");

const SOUND = `profile: probe
label: A probe
source: its sheet
protocol: modbus
points:
  supply: { fn: 4, address: 1, type: s16, decimals: 1, unit: Cel, min: -40, max: 125 }
`;

async function check(text: string, ...more: string[]) {
  const terminal = fakeTerminal({ "dir/probe.yaml": new TextEncoder().encode(text) });
  const code = await runCommandLine(["profile", "check", "dir/probe.yaml", ...more], terminal);
  return { code, printed: terminal.printed };
}

test("a sound profile is summed up", async () => {
  const { code, printed } = await check(SOUND);
  assert.is(code, 0);
  assert.match(printed.join("\n"), "supply: Cel, function 4, address 1, s16, -40 to 125");
  const [json = ""] = (await check(SOUND, "--json")).printed;
  const { isSound, profile } = JSON.parse(json) as { isSound: boolean; profile: string };
  assert.equal([isSound, profile], [true, "probe"]);
});

test("a typo is told with its line, what stands there, and what should", async () => {
  const { code, printed } = await check(SOUND.replace("address: 1", "adress: 1").replace("label:", "lable:"));
  assert.is(code, 1);
  const text = printed.join("\n");
  assert.match(text, /dir\/probe\.yaml:2 {2}lable: .*spelling/);
  assert.match(text, "    lable: A probe");
  assert.match(text, /dir\/probe\.yaml:6 {2}points\.supply\.adress: .*spelling/);
  assert.match(text, /dir\/probe\.yaml:6 {2}points\.supply\.address: this is missing/);
});

test("programs are told line, path and mend", async () => {
  const [json = ""] = (await check(SOUND.replace("s16", "s17"), "--json")).printed;
  const { isSound, problems } = JSON.parse(json) as {
    isSound: boolean;
    problems: { line: number; path: string; mend: string }[];
  };
  assert.equal([isSound, problems.length, problems[0]?.line, problems[0]?.path], [false, 1, 6, "points.supply.type"]);
  assert.match(problems[0]?.mend ?? "", "s16");
});

test("what is not YAML is told with its line, too", async () => {
  const { code, printed } = await check(`${SOUND}  door: [\n`);
  assert.is(code, 1);
  assert.match(printed.join("\n"), /dir\/probe\.yaml:\d+/);
});

test.run();
