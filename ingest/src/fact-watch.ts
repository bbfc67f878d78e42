// Watches the facts of the trace room: what changed is kept, and its assets are judged again, however late it came.

import { createHash } from "node:crypto";
import type { TraceReader } from "@isotherm/trace";
import { type Assignment, assignmentsOf, changedKeys } from "./assignment.ts";
import type { AssignmentTable } from "./assignment-table.ts";
import { END_OF_TIME_MS } from "./dirty-table.ts";
import type { IngestState } from "./state.ts";

/** How many changed facts one cause names. */
const NAMED_MAX = 5;

export interface FactWatchDeps {
  readonly state: IngestState;
  readonly assignments: AssignmentTable;
  readonly trace: TraceReader;
  nowMs(): number;
  /** Profiles that cannot be used, with the reason; called when that changes. */
  problems(problems: ReadonlyMap<string, string>): void;
}

export class FactWatch {
  readonly #deps: FactWatchDeps;
  #version = -1;
  #problems = "";

  constructor(deps: FactWatchDeps) {
    this.#deps = deps;
  }

  /** Looks once; true when something is to be assessed. While there is no file, what was known before stands. */
  look(): boolean {
    const { assignments: table, trace } = this.#deps;
    const version = trace.version();
    if (version < 0 || version === this.#version) return false;
    const { assignments, problems } = assignmentsOf(trace.facts(), table.all);
    const changed = changedKeys(table.all, assignments);
    if (changed.length > 0) this.#take(changed, assignments);
    this.#version = version;
    const told = JSON.stringify([...problems]);
    if (told !== this.#problems) this.#deps.problems(problems);
    this.#problems = told;
    return changed.length > 0;
  }

  #take(changed: readonly string[], after: ReadonlyMap<string, Assignment>): void {
    const { state, assignments: table } = this.#deps;
    const assets = new Map<string, { tenantId: string; assetId: string; facts: string[] }>();
    for (const key of changed) {
      for (const assignment of [table.all.get(key), after.get(key)]) {
        if (assignment === undefined) continue;
        const { tenantId, assetId } = assignment;
        const asset = assets.get(`${tenantId}/${assetId}`) ?? { tenantId, assetId, facts: [] };
        asset.facts.push(nameOf(key, after.get(key)));
        assets.set(`${tenantId}/${assetId}`, asset);
      }
    }
    state.db.transaction(() => {
      table.save(changed, after);
      for (const asset of assets.values()) this.#mark(asset);
    });
    table.committed(after);
  }

  #mark({ tenantId, assetId, facts }: { tenantId: string; assetId: string; facts: readonly string[] }): void {
    const { state } = this.#deps;
    const named = [...new Set(facts)];
    const more = named.length > NAMED_MAX ? ` and ${named.length - NAMED_MAX} more` : "";
    for (const { channel } of state.gateways.channels(tenantId, assetId)) {
      state.dirty.add({
        tenantId,
        assetId,
        channel,
        fromMs: 0,
        toMs: END_OF_TIME_MS,
        newerFromMs: null,
        newerToMs: null,
        receivedAtMs: this.#deps.nowMs(),
        cause: `fact ${named.slice(0, NAMED_MAX).join(", ")}${more}`,
      });
    }
  }
}

/** The assignment with a short hash of what it says, so that each version of it has a name of its own. */
function nameOf(key: string, assignment: Assignment | undefined): string {
  if (assignment === undefined) return `${key} withdrawn`;
  return `${key}@${createHash("sha256").update(JSON.stringify(assignment)).digest("hex").slice(0, 8)}`;
}
