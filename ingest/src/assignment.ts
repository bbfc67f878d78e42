// Which profile judges which asset when: worked out from the dated facts of the trace room. Pure.

import { type Profile, type ProfileInForce, parseProfile } from "@isotherm/coldchain";
import type { TraceFacts } from "@isotherm/trace";

/** One profile over one asset for a time: a shipment's leg, or the asset's standing profile. Plain data. */
export interface Assignment {
  readonly key: string;
  readonly tenantId: string;
  readonly assetId: string;
  /** Null for a standing profile. */
  readonly shipmentId: string | null;
  /** The last version that judges within its time. */
  readonly profile: Profile;
  /** Versions that judged before, ascending, each until the next; absent: none. */
  readonly former?: readonly { readonly profile: Profile; readonly toMs: number }[];
  readonly fromMs: number;
  /** Exclusive; null while it goes on. */
  readonly toMs: number | null;
}

/** The versions of its profile over an assignment's time, ascending and adjoining. */
export function versionsOf({ profile, former = [], fromMs, toMs }: Assignment): ProfileInForce[] {
  const all = [...former, { profile, toMs }];
  return all.map((version, at) => ({ ...version, fromMs: all[at - 1]?.toMs ?? fromMs }));
}

export interface Assignments {
  readonly assignments: ReadonlyMap<string, Assignment>;
  /** Profiles that cannot be read, or are not there, by id, with the reason. */
  readonly problems: ReadonlyMap<string, string>;
}

/** @param before what stands now: an assignment whose profile has become unreadable stays as it is */
export function assignmentsOf(facts: TraceFacts, before: ReadonlyMap<string, Assignment>): Assignments {
  const problems = new Map<string, string>();
  const profiles = new Map<string, ProfileVersion[]>();
  for (const { profileId, text, validFromMs } of facts.profiles) {
    const parsed = parseProfile(text, `profile ${profileId}`);
    const known = profiles.get(profileId) ?? [];
    if ("profile" in parsed) profiles.set(profileId, [...known, { profile: parsed.profile, fromMs: validFromMs ?? 0 }]);
    else problems.set(profileId, parsed.problems.map((each) => JSON.stringify(each)).join("; "));
  }
  const assignments = new Map<string, Assignment>();
  const add = (assignment: Omit<Assignment, "profile">, profileId: string): void => {
    const known = before.get(assignment.key);
    const versions = problems.has(profileId) ? undefined : profiles.get(profileId);
    if (versions !== undefined) {
      const judged = judgedBy(assignment, versions);
      if (judged !== undefined) assignments.set(assignment.key, judged);
    } else if (known !== undefined) {
      const { profile, former } = known;
      assignments.set(assignment.key, { ...assignment, profile, ...(former === undefined ? {} : { former }) });
    } else if (!problems.has(profileId)) problems.set(profileId, "no such profile is known");
  };
  for (const { assetId, tenantId, standing } of facts.assets) {
    for (const { profileId, fromMs, toMs } of standing) {
      const key = `${tenantId}/standing/${assetId}/${profileId}/${fromMs}`;
      add({ key, tenantId, assetId, shipmentId: null, fromMs, toMs }, profileId);
    }
  }
  const shipments = new Map(facts.shipments.map((shipment) => [shipment.shipmentId, shipment]));
  for (const { legId, shipmentId, assetId, fromMs, toMs } of facts.legs) {
    const shipment = shipments.get(shipmentId);
    if (shipment === undefined) continue;
    const { tenantId } = shipment;
    for (const profileId of shipment.profileIds) {
      const key = `${tenantId}/leg/${shipmentId}/${legId}/${profileId}`;
      add({ key, tenantId, assetId, shipmentId, fromMs, toMs }, profileId);
    }
  }
  return { assignments, problems };
}

interface ProfileVersion {
  readonly profile: Profile;
  readonly fromMs: number;
}

/** An assignment with the versions that are in force in its time; undefined when none ever is. */
function judgedBy(
  assignment: Omit<Assignment, "profile">,
  versions: readonly ProfileVersion[],
): Assignment | undefined {
  const { fromMs, toMs } = assignment;
  const judging = versions.filter((version, at) => {
    const untilMs = versions[at + 1]?.fromMs ?? Infinity;
    return version.fromMs < (toMs ?? Infinity) && untilMs > fromMs;
  });
  const last = judging.at(-1);
  const [first] = judging;
  if (last === undefined || first === undefined) return undefined;
  const former = judging.slice(0, -1).map(({ profile }, at) => ({
    profile,
    toMs: (judging[at + 1] as ProfileVersion).fromMs,
  }));
  return {
    ...assignment,
    profile: last.profile,
    ...(former.length === 0 ? {} : { former }),
    fromMs: Math.max(fromMs, first.fromMs),
  };
}

/** Keys of assignments that appeared, vanished or changed. */
export function changedKeys(
  before: ReadonlyMap<string, Assignment>,
  after: ReadonlyMap<string, Assignment>,
): readonly string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key))).sort();
}
