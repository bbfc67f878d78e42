// The life of one alarm occurrence, after ISA-18.2 / IEC 62682, as a pure table. Effects are returned, not run.

export type AlarmStateName = "normal" | "unacknowledged" | "acknowledged" | "returned-unacknowledged" | "shelved";

/** Plain data. `normal` is both before the first raise and after the occurrence has closed. */
export type AlarmState =
  | { readonly name: "normal" }
  | {
      readonly name: "unacknowledged" | "acknowledged" | "returned-unacknowledged";
      /** Only readings that were not live have raised it: for quality, never for waking a driver. */
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
  /** Still outside after the re-alarm time: people are told again. */
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
  | { readonly kind: "start-shelf-timer"; readonly untilMs: number }
  | { readonly kind: "stop-shelf-timer" }
  /** The occurrence is over and answered; the next raise is a new occurrence. */
  | { readonly kind: "close" };

export interface AlarmStep {
  readonly state: AlarmState;
  /** Empty when the input changed nothing, so that an intent sent twice acts once. */
  readonly effects: readonly AlarmEffect[];
}

export const ALARM_NORMAL: AlarmState = { name: "normal" };

/** What an input makes of an alarm. Defined for every state and input. */
export function nextAlarm(state: AlarmState, input: AlarmInput): AlarmStep {
  void input;
  return { state, effects: [] };
}
