// Ingest's configuration: YAML, checked whole before anything is opened, every problem reported at once.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isId, parseDurationMs } from "@isotherm/coldchain";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { DEFAULT_BOUNDS, type IngestBounds } from "./bounds.ts";
import { ConfigError, type Problem } from "./errors.ts";
import { fileTrouble } from "./file-trouble.ts";
import { readMapping } from "./mapping/mapping-file.ts";
import { type Mapping, withTenants } from "./mapping/mapping-rules.ts";
import { DEFAULT_RETENTION, type RetentionTimes } from "./keep/retention-times.ts";
import type { StoreHome } from "./store/reading-store.ts";

export const LINK_KINDS = ["wired", "cellular", "satellite"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

export interface IngestConfig {
  readonly broker: { readonly url: string; readonly user?: string; readonly password?: string };
  readonly hostId: string;
  /** Tenant of each Sparkplug group. */
  readonly groups: Readonly<Record<string, string>>;
  /** What gateways and topics that are not under our contract mean; none unless given. */
  readonly mappings?: readonly Mapping[];
  /** Kind of link of gateways that do not declare it, or declare a wrong one, by gateway id. */
  readonly links: Readonly<Record<string, LinkKind>>;
  readonly stateFile: string;
  readonly store: StoreHome;
  readonly traceFile: string;
  readonly http: { readonly host: string; readonly port: number };
  /** What callers of /intents and /feed must bear. */
  readonly token: string;
  readonly bounds: IngestBounds;
  readonly retention: RetentionTimes;
}

const DAY_MS = 86_400_000;

const id = z.string().refine(isId, "not an id; give 1 to 64 of letters, digits, dot, underscore and hyphen");
const path = z.string().min(1);
const whole = z.number().int().positive();
const bounds = z
  .strictObject(Object.fromEntries(Object.keys(DEFAULT_BOUNDS).map((name) => [name, whole.optional()])))
  .default({});

const days = z
  .string("not a time; give a number and a unit, such as 1827d")
  .transform((text, context) => {
    const milliseconds = parseDurationMs(text);
    if (milliseconds !== undefined && milliseconds >= DAY_MS) return milliseconds;
    context.issues.push({ code: "custom", input: text, message: "not a time; give a day or more, such as 1827d" });
    return z.NEVER;
  })
  .optional();
const retention = z
  .strictObject({ readings: days, hours: days, audit: days, intents: days, births: days })
  .default({})
  .transform(({ readings, hours, audit, intents, births }): RetentionTimes => {
    const readingsMs = readings ?? DEFAULT_RETENTION.readingsMs;
    return {
      readingsMs,
      hoursMs: Math.max(readingsMs, hours ?? DEFAULT_RETENTION.hoursMs),
      auditMs: Math.max(readingsMs, audit ?? DEFAULT_RETENTION.auditMs),
      intentsMs: intents ?? DEFAULT_RETENTION.intentsMs,
      birthsMs: births ?? DEFAULT_RETENTION.birthsMs,
    };
  });

const shape = z.strictObject({
  broker: z.strictObject({
    url: z.string().regex(/^mqtts?:\/\/[^\s]+$/, "not a broker's address; give mqtt://host:port or mqtts://host:port"),
    user: z.string().min(1).optional(),
    passwordFile: path.optional(),
  }),
  hostId: id,
  groups: z.record(id, id).refine((groups) => Object.keys(groups).length > 0, "no group; name at least one: tenant"),
  mappings: z.array(path).max(64).default([]),
  links: z.record(id, z.enum(LINK_KINDS)).default({}),
  stateFile: path,
  store: z.strictObject({ path: path.optional(), influxDatabase: z.string().min(1).default("isotherm") }),
  traceFile: path,
  http: z
    .strictObject({ host: z.string().min(1).default("127.0.0.1"), port: z.number().int().min(0).max(65535).default(0) })
    .default({ host: "127.0.0.1", port: 0 }),
  tokenFile: path,
  bounds,
  retention,
});

/** What the environment may say: INFLUX_URL puts the readings into InfluxDB. */
export interface ConfigEnvironment {
  readonly INFLUX_URL?: string;
  readonly INFLUX_USER?: string;
  readonly INFLUX_PASSWORD?: string;
  readonly INFLUX_TOKEN?: string;
}

/** Reads and checks a configuration and the secrets that it names. Paths in it start at its folder. Throws ConfigError. */
export function readConfig(file: string, environment: ConfigEnvironment): IngestConfig {
  const problems: Problem[] = [];
  const checked = shape.safeParse(readYaml(file));
  if (!checked.success) throw new ConfigError(file, checked.error.issues.map(problemOf));
  const { broker, store, tokenFile, bounds: given, mappings: mappingFiles, ...rest } = checked.data;
  const at = (name: string): string => resolve(dirname(file), name);
  const secret = (name: string, place: string): string => {
    try {
      const text = readFileSync(at(name), "utf8").trim();
      if (text !== "") return text;
      problems.push({ place, problem: `${name} is empty`, mend: "put the secret on its first line" });
    } catch (error) {
      problems.push({
        place,
        problem: `${name} cannot be read: ${fileTrouble(error)}`,
        mend: "make the file, for its owner only",
      });
    }
    return "";
  };
  const password = broker.passwordFile === undefined ? undefined : secret(broker.passwordFile, "broker.passwordFile");
  const token = secret(tokenFile, "tokenFile");
  const home = homeOf(store, at, environment);
  if (home === undefined)
    problems.push({
      place: "store",
      problem: "neither a path nor INFLUX_URL says where readings go",
      mend: "give store.path, a SQLite file that is made when it is missing",
    });
  const mappings = mappingFiles.flatMap((name, index) => {
    const read = readMappingFile(at(name), `mappings[${index}]`);
    const settled = "problems" in read ? read : withTenants(read.mapping, rest.groups, at(name));
    if ("mapping" in settled) return [settled.mapping];
    problems.push(...settled.problems);
    return [];
  });
  if (problems.length > 0 || home === undefined) throw new ConfigError(file, problems);
  return {
    ...rest,
    mappings,
    broker: {
      url: broker.url,
      ...(broker.user === undefined ? {} : { user: broker.user }),
      ...(password === undefined ? {} : { password }),
    },
    stateFile: at(rest.stateFile),
    traceFile: at(rest.traceFile),
    store: home,
    token,
    bounds: { ...DEFAULT_BOUNDS, ...(given as Partial<IngestBounds>) },
  };
}

function readMappingFile(file: string, place: string): ReturnType<typeof readMapping> {
  try {
    return readMapping(readFileSync(file, "utf8"), file);
  } catch (error) {
    const problem = `${file} cannot be read: ${fileTrouble(error)}`;
    return { problems: [{ place, problem, mend: "give the path of a mapping; mapping --help shows one" }] };
  }
}

function readYaml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const problem = `cannot be read: ${fileTrouble(error)}`;
    throw new ConfigError(
      file,
      [{ place: "the file", problem, mend: "give the path of a YAML file; --help shows one" }],
      error,
    );
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  if (document.errors.length > 0)
    throw new ConfigError(
      file,
      document.errors.map((error) => ({
        place: `line ${error.linePos?.[0].line ?? "?"}`,
        problem: error.message.split("\n")[0] ?? error.message,
        mend: "correct the YAML",
      })),
    );
  return document.toJS() as unknown;
}

