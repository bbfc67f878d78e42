// Which limits hold on a channel now: those of the shipments that the asset carries and of its standing profiles.

import { parseProfile, rulesFor, type ChannelDeclaration, type Profile } from "@isotherm/coldchain";
import type { TraceFacts } from "@isotherm/trace";
import type { LimitView } from "./api-shapes.ts";
import { isCurrentLeg } from "./scope.ts";

/** Parsing takes milliseconds a profile; the same facts are asked about with every request. */
const parsedProfiles = new WeakMap<object, ReadonlyMap<string, Profile>>();

/** The profiles of a set of facts, parsed; one that does not parse was refused before it was kept. */
export function profilesOf(facts: TraceFacts): ReadonlyMap<string, Profile> {
  const known = parsedProfiles.get(facts.profiles);
  if (known !== undefined) return known;
  const profiles = new Map<string, Profile>();
  parsedProfiles.set(facts.profiles, profiles);
  for (const { profileId, text } of facts.profiles) {
    const parsed = parseProfile(text, `${profileId}.yaml`);
    if ("profile" in parsed) profiles.set(profileId, parsed.profile);
  }
  return profiles;
}

/** Profile ids that an asset is judged by at an instant. */
export function profileIdsInForce(facts: TraceFacts, assetId: string, atMs: number): string[] {
  const asset = facts.assets.find((candidate) => candidate.assetId === assetId);
  const standing = (asset?.standing ?? []).filter((fact) => isCurrentLeg(fact, atMs)).map(({ profileId }) => profileId);
  const shipped = facts.legs
    .filter((leg) => leg.assetId === assetId && isCurrentLeg(leg, atMs))
    .flatMap((leg) => facts.shipments.find(({ shipmentId }) => shipmentId === leg.shipmentId)?.profileIds ?? []);
  return [...new Set([...shipped, ...standing])];
}

export function limitsOn(
  channel: Pick<ChannelDeclaration, "channel" | "role" | "resolution">,
  profileIds: readonly string[],
  profiles: ReadonlyMap<string, Profile>,
): LimitView[] {
  const limits: LimitView[] = [];
  for (const profileId of profileIds) {
    const profile = profiles.get(profileId);
    if (profile === undefined) continue;
    const rules = rulesFor(profile, channel);
    if (rules.length === 0) continue;
    limits.push({
      profileId,
      profileVersion: profile.version,
      low: rules.find(({ side }) => side === "low")?.limit ?? null,
      high: rules.find(({ side }) => side === "high")?.limit ?? null,
      gapMs: Math.min(...rules.map(({ gapMs }) => gapMs)),
    });
  }
  return limits;
}
