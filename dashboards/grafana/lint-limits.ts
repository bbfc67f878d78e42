// What lint allows. Each rule stands for something that went wrong with a real Grafana, or that a person would miss.

/** Units of Grafana that our panels may use; a misspelt unit shows as text behind the number, without an error. */
export const UNITS: readonly string[] = ["celsius", "humidity", "none", "short", "dateTimeFromNow", "degree"];

/** Grafana's grid. */
export const GRID_COLUMNS = 24;

/** The least that `interval` may be: no gateway of ours is promised to measure more often. */
export const INTERVAL_MIN_MS = 10_000;

/** The most that `maxDataPoints` may be: rows per series and query. */
export const POINTS_LIMIT = 2_000;

/** Variables that Grafana itself has, besides all that begin with two underscores. */
export const GRAFANA_VARIABLES: readonly string[] = ["timeFilter", "interval"];

export interface LintFinding {
  /** The file. */
  readonly path: string;
  /** Where in it, for a person: `panel 3 "Doors"`. */
  readonly place: string;
  readonly rule: LintRule;
  readonly problem: string;
  readonly mend: string;
}

/** Why each rule is there; `--help` prints it. */
export const LINT_RULES = {
  "file-format": "a file is JSON or YAML that can be read, and a dashboard is in the classic format",
  "no-id": "a dashboard has no id of its own: it belongs to one Grafana's database",
  "no-inputs": "no __inputs, __requires or ${DS_…}: only a person importing by hand is asked for them",
  "uid-unique": "every uid is there and unique: two alike stop the whole provider after half a minute",
  "title-unique": "every dashboard has a title of its own, for the same reason",
  "read-only": "a dashboard is not editable: what is edited is overwritten from the file",
  datasource: "every panel, query and variable uses ${datasource}",
  "variable-declared": "every $variable that is used is declared, and declared once",
  "variable-refresh": "query variables are asked for again when the time range changes (refresh 2)",
  "text-present": "dashboards, panels and variables have a title or label, and a description",
  "panel-id": "every panel has a number of its own: links and alerts name it",
  unit: "units are from our list: Grafana prints a misspelt one without complaint",
  legend: "charts show their legend: the SDK hides it",
  "grid-place": "panels lie within 24 columns and do not overlap",
  "interval-bounded": "no query can ask for an unbounded number of rows",
  "link-resolves": "links lead to a dashboard that is generated, and to variables that it has",
  "link-placement": "no link is hidden in the controls menu",
  "datasource-file": "data sources have a uid and jsonData.dbName, and secrets come from the environment",
  "provider-file": "providers have a name, a folder uid and a path, and forbid changes in Grafana",
} as const;

export type LintRule = keyof typeof LINT_RULES;
