// Every rule bites: the generated files are clean, and each thing broken in them is found by the rule meant for it.
import { assert, suite } from "../../checks/kit.ts";
import { generatedFiles } from "./generated-files.ts";
import { LINT_RULES, type LintRule } from "./lint-limits.ts";
import { findingLine } from "./lint-report.ts";
import { lint } from "./lint.ts";

const test = suite("lint of Grafana files");

const DASHBOARD = "dashboards/isotherm-asset.json";
const DATASOURCE = "provisioning/datasources/isotherm.yaml";
const PROVIDER = "provisioning/dashboards/isotherm.yaml";

// The tests reach into JSON whose shape they know.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Loose = any;

const panelOf = (dashboard: Loose, id: number): Loose => dashboard.panels.find((panel: Loose) => panel.id === id);

/** The files with one dashboard changed. */
function changed(change: (dashboard: Loose) => void): Map<string, string> {
  const files = new Map(generatedFiles());
  const dashboard = JSON.parse(files.get(DASHBOARD) as string);
  change(dashboard);
  return files.set(DASHBOARD, JSON.stringify(dashboard));
}

/** The files with a text replaced in one of them; the text must be there. */
function replaced(path: string, from: string | RegExp, to: string): Map<string, string> {
  const files = new Map(generatedFiles());
  const text = files.get(path) as string;
  assert.ok(typeof from === "string" ? text.includes(from) : from.test(text), `${path} holds no ${String(from)}`);
  return files.set(
    path,
    text.replace(from, () => to),
  );
}

/** The files with a second dashboard, a changed copy of the first. */
function withSecond(change: (dashboard: Loose) => void): Map<string, string> {
  const files = new Map(generatedFiles());
  const dashboard = JSON.parse(files.get(DASHBOARD) as string);
  change(dashboard);
  return files.set("dashboards/second.json", JSON.stringify(dashboard));
}

