// What a person did to an alarm, kept until ingest has answered for it: done once, however often it is sent.

import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "@isotherm/coldchain";

/** Intents that wait for an answer at most; above it new ones are refused, in words. */
export const INTENTS_WAITING_MAX = 10_000;

export interface WaitingIntent {
  readonly intentId: string;
  readonly tenantId: string;
  readonly body: string;
}

export interface IntentState {
  readonly body: string;
  readonly answer: string | undefined;
}

export class IntentOutbox {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Keeps an intent durably. `known` when its id was kept before, `full` when too many wait. */
  keep(intent: WaitingIntent): "kept" | "known" | "full" {
    if (this.state(intent.intentId) !== undefined) return "known";
    const waiting = this.#database.prepare("SELECT count(*) AS n FROM intent WHERE answered_at_ms IS NULL").get();
    if (Number(waiting?.["n"]) >= INTENTS_WAITING_MAX) return "full";
    this.#database
      .prepare("INSERT INTO intent VALUES (?, ?, ?, ?, NULL, NULL)")
      .run(intent.intentId, intent.tenantId, intent.body, this.#clock.wallMs());
    return "kept";
  }

  state(intentId: string): IntentState | undefined {
    const row = this.#database.prepare("SELECT body, answer FROM intent WHERE intent_id = ?").get(intentId);
    if (row === undefined) return undefined;
    return { body: String(row["body"]), answer: row["answer"] === null ? undefined : String(row["answer"]) };
  }

  /** The oldest that wait. */
  waiting(limit: number): WaitingIntent[] {
    const rows = this.#database
      .prepare(
        "SELECT intent_id, tenant_id, body FROM intent WHERE answered_at_ms IS NULL ORDER BY recorded_at_ms LIMIT ?",
      )
      .all(limit);
    return rows.map((row) => ({
      intentId: String(row["intent_id"]),
      tenantId: String(row["tenant_id"]),
      body: String(row["body"]),
    }));
  }

  answered(intentId: string, answer: string): void {
    this.#database
      .prepare("UPDATE intent SET answered_at_ms = ?, answer = ? WHERE intent_id = ?")
      .run(this.#clock.wallMs(), answer, intentId);
  }
}
