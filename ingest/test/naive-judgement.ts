// What must be found of a history, by the naive reference of the time rule and the design's words about facts: every
// profile of a shipment judges each of its legs' assets for the time of the leg, a standing profile its asset for its own.

import { type NaiveAllowance, naiveExposure } from "../../coldchain/test/naive-exposure.ts";
import { type NaiveReading, naiveDegreeMinutes, naiveExcursions } from "../../coldchain/test/naive-reference.ts";
import type { ExcursionRow } from "../src/state-rows.ts";
import {
  type AssetId,
  CHANNELS,
  type History,
  type HistoryFacts,
  type HistoryProfile,
  type HistoryRow,
} from "./history.ts";

/** An excursion without what depends on how things came: its id, its alarm's id. */
export interface NaiveFinding {
  readonly shipmentId: string | null;
  readonly assetId: string;
  readonly channel: string;
  readonly ruleId: string;
  readonly profileId: string;
  readonly profileVersion: number;
  readonly side: "high" | "low";
  readonly limit: number;
  readonly startMs: number;
  readonly endMs: number | null;
  readonly judgedUntilMs: number | null;
  readonly onsetMs: number | null;
  readonly monitoredMs: number;
  readonly possibleMs: number;
  readonly peak: number;
  readonly peakAtMs: number;
  /** To a millionth. */
  readonly degreeMinutes: number;
  readonly breaches: readonly { readonly kind: string; readonly allowedMs: number; readonly atMs: number }[];
}

interface NaiveAssignment {
  readonly shipmentId: string | null;
  readonly assetId: AssetId;
  readonly profileId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}

function assignmentsOf({ legs, standing }: HistoryFacts): NaiveAssignment[] {
  return [
    ...legs.flatMap(({ profileIds, ...leg }) => profileIds.map((profileId) => ({ ...leg, profileId }))),
    ...standing.map((each) => ({ ...each, shipmentId: null })),
  ];
}

/** Readings of one channel in the order of their instants, those of one instant in that of their records' numbers. */
export function readingsOf({ records }: History, assetId: AssetId, alias: number): NaiveReading[] {
  return records
    .filter((record) => record.assetId === assetId)
    .sort((a, b) => a.atMs - b.atMs || a.number - b.number)
    .flatMap(({ atMs, readings }) =>
      readings
        .filter((reading) => reading.alias === alias)
        .map(({ value, quality }) => ({ atMs, value: value ?? Number.NaN, good: quality === 0 })),
    );
}

function sidesOf(row: HistoryRow): { side: "high" | "low"; limit: number }[] {
  const sides: { side: "high" | "low"; limit: number }[] = [];
  if (row.high !== undefined) sides.push({ side: "high", limit: row.high });
  if (row.low !== undefined) sides.push({ side: "low", limit: row.low });
  return sides;
}

function findingsOf(history: History, assignment: NaiveAssignment): NaiveFinding[] {
  const { assetId, profileId, shipmentId, fromMs, toMs } = assignment;
  const { version, rows } = history.facts.profiles[profileId] as HistoryProfile;
  const window = { fromMs, toMs: toMs ?? Infinity };
  return CHANNELS[assetId].flatMap(({ channel, alias, role, resolution }) => {
    const readings = readingsOf(history, assetId, alias).filter(({ atMs }) => atMs >= fromMs && atMs < window.toMs);
    return rows
      .filter((row) => channel.startsWith(`${row.quantity}/`) && row.role === role)
      .flatMap((row) => sidesOf(row).map((each) => ({ ...row, ...each })))
      .flatMap((rule) =>
        naiveExcursions(rule, resolution, readings).map((found): NaiveFinding => {
          const { startMs, endMs, onsetMs, monitoredMs, possibleMs, peak, peakAtMs } = found;
          return {
            ...{ shipmentId, assetId, channel, profileId, side: rule.side, limit: rule.limit },
            ...{ profileVersion: version, ruleId: `${profileId}/${rule.quantity}/${rule.role}/${rule.side}` },
            ...{ startMs, endMs, judgedUntilMs: toMs, onsetMs, monitoredMs, possibleMs, peak, peakAtMs },
            degreeMinutes: rounded(naiveDegreeMinutes(rule, resolution, readings, found)),
            breaches: allowancesOf(rule).flatMap((allowance) =>
              naiveExposure({ ...rule, allowance }, readings, { resolution, gapMs: rule.gapMs })
                .breaches.filter(({ excursionStartMs }) => excursionStartMs === startMs && possibleMs > 0)
                .map(({ atMs }) => ({ kind: allowance.kind, allowedMs: allowance.allowedMs, atMs })),
            ),
          };
        }),
      );
  });
}

function rounded(degreeMinutes: number): number {
  return Math.round(degreeMinutes * 1e6) / 1e6;
}

function allowancesOf({ consecutiveAllowanceMs, singleEvent }: HistoryRow): NaiveAllowance[] {
  return [
    { kind: "consecutive", allowedMs: consecutiveAllowanceMs, breachWhen: "exceeded" },
    ...(singleEvent === null ? [] : [{ kind: "single-event" as const, ...singleEvent }]),
  ];
}

function inOrder<T>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Every excursion that a history holds by the facts known at its end, in an order of their own. */
export function naiveFindings(history: History): NaiveFinding[] {
  return inOrder(assignmentsOf(history.facts).flatMap((assignment) => findingsOf(history, assignment)));
}

/** The same of what ingest has found, from its rows. */
export function foundFindings(rows: readonly ExcursionRow[]): NaiveFinding[] {
  return inOrder(
    rows.map((row) => ({
      ...{ shipmentId: row.shipmentId, assetId: row.assetId, channel: row.channel, profileId: row.profileId },
      ...{ side: row.side, limit: row.limit, profileVersion: row.profileVersion, ruleId: row.ruleId },
      ...{ startMs: row.startMs, endMs: row.endMs, judgedUntilMs: row.judgedUntilMs, onsetMs: row.onsetMs },
      ...{ monitoredMs: row.monitoredMs, possibleMs: row.possibleMs, peak: row.peak, peakAtMs: row.peakAtMs },
      degreeMinutes: rounded(row.degreeMinutes),
      // Told in the order in which they were used up.
      breaches: row.breaches
        .map(({ kind, allowedMs, atMs }) => ({ kind, allowedMs, atMs }))
        .sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    })),
  );
}
