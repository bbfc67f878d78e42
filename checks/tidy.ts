/** The rules of the house: one table, read by the checks in tidy-imports.ts and tidy-shape.ts. */

/** The doors, each by the file behind it. Rooms import one another by these names only. */
export const DOORS: Readonly<Record<string, string>> = {
  "@isotherm/coldchain": "coldchain/mod.ts",
  "@isotherm/firmware-bridge": "firmware-bridge/mod.ts",
  "@isotherm/edge-agent": "edge-agent/mod.ts",
  "@isotherm/broker": "broker/mod.ts",
  "@isotherm/trace": "trace/mod.ts",
  "@isotherm/ingest": "ingest/mod.ts",
  "@isotherm/ingest/store": "ingest/store.ts",
  "@isotherm/dashboards": "dashboards/mod.ts",
  "@isotherm/simulators": "simulators/mod.ts",
};

/** Which doors each room may go through. Tests, `checks/` and `bench/` may go through any. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  coldchain: [],
  "firmware-bridge": ["@isotherm/coldchain"],
  "edge-agent": ["@isotherm/coldchain", "@isotherm/firmware-bridge"],
  broker: ["@isotherm/coldchain"],
  trace: ["@isotherm/coldchain"],
  ingest: ["@isotherm/coldchain", "@isotherm/trace"],
  dashboards: ["@isotherm/coldchain", "@isotherm/trace", "@isotherm/ingest/store"],
  simulators: Object.keys(DOORS).filter((door) => door !== "@isotherm/simulators"),
};

/** Words that say nothing about what a thing is; banned in file names and exported names, plural forms too. */
export const BANNED_NOUNS = ["manager", "helper", "util", "common", "misc", "handler", "info", "service"];

/** Words that put work off; put together here so that this file may hold the list. */
export const BANNED_WORDS = ["TO-DO", "FIX-ME", "XX-X", "HA-CK"].map((word) => word.replace("-", ""));

/** Hard stops, in lines; aim at 200 and 50. */
export const LINES_MAX = { source: 300, test: 500, function: 70 };

/** What makes a result depend on when or where it runs; it is passed in, and made only in files named below. */
export const AMBIENT = ["Date.now", "Math.random", "performance.now", "process.hrtime"];
export const AMBIENT_CALLS = ["setTimeout", "setInterval", "randomUUID", "randomBytes", "randomInt", "getRandomValues"];
export const AMBIENT_MODULES = ["node:timers", "node:timers/promises", "timers", "timers/promises"];

const isCheck = (path: string): boolean => /^(checks|bench)\//.test(path);
/** Test files, and what only they use. */
export const isTest = (path: string): boolean => /\.test\.ts$|(^|\/)test\//.test(path);
/** Scripts that run in a browser, where there is no one to pass a clock in. */
export const isPage = (path: string): boolean => /^dashboards\/(console|driver|page-parts)\//.test(path);

/** What every command starts by; `npm run pack:all` puts a copy into each package. */
export const LAUNCHER = "bin/launch.js";
export const isCommand = (path: string): boolean => /^[^/]+\/bin\/[^/]+\.js$/.test(path);

/** Where clocks, timers and chance may be made. */
export const mayUseAmbient = (path: string): boolean =>
  isCheck(path) || isTest(path) || isPage(path) || /(^|\/)(main|ports)\.ts$/.test(path);
/** Where people are spoken to by the console, rather than by the log. */
export const mayUseConsole = (path: string): boolean =>
  isCheck(path) || isTest(path) || isPage(path) || /(^|\/)(main|cli)\.ts$/.test(path);
/** Files that are started, served or found by name, and so need nobody to import them. */
export const isEntry = (path: string): boolean =>
  path.endsWith(".test.ts") ||
  /(^|\/)(main|bench)\.[jt]s$|\.(bench|config)\.[jt]s$|\.html$/.test(path) ||
  Object.values(DOORS).includes(path);

/** May this file go through any door, whatever room it stands in? */
export const mayImportAny = (path: string): boolean => isCheck(path) || isTest(path);

/** One breach of a rule: where, what, and how to mend it. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly problem: string;
  readonly mend: string;
}

/** `file:line problem; mend`, one line each. */
export function describe(violations: readonly Violation[]): string {
  return violations.map((each) => `${each.path}:${each.line} ${each.problem}; ${each.mend}`).join("\n");
}
