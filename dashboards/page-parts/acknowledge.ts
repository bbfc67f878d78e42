// Acknowledging, so that it happens once whatever the network does: the intent is written down here with its own id and
// the time it was done, and sent with that same id until the server has answered.

import type { IntentAnswer } from "../src/api-shapes.ts";

export interface KeptIntent {
  readonly alarmId: string;
  readonly intentId: string;
  readonly doneAtMs: number;
}

/** `kept`: not at the server yet. `sent`: there, not answered. `refused` carries why. */
export interface IntentState extends KeptIntent {
  readonly stage: "kept" | "sent" | "confirmed" | "refused";
  readonly reason?: string;
}

export interface AcknowledgerDeps {
  readonly send: (alarmId: string, intent: { intentId: string; doneAtMs: number }) => Promise<IntentAnswer>;
  readonly storage: Pick<Storage, "getItem" | "setItem">;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly after: (delayMs: number, then: () => void) => void;
  readonly changed: () => void;
}

const STORED = "isotherm.intents";
/** The oldest beyond this many are dropped: the alarms that they answer have long been answered by others. */
export const INTENTS_KEPT_MAX = 100;
const KEPT_MS_MAX = 86_400_000;
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;

export function acknowledger(deps: AcknowledgerDeps): {
  acknowledge: (alarmId: string) => void;
  stateOf: (alarmId: string) => IntentState | undefined;
} {
  const states = new Map<string, IntentState>();
  const keep = (): void => {
    const waiting = [...states.values()].filter(({ stage }) => stage === "kept" || stage === "sent");
    const kept = waiting
      .slice(-INTENTS_KEPT_MAX)
      .map(({ alarmId, intentId, doneAtMs }): KeptIntent => ({ alarmId, intentId, doneAtMs }));
    deps.storage.setItem(STORED, JSON.stringify(kept));
  };
  const set = (state: IntentState): void => {
    states.set(state.alarmId, state);
    keep();
    deps.changed();
  };
  const send = async (intent: KeptIntent, attempt: number): Promise<void> => {
    const again = (): void =>
      deps.after(Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** attempt), () => void send(intent, attempt + 1));
    try {
      const answer = await deps.send(intent.alarmId, { intentId: intent.intentId, doneAtMs: intent.doneAtMs });
      if (answer.outcome === "refused") set({ ...intent, stage: "refused", reason: answer.reason ?? "" });
      else set({ ...intent, stage: answer.outcome === "waiting" ? "sent" : "confirmed" });
      if (answer.outcome === "waiting") again();
    } catch (error) {
      const status = (error as { status?: number }).status ?? 0;
      // 4xx is the server's last word, except for "too many" and "log in first"; anything else may pass.
      if (status < 400 || status >= 500 || status === 401 || status === 429) again();
      else set({ ...intent, stage: "refused", reason: error instanceof Error ? error.message : String(error) });
    }
  };
  for (const intent of storedIntents(deps)) {
    states.set(intent.alarmId, { ...intent, stage: "kept" });
    void send(intent, 0);
  }
  return {
    acknowledge: (alarmId) => {
      const stage = states.get(alarmId)?.stage;
      if (stage === "kept" || stage === "sent") return;
      const intent = { alarmId, intentId: deps.newId(), doneAtMs: Math.round(deps.nowMs()) };
      set({ ...intent, stage: "kept" });
      void send(intent, 0);
    },
    stateOf: (alarmId) => states.get(alarmId),
  };
}

function storedIntents({ storage, nowMs }: AcknowledgerDeps): KeptIntent[] {
  try {
    const stored = JSON.parse(storage.getItem(STORED) ?? "[]") as KeptIntent[];
    return stored.filter(({ doneAtMs }) => nowMs() - doneAtMs < KEPT_MS_MAX);
  } catch {
    // What another version or another hand left there cannot be sent; a person sees the alarm still open.
    return [];
  }
}
