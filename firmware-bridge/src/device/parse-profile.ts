// Reads a device profile and says everything that is wrong with it at once, each with its place and its mend.

import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { LineCounter, isNode, parseDocument } from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";
import { deviceProfileSchema } from "./device-profile.ts";
import type { DeviceProfile } from "./device-profile.ts";

/** `place` is `file:line path.in.the.file`; `mend` says what to write there. */
export interface ProfileProblem {
  readonly place: string;
  readonly mend: string;
}

export type ParsedProfile = { readonly profile: DeviceProfile } | { readonly problems: ProfileProblem[] };

export class DeviceProfileError extends Error {
  readonly code: "DEVICE_PROFILE_UNKNOWN" | "DEVICE_PROFILE_INVALID";
  readonly problems: readonly ProfileProblem[];

  constructor(code: DeviceProfileError["code"], message: string, problems: readonly ProfileProblem[] = []) {
    super([message, ...problems.map(({ place, mend }) => `  ${place}: ${mend}`)].join("\n"));
    this.name = "DeviceProfileError";
    this.code = code;
    this.problems = problems;
  }
}

const DIRECTORY = new URL("../../devices/", import.meta.url);

/** The names that {@link loadDeviceProfile} knows, sorted. */
export function deviceProfileNames(): string[] {
  const files = readdirSync(DIRECTORY).filter((file) => file.endsWith(".yaml"));
  return files.map((file) => file.slice(0, -".yaml".length)).sort();
}

/** A profile that is shipped with the bridge. Throws {@link DeviceProfileError}. */
export function loadDeviceProfile(name: string): DeviceProfile {
  if (!deviceProfileNames().includes(name)) {
    const known = deviceProfileNames().join(", ");
    throw new DeviceProfileError(
      "DEVICE_PROFILE_UNKNOWN",
      `There is no device profile "${name}". Known are: ${known}.`,
    );
  }
  const parsed = parseDeviceProfile(readFileSync(new URL(`${name}.yaml`, DIRECTORY), "utf8"), `${name}.yaml`);
  if ("profile" in parsed) return parsed.profile;
  throw new DeviceProfileError("DEVICE_PROFILE_INVALID", `The device profile ${name} cannot be used:`, parsed.problems);
}

export function parseDeviceProfile(yamlText: string, fileName: string): ParsedProfile {
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => ({
        place: `${fileName}:${lines.linePos(error.pos[0]).line}`,
        mend: `this is not YAML: ${error.message}`,
      })),
    };
  }
  const checked = deviceProfileSchema.safeParse(document.toJS());
  if (!checked.success) {
    return { problems: checked.error.issues.flatMap((issue) => problemsOf(issue, document, lines, fileName)) };
  }
  const expected = `${checked.data.profile}.yaml`;
  if (basename(fileName) === expected) return { profile: checked.data };
  const place = placeOf(["profile"], document, lines, fileName);
  return { problems: [{ place, mend: `name the profile like its file, or the file ${expected}` }] };
}

function problemsOf(
  issue: z.core.$ZodIssue,
  document: Document,
  lines: LineCounter,
  fileName: string,
): ProfileProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      place: placeOf([...issue.path, key], document, lines, fileName),
      mend: "nothing is called that here: correct the spelling or take it out",
    }));
  }
  return [{ place: placeOf(issue.path, document, lines, fileName), mend: mendOf(issue, document) }];
}

/** Says what to write, in plain words; the schema's own refinements carry theirs. */
function mendOf(issue: z.core.$ZodIssue, document: Document): string {
  const given: unknown = issue.path.length === 0 ? document.toJS() : document.getIn(issue.path);
  const found = isNode(given) ? "" : `, not ${JSON.stringify(given)}`;
  if (issue.code === "custom") return issue.message;
  if (given === undefined) return `this is missing: write ${wantedBy(issue)}`;
  return `write ${wantedBy(issue)}${found}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  object: 'a group of "name: value" lines',
  record: 'a group of "name: value" lines',
  array: "a list",
};

function wantedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return KINDS[issue.expected] ?? issue.expected;
    case "too_small":
      return issue.origin === "string" ? "a text that is not empty" : `${String(issue.minimum)} or more`;
    case "too_big":
      return `${String(issue.maximum)} or less`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "invalid_union":
      return unionWords(issue);
    default:
      return issue.message;
  }
}

/** A union of fixed values, or one told apart by a field such as `type` or `protocol`. */
function unionWords(issue: z.core.$ZodIssueInvalidUnion): string {
  const fromBranches = issue.errors.flat().flatMap((branch) => (branch.code === "invalid_value" ? branch.values : []));
  const options = "options" in issue && Array.isArray(issue.options) ? issue.options : fromBranches;
  return options.length > 0 ? `one of ${options.map(String).join(", ")}` : "something that fits here";
}

function placeOf(path: readonly PropertyKey[], document: Document, lines: LineCounter, fileName: string): string {
  const keys = path.map(String);
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) {
      return `${fileName}:${lines.linePos(node.range[0]).line} ${keys.join(".")}`;
    }
  }
  return keys.length === 0 ? fileName : `${fileName} ${keys.join(".")}`;
}
