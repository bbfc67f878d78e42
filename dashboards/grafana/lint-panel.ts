// The rules about one panel.
import { type JsonObject, objectOf, objectsOf, textOf } from "./json.ts";
import { INTERVAL_MIN_MS, POINTS_LIMIT, UNITS } from "./lint-limits.ts";
import type { Report } from "./lint-report.ts";
import { placeholdersIn } from "./placeholders.ts";

const OURS = "${datasource}";
/** Names that the InfluxDB plugin fills in for a series. */
const ALIAS_NAME = /^(tag_\w+|col|m|measurement)$/;
const AGGREGATE_FIRST = /^\s*SELECT\s+(count|first|last|max|mean|median|min|spread|sum)\(/i;

/** Milliseconds of a duration as Grafana writes it, where `m` is a minute. */
function grafanaDurationMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  return Number(count) * ({ ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? NaN);
}

/** `uses` tells of every variable that the panel names. */
export function lintPanel(panel: JsonObject, report: Report, uses: (variable: string) => void): void {
  lintTexts(panel, report);
  [panel["title"], panel["description"]].forEach((text) => placeholdersIn(textOf(text)).forEach(uses));
  if (objectOf(panel["datasource"])["uid"] !== OURS) {
    report("datasource", "does not use the data source variable", `set datasource.uid to ${OURS}`);
  }
  lintUnits(panel, report);
  const legend = objectOf(objectOf(panel["options"])["legend"]);
  if (["timeseries", "state-timeline"].includes(textOf(panel["type"])) && legend["showLegend"] !== true) {
    report("legend", "hides its legend", "set options.legend.showLegend");
  }
  lintInterval(panel, report);
  const targets = objectsOf(panel["targets"]);
  if (targets.length === 0) report("interval-bounded", "asks for nothing", "give it a query");
  for (const target of targets) lintTarget(target, report, uses);
}

function lintTexts(panel: JsonObject, report: Report): void {
  for (const key of ["title", "description"]) {
    if (textOf(panel[key]).trim() === "") report("text-present", `has no ${key}`, "say what is seen, and what is not");
  }
}

function lintUnits(panel: JsonObject, report: Report): void {
  const config = objectOf(panel["fieldConfig"]);
  const properties = objectsOf(config["overrides"]).flatMap((override) => objectsOf(override["properties"]));
  const units = [
    objectOf(config["defaults"])["unit"],
    ...properties.filter(({ id }) => id === "unit").map(({ value }) => value),
  ];
  for (const unit of units) {
    if (UNITS.includes(textOf(unit))) continue;
    report("unit", `has the unit ${JSON.stringify(unit ?? null)}`, `take one of ${UNITS.join(", ")}`);
  }
}

function lintInterval(panel: JsonObject, report: Report): void {
  const interval = textOf(panel["interval"]);
  const intervalMs = grafanaDurationMs(interval);
  if (intervalMs === undefined || intervalMs < INTERVAL_MIN_MS) {
    const mend = `set interval to ${INTERVAL_MIN_MS / 1_000}s or more`;
    report("interval-bounded", `has the least interval "${interval}"`, mend);
  }
  const points = panel["maxDataPoints"];
  if (typeof points !== "number" || points < 1 || points > POINTS_LIMIT) {
    report("interval-bounded", "bounds no number of points", `set maxDataPoints to 1 … ${POINTS_LIMIT}`);
  }
}

function lintTarget(target: JsonObject, report: Report, uses: (variable: string) => void): void {
  const name = `query ${textOf(target["refId"])}`;
  const query = textOf(target["query"]);
  if (objectOf(target["datasource"])["uid"] !== OURS) {
    report("datasource", `${name} does not use the data source variable`, `set its datasource.uid to ${OURS}`);
  }
  const aliases = placeholdersIn(textOf(target["alias"])).filter((each) => !ALIAS_NAME.test(each));
  [...placeholdersIn(query), ...aliases].forEach(uses);
  const count = (pattern: RegExp): number => [...query.matchAll(pattern)].length;
  if (count(/\bSELECT\b/gi) !== count(/\$timeFilter\b/g)) {
    report("interval-bounded", `${name} reads beyond the time range`, "give every SELECT a $timeFilter");
  }
  for (const [, interval] of query.matchAll(/\btime\(\s*([^,)]*)/gi)) {
    if (interval?.trim() === "$__interval") continue;
    report("interval-bounded", `${name} groups by time(${interval ?? ""})`, "group by time($__interval)");
  }
  if (!/\bGROUP BY time\(|\bLIMIT \d+/i.test(query) && !AGGREGATE_FIRST.test(query)) {
    report("interval-bounded", `${name} gives every reading`, "group it by time, or give it a LIMIT");
  }
}
