// A mapping made ready to use: patterns, paths and zones read once, and everything that does not fit together told.

import { isId, parseDurationMs } from "@isotherm/coldchain";
import { TimeZone } from "../assess/time-zone.ts";
import type { Problem } from "../errors.ts";
import { type JsonPath, jsonPath } from "../json/json-path.ts";
import { channelFrom, idFrom } from "./foreign-id.ts";
import type { ChannelText, JsonRuleText, MappingText, SparkplugRuleText } from "./mapping-schema.ts";
import { type PatternFlaw, type TextPattern, isFlaw, placeholdersOf, textPattern } from "./text-pattern.ts";

export type Step = string | number;

export interface Fault {
  readonly path: readonly Step[];
  readonly problem: string;
  readonly mend: string;
}

interface RuleTerms {
  readonly mapping: string;
  readonly tenantId: string | undefined;
  /** Asset id by the name that the template gives; undefined: every name is taken. */
  readonly assets: ReadonlyMap<string, string> | undefined;
  readonly maxSilenceMs: number;
}

export interface SparkplugChannel {
  /** Undefined: metrics of the node itself. */
  readonly device: TextPattern | undefined;
  readonly metric: TextPattern;
  readonly asset: string;
  readonly terms: ChannelText;
}

export interface SparkplugRule extends RuleTerms {
  readonly group: TextPattern;
  readonly node: TextPattern;
  /** The node has no clock: what it sends was measured when it came. */
  readonly isTimeless: boolean;
  readonly channels: readonly SparkplugChannel[];
}

export interface JsonRule extends RuleTerms {
  readonly topic: TextPattern;
  readonly gateway: string;
  readonly asset: string;
  readonly ids: readonly (readonly [name: string, path: JsonPath])[];
  readonly time:
    | "received"
    | (Exclude<JsonRuleText["time"], string> & { readonly at: JsonPath; readonly zone: TimeZone | undefined });
  readonly each: JsonPath | undefined;
  readonly channels: readonly { readonly path: JsonPath; readonly terms: ChannelText }[];
}

export interface Mapping {
  readonly name: string;
  readonly sparkplug: readonly SparkplugRule[];
  readonly json: readonly JsonRule[];
}

/** The asset of a template's text; undefined when the rule lists its assets and this is none of them. */
export function assetOf(rule: Pick<RuleTerms, "assets">, name: string): string | undefined {
  return rule.assets === undefined ? idFrom(name) : rule.assets.get(name);
}

/**
 * The mapping with a tenant for each rule: the rule's, the mapping's, that of its Sparkplug group, or else the only one.
 *
 * @param groups tenant of each Sparkplug group
 */
export function withTenants(
  mapping: Mapping,
  groups: Readonly<Record<string, string>>,
  fileName: string,
): { readonly mapping: Mapping } | { readonly problems: readonly Problem[] } {
  const tenants = new Set(Object.values(groups));
  const [only] = tenants.size === 1 ? tenants : [];
  const problems: Problem[] = [];
  const tenantOf = (rule: RuleTerms, place: string, group?: TextPattern): string | undefined => {
    const found = rule.tenantId ?? (group?.isLiteral === true ? groups[group.text] : undefined) ?? only;
    if (found === undefined)
      problems.push({
        place: `${fileName} ${place}`,
        problem: "whose readings these are is not said, and there are several tenants",
        mend: "give `tenant` in the rule or at the top of the mapping",
      });
    return found;
  };
  const sparkplug = mapping.sparkplug.map((rule, at) => ({
    ...rule,
    tenantId: tenantOf(rule, `sparkplug[${at}]`, rule.group),
  }));
  const json = mapping.json.map((rule, at) => ({ ...rule, tenantId: tenantOf(rule, `json[${at}]`) }));
  return problems.length > 0 ? { problems } : { mapping: { ...mapping, sparkplug, json } };
}

class FaultList {
  readonly faults: Fault[] = [];

