import { assert, suite } from "../../checks/kit.ts";
import { auditGroups, causeText, changeText } from "./alarm-dialog.ts";

import type { AuditView } from "../src/api-shapes.ts";

const test = suite("an alarm's history in words");
const seen = (state: string, severity = "warning"): unknown => ({ state: { name: state, foundLate: false }, severity });

test("an entry tells what it changed, and nothing that stayed", () => {
  assert.is(changeText(seen("unacknowledged"), seen("acknowledged"), "en"), "unacknowledged → acknowledged");
  assert.is(changeText(seen("acknowledged"), seen("acknowledged", "breach"), "en"), "outside limits → breach");
  assert.is(changeText(null, seen("unacknowledged"), "zh"), "未确认, 超限");
  assert.is(changeText(seen("normal"), seen("normal"), "en"), "");
  assert.is(changeText(undefined, undefined, "en"), "");
});

test("readings that changed nothing else are told in one line, with their number", () => {
  const entry = (atMs: number, what: string, severity = "warning"): AuditView => ({
    ...{ atMs, what, from: seen("unacknowledged"), to: seen("unacknowledged", severity), cause: "", by: null },
  });
  const audit = [entry(1, "raised"), entry(2, "revised"), entry(3, "revised"), entry(4, "revised", "breach")];
  assert.equal(
    auditGroups([...audit, entry(5, "revised")]).map(({ entry: { atMs }, count, lastAtMs }) => [atMs, count, lastAtMs]),
    [
      [1, 1, 1],
      [2, 2, 3],
      [4, 1, 4],
      [5, 1, 5],
    ],
  );
});

test("what caused a change is told as records of a gateway, or not at all", () => {
  const cause = "records gw-truck-2/a7658ab398fbe9746f4ff0985f80456d/truck-2:8679-8681";
  assert.is(causeText(cause, "en"), "by record 8679–8681 of gw-truck-2");
  assert.is(causeText("intent 7c1f", "en"), undefined);
  assert.is(causeText(null, "en"), undefined);
});

test.run();
