// The alarm table, written out whole once more. States and transitions after ISA-18.2 / IEC 62682 as told in
// standards.md §7: A normal, B unacknowledged, C acknowledged, D returned unacknowledged, E shelved; A→B by the
// condition, B→C and D→A by acknowledging, B→D and C→A by return, D→B by re-alarm, B C D→E and back to the state that
// the condition implies. F (suppressed by design) and G (out of service) are not offered.
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { ALARM_NORMAL, type AlarmEffect, type AlarmInput, type AlarmState, nextAlarm } from "./alarm-state.ts";

const test = suite("alarm states");

// prettier-ignore
const STATES: Record<string, AlarmState> = {
  "A": ALARM_NORMAL,
  "B": { name: "unacknowledged", foundLate: false },
  "B late": { name: "unacknowledged", foundLate: true },
  "C": { name: "acknowledged", foundLate: false },
  "C late": { name: "acknowledged", foundLate: true },
  "D": { name: "returned-unacknowledged", foundLate: false },
  "D late": { name: "returned-unacknowledged", foundLate: true },
  "E(A)": { name: "shelved", foundLate: false, untilMs: 100, underneath: "normal" },
  "E(A) late": { name: "shelved", foundLate: true, untilMs: 100, underneath: "normal" },
  "E(B)": { name: "shelved", foundLate: false, untilMs: 100, underneath: "unacknowledged" },
  "E(B) late": { name: "shelved", foundLate: true, untilMs: 100, underneath: "unacknowledged" },
  "E(C)": { name: "shelved", foundLate: false, untilMs: 100, underneath: "acknowledged" },
  "E(C) late": { name: "shelved", foundLate: true, untilMs: 100, underneath: "acknowledged" },
  "E(D)": { name: "shelved", foundLate: false, untilMs: 100, underneath: "returned-unacknowledged" },
  "E(D) late": { name: "shelved", foundLate: true, untilMs: 100, underneath: "returned-unacknowledged" },
};

// prettier-ignore
const INPUTS: Record<string, AlarmInput> = {
  "raise": { kind: "raise" },
  "raise over": { kind: "raise", over: true },
  "raise late": { kind: "raise", foundLate: true },
  "raise late over": { kind: "raise", foundLate: true, over: true },
  "return": { kind: "return" },
  "return late": { kind: "return", foundLate: true },
  "re-raise": { kind: "re-raise" },
  "acknowledge": { kind: "acknowledge" },
  "shelve": { kind: "shelve", untilMs: 100 },
  "shelve longer": { kind: "shelve", untilMs: 200 },
  "unshelve": { kind: "unshelve" },
  "expire": { kind: "expire", atMs: 100 },
  "expire early": { kind: "expire", atMs: 99 },
};