const BROKEN: readonly (readonly [LintRule, string, () => Map<string, string>])[] = [
  ["file-format", "text that is no JSON", () => replaced(DASHBOARD, "{", "")],
  ["file-format", "a dashboard in the new format", () => changed((d) => delete d.panels)],
  ["file-format", "YAML without a version", () => replaced(PROVIDER, "apiVersion: 1", "apiVersion: 2")],
  ["no-id", "a dashboard with an id", () => changed((d) => (d.id = 7))],
  ["no-inputs", "an export for people", () => changed((d) => (d.__inputs = []))],
  ["no-inputs", "an input as data source", () => changed((d) => (d.tags = ["${DS_INFLUX}"]))],
  ["uid-unique", "a dashboard without uid", () => changed((d) => delete d.uid)],
  ["uid-unique", "two dashboards with one uid", () => withSecond((d) => (d.title = "Another"))],
  [
    "uid-unique",
    "two data sources with one uid",
    () => new Map(generatedFiles()).set("provisioning/datasources/b.yaml", generatedFiles().get(DATASOURCE) as string),
  ],
  ["title-unique", "two dashboards with one title", () => withSecond((d) => (d.uid = "another"))],
  ["read-only", "a dashboard that can be edited", () => changed((d) => (d.editable = true))],
  ["datasource", "a panel with a data source of its own", () => changed((d) => (panelOf(d, 1).datasource.uid = "x"))],
  ["datasource", "a query likewise", () => changed((d) => (panelOf(d, 1).targets[0].datasource.uid = "x"))],
  ["datasource", "a variable likewise", () => changed((d) => (d.templating.list[1].datasource.uid = "x"))],
  ["datasource", "no data source variable", () => changed((d) => d.templating.list.shift())],
  [
    "variable-declared",
    "a query with a misspelt variable",
    () => changed((d) => (panelOf(d, 2).targets[0].query += " AND '$tennant' = ''")),
  ],
  ["variable-declared", "an alias likewise", () => changed((d) => (panelOf(d, 2).targets[0].alias = "$channnel"))],
  ["variable-declared", "a title likewise", () => changed((d) => (panelOf(d, 2).title = "Of ${aset}"))],
  ["variable-declared", "the older brackets", () => changed((d) => (panelOf(d, 2).title = "Of [[aset]]"))],
  ["variable-declared", "a variable's query", () => changed((d) => (d.templating.list[2].query += "$where"))],
  ["variable-declared", "a variable twice", () => changed((d) => d.templating.list.push(d.templating.list[1]))],
  ["variable-refresh", "a variable asked for once", () => changed((d) => (d.templating.list[1].refresh = 1))],
  ["text-present", "a panel without title", () => changed((d) => (panelOf(d, 3).title = " "))],
  ["text-present", "a panel without description", () => changed((d) => delete panelOf(d, 3).description)],
  ["text-present", "a dashboard without description", () => changed((d) => delete d.description)],
  ["text-present", "a variable without label", () => changed((d) => delete d.templating.list[1].label)],
  ["panel-id", "a panel without number", () => changed((d) => delete panelOf(d, 3).id)],
  ["panel-id", "two panels with one number", () => changed((d) => (panelOf(d, 3).id = 4))],
  ["unit", "a misspelt unit", () => changed((d) => (panelOf(d, 1).fieldConfig.defaults.unit = "celcius"))],
  [
    "unit",
    "a misspelt unit in an override",
    () => changed((d) => (panelOf(d, 4).fieldConfig.overrides[0].properties[0].value = "ago")),
  ],
  ["legend", "a chart without legend", () => changed((d) => (panelOf(d, 1).options.legend.showLegend = false))],
  ["grid-place", "a panel over the edge", () => changed((d) => (panelOf(d, 5).gridPos.w = 9))],
  ["grid-place", "a panel over another", () => changed((d) => (panelOf(d, 5).gridPos.x = 15))],
  ["grid-place", "a panel without place", () => changed((d) => delete panelOf(d, 5).gridPos)],
  ["interval-bounded", "a panel without least interval", () => changed((d) => delete panelOf(d, 1).interval)],
  ["interval-bounded", "a least interval of a second", () => changed((d) => (panelOf(d, 1).interval = "1s"))],
  ["interval-bounded", "a panel of any number of points", () => changed((d) => delete panelOf(d, 1).maxDataPoints)],
  [
    "interval-bounded",
    "a query with an interval of its own",
    () => replaced(DASHBOARD, "GROUP BY time($__interval)", "GROUP BY time(1s)"),
  ],
  ["interval-bounded", "a query of all time", () => replaced(DASHBOARD, " AND $timeFilter", "")],
  ["interval-bounded", "a query of every reading", () => replaced(DASHBOARD, " LIMIT 500", "")],
  ["interval-bounded", "a panel without query", () => changed((d) => (panelOf(d, 1).targets = []))],
  ["link-resolves", "a link to no dashboard", () => replaced(DASHBOARD, "/d/isotherm-asset", "/d/isotherm-aset")],
  ["link-resolves", "a link with no variable", () => replaced(DASHBOARD, "var-channel=", "var-chanel=")],
  [
    "link-placement",
    "a hidden link",
    () => changed((d) => (d.links = [{ title: "t", url: "https://x.test", placement: "inControlsMenu" }])),
  ],
  ["datasource-file", "a data source without uid", () => replaced(DATASOURCE, /uid: .*/, "orgId: 1")],
  ["datasource-file", "the old place of the database", () => replaced(DATASOURCE, "user:", "database: x\n    user:")],
  ["datasource-file", "no database", () => replaced(DATASOURCE, /dbName: .*/, "dbName: ''")],
  ["datasource-file", "a password in the file", () => replaced(DATASOURCE, "$INFLUX_PASSWORD", "hunter2")],
  ["datasource-file", "a password in the url", () => replaced(DATASOURCE, "$INFLUX_URL", "http://a:b@influx:8086")],
  ["provider-file", "a provider without folder uid", () => replaced(PROVIDER, /folderUid: .*/, "editable: false")],
  ["provider-file", "a provider without path", () => replaced(PROVIDER, /path: .*/, "path: ''")],
  ["provider-file", "changes in Grafana", () => replaced(PROVIDER, "allowUiUpdates: false", "allowUiUpdates: true")],
];

test("the generated files have nothing wrong", () => {
  assert.equal(lint(generatedFiles()).map(findingLine), []);
});

for (const [rule, what, make] of BROKEN) {
  test(`${rule}: ${what}`, () => {
    const rules = new Set(lint(make()).map((finding) => finding.rule));
    assert.ok(rules.has(rule), `found ${[...rules].join(", ") || "nothing"}`);
  });
}

test("every rule is broken above", () => {
  assert.equal([...new Set(BROKEN.map(([rule]) => rule))].sort(), Object.keys(LINT_RULES).sort());
});

test("panels inside a row are judged too, in a grid of their own", () => {
  const inRow = (change: (panel: Loose) => void): string[] => {
    const files = changed((d) => {
      const panel = d.panels.pop();
      change(panel);
      const gridPos = { x: 0, y: 40, w: 24, h: 1 };
      d.panels.push({
        type: "row",
        id: 20,
        title: "More",
        description: "More",
        collapsed: true,
        gridPos,
        panels: [panel],
      });
    });
    return lint(files).map(findingLine);
  };
  assert.equal(
    inRow(() => undefined),
    [],
  );
  assert.is(inRow((panel) => (panel.fieldConfig.defaults.unit = "celcius")).length, 1);
});

test("a finding says where it is, what is wrong and how to mend it", () => {
  const [finding] = lint(changed((d) => (panelOf(d, 3).fieldConfig.defaults.unit = "celcius")));
  assert.is(
    finding && findingLine(finding),
    `${DASHBOARD}: panel 3 "Doors": has the unit "celcius" [unit]; ` +
      "take one of celsius, humidity, none, short, dateTimeFromNow, degree",
  );
});

test.run();
