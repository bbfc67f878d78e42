// The API server's configuration: one YAML file, checked whole before anything is opened.

import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";

const shape = z.strictObject({
  http: z.strictObject({
    host: z.string().default("127.0.0.1"),
    port: z.number().int().min(0).max(65535),
    /** What people type; login links begin with it. Default: http://<host>:<port>. */
    publicUrl: z.url().optional(),
  }),
  traceFile: z.string().min(1),
  stateFile: z.string().min(1),
  /** The readings of the SQLite home; with INFLUX_URL set, the database name counts instead. */
  readingsFile: z.string().min(1),
  influxDatabase: z.string().min(1).default("isotherm"),
  ingest: z.strictObject({ url: z.url(), tokenFile: z.string().min(1) }),
  adminTokenFile: z.string().min(1),
  /** Says on every page that what is shown is simulated. */
  simulated: z.boolean().default(false),
});

export type DashboardsConfig = z.output<typeof shape>;

export interface ConfigProblem {
  readonly place: string;
  readonly problem: string;
}

/** Checks a configuration text; every problem at once, each with its line. */
export function checkDashboardsConfig(
  text: string,
  fileName: string,
): { config: DashboardsConfig } | { problems: ConfigProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    return {
      problems: document.errors.map((error) => ({
        place: `${fileName}:${lines.linePos(error.pos[0]).line}`,
        problem: error.message.split("\n")[0] ?? "not YAML",
      })),
    };
  const checked = shape.safeParse(document.toJS());
  if (checked.success) return { config: checked.data };
  const problems = checked.error.issues.map((issue) => {
    const node = document.getIn([...issue.path], true) as { range?: [number, number, number] } | undefined;
    const line = node?.range === undefined ? "" : `:${lines.linePos(node.range[0]).line}`;
    return { place: `${fileName}${line} ${issue.path.join(".")}`.trim(), problem: issue.message };
  });
  return { problems };
}

/** Reads a secret from a file of its own. Throws with the place when it is absent or shorter than 16 characters. */
export function readSecret(path: string, name: string): string {
  const secret = readFileSync(path, "utf8").trim();
  if (secret.length < 16)
    throw new Error(`${name}: ${path} holds fewer than 16 characters; put a random secret there.`);
  return secret;
}