// What is not listed changes nothing and has no effect.
const EXPECTED = `
A | raise           | B      | annunciate raised
A | raise over      | D      | annunciate raised, announce-return
A | raise late      | B late | annunciate raised late
A | raise late over | D late | annunciate raised late, announce-return late

B | return          | D      | announce-return
B | re-raise        | B      | annunciate reminder
B | acknowledge     | C      | silence
B | shelve          | E(B)   | silence, start-shelf-timer 100
B | shelve longer   | E(B)→200 | silence, start-shelf-timer 200

B late | raise       | B      | annunciate became-live
B late | raise over  | D      | annunciate became-live, announce-return
B late | return      | D late | announce-return late
B late | return late | D late | announce-return late
B late | re-raise    | B late | annunciate reminder late
B late | acknowledge | C late | silence
B late | shelve      | E(B) late | silence, start-shelf-timer 100
B late | shelve longer | E(B) late→200 | silence, start-shelf-timer 200

C | return          | A      | announce-return, close
C | re-raise        | B      | annunciate reminder
C | shelve          | E(C)   | silence, start-shelf-timer 100
C | shelve longer   | E(C)→200 | silence, start-shelf-timer 200

C late | raise       | B      | annunciate became-live
C late | raise over  | D      | annunciate became-live, announce-return
C late | return      | A      | announce-return late, close
C late | return late | A      | announce-return late, close
C late | re-raise    | B late | annunciate reminder late
C late | shelve      | E(C) late | silence, start-shelf-timer 100
C late | shelve longer | E(C) late→200 | silence, start-shelf-timer 200

D | raise           | B      | annunciate raised-again
D | raise over      | D      | annunciate raised-again, announce-return
D | raise late      | B late | annunciate raised-again late
D | re-raise        | B      | annunciate raised-again
D | acknowledge     | A      | silence, close
D | shelve          | E(D)   | silence, start-shelf-timer 100
D | shelve longer   | E(D)→200 | silence, start-shelf-timer 200

D late | raise       | B      | annunciate became-live
D late | raise over  | D      | annunciate became-live, announce-return
D late | raise late  | B late | annunciate raised-again late
D late | re-raise    | B late | annunciate raised-again late
D late | acknowledge | A      | silence, close
D late | shelve      | E(D) late | silence, start-shelf-timer 100
D late | shelve longer | E(D) late→200 | silence, start-shelf-timer 200

E(A) | raise           | E(B) |
E(A) | raise over      | E(D) |
E(A) | raise late      | E(B) late |
E(A) | raise late over | E(D) late |
E(A) | shelve longer   | E(A)→200 | start-shelf-timer 200
E(A) | unshelve        | A    | stop-shelf-timer, close
E(A) | expire          | A    | close

E(A) late | raise           | B | stop-shelf-timer, annunciate raised
E(A) late | raise over      | D | stop-shelf-timer, annunciate raised, announce-return
E(A) late | raise late      | E(B) late |
E(A) late | raise late over | E(D) late |
E(A) late | shelve longer   | E(A) late→200 | start-shelf-timer 200
E(A) late | unshelve        | A | stop-shelf-timer, close
E(A) late | expire          | A | close

E(B) | return        | E(D) |
E(B) | acknowledge   | E(C) |
E(B) | shelve longer | E(B)→200 | start-shelf-timer 200
E(B) | unshelve      | B | stop-shelf-timer, annunciate shelf-ended
E(B) | expire        | B | annunciate shelf-ended

E(B) late | raise         | B | stop-shelf-timer, annunciate became-live
E(B) late | raise over    | D | stop-shelf-timer, annunciate became-live, announce-return
E(B) late | return        | E(D) late |
E(B) late | return late   | E(D) late |
E(B) late | acknowledge   | E(C) late |
E(B) late | shelve longer | E(B) late→200 | start-shelf-timer 200
E(B) late | unshelve      | B late | stop-shelf-timer, annunciate shelf-ended late
E(B) late | expire        | B late | annunciate shelf-ended late

E(C) | return        | E(A) |
E(C) | re-raise      | E(B) |
E(C) | shelve longer | E(C)→200 | start-shelf-timer 200
E(C) | unshelve      | B | stop-shelf-timer, annunciate shelf-ended
E(C) | expire        | B | annunciate shelf-ended

E(C) late | raise         | B | stop-shelf-timer, annunciate became-live
E(C) late | raise over    | D | stop-shelf-timer, annunciate became-live, announce-return
E(C) late | return        | E(A) late |
E(C) late | return late   | E(A) late |
E(C) late | re-raise      | E(B) late |
E(C) late | shelve longer | E(C) late→200 | start-shelf-timer 200
E(C) late | unshelve      | B late | stop-shelf-timer, annunciate shelf-ended late
E(C) late | expire        | B late | annunciate shelf-ended late

E(D) | raise         | E(B) |
E(D) | raise late    | E(B) late |
E(D) | re-raise      | E(B) |
E(D) | acknowledge   | E(A) |
E(D) | shelve longer | E(D)→200 | start-shelf-timer 200
E(D) | unshelve      | D | stop-shelf-timer, annunciate shelf-ended
E(D) | expire        | D | annunciate shelf-ended

E(D) late | raise         | B | stop-shelf-timer, annunciate became-live
E(D) late | raise over    | D | stop-shelf-timer, annunciate became-live, announce-return
E(D) late | raise late    | E(B) late |
E(D) late | re-raise      | E(B) late |
E(D) late | acknowledge   | E(A) late |
E(D) late | shelve longer | E(D) late→200 | start-shelf-timer 200
E(D) late | unshelve      | D late | stop-shelf-timer, annunciate shelf-ended late
E(D) late | expire        | D late | annunciate shelf-ended late
`;

