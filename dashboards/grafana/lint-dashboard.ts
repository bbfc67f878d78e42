// The rules about one dashboard.
import { isObject, type Json, type JsonObject, objectOf, objectsOf, textOf } from "./json.ts";
import { lintGrid } from "./lint-grid.ts";
import { GRAFANA_VARIABLES, type LintFinding } from "./lint-limits.ts";
import { lintPanel } from "./lint-panel.ts";
import { type Report, reportFor } from "./lint-report.ts";
import { placeholdersIn } from "./placeholders.ts";

export interface DashboardFile {
  readonly path: string;
  readonly text: string;
  readonly dashboard: JsonObject;
}

/** Names of the variables that a dashboard declares. */
export function variablesOf(dashboard: JsonObject): string[] {
  return objectsOf(objectOf(dashboard["templating"])["list"]).map(({ name }) => textOf(name));
}

const placeOf = (panel: JsonObject): string =>
  `panel ${JSON.stringify(panel["id"] ?? null)} ${JSON.stringify(panel["title"] ?? "")}`;

/** `all` are the dashboards that its links may lead to, itself among them. */
export function lintDashboard(file: DashboardFile, all: readonly DashboardFile[]): LintFinding[] {
  const findings: LintFinding[] = [];
  const { dashboard, path } = file;
  const report = reportFor(findings, path, "dashboard");
  lintWhole(file, report);
  const declared = variablesOf(dashboard);
  const usesAt = (at: Report) => (variable: string) => {
    if (declared.includes(variable) || variable.startsWith("__") || GRAFANA_VARIABLES.includes(variable)) return;
    at("variable-declared", `uses the variable "${variable}"`, `declare it, or use one of ${declared.join(", ")}`);
  };
  lintVariables(dashboard, declared, (name) => {
    const at = reportFor(findings, path, `variable ${name}`);
    return { at, uses: usesAt(at) };
  });
  const reportOf = (panel: JsonObject): Report => reportFor(findings, path, placeOf(panel));
  const shown = objectsOf(dashboard["panels"]);
  const inRows = shown.map(({ panels }) => objectsOf(panels));
  [shown, ...inRows].forEach((panels) => lintGrid(panels, reportOf));
  const panels = [...shown, ...inRows.flat()];
  lintPanelIds(panels, reportOf);
  for (const panel of panels.filter(({ type }) => type !== "row")) {
    lintPanel(panel, reportOf(panel), usesAt(reportOf(panel)));
  }
  for (const { url, place } of linksOf({ ...dashboard })) {
    const at = reportFor(findings, path, `link at ${place}`);
    placeholdersIn(url).forEach(usesAt(at));
    lintLink(url, all, at);
  }
  return findings;
}

function lintWhole({ dashboard, text }: DashboardFile, report: Report): void {
  if (typeof dashboard["id"] === "number") report("no-id", "has an id", "leave it out; uid names a dashboard");
  if ("__inputs" in dashboard || "__requires" in dashboard || text.includes("${DS_")) {
    report("no-inputs", "is an export for importing by hand", "leave out __inputs and __requires; use ${datasource}");
  }
  if (dashboard["editable"] !== false) report("read-only", "can be edited", "set editable to false");
  for (const key of ["title", "description"]) {
    if (textOf(dashboard[key]).trim() === "") report("text-present", `has no ${key}`, "say whom it is for");
  }
  if (/"placement":\s*"inControlsMenu"/.test(text)) {
    report("link-placement", "has a link or annotation in the controls menu", "leave its placement out");
  }
  const sources = objectsOf(objectOf(dashboard["templating"])["list"]).filter(({ type }) => type === "datasource");
  if (!sources.some(({ name }) => name === "datasource")) {
    report("datasource", "has no data source variable", 'declare one of type datasource named "datasource"');
  }
}

function lintVariables(
  dashboard: JsonObject,
  declared: readonly string[],
  placed: (name: string) => { readonly at: Report; readonly uses: (variable: string) => void },
): void {
  objectsOf(objectOf(dashboard["templating"])["list"]).forEach((variable, index) => {
    const name = textOf(variable["name"]);
    const { at, uses } = placed(name);
    if (declared.indexOf(name) !== index) at("variable-declared", "is declared twice", "give it another name");
    for (const key of ["label", "description"]) {
      if (textOf(variable[key]).trim() === "") at("text-present", `has no ${key}`, "say what is chosen");
    }
    if (variable["type"] !== "query") return;
    if (variable["refresh"] !== 2) at("variable-refresh", "keeps its first answer", "set refresh to 2");
    if (objectOf(variable["datasource"])["uid"] !== "${datasource}") {
      at("datasource", "does not use the data source variable", "set datasource.uid to ${datasource}");
    }
    placeholdersIn(textOf(variable["query"])).forEach(uses);
  });
}

function lintPanelIds(panels: readonly JsonObject[], reportOf: (panel: JsonObject) => Report): void {
  const seen = new Set<Json | undefined>();
  for (const panel of panels) {
    const { id } = panel;
    if (typeof id !== "number" || !Number.isInteger(id) || id < 1) {
      reportOf(panel)("panel-id", "has no number", "give it an id of 1 or more");
    } else if (seen.has(id)) reportOf(panel)("panel-id", `shares the number ${id}`, "give it one that was never used");
    seen.add(id);
  }
}

/** Every `url` in an array called `links`, wherever it stands. */
function linksOf(value: Json, place = ""): { readonly url: string; readonly place: string }[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => linksOf(each, `${place}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const at = place === "" ? key : `${place}.${key}`;
    const own = key === "links" ? objectsOf(each).map(({ url }) => ({ url: textOf(url), place: at })) : [];
    return [...own, ...linksOf(each, at)];
  });
}

function lintLink(url: string, all: readonly DashboardFile[], report: Report): void {
  const uid = /(?:^|\/)d\/([^/?#]+)/.exec(url)?.[1];
  if (uid === undefined) return;
  const target = all.find(({ dashboard }) => dashboard["uid"] === uid);
  if (target === undefined) {
    const known = all.map(({ dashboard }) => textOf(dashboard["uid"])).join(", ");
    return report("link-resolves", `leads to a dashboard "${uid}"`, `there is ${known}`);
  }
  const variables = variablesOf(target.dashboard);
  for (const [, name] of url.matchAll(/[?&]var-(\w+)=/g)) {
    if (name === undefined || variables.includes(name)) continue;
    report("link-resolves", `sets a variable "${name}" that ${uid} has not`, `it has ${variables.join(", ")}`);
  }
}
