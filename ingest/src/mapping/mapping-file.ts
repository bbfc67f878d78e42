// Reads a mapping's YAML: shape by schema, sense by mapping-rules, every problem at once with its line, path and mend.

import { type Document, LineCounter, isMap, isNode, isScalar, isSeq, parseDocument } from "yaml";
import type { z } from "zod";
import type { Problem } from "../errors.ts";
import { type Fault, type Mapping, type Step, mappingRules } from "./mapping-rules.ts";
import { type MappingText, jsonRule, mappingSchema, sparkplugRule } from "./mapping-schema.ts";

/** More than any sensible mapping; a larger text is refused unread. */
const TEXT_LENGTH_MAX = 262_144;

export type MappingReading = { readonly mapping: Mapping } | { readonly problems: readonly Problem[] };

export function readMapping(text: string, fileName: string): MappingReading {
  const whole = (problem: string, mend: string): MappingReading => ({
    problems: [{ place: `${fileName}:1`, problem, mend }],
  });
  if (text.length > TEXT_LENGTH_MAX)
    return whole(`is longer than ${TEXT_LENGTH_MAX} characters`, "part it into several mappings");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const flaws = [...document.errors, ...document.warnings];
  if (flaws.length > 0)
    return {
      problems: flaws.map((flaw) => ({
        place: `${fileName}:${lines.linePos(flaw.pos[0]).line}`,
        problem: `this is not YAML: ${flaw.message}`,
        mend: 'correct the line; quote texts that begin with { or [ or hold ": " or " #"',
      })),
    };
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 0 });
  } catch {
    return whole("aliases (`*name`) are not taken in mappings", "write the values out where they stand");
  }
  return judged(content, document, lines, fileName);
}

function judged(content: unknown, document: Document, lines: LineCounter, fileName: string): MappingReading {
  const shape = mappingSchema.safeParse(content, { reportInput: true });
  const rules = shape.success ? mappingRules(shape.data) : undefined;
  const faults = rules?.faults ?? [...(shape.error?.issues ?? []).flatMap(faultsOf), ...senseOfRules(content)];
  if (rules !== undefined && faults.length === 0) return { mapping: rules.mapping };
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

/** What does not fit together in those rules whose shape is right, when something else in the file is wrong. */
function senseOfRules(content: unknown): Fault[] {
  const rulesOf = (name: "json" | "sparkplug"): unknown[] => {
    const list =
      typeof content === "object" && content !== null ? (content as Record<string, unknown>)[name] : undefined;
    return Array.isArray(list) ? list : [];
  };
  const alone = (name: "json" | "sparkplug", at: number, rules: Pick<MappingText, "json" | "sparkplug">): Fault[] =>
    mappingRules({ mapping: "x", ...rules }).faults.map(({ path, ...rest }) => ({
      path: [name, at, ...path.slice(2)],
      ...rest,
    }));
  return [
    ...rulesOf("json").flatMap((rule, at) => {
      const { data } = jsonRule.safeParse(rule);
      return data === undefined ? [] : alone("json", at, { json: [data] });
    }),
    ...rulesOf("sparkplug").flatMap((rule, at) => {
      const { data } = sparkplugRule.safeParse(rule);
      return data === undefined ? [] : alone("sparkplug", at, { sparkplug: [data] });
    }),
  ];
}

/** A schema issue in plain words; of a choice, the issues of the branch that was meant. */
function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.filter((step): step is Step => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: [...path, key],
      problem: `\`${key}\` means nothing here`,
      mend: "remove it, or correct its spelling",
    }));
  if (issue.code === "invalid_union") {
    const branch = meantBranch(issue);
    if (branch !== undefined)
      return branch.flatMap(faultsOf).map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
  }
  const isMissing = issue.input === undefined;
  const shown = (
    typeof issue.input === "number" ? String(issue.input) : ((JSON.stringify(issue.input) as string | undefined) ?? "")
  ).slice(0, 60);
  return [{ path, problem: isMissing ? "is missing" : `${shown} cannot be used`, mend: mendOf(issue) }];
}

/** Where an object was given, the branch for objects with the fewest issues; undefined when none is meant. */
function meantBranch(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  if (typeof issue.input !== "object" || issue.input === null) return undefined;
  const inner = issue.errors.filter((issues) =>
    issues.some(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
  );
  return inner.sort((a, b) => a.length - b.length)[0];
}

function mendOf(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid input|Too )/.test(issue.message)) return issue.message;
  if (issue.code === "invalid_type") return `give a value of type ${issue.expected}`;
  return issue.message;
}

/** The line of the deepest part of the path that is there: of the key, where it has one. */
function lineOf(document: Document, lines: LineCounter, path: readonly Step[]): number {
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

function pathText(path: readonly Step[]): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : text === "" ? step : `.${step}`;
  return text;
}