  add(path: readonly Step[], problem: string, mend: string): void {
    this.faults.push({ path, problem, mend });
  }

  pattern(path: readonly Step[], text: string, kind: "name" | "topic"): TextPattern | undefined {
    const found: TextPattern | PatternFlaw = textPattern(text, kind);
    if (!isFlaw(found)) return found;
    this.add(path, found.problem, found.mend);
    return undefined;
  }

  jsonPath(path: readonly Step[], text: string, mayHaveLists = false): JsonPath | undefined {
    const found = jsonPath(text, mayHaveLists);
    if (typeof found !== "string") return found;
    const mend = 'write names parted by dots, [n] into a list, ["a name"] where it has dots or spaces';
    this.add(path, `the path ${found}`, mend);
    return undefined;
  }

  /** Every placeholder of a template must be captured somewhere. */
  template(path: readonly Step[], text: string, names: readonly string[]): void {
    for (const name of placeholdersOf(text))
      if (!names.includes(name))
        this.add(
          path,
          `{${name}} is captured nowhere`,
          `use ${names.map((known) => `{${known}}`).join(", ") || "no name"}, or capture it`,
        );
    const plain = text.replaceAll(/\{[a-z][A-Za-z0-9]*\}/g, "x");
    if (/[{}]/.test(plain)) this.add(path, "a brace stands alone", "write {name}");
    else if (!isId(plain))
      this.add(
        path,
        `${JSON.stringify(text)} gives no id`,
        "use letters, digits, dot, underscore and hyphen around {names}",
      );
  }
}

/** Everything usable, and everything that is wrong; a mapping with faults must not be used. */
export function mappingRules(given: MappingText): { readonly mapping: Mapping; readonly faults: readonly Fault[] } {
  const list = new FaultList();
  if ((given.sparkplug ?? []).length + (given.json ?? []).length === 0)
    list.add([], "has no rule", "give at least one under `sparkplug` or `json`");
  const sparkplug = (given.sparkplug ?? []).map((rule, at) => sparkplugRule(list, given, rule, at));
  const json = (given.json ?? []).map((rule, at) => jsonRule(list, given, rule, at));
  const isRule = <R>(rule: R | undefined): rule is R => rule !== undefined;
  return {
    mapping: { name: given.mapping, sparkplug: sparkplug.filter(isRule), json: json.filter(isRule) },
    faults: list.faults,
  };
}

function termsOf(given: MappingText, rule: JsonRuleText | SparkplugRuleText): RuleTerms {
  return {
    mapping: given.mapping,
    tenantId: rule.tenant ?? given.tenant,
    assets: rule.assets === undefined ? undefined : new Map(Object.entries(rule.assets)),
    maxSilenceMs: parseDurationMs(rule.maxSilence) as number,
  };
}

function channelTerms(list: FaultList, path: readonly Step[], terms: ChannelText, names: readonly string[]): void {
  for (const name of placeholdersOf(terms.channel))
    if (!names.includes(name))
      list.add(
        [...path, "channel"],
        `{${name}} is captured nowhere`,
        "capture it in a pattern, or write a fixed place",
      );
  const plain = terms.channel.replaceAll(/\{[a-z][A-Za-z0-9]*\}/g, "x");
  const isFixedQuantity = !/^[^/]*[{}]/.test(terms.channel);
  if (!isFixedQuantity || channelFrom(plain) === undefined)
    list.add(
      [...path, "channel"],
      `${JSON.stringify(terms.channel)} is no <quantity>/<place>`,
      "begin with the quantity in small letters, as in temperature/{place}",
    );
  if (terms.scale === 0) list.add([...path, "scale"], "0 makes every value 0", "give the factor, or leave it out");
  if (terms.min !== undefined && terms.max !== undefined && terms.min >= terms.max)
    list.add([...path, "max"], "is not above min", "give the physical range in the kept unit");
  for (const [at, each] of (terms.sentinels ?? []).entries())
    if ("from" in each && each.from > each.to)
      list.add([...path, "sentinels", at, "to"], "is below from", "give the lower end first");
}

