// Assignments as they were last read from the facts: what is assessed by, even while the facts' file is away.

import type { Assignment } from "./assignment.ts";
import type { StateDb } from "./state-db.ts";

export class AssignmentTable {
  readonly #db: StateDb;
  #all: ReadonlyMap<string, Assignment>;
  #ofAsset = new Map<string, Assignment[]>();

  constructor(db: StateDb) {
    this.#db = db;
    const rows = db.all("SELECT assignment_key, fact FROM assignment");
    this.#all = new Map(
      rows.map((row) => [String(row["assignment_key"]), JSON.parse(String(row["fact"])) as Assignment]),
    );
    this.#index();
  }

  get all(): ReadonlyMap<string, Assignment> {
    return this.#all;
  }

  of(tenantId: string, assetId: string): readonly Assignment[] {
    return this.#ofAsset.get(`${tenantId}/${assetId}`) ?? [];
  }

  /** Within a transaction; `committed` must follow it. */
  save(changed: readonly string[], after: ReadonlyMap<string, Assignment>): void {
    for (const key of changed) {
      const assignment = after.get(key);
      if (assignment === undefined) this.#db.run("DELETE FROM assignment WHERE assignment_key = ?", key);
      else
        this.#db.run(
          "INSERT OR REPLACE INTO assignment VALUES (?, ?, ?, ?)",
          key,
          assignment.tenantId,
          assignment.assetId,
          JSON.stringify(assignment),
        );
    }
  }

  committed(after: ReadonlyMap<string, Assignment>): void {
    this.#all = after;
    this.#index();
  }

  #index(): void {
    this.#ofAsset = new Map();
    for (const assignment of [...this.#all.values()].sort((a, b) => (a.key < b.key ? -1 : 1))) {
      const asset = `${assignment.tenantId}/${assignment.assetId}`;
      const known = this.#ofAsset.get(asset);
      if (known === undefined) this.#ofAsset.set(asset, [assignment]);
      else known.push(assignment);
    }
  }
}
