// What a leg says beyond single excursions: mean kinetic temperatures around them and what is used of stability budgets.

import {
  type FoundExcursion,
  type FoundMkt,
  type FoundStability,
  type ProfileInForce,
  type ReadingSlice,
  assessLeg,
  mktAround,
} from "@isotherm/coldchain";
import { idOf } from "./alarm-settling.ts";
import type { Assignment } from "./assignment.ts";
import type { ConclusionRow } from "./state-rows.ts";

/** Whether any version of an assignment's profile asks for conclusions. */
export function isConcluded({ profile, former = [] }: Pick<Assignment, "profile" | "former">): boolean {
  return [profile, ...former.map((each) => each.profile)].some(
    ({ mkt, stability }) => mkt !== undefined || stability !== undefined,
  );
}

type Subject = Pick<Assignment, "key" | "tenantId" | "assetId" | "shipmentId"> & { readonly channel: string };

function rowOf(subject: Subject, what: Omit<ConclusionRow, "conclusionId" | keyof Owner>): ConclusionRow {
  const { key, tenantId, assetId, shipmentId, channel } = subject;
  const { kind, profileVersion, rowIndex } = what;
  // A budget goes on over the versions of its profile; a limit of the mean kinetic temperature is of one.
  const version = kind === "mkt" ? profileVersion : 0;
  const conclusionId = idOf("conclusion", key, channel, kind, version, kind === "mkt" ? rowIndex : 0);
  return { conclusionId, tenantId, assignmentKey: key, assetId, shipmentId, channel, ...what };
}

type Owner = Pick<ConclusionRow, "tenantId" | "assignmentKey" | "assetId" | "shipmentId" | "channel">;

export interface ExcursionInSeries extends Pick<FoundExcursion, "excursion" | "rule"> {
  /** What its rule is held against, over the whole leg. */
  readonly series: ReadingSlice;
}

/** Of each row the greatest figure around any of the excursions. A function of the readings as a set. */
export function mktConclusions(
  subject: Subject,
  versions: readonly ProfileInForce[],
  excursions: readonly ExcursionInSeries[],
  judgedToMs: number,
): ConclusionRow[] {
  const window = { toMs: versions.at(-1)?.toMs ?? Infinity };
  const greatest = new Map<string, { profile: ProfileInForce["profile"]; mkt: FoundMkt }>();
  for (const { excursion, rule, series } of excursions) {
    const inForce = versions.findLast(({ fromMs }) => fromMs <= excursion.startMs) ?? versions[0];
    if (inForce === undefined) continue;
    for (const mkt of mktAround(versions, { excursion, rule }, series, window)) {
      const key = `${inForce.profile.version}/${inForce.profile.mkt?.indexOf(mkt.row)}`;
      const known = greatest.get(key);
      if (known === undefined || mkt.found.mktC > known.mkt.found.mktC)
        greatest.set(key, { profile: inForce.profile, mkt });
    }
  }
  return [...greatest.values()].map(({ profile, mkt: { row, found, isOver } }) =>
    rowOf(subject, {
      kind: "mkt",
      role: row.role,
      rowIndex: profile.mkt?.indexOf(row) ?? 0,
      profileId: profile.id,
      profileVersion: profile.version,
      source: row.source,
      limit: row.highC,
      value: found.mktC,
      windowFromMs: found.fromMs,
      windowToMs: found.toMs,
      mark: isOver ? 1 : null,
      breachAtMs: isOver ? found.toMs : null,
      judgedToMs,
    }),
  );
}

/** What is used of the budget at a channel's role; none while nothing is. */
export function stabilityConclusions(
  subject: Subject,
  versions: readonly ProfileInForce[],
  declared: Parameters<typeof assessLeg>[0]["channels"][number]["declared"],
  readings: ReadingSlice,
  usedBefore: number,
  judgedToMs: number,
): ConclusionRow[] {
  // Limits are judged elsewhere.
  const bare = versions.map((version) => {
    const { rates: _rates, mkt: _mkt, ...profile } = version.profile;
    return { ...version, profile: { ...profile, limits: [] } };
  });
  const { stability } = assessLeg({
    versions: bare,
    channels: [{ declared, readings }],
    usedBefore: () => usedBefore,
  });
  return stability.flatMap((found) => stabilityRow(subject, versions, found, judgedToMs));
}

function stabilityRow(
  subject: Subject,
  versions: readonly ProfileInForce[],
  { budget, profileVersion, use }: FoundStability,
  judgedToMs: number,
): ConclusionRow[] {
  if (use.usedFraction === 0 && !use.isExhausted) return [];
  const inForce = versions.find(({ profile }) => profile.version === profileVersion) as ProfileInForce;
  const reached = use.marks.filter(({ isReached }) => isReached);
  const whole = use.marks.at(-1);
  return [
    rowOf(subject, {
      kind: "stability",
      role: budget.role,
      rowIndex: inForce.profile.stability?.indexOf(budget) ?? 0,
      profileId: inForce.profile.id,
      profileVersion,
      source: budget.source,
      limit: 1,
      value: use.usedFraction,
      windowFromMs: null,
      windowToMs: null,
      mark: reached.at(-1)?.fraction ?? null,
      // What former legs used up was used up when this one began.
      breachAtMs: use.isExhausted ? (whole?.atMs ?? (versions[0] as ProfileInForce).fromMs) : null,
      judgedToMs,
    }),
  ];
}