function sparkplugRule(
  list: FaultList,
  given: MappingText,
  rule: SparkplugRuleText,
  at: number,
): SparkplugRule | undefined {
  const path = ["sparkplug", at];
  const group = list.pattern([...path, "group"], rule.group, "name");
  const node = list.pattern([...path, "node"], rule.node, "name");
  const outer = [...placeholdersOf(rule.group), ...placeholdersOf(rule.node)];
  const channels = rule.channels.flatMap(({ device: deviceText, metric: metricText, asset, ...terms }, index) => {
    const here = [...path, "channels", index];
    const device = deviceText === undefined ? undefined : list.pattern([...here, "device"], deviceText, "name");
    const metric = list.pattern([...here, "metric"], metricText, "name");
    const names = [...outer, ...placeholdersOf(deviceText ?? ""), ...placeholdersOf(metricText)];
    list.template([...here, "asset"], asset, names);
    channelTerms(list, here, terms, names);
    return metric === undefined ? [] : [{ device, metric, asset, terms }];
  });
  if (group === undefined || node === undefined) return undefined;
  return { ...termsOf(given, rule), group, node, isTimeless: rule.time === "received", channels };
}

function jsonRule(list: FaultList, given: MappingText, rule: JsonRuleText, at: number): JsonRule | undefined {
  const path = ["json", at];
  const topic = list.pattern([...path, "topic"], rule.topic, "topic");
  const ids = Object.entries(rule.ids ?? {}).flatMap(([name, text]) => {
    if (topic?.names.includes(name) === true)
      list.add([...path, "ids", name], "is captured by the topic too", "give it another name");
    const found = list.jsonPath([...path, "ids", name], text);
    return found === undefined ? [] : [[name, found] as const];
  });
  const names = [...placeholdersOf(rule.topic), ...Object.keys(rule.ids ?? {})];
  list.template([...path, "gateway"], rule.gateway, names);
  list.template([...path, "asset"], rule.asset, names);
  const each = rule.each === undefined ? undefined : list.jsonPath([...path, "each"], rule.each, true);
  if (each !== undefined && !each.steps.includes("all"))
    list.add([...path, "each"], "leads to no list", "end it with [*], as in samples[*]");
  const channels = rule.channels.flatMap(({ path: text, ...terms }, index) => {
    const here = [...path, "channels", index];
    channelTerms(list, here, terms, names);
    const found = list.jsonPath([...here, "path"], text);
    return found === undefined ? [] : [{ path: found, terms }];
  });
  doubleChannels(list, path, rule);
  const time = timeOf(list, [...path, "time"], rule.time);
  if (topic === undefined || time === undefined) return undefined;
  return { ...termsOf(given, rule), topic, gateway: rule.gateway, asset: rule.asset, ids, time, each, channels };
}

function doubleChannels(list: FaultList, path: readonly Step[], rule: JsonRuleText): void {
  const seen = new Set<string>();
  for (const [at, { channel }] of rule.channels.entries()) {
    if (seen.has(channel))
      list.add([...path, "channels", at, "channel"], `${channel} is given twice`, "give each value a place of its own");
    seen.add(channel);
  }
}

function timeOf(list: FaultList, path: readonly Step[], time: JsonRuleText["time"]): JsonRule["time"] | undefined {
  if (time === "received") return time;
  const at = list.jsonPath([...path, "path"], time.path);
  let zone: TimeZone | undefined;
  if (time.timeZone !== undefined) {
    if (time.format !== "iso8601")
      list.add([...path, "timeZone"], "means nothing with an epoch", "remove it, or give the format iso8601");
    try {
      zone = new TimeZone(time.timeZone);
    } catch {
      list.add(
        [...path, "timeZone"],
        `"${time.timeZone}" is no time zone`,
        "give Asia/Shanghai, Europe/Berlin, UTC or +08:00",
      );
    }
  }
  return at === undefined ? undefined : { ...time, at, zone };
}