function stateText(state: AlarmState): string {
  const untilMs = state.name === "shelved" ? state.untilMs : 100;
  const plain = state.name === "shelved" ? { ...state, untilMs: 100 } : state;
  const named = Object.entries(STATES).find(([, each]) => JSON.stringify(each) === JSON.stringify(plain));
  assert.ok(named, `no name for ${JSON.stringify(state)}`);
  return untilMs === 100 ? named[0] : `${named[0]}→${untilMs}`;
}

function effectText(effect: AlarmEffect): string {
  const words: (string | number)[] = [effect.kind];
  if (effect.kind === "annunciate") words.push(effect.reason);
  if (effect.kind === "start-shelf-timer") words.push(effect.untilMs);
  if ("foundLate" in effect && effect.foundLate) words.push("late");
  return words.join(" ");
}

const table = new Map<string, string>();
for (const line of EXPECTED.split("\n")) {
  if (line === "") continue;
  const [state, input, to, effects] = line.split("|").map((cell) => cell.trim());
  table.set(`${state} | ${input}`, `${to} | ${effects}`);
}

test("every state and every input, as the table says", () => {
  let judged = 0;
  for (const [stateName, state] of Object.entries(STATES)) {
    for (const [inputName, input] of Object.entries(INPUTS)) {
      const next = nextAlarm(state, input);
      const got = `${stateText(next.state)} | ${next.effects.map(effectText).join(", ")}`;
      assert.is(got, table.get(`${stateName} | ${inputName}`) ?? `${stateName} | `, `${stateName} on ${inputName}`);
      judged++;
    }
  }
  assert.is(judged, 15 * 13);
});

test("the table names only states and inputs that there are", () => {
  for (const key of table.keys()) {
    const [state = "", input = ""] = key.split(" | ");
    assert.ok(state in STATES && input in INPUTS, key);
  }
});

const inputs = fc.array(fc.constantFrom(...Object.values(INPUTS)), { maxLength: 30, size: "max" });
const settings = { seed: seed(), numRuns: 2_000 };

test("an occurrence closes exactly when it becomes normal, and never unacknowledged", () => {
  let closed = 0;
  fc.assert(
    fc.property(inputs, (sequence) => {
      let state = ALARM_NORMAL;
      let acknowledged = false;
      for (const input of sequence) {
        const next = nextAlarm(state, input);
        const closes = next.effects.some(({ kind }) => kind === "close");
        assert.is(closes, next.state.name === "normal" && state.name !== "normal");
        if (state.name === "normal") acknowledged = false;
        if (input.kind === "acknowledge") acknowledged = true;
        if (closes) {
          closed++;
          assert.ok(acknowledged);
        }
        state = next.state;
      }
    }),
    settings,
  );
  assert.ok(closed > 100, `only ${closed} closed`);
});

test("sent twice, anything but a reminder and a raise that is over acts once", () => {
  fc.assert(
    fc.property(inputs, fc.constantFrom(...Object.values(INPUTS)), (sequence, input) => {
      if (input.kind === "re-raise" || (input.kind === "raise" && input.over === true)) return;
      const state = sequence.reduce<AlarmState>((now, each) => nextAlarm(now, each).state, ALARM_NORMAL);
      const once = nextAlarm(state, input).state;
      assert.equal(nextAlarm(once, input), { state: once, effects: [] });
    }),
    settings,
  );
});

test("late readings alone never annunciate to those who answer for the live alarm, and never clear it", () => {
  const lateInputs = fc.array(
    fc.constantFrom<AlarmInput>(
      { kind: "raise", foundLate: true },
      { kind: "raise", foundLate: true, over: true },
      { kind: "return", foundLate: true },
      { kind: "acknowledge" },
    ),
    { maxLength: 20, size: "max" },
  );
  fc.assert(
    fc.property(lateInputs, (sequence) => {
      let state = ALARM_NORMAL;
      for (const input of sequence) {
        const next = nextAlarm(state, input);
        for (const effect of next.effects) if ("foundLate" in effect) assert.is(effect.foundLate, true);
        state = next.state;
      }
    }),
    settings,
  );
  for (const name of ["unacknowledged", "acknowledged"] as const) {
    const state = { name, foundLate: false };
    assert.equal(nextAlarm(state, { kind: "return", foundLate: true }), { state, effects: [] });
  }
});

test("states and effects are plain data", () => {
  for (const state of Object.values(STATES))
    for (const input of Object.values(INPUTS)) {
      const next = nextAlarm(state, input);
      assert.equal(JSON.parse(JSON.stringify(next)), next);
    }
});

test.run();
