// Watches the facts of the trace room: what changed is kept, and its assets are judged again, however late it came.

import { createHash } from "node:crypto";
import type { Profile } from "@isotherm/coldchain";
import type { TraceReader } from "@isotherm/trace";
import { idOf } from "./alarm-settling.ts";
import { type Assignment, assignmentsOf, changedKeys } from "./assignment.ts";
import type { AssignmentTable } from "./assignment-table.ts";
import { END_OF_TIME_MS } from "./dirty-table.ts";
import { groupAlarmId } from "./profile-change.ts";
import { beginProfileChange, type ChangedAlarm } from "./profile-change-work.ts";
import type { IngestState } from "./state.ts";

/** How many changed facts one cause names. */
const NAMED_MAX = 5;

export interface FactWatchDeps {
  readonly state: IngestState;
  readonly assignments: AssignmentTable;
  readonly trace: TraceReader;
  nowMs(): number;
  readonly groupAboveChannels: number;
  /** Alarms that are others now, after the transaction. */
  alarmsChanged(alarms: readonly ChangedAlarm[]): void;
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
    const alarms = state.db.transaction(() => {
      table.save(changed, after);
      const channels = new Map([...assets].map(([key, asset]) => [key, this.#mark(asset)]));
      return profileChangesOf(changed, table.all, after).flatMap((profile) => this.#begin(profile, channels));
    });
    table.committed(after);
    state.profileChanges.committed();
    this.#deps.alarmsChanged(alarms);
  }

  #begin(
    { before, profile, tenantId, assets }: ProfileVersions,
    channels: ReadonlyMap<string, number>,
  ): ChangedAlarm[] {
    const { state, trace, groupAboveChannels } = this.#deps;
    const said = trace.lastSaid("profile", profile.id);
    const nowMs = this.#deps.nowMs();
    const begun = {
      alarmId: groupAlarmId(idOf("profile", tenantId, profile.id, profile.version, said?.revision ?? nowMs)),
      tenantId,
      profileId: profile.id,
      version: profile.version,
      former: before,
      changedBy: said?.by ?? null,
      changedAtMs: said?.atMs ?? null,
      lastDirtyId: state.dirty.lastId(),
      channels: [...assets].reduce((sum, asset) => sum + (channels.get(asset) ?? 0), 0),
    };
    return beginProfileChange(state, begun, groupAboveChannels, nowMs);
  }

  /** How many channels were marked. */
  #mark({ tenantId, assetId, facts }: { tenantId: string; assetId: string; facts: readonly string[] }): number {
    const { state } = this.#deps;
    const named = [...new Set(facts)];
    const more = named.length > NAMED_MAX ? ` and ${named.length - NAMED_MAX} more` : "";
    const channels = state.gateways.channels(tenantId, assetId);
    for (const { channel } of channels) {
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
    return channels.length;
  }
}

interface ProfileVersions {
  readonly tenantId: string;
  readonly before: Profile;
  readonly profile: Profile;
  /** Assets that were judged by it before and are now, as `<tenant>/<asset>`. */
  readonly assets: Set<string>;
}

/** Profiles that say something else now to those that they judged before. */
function profileChangesOf(
  changed: readonly string[],
  before: ReadonlyMap<string, Assignment>,
  after: ReadonlyMap<string, Assignment>,
): ProfileVersions[] {
  const profiles = new Map<string, ProfileVersions>();
  for (const key of changed) {
    const [was, is] = [before.get(key), after.get(key)];
    if (was === undefined || is === undefined || JSON.stringify(was.profile) === JSON.stringify(is.profile)) continue;
    const { tenantId, assetId, profile } = is;
    const name = `${tenantId}/${profile.id}`;
    const known = profiles.get(name) ?? { tenantId, before: was.profile, profile, assets: new Set() };
    known.assets.add(`${tenantId}/${assetId}`);
    profiles.set(name, known);
  }
  return [...profiles.values()];
}

/** The assignment with a short hash of what it says, so that each version of it has a name of its own. */
function nameOf(key: string, assignment: Assignment | undefined): string {
  if (assignment === undefined) return `${key} withdrawn`;
  return `${key}@${createHash("sha256").update(JSON.stringify(assignment)).digest("hex").slice(0, 8)}`;
}
