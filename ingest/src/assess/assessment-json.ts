// An assessment as programs read it.
import type { Assessment, MktResult } from "./assessment.ts";
import type { LoggerFile } from "./logger-file.ts";
import { type RecordFinding, recordFindingJson } from "./record-interval.ts";

export interface Told {
  readonly fileName: string;
  readonly file: LoggerFile;
  readonly assessment: Assessment;
  /** Null when it was not asked how often the file was recorded. */
  readonly records: RecordFinding | null;
  readonly quantity: "temperature" | "humidity";
  /** How everything was taken, in words. */
  readonly taken: readonly string[];
}

const seconds = (ms: number): number => ms / 1_000;
const instantText = (atMs: number): string => new Date(atMs).toISOString();

/** The document of `--json`: times in UTC, durations in seconds, values in °C or %RH. */
export function assessmentJson({ fileName, file, assessment, records, quantity, taken }: Told): object {
  const { excursions, rules, mkt, stability, statistics } = assessment;
  return {
    file: fileName,
    quantity,
    taken,
    oddities: file.oddities,
    excursions: excursions.map((each) => ({
      start: instantText(each.startMs),
      end: each.endMs === null ? null : instantText(each.endMs),
      side: each.rule.side,
      peak: each.peak,
      degreeMinutes: each.degreeMinutes,
      monitoredSeconds: seconds(each.monitoredMs),
      possibleSeconds: seconds(each.possibleMs),
      ruleId: each.rule.ruleId,
    })),
    breaches: breachesJson(assessment),
    rules: rules.map(({ rule, excursionCount, breachCount, longestMs, monitoredMs, result }) => ({
      ruleId: rule.ruleId,
      profileVersion: rule.profileVersion,
      side: rule.side,
      measure: rule.measure,
      limit: rule.limit,
      inclusive: rule.inclusive,
      deadband: rule.deadband,
      gapSeconds: seconds(rule.gapMs),
      allowances: rule.allowances.map(({ kind, allowedMs, breachWhen }) => ({
        kind,
        allowedSeconds: seconds(allowedMs),
        breachWhen,
      })),
      excursionCount,
      breachCount,
      longestSeconds: seconds(longestMs),
      monitoredSeconds: seconds(monitoredMs),
      result,
    })),
    mkt: mkt.map(mktJson),
    stability:
      stability === null
        ? null
        : {
            usedFraction: stability.use.usedFraction,
            secondsBeyondTable: seconds(stability.use.beyondTableMs),
            isExhausted: stability.use.isExhausted,
            marks: stability.use.marks.map(({ fraction, atMs }) => ({
              fraction,
              at: atMs === null ? null : instantText(atMs),
            })),
          },
    records: records === null ? null : recordFindingJson(records),
    stats: {
      count: statistics.count,
      min: statistics.min,
      max: statistics.max,
      mean: statistics.mean,
      mkt: statistics.mktC,
      secondsInRange: seconds(statistics.inRangeMs),
      secondsBelow: seconds(statistics.belowMs),
      secondsAbove: seconds(statistics.aboveMs),
      secondsUnmonitored: seconds(statistics.unmonitoredMs),
    },
  };
}

function mktJson({ windowMs, highC, greatest, over }: MktResult): object {
  return {
    windowSeconds: windowMs === null ? null : seconds(windowMs),
    high: highC,
    greatest: greatest === null ? null : greatest.found.mktC,
    from: greatest === null ? null : instantText(greatest.found.fromMs),
    to: greatest === null ? null : instantText(greatest.found.toMs),
    monitoredSeconds: greatest === null ? null : seconds(greatest.found.monitoredMs),
    result: over.length > 0 ? "breached" : "kept",
  };
}

/**
 * By their instants: when an allowance was used up (`consecutive`, `single-event`, `cumulative`), the end of a window that
 * was too warm (`mean-kinetic-temperature`), the end of the `stability-budget`.
 */
function breachesJson({ excursions, mkt, stability }: Assessment): object[] {
  const byTime = excursions.flatMap(({ rule, startMs, breaches }) =>
    breaches.map(({ kind, atMs, allowedMs }) => ({
      ruleId: rule.ruleId,
      side: rule.side,
      kind,
      at: instantText(atMs),
      excursionStart: instantText(startMs),
      allowedSeconds: seconds(allowedMs),
    })),
  );
  const byHeat = mkt.flatMap(({ windowMs, highC, over }) =>
    over.map(({ ruleId, excursionStartMs, found }) => ({
      ruleId,
      side: "high",
      kind: "mean-kinetic-temperature",
      at: instantText(found.toMs),
      excursionStart: instantText(excursionStartMs),
      windowSeconds: windowMs === null ? null : seconds(windowMs),
      limit: highC,
      mkt: found.mktC,
    })),
  );
  const usedUpMs = stability?.use.marks.find(({ fraction }) => fraction === 1)?.atMs;
  const byBudget =
    stability === null || usedUpMs === undefined || usedUpMs === null
      ? []
      : [
          {
            side: "high",
            kind: "stability-budget",
            at: instantText(usedUpMs),
            usedFraction: stability.use.usedFraction,
          },
        ];
  return [...byTime, ...byHeat, ...byBudget].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
