// Assignments as they were last read from the facts: what is assessed by, even while the facts' file is away.

import type { Profile } from "@isotherm/coldchain";
import type { Assignment } from "./assignment.ts";
import type { StateDb } from "./state-db.ts";

export class AssignmentTable {
  readonly #db: StateDb;
  #all: ReadonlyMap<string, Assignment>;
  #ofAsset = new Map<string, Assignment[]>();
  #ofShipment = new Map<string, Assignment[]>();

  constructor(db: StateDb) {
    this.#db = db;
    const rows = db.all("SELECT assignment_key, fact FROM assignment");
    const profiles = new Map<string, Profile>();
    this.#all = new Map(
      rows.map((row) => {
        const assignment = JSON.parse(String(row["fact"])) as Assignment;
        return [String(row["assignment_key"]), { ...assignment, profile: shared(profiles, assignment.profile) }];
      }),
    );
    this.#index();
  }

  get all(): ReadonlyMap<string, Assignment> {
    return this.#all;
  }

  of(tenantId: string, assetId: string): readonly Assignment[] {
    return this.#ofAsset.get(`${tenantId}/${assetId}`) ?? [];
  }

  /** Those of the same shipment and profile on all legs, in the order of the legs. */
  legsOf({ tenantId, shipmentId, profile }: Assignment): readonly Assignment[] {
    if (shipmentId === null) return [];
    return this.#ofShipment.get(`${tenantId}/${shipmentId}/${profile.id}`) ?? [];
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
    this.#ofShipment = new Map();
    for (const assignment of [...this.#all.values()].sort((a, b) => (a.key < b.key ? -1 : 1))) {
      const { tenantId, assetId, shipmentId, profile } = assignment;
      append(this.#ofAsset, `${tenantId}/${assetId}`, assignment);
      if (shipmentId !== null) append(this.#ofShipment, `${tenantId}/${shipmentId}/${profile.id}`, assignment);
    }
    for (const legs of this.#ofShipment.values()) legs.sort((a, b) => a.fromMs - b.fromMs || (a.key < b.key ? -1 : 1));
  }
}

function append(lists: Map<string, Assignment[]>, key: string, assignment: Assignment): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [assignment]);
  else known.push(assignment);
}

/** One object for all assignments of a profile's version, as there is when they come from the facts. */
function shared(profiles: Map<string, Profile>, profile: Profile): Profile {
  const text = JSON.stringify(profile);
  const known = profiles.get(text);
  if (known === undefined) profiles.set(text, profile);
  return known ?? profile;
}
