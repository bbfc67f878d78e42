import { assert, suite } from "../../../checks/kit.ts";
import { Screen } from "./screen.ts";

const test = suite("the demonstration's terminal");
const TALLY = { taken: 46_212, accepted: 46_209, onGateways: 3, lost: 0 };

const SEQUENCE = new RegExp(String.raw`\u{1b}\[(\d*)([A-Za-z])|[^]`, "gu");

/** A terminal of some width, as far as the screen uses one: rows of text, a cursor, and a few control sequences. */
function terminal(columns: number) {
  let rows = [""];
  let at = { row: 0, column: 0 };
  const put = (text: string): void => {
    for (const [token, code, count] of text.matchAll(SEQUENCE)) {
      const [kind, number] = [count, Number(code || "1")];
      if (kind === "A") at.row = Math.max(0, at.row - number);
      else if (kind === "J") rows = [...rows.slice(0, at.row), (rows[at.row] ?? "").slice(0, at.column)];
      else if (kind === "K") rows[at.row] = "";
      else if (kind !== undefined) continue;
      else if (token === "\r") at.column = 0;
      else if (token === "\n") at = { row: at.row + 1, column: 0 };
      else {
        if (at.column === columns) at = { row: at.row + 1, column: 0 };
        rows[at.row] = (rows[at.row] ?? "").padEnd(at.column).slice(0, at.column) + token;
        at.column++;
      }
    }
  };
  const resize = (to: number): void => {
    columns = to;
    const before = rows;
    rows = before.flatMap((row) => row.match(new RegExp(`[^]{1,${to}}`, "g")) ?? [""]);
    at = { row: rows.length - 1, column: rows.at(-1)?.length ?? 0 };
  };
  const port = { isTerminal: true, columns: () => columns, write: put };
  return { screen: new Screen(port), rows: () => rows, resize };
}

test("the tally stays one line at any width, with news above it", () => {
  for (const columns of [110, 80, 40]) {
    const { screen, rows } = terminal(columns);
    for (let i = 0; i < 3; i++) screen.tally(TALLY, "(ingest is dead, started again in 8 s)");
    screen.news("11:00:00", "a thing");
    screen.tally(TALLY, "(ingest is dead, started again in 8 s)");
    assert.is(rows().length, 2, `${columns} columns`);
    assert.match(rows()[0] ?? "", /a thing/);
    assert.match(rows()[1] ?? "", /^taken 46,212 = accepted/);
  }
});

test("a terminal that gets narrower or wider keeps one tally", () => {
  const { screen, rows, resize } = terminal(110);
  screen.say("welcome");
  screen.tally(TALLY, "");
  for (const columns of [30, 80, 20, 110]) {
    resize(columns);
    screen.resized();
    screen.tally(TALLY, "");
    assert.equal(
      rows().map((row) => row.slice(0, 5)),
      ["welco", "taken"],
      `${columns} columns`,
    );
  }
});

test.run();
