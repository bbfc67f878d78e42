// A configuration is checked whole before anything is opened: every problem at once, with its line and its mend.

import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { dirname } from "node:path";
import { findingsOf, type Finding } from "./config-rules.ts";
import { agentConfigSchema, type AgentConfig } from "./config-schema.ts";

export interface ConfigProblem {
  /** Counted from 1. */
  readonly line: number;
  /** `assets[0].devices[1].bus`. */
  readonly path: string;
  readonly problem: string;
  readonly mend: string;
}

export type CheckedConfig = { readonly config: AgentConfig } | { readonly problems: readonly ConfigProblem[] };

/** A configuration that cannot be used; the message holds a line for each problem. */
export class AgentConfigError extends Error {
  readonly code = "AGENT_CONFIG";
  override readonly name = "AgentConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(fileName: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ line, path, problem, mend }) => `  ${fileName}:${line} ${path} ${problem}: ${mend}`);
    super([`${fileName} cannot be used:`, ...lines].join("\n"));
    this.problems = problems;
  }
}

/** Checks YAML text. Reads nothing else but the device profiles that it names, own ones from `folder` on. */
export function checkAgentConfig(yamlText: string, folder = "."): CheckedConfig {
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => {
      return { line: lines.linePos(pos[0]).line, path: "the file", problem: "is not YAML", mend: message };
    });
    return { problems };
  }
  const checked = agentConfigSchema.safeParse(document.toJS());
  const findings = checked.success
    ? [...findingsOf(checked.data, folder)]
    : checked.error.issues.flatMap(findingOfIssue);
  if (checked.success && findings.length === 0) return { config: checked.data };
  const problems = findings.map(({ path, problem, mend }) => {
    return { line: lineOf(document, lines, path), path: placeOf(path), problem, mend };
  });
  return { problems: problems.sort((a, b) => a.line - b.line) };
}

/** Throws AgentConfigError when the text cannot be used. */
export function agentConfigOf(yamlText: string, fileName: string): AgentConfig {
  const checked = checkAgentConfig(yamlText, dirname(fileName));
  if ("problems" in checked) throw new AgentConfigError(fileName, checked.problems);
  return checked.config;
}

function findingOfIssue(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: [...path, key],
      problem: "is not known here",
      mend: "remove it, or correct the spelling",
    }));
  const [problem = issue.message, mend = "see `isotherm-agent --help` for an example"] = issue.message.split("; ", 2);
  return [{ path, problem, mend }];
}

function placeOf(path: Finding["path"]): string {
  const place = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return place === "" ? "the file" : place.replace(/^\./, "");
}

/** The line of the key, or of the nearest part around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: Finding["path"]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (!isCollection(node)) break;
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === step) : undefined;
    const next: unknown = pair?.value ?? node.get(step, true);
    const start = isNode(pair?.key) ? pair.key.range?.[0] : isNode(next) ? next.range?.[0] : undefined;
    if (start === undefined) break;
    offset = start;
    node = next;
  }
  return lines.linePos(offset).line;
}
