// The life of one alarm occurrence, after ISA-18.2 / IEC 62682, as a pure table. Effects are returned, not run.

export type AlarmStateName = "normal" | "unacknowledged" | "acknowledged" | "returned-unacknowledged" | "shelved";

/** Plain data. `normal` is both before the first raise and after the occurrence has closed. */
export type AlarmState =
  | { readonly name: "normal" }
  | {
      readonly name: "unacknowledged" | "acknowledged" | "returned-unacknowledged";
      /** The readings that raised it were not live: it is for quality, and never wakes a driver. */
      readonly foundLate: boolean;
    }
  | {
      readonly name: "shelved";
      readonly foundLate: boolean;
      readonly untilMs: number;
      /** The state that the alarm is in behind the shelf: it goes on changing, silently. */
      readonly underneath: Exclude<AlarmStateName, "shelved">;
    };

export type AlarmInput =
  /** The on-delay has passed. `foundLate`: by readings that are not live. `over`: the excursion has ended already. */
  | { readonly kind: "raise"; readonly foundLate?: boolean; readonly over?: boolean }
  /** Back inside, the off-delay has passed. `foundLate`: by readings that are not live; these never clear a live alarm. */
  | { readonly kind: "return"; readonly foundLate?: boolean }
  /** Outside again, or still after the re-alarm time: people are told again. */
  | { readonly kind: "re-raise" }
  | { readonly kind: "acknowledge" }
  | { readonly kind: "shelve"; readonly untilMs: number }
  | { readonly kind: "unshelve" }
  /** The shelf timer ran; one that was set for an earlier time than `untilMs` changes nothing. */
  | { readonly kind: "expire"; readonly atMs: number };

export type AlarmEffect =
  /** Tell people: sound, notify. A late one goes to quality only. */
  | {
      readonly kind: "annunciate";
      readonly reason: "raised" | "raised-again" | "became-live" | "reminder" | "shelf-ended";
      readonly foundLate: boolean;
    }
  /** Tell people that the condition has returned. */
  | { readonly kind: "announce-return"; readonly foundLate: boolean }
  /** Stop sounding. */
  | { readonly kind: "silence" }
  /** Send `expire` at that time; takes the place of a timer that is running. */
  | { readonly kind: "start-shelf-timer"; readonly untilMs: number }
  | { readonly kind: "stop-shelf-timer" }
  /** The occurrence is over and answered; the next raise is a new occurrence. */
  | { readonly kind: "close" };

export interface AlarmStep {
  readonly state: AlarmState;
  /** Empty when nothing is to be done: an intent sent twice acts once, and what changes behind a shelf changes silently. */
  readonly effects: readonly AlarmEffect[];
}

export const ALARM_NORMAL: AlarmState = { name: "normal" };

/** What an input makes of an alarm. Defined for every state and input; what the table does not list changes nothing. */
export function nextAlarm(state: AlarmState, input: AlarmInput): AlarmStep {
  if (input.kind === "shelve") return shelved(state, input.untilMs);
  if (input.kind === "unshelve" || input.kind === "expire") return taken(state, input);
  const foundLate = state.name !== "normal" && state.foundLate;
  if (state.name !== "shelved") {
    const move = moveOf(state.name, foundLate, input);
    return move === undefined ? { state, effects: [] } : { state: stateOf(move), effects: move.effects };
  }
  // Whoever shelved an alarm that was found late has not silenced the live one for those whom it concerns.
  if (foundLate && input.kind === "raise" && input.foundLate !== true) {
    const { state: live, effects } = nextAlarm(onShow(state.underneath, foundLate), input);
    return { state: live, effects: [{ kind: "stop-shelf-timer" }, ...effects] };
  }
  const move = moveOf(state.underneath, foundLate, input);
  if (move === undefined) return { state, effects: [] };
  return { state: { ...state, underneath: move.to, foundLate: move.foundLate }, effects: [] };
}

type Shown = Exclude<AlarmStateName, "shelved">;
type Signal = Exclude<AlarmInput, { kind: "shelve" | "unshelve" | "expire" }>;

interface Move {
  readonly to: Shown;
  readonly foundLate: boolean;
  readonly effects: readonly AlarmEffect[];
}

type Row = Readonly<Record<string, Move>>;

function move(to: Shown, foundLate: boolean, ...effects: AlarmEffect[]): Move {
  return { to, foundLate, effects };
}

type Reason = Extract<AlarmEffect, { kind: "annunciate" }>["reason"];
const live = (reason: Reason): AlarmEffect => ({ kind: "annunciate", reason, foundLate: false });
const late = (reason: Reason): AlarmEffect => ({ kind: "annunciate", reason, foundLate: true });
const BACK: AlarmEffect = { kind: "announce-return", foundLate: false };
const BACK_LATE: AlarmEffect = { kind: "announce-return", foundLate: true };
const SILENCE: AlarmEffect = { kind: "silence" };
const CLOSE: AlarmEffect = { kind: "close" };

