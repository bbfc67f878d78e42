// Which mapping speaks of a Sparkplug node or a topic; what has to be subscribed to for it.

import { type JsonRule, type Mapping, type SparkplugRule } from "../mapping/mapping-rules.ts";
import { type Captures, filterOf } from "../mapping/text-pattern.ts";
import { ForeignSessions } from "./foreign-session.ts";

export interface Found<Rule> {
  readonly rule: Rule;
  readonly captures: Captures;
}

/** Names whose rule is remembered; beyond, they are looked up again. */
const FOUND_MAX = 20_000;

export class ForeignDoors {
  readonly sessions = new ForeignSessions();
  readonly #sparkplug: readonly SparkplugRule[];
  readonly #json: readonly JsonRule[];
  readonly #nodes = new Map<string, Found<SparkplugRule> | undefined>();
  readonly #topics = new Map<string, Found<JsonRule> | undefined>();

  constructor(mappings: readonly Mapping[]) {
    this.#sparkplug = mappings.flatMap(({ sparkplug }) => sparkplug);
    this.#json = mappings.flatMap(({ json }) => json);
  }

  /** The first rule, in the order of files and rules, that speaks of a node. */
  node(group: string, node: string): Found<SparkplugRule> | undefined {
    return remembered(this.#nodes, `${group}/${node}`, () => {
      for (const rule of this.#sparkplug) {
        const [ofGroup, ofNode] = [rule.group.match(group), rule.node.match(node)];
        if (ofGroup !== undefined && ofNode !== undefined) return { rule, captures: { ...ofGroup, ...ofNode } };
      }
      return undefined;
    });
  }

  /** The first rule, in the order of files and rules, that speaks of a topic. */
  topic(topic: string): Found<JsonRule> | undefined {
    return remembered(this.#topics, topic, () => {
      for (const rule of this.#json) {
        const captures = rule.topic.match(topic);
        if (captures !== undefined) return { rule, captures };
      }
      return undefined;
    });
  }

  /** Sparkplug groups to be heard besides our own; `+` when a pattern may mean any. */
  get groups(): string[] {
    return [...new Set(this.#sparkplug.map(({ group }) => (group.isLiteral ? group.text : "+")))];
  }

  /** MQTT filters of the plain-JSON topics. */
  get filters(): string[] {
    return [...new Set(this.#json.map(({ topic }) => filterOf(topic)))];
  }
}

function remembered<Value>(known: Map<string, Value>, key: string, find: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined || known.has(key)) return found as Value;
  if (known.size >= FOUND_MAX) known.clear();
  const value = find();
  known.set(key, value);
  return value;
}
