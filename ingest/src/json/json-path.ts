// Paths into a JSON value: names parted by dots, [n] for the n-th of a list, [*] for all of one, ["any name"] for names
// with dots or brackets. Nothing is computed, and only a value's own properties are seen.

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

type Step = { readonly name: string } | { readonly index: number } | "all";

export interface JsonPath {
  readonly text: string;
  /** True when it begins with `$.`: it starts at the payload, even within a sample. */
  readonly isFromRoot: boolean;
  readonly steps: readonly Step[];
}

const STEP = /\.?([^.[\]"*$\s][^.[\]"\s]*)|\[(\d{1,5})\]|\[(\*)\]|\["((?:[^"\\]|\\["\\]){1,256})"\]/y;
const STEPS_MAX = 16;
/** Two lists within each other are a table; more is a mistake. */
const LISTS_MAX = 2;

/** The path, or in words what is wrong with it. */
export function jsonPath(text: string, mayHaveLists: boolean): JsonPath | string {
  const isFromRoot = text === "$" || text.startsWith("$.") || text.startsWith("$[");
  const steps: Step[] = [];
  let at = isFromRoot ? 1 : 0;
  while (at < text.length) {
    STEP.lastIndex = at;
    const found = STEP.exec(text);
    const needsDot = at > 0 && found?.[1] !== undefined && text[at] !== ".";
    if (found === null || needsDot || (at === 0 && text[0] === "."))
      return `cannot be read from "${text.slice(at, at + 20)}" on`;
    const [whole, name, index, all, quoted] = found;
    if (name !== undefined) steps.push({ name });
    else if (index !== undefined) steps.push({ index: Number(index) });
    else if (all !== undefined) steps.push("all");
    else steps.push({ name: (quoted as string).replaceAll(/\\(["\\])/g, "$1") });
    at += whole.length;
  }
  if (steps.length === 0 && !isFromRoot) return "is empty";
  if (steps.length > STEPS_MAX) return `has more than ${STEPS_MAX} steps`;
  const lists = steps.filter((step) => step === "all").length;
  if (!mayHaveLists && lists > 0) return "holds [*], which only `each` may";
  return lists > LISTS_MAX ? `holds more than ${LISTS_MAX} [*]` : { text, isFromRoot, steps };
}

/** The value at a path without [*]; undefined when there is none. */
export function valueAt(value: JsonValue, path: JsonPath): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const step of path.steps) at = step === "all" ? undefined : stepInto(at, step);
  return at;
}

/** All values at a path, in order, `limit` at most and one more; none when it leads nowhere. */
export function valuesAt(value: JsonValue, path: JsonPath, limit: number): JsonValue[] {
  let found: JsonValue[] = [value];
  for (const step of path.steps) {
    const next: JsonValue[] = [];
    for (const each of found) {
      if (next.length > limit) break;
      if (step === "all") {
        if (Array.isArray(each)) next.push(...(each as JsonValue[]).slice(0, limit + 1));
        continue;
      }
      const inner = stepInto(each, step);
      if (inner !== undefined) next.push(inner);
    }
    found = next;
  }
  return found.slice(0, limit + 1);
}

function stepInto(value: JsonValue | undefined, step: Exclude<Step, "all">): JsonValue | undefined {
  if (value === undefined || value === null || typeof value !== "object") return undefined;
  if ("index" in step) return Array.isArray(value) ? (value as JsonValue[])[step.index] : undefined;
  if (Array.isArray(value) || !Object.hasOwn(value, step.name)) return undefined;
  return (value as { readonly [name: string]: JsonValue })[step.name];
}
