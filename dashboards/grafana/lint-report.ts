import type { LintFinding, LintRule } from "./lint-limits.ts";

/** Takes down what is wrong at one place of one file. */
export type Report = (rule: LintRule, problem: string, mend: string) => void;

export function reportFor(findings: LintFinding[], path: string, place: string): Report {
  return (rule, problem, mend) => void findings.push({ path, place, rule, problem, mend });
}

/** `file: place: problem [rule]; mend` */
export function findingLine({ path, place, rule, problem, mend }: LintFinding): string {
  return `${path}: ${place}: ${problem} [${rule}]; ${mend}`;
}
