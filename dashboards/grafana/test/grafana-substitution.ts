// What Grafana does to a query before InfluxDB sees it: variables in the browser, then the macros in its server.

export type Values = Readonly<Record<string, string | readonly string[]>>;

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const escaped = (text: string): string => text.replace(/[\\^$*+?.()|[\]{}/]/g, "\\$&");

/** Formats `raw` and `regex`; without a format the InfluxDB plugin takes `regex`, which is the harder case. */
function formatted(value: string | readonly string[], format: string): string {
  if (format === "raw") return typeof value === "string" ? value : value.join(",");
  const parts = (typeof value === "string" ? [value] : value).map(escaped);
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join("|")})`;
}

/** An unknown variable stays as it is, so that InfluxDB refuses the query. */
export function withVariables(query: string, values: Values): string {
  return query.replace(/\$\{(\w+)(?::(\w+))?\}|\$(\w+)/g, (whole, braced, format, bare) => {
    const value = values[(braced ?? bare) as string];
    return value === undefined ? whole : formatted(value, (format as string | undefined) ?? "regex");
  });
}

/** Where Grafana rounds an interval up to the next one: below the first number it takes the second. */
const ROUNDING_S = [
  [15, 10],
  [25, 20],
  [45, 30],
  [90, 60],
  [210, 120],
  [450, 300],
  [750, 600],
  [1_050, 900],
  [1_500, 1_200],
  [2_700, 1_800],
  [5_400, 3_600],
] as const;

/** `$__interval` in seconds for a panel of so many points. */
export function intervalS(range: TimeRange, pointsMax: number, leastS: number): number {
  const exactS = (range.toMs - range.fromMs) / pointsMax / 1_000;
  const rounded = ROUNDING_S.find(([below]) => exactS < below)?.[1] ?? 7_200;
  return Math.max(rounded, leastS);
}

export function withMacros(query: string, range: TimeRange, everyS: number): string {
  return query
    .replaceAll("$timeFilter", `time >= ${range.fromMs}ms and time <= ${range.toMs}ms`)
    .replaceAll("$__interval", `${everyS}s`);
}
