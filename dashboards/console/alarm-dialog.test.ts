import { assert, suite } from "../../checks/kit.ts";
import { changeText } from "./alarm-dialog.ts";

const test = suite("an alarm's history in words");
const seen = (state: string, severity = "warning"): unknown => ({ state: { name: state, foundLate: false }, severity });

test("an entry tells what it changed, and nothing that stayed", () => {
  assert.is(changeText(seen("unacknowledged"), seen("acknowledged"), "en"), "unacknowledged → acknowledged");
  assert.is(changeText(seen("acknowledged"), seen("acknowledged", "breach"), "en"), "outside limits → breach");
  assert.is(changeText(null, seen("unacknowledged"), "zh"), "未确认, 超限");
  assert.is(changeText(seen("normal"), seen("normal"), "en"), "");
  assert.is(changeText(undefined, undefined, "en"), "");
});

test.run();
