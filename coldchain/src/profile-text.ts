// Reads a profile's YAML: shape by schema, sense by checks of its own, every problem with its line.
import { type Document, LineCounter, isMap, isNode, isScalar, isSeq, parseDocument } from "yaml";
import type { z } from "zod";
import type { Profile } from "./profile.ts";
import { profileSchema } from "./profile-schema.ts";
import { type Fault, senseFaults } from "./profile-sense.ts";

export interface Problem {
  /** `<file>:<line> <path>`. */
  readonly place: string;
  readonly problem: string;
  readonly mend: string;
}

/** More than any sensible profile; a larger text is refused unread. */
const TEXT_LENGTH_MAX = 65_536;

export function readProfileText(text: string, fileName: string): { profile: Profile } | { problems: Problem[] } {
  if (text.length > TEXT_LENGTH_MAX)
    return problemAt(fileName, `longer than ${TEXT_LENGTH_MAX} characters`, "keep one profile per file");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const flaws = [...document.errors, ...document.warnings];
  if (flaws.length > 0)
    return {
      problems: flaws.map((flaw) => ({
        place: `${fileName}:${lines.linePos(flaw.pos[0]).line}`,
        problem: `this is not YAML: ${flaw.message}`,
        mend: "correct the line; indent by two spaces and quote texts that hold `: ` or `#`",
      })),
    };
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 0 });
  } catch {
    return problemAt(fileName, "aliases (`*name`) are not taken in profiles", "write the values out where they stand");
  }
  return judged(content, document, lines, fileName);
}

function problemAt(fileName: string, problem: string, mend: string): { problems: Problem[] } {
  return { problems: [{ place: `${fileName}:1`, problem, mend }] };
}

function judged(
  content: unknown,
  document: Document,
  lines: LineCounter,
  fileName: string,
): { profile: Profile } | { problems: Problem[] } {
  const result = profileSchema.safeParse(content, { reportInput: true });
  const faults = [...(result.success ? [] : result.error.issues.flatMap(faultsOf)), ...senseFaults(content)];
  if (result.success && faults.length === 0) return { profile: result.data };
  const placed = faults.map((fault) => ({ fault, line: lineOf(document, lines, fault.path) }));
  placed.sort((a, b) => a.line - b.line);
  return {
    problems: placed.map(({ fault, line }) => ({
      place: `${fileName}:${line} ${pathText(fault.path)}`.trimEnd(),
      problem: fault.problem,
      mend: fault.mend,
    })),
  };
}

/** A schema issue in plain words. */
function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: [...path, key],
      problem: `\`${key}\` means nothing here`,
      mend: "remove it, or correct its spelling",
    }));
  const missing = issue.input === undefined;
  return [
    {
      path,
      problem: missing ? "is missing" : `${shown(issue.input)} cannot be used`,
      mend: issue.message,
    },
  ];
}

function shown(input: unknown): string {
  // JSON would write infinities as null.
  return (typeof input === "number" ? String(input) : JSON.stringify(input)).slice(0, 60);
}

/** The line of the deepest part of the path that is there: of the key, where it has one. */
function lineOf(document: Document, lines: LineCounter, path: Fault["path"]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      offset = startOf(pair?.key) ?? offset;
      node = pair?.value;
    } else {
      node = isSeq(node) && typeof step === "number" ? node.items[step] : undefined;
      offset = startOf(node) ?? offset;
    }
  }
  return Math.max(1, lines.linePos(offset).line);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function pathText(path: Fault["path"]): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : text === "" ? step : `.${step}`;
  return text;
}