// The table. Rows: the state, and whether late readings alone have raised it. Columns: the input, with its flags.
// ISA-18.2 transitions: A normal → B unacknowledged by the condition; B → C acknowledged by a person; B → D returned
// unacknowledged and C → A by return; D → A by a person; D → B by the condition again. A late reading moves only what
// late readings raised; a live raise of those is news, because the people at the goods were never told.
const TABLE: Readonly<Record<string, Row>> = {
  normal: {
    raise: move("unacknowledged", false, live("raised")),
    "raise over": move("returned-unacknowledged", false, live("raised"), BACK),
    "raise late": move("unacknowledged", true, late("raised")),
    "raise late over": move("returned-unacknowledged", true, late("raised"), BACK_LATE),
  },
  unacknowledged: {
    return: move("returned-unacknowledged", false, BACK),
    "re-raise": move("unacknowledged", false, live("reminder")),
    acknowledge: move("acknowledged", false, SILENCE),
  },
  "unacknowledged late": {
    raise: move("unacknowledged", false, live("became-live")),
    "raise over": move("returned-unacknowledged", false, live("became-live"), BACK),
    return: move("returned-unacknowledged", true, BACK_LATE),
    "return late": move("returned-unacknowledged", true, BACK_LATE),
    "re-raise": move("unacknowledged", true, late("reminder")),
    acknowledge: move("acknowledged", true, SILENCE),
  },
  acknowledged: {
    return: move("normal", false, BACK, CLOSE),
    "re-raise": move("unacknowledged", false, live("reminder")),
  },
  "acknowledged late": {
    raise: move("unacknowledged", false, live("became-live")),
    "raise over": move("returned-unacknowledged", false, live("became-live"), BACK),
    return: move("normal", true, BACK_LATE, CLOSE),
    "return late": move("normal", true, BACK_LATE, CLOSE),
    "re-raise": move("unacknowledged", true, late("reminder")),
  },
  "returned-unacknowledged": {
    raise: move("unacknowledged", false, live("raised-again")),
    "raise over": move("returned-unacknowledged", false, live("raised-again"), BACK),
    "raise late": move("unacknowledged", true, late("raised-again")),
    "re-raise": move("unacknowledged", false, live("raised-again")),
    acknowledge: move("normal", false, SILENCE, CLOSE),
  },
  "returned-unacknowledged late": {
    raise: move("unacknowledged", false, live("became-live")),
    "raise over": move("returned-unacknowledged", false, live("became-live"), BACK),
    "raise late": move("unacknowledged", true, late("raised-again")),
    "re-raise": move("unacknowledged", true, late("raised-again")),
    acknowledge: move("normal", true, SILENCE, CLOSE),
  },
};

function moveOf(name: Shown, foundLate: boolean, input: Signal): Move | undefined {
  let column: string = input.kind;
  if ((input.kind === "raise" || input.kind === "return") && input.foundLate === true) column += " late";
  if (input.kind === "raise" && input.over === true) column += " over";
  return TABLE[name !== "normal" && foundLate ? `${name} late` : name]?.[column];
}

function onShow(name: Shown, foundLate: boolean): AlarmState {
  return name === "normal" ? ALARM_NORMAL : { name, foundLate };
}

function stateOf({ to, foundLate }: Move): AlarmState {
  return onShow(to, foundLate);
}

/** There is nothing to shelve before a raise: silencing an alarm in advance would be suppression, which is not offered. */
function shelved(state: AlarmState, untilMs: number): AlarmStep {
  if (state.name === "normal") return { state, effects: [] };
  if (state.name !== "shelved")
    return {
      state: { name: "shelved", foundLate: state.foundLate, untilMs, underneath: state.name },
      effects: [SILENCE, { kind: "start-shelf-timer", untilMs }],
    };
  if (state.untilMs === untilMs) return { state, effects: [] };
  return { state: { ...state, untilMs }, effects: [{ kind: "start-shelf-timer", untilMs }] };
}

/** Taken from the shelf, by a person or by time. What is still outside has to be answered (again): it was out of sight. */
function taken(state: AlarmState, input: Extract<AlarmInput, { kind: "unshelve" | "expire" }>): AlarmStep {
  if (state.name !== "shelved") return { state, effects: [] };
  if (input.kind === "expire" && input.atMs < state.untilMs) return { state, effects: [] };
  const { underneath, foundLate } = state;
  const stopped: AlarmEffect[] = input.kind === "unshelve" ? [{ kind: "stop-shelf-timer" }] : [];
  if (underneath === "normal") return { state: ALARM_NORMAL, effects: [...stopped, CLOSE] };
  const name = underneath === "acknowledged" ? "unacknowledged" : underneath;
  return {
    state: { name, foundLate },
    effects: [...stopped, { kind: "annunciate", reason: "shelf-ended", foundLate }],
  };
}
