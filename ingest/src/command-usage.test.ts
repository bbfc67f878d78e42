import { parseArgs } from "node:util";
import { assert, suite } from "../../checks/kit.ts";
import { optionTrouble, usageText } from "./command-usage.ts";

const test = suite("what is wrong with a command line");

test("no command, another, too much, and no configuration are told apart", () => {
  assert.match(usageText([]), /^Say what to do: the commands are run, status, .*, profile and mapping\. See/);
  assert.match(usageText(["statsu"]), /^There is no command "statsu"; the commands are run/);
  assert.match(usageText(["status", "now"]), /^status takes options only, not "now"\./);
  assert.match(usageText(["status"]), /^status needs --config FILE/);
});

test("what Node says of options loses its advice, and names the help", () => {
  for (const [args, said] of [
    [["status", "--confg", "x"], "Unknown option '--confg'. See isotherm-ingest status --help."],
    [["--config"], "Option '--config <value>' argument missing. See isotherm-ingest --help."],
  ] as const) {
    let message = "";
    try {
      parseArgs({ args: [...args], options: { config: { type: "string" } }, allowPositionals: true });
    } catch (error) {
      message = (error as Error).message;
    }
    assert.is(optionTrouble(message, args), said);
  }
});

test.run();
