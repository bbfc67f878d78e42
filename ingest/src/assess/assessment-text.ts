// An assessment as people read it, and as programs do.
import type { Rule } from "@isotherm/coldchain";
import { textTable } from "../text-table.ts";
import type { Assessment, FoundExcursion } from "./assessment.ts";
import type { LoggerFile } from "./logger-file.ts";
import { durationText } from "./duration-text.ts";
import { terminalChart } from "./terminal-chart.ts";

export interface Told {
  readonly fileName: string;
  readonly file: LoggerFile;
  readonly assessment: Assessment;
  readonly quantity: "temperature" | "humidity";
  /** How everything was taken, in words. */
  readonly taken: readonly string[];
}

const seconds = (ms: number): number => ms / 1_000;
const instantText = (atMs: number): string => new Date(atMs).toISOString();

/** The document of `--json`: times in UTC, durations in seconds, values in °C or %RH. */
export function assessmentJson({ fileName, file, assessment, quantity, taken }: Told): object {
  const { excursions, rules, statistics } = assessment;
  return {
    file: fileName,
    quantity,
    taken,
    oddities: file.oddities,
    excursions: excursions.map((each) => ({
      start: instantText(each.startMs),
      end: each.endMs === null ? null : instantText(each.endMs),
      side: each.side,
      peak: each.peak,
      degreeMinutes: each.degreeMinutes,
      monitoredSeconds: seconds(each.monitoredMs),
      possibleSeconds: seconds(each.possibleMs),
      ruleId: each.rule.ruleId,
    })),
    breaches: excursions.flatMap(({ rule, side, startMs, breaches }) =>
      breaches.map(({ kind, atMs, allowedMs }) => ({
        ruleId: rule.ruleId,
        side,
        kind,
        at: instantText(atMs),
        excursionStart: instantText(startMs),
        allowedSeconds: seconds(allowedMs),
      })),
    ),
    rules: rules.map(({ rule, excursionCount, breachCount, longestMs, result }) => ({
      ruleId: rule.ruleId,
      profileVersion: rule.profileVersion,
      side: rule.side,
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
      result,
    })),
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

/** What the table of excursions takes with whole dates. */
const TABLE_WIDTH = 100;

/** Chart, excursions, rules, figures, and how the file was taken. */
export function assessmentText(told: Told, width: number): string {
  const { fileName, file, assessment, quantity, taken } = told;
  const { readings, zone, oddities } = file;
  const unit = quantity === "temperature" ? "°C" : "%RH";
  const instant = (atMs: number): string => {
    const local = new Date(atMs + (zone?.offsetMs(atMs) ?? 0)).toISOString();
    return `${local.slice(0, 10)} ${local.slice(11, atMs % 60_000 === 0 ? 16 : 19)}`;
  };
  // The years stand below the chart.
  const isNarrow = width < TABLE_WIDTH;
  const limits = assessment.rules.map(({ rule }) => rule);
  const chart = terminalChart(readings, assessment.excursions, {
    width,
    unit,
    gapMs: assessment.gapMs,
    limits,
    instant,
  });
  const oddText =
    oddities.length === 0
      ? "nothing odd about the file\n"
      : `odd about the file\n${oddities.map(({ firstLine, count, example, meaning }) => `  ${count} × ${meaning}\n      first in line ${firstLine}: ${example}\n`).join("")}`;
  return [
    `${fileName}: ${readings.count} readings, times in ${zone?.name ?? "UTC"}\n`,
    chart,
    excursionText(assessment.excursions, isNarrow ? (atMs) => instant(atMs).slice("YYYY-".length) : instant, unit),
    rulesText(assessment, unit),
    statisticsText(assessment, unit),
    `taken as\n${taken.map((each) => `  ${each}\n`).join("")}`,
    oddText,
  ].join("\n");
}

function excursionText(excursions: readonly FoundExcursion[], instant: (atMs: number) => string, unit: string): string {
  if (excursions.length === 0) return "no excursion\n";
  const rows = excursions.map((each) => [
    instant(each.startMs),
    each.endMs === null ? "still open" : instant(each.endMs),
    each.side === "high" ? "▲" : "▼",
    figure(each.peak),
    figure(each.degreeMinutes),
    durationText(each.monitoredMs),
    durationText(each.possibleMs),
    each.breachMs === null ? "no" : instant(each.breachMs),
  ]);
  const headings = ["excursion from", "until", "", `peak ${unit}`, `${unit}·min`, "seen", "possible", "breach at"];
  return textTable(headings, rows);
}

function rulesText({ rules }: Assessment, unit: string): string {
  const rows = rules.map(({ rule, excursionCount, longestMs, result }) => [
    rule.ruleId,
    `${comparison(rule)} ${figure(rule.limit)} ${unit}`,
    allowedText(rule),
    excursionCount,
    durationText(longestMs),
    result,
  ]);
  return textTable(["rule", "outside when", "allowed", "excursions", "longest", "result"], rows);
}

function allowedText({ allowances }: Rule): string {
  return allowances.map(({ kind, allowedMs }) => `${durationText(allowedMs)} ${kind}`).join(", ") || "any time";
}

function comparison({ side, inclusive }: Rule): string {
  if (side === "high") return inclusive ? "at or above" : "above";
  return inclusive ? "at or below" : "below";
}

function statisticsText({ statistics: found, gapMs }: Assessment, unit: string): string {
  const value = (number: number | null): string => (number === null ? "unknown" : `${figure(number)} ${unit}`);
  const mkt = found.mktC === null ? "" : `, mean kinetic temperature ${figure(found.mktC)} °C`;
  return [
    `least ${value(found.min)}, greatest ${value(found.max)}, mean over time ${value(found.mean)}${mkt}\n`,
    `in range ${durationText(found.inRangeMs)}, above ${durationText(found.aboveMs)}, below ${durationText(found.belowMs)}, `,
    `unmonitored ${durationText(found.unmonitoredMs)} (a reading stands for at most ${durationText(gapMs)})\n`,
  ].join("");
}

const figure = (value: number): string => String(Number(value.toFixed(2)));
