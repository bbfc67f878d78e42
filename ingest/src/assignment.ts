// Which profile judges which asset when: worked out from the dated facts of the trace room. Pure.

import { type Profile, parseProfile } from "@isotherm/coldchain";
import type { TraceFacts } from "@isotherm/trace";

/** One profile over one asset for a time: a shipment's leg, or the asset's standing profile. Plain data. */
export interface Assignment {
  readonly key: string;
  readonly tenantId: string;
  readonly assetId: string;
  /** Null for a standing profile. */
  readonly shipmentId: string | null;
  readonly profile: Profile;
  readonly fromMs: number;
  /** Exclusive; null while it goes on. */
  readonly toMs: number | null;
}

export interface Assignments {
  readonly assignments: ReadonlyMap<string, Assignment>;
  /** Profiles that cannot be read, or are not there, by id, with the reason. */
  readonly problems: ReadonlyMap<string, string>;
}

/** @param before what stands now: an assignment whose profile has become unreadable stays as it is */
export function assignmentsOf(facts: TraceFacts, before: ReadonlyMap<string, Assignment>): Assignments {
  const problems = new Map<string, string>();
  const profiles = new Map<string, Profile>();
  for (const { profileId, text } of facts.profiles) {
    const parsed = parseProfile(text, `profile ${profileId}`);
    if ("profile" in parsed) profiles.set(profileId, parsed.profile);
    else problems.set(profileId, parsed.problems.map((each) => JSON.stringify(each)).join("; "));
  }
  const assignments = new Map<string, Assignment>();
  const add = (assignment: Omit<Assignment, "profile">, profileId: string): void => {
    const profile = profiles.get(profileId) ?? before.get(assignment.key)?.profile;
    if (profile !== undefined) assignments.set(assignment.key, { ...assignment, profile });
    else if (!problems.has(profileId)) problems.set(profileId, "no such profile is known");
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

/** Keys of assignments that appeared, vanished or changed. */
export function changedKeys(
  before: ReadonlyMap<string, Assignment>,
  after: ReadonlyMap<string, Assignment>,
): readonly string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key))).sort();
}
