// ISA-18.2 / IEC 62682, the transitions that the standard draws, one by one; alarm-state.test.ts has the whole table.
// Offered: A normal, B unacknowledged, C acknowledged, D returned unacknowledged, E shelved (timed). Not offered: one-shot
// shelving, F suppressed by design, G out of service, latched alarms.
import { assert, suite } from "../../checks/kit.ts";
import { ALARM_NORMAL, type AlarmInput, type AlarmState, nextAlarm } from "./alarm-state.ts";

const test = suite("ISA-18.2");

const CONDITION: AlarmInput = { kind: "raise" };
const RETURN: AlarmInput = { kind: "return" };
const ACKNOWLEDGE: AlarmInput = { kind: "acknowledge" };
const shelve = (untilMs: number): AlarmInput => ({ kind: "shelve", untilMs });

/** The letter of the state that the inputs lead to from normal. */
function after(...inputs: AlarmInput[]): string {
  const state = inputs.reduce<AlarmState>((now, input) => nextAlarm(now, input).state, ALARM_NORMAL);
  return { normal: "A", unacknowledged: "B", acknowledged: "C", "returned-unacknowledged": "D", shelved: "E" }[
    state.name
  ];
}
const effectsOf = (input: AlarmInput, ...before: AlarmInput[]): string[] =>
  nextAlarm(
    before.reduce<AlarmState>((now, each) => nextAlarm(now, each).state, ALARM_NORMAL),
    input,
  ).effects.map(({ kind }) => kind);

test("ISA-18.2 A→B by the condition, and people are told", () => {
  assert.is(after(CONDITION), "B");
  assert.equal(effectsOf(CONDITION), ["annunciate"]);
});

test("ISA-18.2 B→C by acknowledging, and the sound stops", () => {
  assert.is(after(CONDITION, ACKNOWLEDGE), "C");
  assert.equal(effectsOf(ACKNOWLEDGE, CONDITION), ["silence"]);
});

test("ISA-18.2 B→D by the return: it stays until it is answered", () => {
  assert.is(after(CONDITION, RETURN), "D");
});

test("ISA-18.2 C→A by the return", () => {
  assert.is(after(CONDITION, ACKNOWLEDGE, RETURN), "A");
});

test("ISA-18.2 D→A by acknowledging", () => {
  assert.is(after(CONDITION, RETURN, ACKNOWLEDGE), "A");
});

test("ISA-18.2 D→B when the condition comes again, and people are told again", () => {
  assert.is(after(CONDITION, RETURN, CONDITION), "B");
  assert.equal(effectsOf(CONDITION, CONDITION, RETURN), ["annunciate"]);
});

test("ISA-18.2 {B, C, D}→E by shelving, which an operator begins and a time ends", () => {
  for (const before of [[CONDITION], [CONDITION, ACKNOWLEDGE], [CONDITION, RETURN]]) {
    assert.is(after(...before, shelve(1_000)), "E");
    assert.ok(effectsOf(shelve(1_000), ...before).includes("start-shelf-timer"));
    assert.is(after(...before, shelve(1_000), { kind: "expire", atMs: 999 }), "E");
    assert.is.not(after(...before, shelve(1_000), { kind: "expire", atMs: 1_000 }), "E");
  }
  assert.is(after(shelve(1_000)), "A");
});

test("ISA-18.2 E→ the state that the process condition implies by then", () => {
  const unshelve: AlarmInput = { kind: "unshelve" };
  assert.is(after(CONDITION, shelve(1), unshelve), "B");
  assert.is(after(CONDITION, shelve(1), RETURN, unshelve), "D");
  assert.is(after(CONDITION, ACKNOWLEDGE, shelve(1), RETURN, unshelve), "A");
  assert.is(after(CONDITION, RETURN, shelve(1), CONDITION, unshelve), "B");
});

test("ISA-18.2 behind the shelf nothing is told", () => {
  for (const input of [RETURN, ACKNOWLEDGE]) assert.equal(effectsOf(input, CONDITION, shelve(1)), []);
  assert.equal(effectsOf(CONDITION, CONDITION, RETURN, shelve(1)), []);
});

test.run();
