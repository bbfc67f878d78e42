// The spool's few facts about itself, as text by key.

import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Everything that is kept. `anchor` is the anchor keeper's own text. */
export type SpoolFact =
  "epoch" | "machineId" | "gatewayId" | "lastAliveMs" | "cleanStop" | "nextAlias" | "nextBdSeq" | "anchor";

export class SpoolMeta {
  readonly #read: StatementSync;
  readonly #write: StatementSync;

  constructor(db: DatabaseSync) {
    this.#read = db.prepare("SELECT value FROM meta WHERE key = ?");
    this.#write = db.prepare(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
  }

  get(fact: SpoolFact): string | undefined {
    const value = this.#read.get(fact)?.["value"];
    return value === undefined ? undefined : String(value);
  }

  number(fact: SpoolFact): number | undefined {
    const text = this.get(fact);
    return text === undefined ? undefined : Number(text);
  }

  set(fact: SpoolFact, value: string | number): void {
    this.#write.run(fact, String(value));
  }
}
