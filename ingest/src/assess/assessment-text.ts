// An assessment as people read it.
import type { Rule } from "@isotherm/coldchain";
import { textTable } from "../text-table.ts";
import type { Assessment, FoundExcursion, MktResult } from "./assessment.ts";
import { durationText } from "./duration-text.ts";
import type { Told } from "./assessment-json.ts";
import { allowanceText } from "../profile/limit-words.ts";
import { recordFindingText } from "./record-interval.ts";
import { terminalChart } from "./terminal-chart.ts";

/** What the table of excursions takes with whole dates. */
const TABLE_WIDTH = 100;

/** Chart, excursions, rules, figures, and how the file was taken. */
export function assessmentText(told: Told, width: number): string {
  const { fileName, file, assessment, records, quantity, taken } = told;
  const { readings, zone, oddities } = file;
  const unit = quantity === "temperature" ? "°C" : "%RH";
  const instant = (atMs: number): string => {
    const local = new Date(atMs + (zone?.offsetMs(atMs) ?? 0)).toISOString();
    return `${local.slice(0, 10)} ${local.slice(11, atMs % 60_000 === 0 ? 16 : 19)}`;
  };
  // The years stand below the chart.
  const isNarrow = width < TABLE_WIDTH;
  const limits = assessment.rules.map(({ rule }) => rule).filter(({ measure }) => measure !== "rate");
  const shown = assessment.excursions.filter(({ rule }) => rule.measure !== "rate");
  const chart = terminalChart(readings, shown, {
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
    `${fileName}: ${readings.count} ${readings.count === 1 ? "reading" : "readings"}, times in ${zone?.name ?? "UTC"}\n`,
    chart,
    ...(readings.count === 1
      ? ["one reading alone stands for no time: nothing can be said of how long anything lasted\n"]
      : []),
    excursionText(assessment.excursions, isNarrow ? (atMs) => instant(atMs).slice("YYYY-".length) : instant, unit),
    rulesText(assessment, unit),
    ...sumsText(assessment, instant),
    statisticsText(assessment, unit),
    ...(records === null ? [] : [recordFindingText(records, instant)]),
    `taken as\n${taken.map((each) => `  ${each}\n`).join("")}`,
    oddText,
  ].join("\n");
}

function excursionText(excursions: readonly FoundExcursion[], instant: (atMs: number) => string, unit: string): string {
  if (excursions.length === 0) return "no excursion\n";
  const rows = excursions.map((each) => [
    instant(each.startMs),
    each.endMs === null ? "still open" : instant(each.endMs),
    each.rule.side === "high" ? "▲" : "▼",
    `${figure(each.peak)}${each.rule.measure === "rate" ? "/h" : ""}`,
    figure(each.degreeMinutes),
    durationText(each.monitoredMs),
    durationText(each.possibleMs),
    each.breachMs === null ? "no" : instant(each.breachMs),
  ]);
  const headings = ["excursion from", "until", "", `peak ${unit}`, `${unit}·min`, "seen", "possible", "breach at"];
  return textTable(headings, rows);
}

function rulesText({ rules }: Assessment, unit: string): string {
  const rows = rules.map(({ rule, excursionCount, longestMs, monitoredMs, result }) => [
    // The profile stands below, under what the file was taken as.
    rule.ruleId.slice(rule.profileId.length + 1),
    outsideText(rule, unit),
    allowedText(rule),
    excursionCount,
    durationText(longestMs),
    durationText(monitoredMs),
    // Its last reading has nothing after it, and so no length that an allowance could be held against.
    result === "outside within the allowance" && longestMs === 0 ? "outside, how long is unknown" : result,
  ]);
  return textTable(["rule", "outside when", "a breach", "excursions", "longest", "seen in all", "result"], rows);
}

function allowedText({ allowances }: Rule): string {
  return allowances.map(allowanceText).join(", or ") || "never by time";
}

/** What is judged over longer times than one excursion. */
function sumsText({ mkt, stability }: Assessment, instant: (atMs: number) => string): string[] {
  const lines = mkt.map((result) => mktText(result, instant));
  if (stability !== null) {
    const { usedFraction, beyondTableMs, isExhausted, marks } = stability.use;
    const beyond =
      beyondTableMs === 0 ? "" : `, and ${durationText(beyondTableMs)} warmer than its table allows at all`;
    const reached = marks.flatMap(({ fraction, atMs }) =>
      atMs === null ? [] : [`${Math.round(fraction * 100)} % on ${instant(atMs)}`],
    );
    lines.push(
      `stability budget: ${figure(usedFraction * 100)} % used${beyond}${reached.length === 0 ? "" : ` (${reached.join(", ")})`}: ` +
        `${isExhausted ? "breached" : "kept"}\n`,
    );
  }
  return lines.length === 0 ? [] : [lines.join("")];
}

function mktText({ windowMs, highC, greatest, over }: MktResult, instant: (atMs: number) => string): string {
  const window = windowMs === null ? "over the whole file" : `over ${durationText(windowMs)} around an excursion`;
  const asked = `mean kinetic temperature ${window}, at most ${figure(highC)} °C`;
  if (greatest === null) return `${asked}: kept, there is no excursion\n`;
  const { fromMs, toMs, mktC, monitoredMs } = greatest.found;
  const seen = monitoredMs < toMs - fromMs ? `, of which ${durationText(monitoredMs)} were seen` : "";
  const short = windowMs !== null && toMs - fromMs < windowMs ? ", all that the file has" : "";
  return (
    `${asked}: ${over.length > 0 ? "breached" : "kept"}\n` +
    `  greatest ${mktC.toFixed(2)} °C, from ${instant(fromMs)} until ${instant(toMs)}${seen}${short}\n`
  );
}

function outsideText({ side, inclusive, limit, measure, overMs }: Rule, unit: string): string {
  if (measure === "rate")
    return `${side === "high" ? "rising" : "falling"} more than ${figure(Math.abs(limit))} ${unit} an hour, over ${durationText(overMs)}`;
  const beyond = side === "high" ? "above" : "below";
  return `${inclusive ? "at or " : ""}${beyond} ${figure(limit)} ${unit}`;
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
