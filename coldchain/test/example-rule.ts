// A rule for tests to change as they need: above 8 °C at a product probe, no delays, no allowance used up by less than 10 h.
import type { Rule } from "../src/rule.ts";

const EXAMPLE: Rule = {
  ruleId: "p/temperature/product/high",
  profileId: "p",
  profileVersion: 1,
  quantity: "temperature",
  role: "product",
  measure: "value",
  overMs: 0,
  side: "high",
  limit: 8,
  inclusive: false,
  deadband: 0,
  onDelayMs: 0,
  offDelayMs: 0,
  allowances: [],
  gates: [],
  gapMs: 5 * 60_000,
  liveMaxAgeMs: 60_000,
};

/** @param consecutiveMs one consecutive allowance, breached when exceeded */
export function exampleRule(changes: Partial<Rule> = {}, consecutiveMs?: number): Rule {
  const allowances: Rule["allowances"] =
    consecutiveMs === undefined
      ? EXAMPLE.allowances
      : [{ kind: "consecutive", allowedMs: consecutiveMs, breachWhen: "exceeded" }];
  return { ...EXAMPLE, allowances, ...changes };
}
