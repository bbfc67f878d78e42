// Which limits hold on a channel now: those of the shipments that the asset carries and of its standing profiles.

import { parseProfile, rulesFor, type ChannelDeclaration, type Profile, type Rule } from "@isotherm/coldchain";
import type { TraceFacts } from "@isotherm/trace";
import type { LimitView } from "./api-shapes.ts";
import { isCurrentLeg } from "./scope.ts";

/** Parsing takes milliseconds a profile; the same facts are asked about with every request. */
const parsedProfiles = new WeakMap<object, Profile | null>();

/** The profiles in force at an instant, parsed; one that does not parse was refused before it was kept. */
export function profilesOf(facts: TraceFacts, atMs: number): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>();
  for (const version of facts.profiles) {
    if (version.validFromMs !== undefined && version.validFromMs > atMs) continue;
    const profile = parsedOf(version);
    if (profile !== null) profiles.set(version.profileId, profile);
  }
  return profiles;
}

function parsedOf(version: TraceFacts["profiles"][number]): Profile | null {
  const known = parsedProfiles.get(version);
  if (known !== undefined) return known;
  const parsed = parseProfile(version.text, `${version.profileId}.yaml`);
  const profile = "profile" in parsed ? parsed.profile : null;
  parsedProfiles.set(version, profile);
  return profile;
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
  channel: Pick<ChannelDeclaration, "channel" | "role" | "resolution" | "standsMs">,
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
      low: innermost(rules, "low"),
      high: innermost(rules, "high"),
      // A source that reports by exception has said itself how long its values stand.
      gapMs: channel.standsMs ?? Math.min(...rules.map(({ gapMs }) => gapMs)),
    });
  }
  return limits;
}

/** The limit that is left first; null when nothing limits that side. */
function innermost(rules: readonly Rule[], side: Rule["side"]): number | null {
  const limits = rules.filter((rule) => rule.side === side).map(({ limit }) => limit);
  if (limits.length === 0) return null;
  return side === "low" ? Math.max(...limits) : Math.min(...limits);
}