function homeOf(
  store: { readonly path?: string | undefined; readonly influxDatabase: string },
  at: (name: string) => string,
  { INFLUX_URL: url, INFLUX_USER: user, INFLUX_PASSWORD: password, INFLUX_TOKEN: token }: ConfigEnvironment,
): StoreHome | undefined {
  if (url !== undefined && url !== "") {
    return {
      kind: "influx",
      url,
      database: store.influxDatabase,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ...(token === undefined ? {} : { token }),
    };
  }
  return store.path === undefined ? undefined : { kind: "sqlite", path: at(store.path) };
}

const GIVE: Readonly<Record<string, string>> = {
  object: "give it as --help shows it",
  record: "give one or more names with their values, as --help shows",
  string: "give a text, as --help shows",
  array: "give a list",
};

function problemOf(issue: z.core.$ZodIssue): Problem {
  const steps = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  const [problem = issue.message, mend = mendOf(issue)] = (wordsOf(issue) ?? issue.message).split("; ", 2);
  return { place: steps === "" ? "the file" : steps.slice(1), problem, mend };
}

/** Where the schema library speaks of types, what a person would say. */
function wordsOf(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === "unrecognized_keys")
    return `${issue.keys.join(", ")} ${issue.keys.length > 1 ? "mean" : "means"} nothing here`;
  if (issue.code !== "invalid_type") return undefined;
  if (issue.message.endsWith("received undefined")) return "is missing";
  if (issue.path.length === 0) return "is no configuration";
  return undefined;
}

function mendOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `remove ${issue.keys.join(", ")}, or correct the spelling`;
  if (issue.code === "invalid_type") return GIVE[issue.expected] ?? `give a value of type ${issue.expected}`;
  if (issue.code === "too_small") return `give at least ${String(issue.minimum)}`;
  if (issue.code === "too_big") return `give at most ${String(issue.maximum)}`;
  return "see --help for an example";
}
