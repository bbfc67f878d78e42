// Assignments as they were last read from the facts: what is assessed by, even while the facts' file is away.

import { type ChannelDeclaration, type Rule, rulesFor } from "@isotherm/coldchain";
import type { Assignment } from "./assignment.ts";
import type { StateDb } from "./state-db.ts";

/** One rule that a channel is judged by, and by which assignment. */
export interface JudgingBasis {
  readonly assignment: Assignment;
  readonly rule: Rule;
}

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

  /** Every rule that any assignment of the asset has for a channel. */
  basesOf(tenantId: string, assetId: string, declared: ChannelDeclaration): JudgingBasis[] {
    const { standsMs } = declared;
    return this.of(tenantId, assetId).flatMap((assignment) =>
      rulesFor(assignment.profile, declared).map((rule) => ({
        assignment,
        rule: standsMs === undefined ? rule : { ...rule, gapMs: standsMs },
      })),
    );
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
