// Patterns and templates: texts with `{name}` in them. A pattern takes names out of a topic or a metric's name; a
// template puts them into an id. No expression, no code.

/** Small letter first, so that a name never looks like an index. */
const PLACEHOLDER = /\{([a-z][A-Za-z0-9]*)\}/;
const PATTERN_LENGTH_MAX = 512;
const PLACEHOLDERS_MAX = 8;

export type Captures = Readonly<Record<string, string>>;

export interface TextPattern {
  readonly text: string;
  /** Names that it captures, in order. */
  readonly names: readonly string[];
  /** True when nothing in it varies. */
  readonly isLiteral: boolean;
  /** What the names stand for in a text, or undefined when the text is another one. */
  match(text: string): Captures | undefined;
}

/** A pattern that cannot be used, in words. */
export interface PatternFlaw {
  readonly problem: string;
  readonly mend: string;
}

/**
 * `{name}` stands for one or more characters without a slash. In a topic `+` stands for one whole level, and `#` at the
 * end for all that follow.
 */
export function textPattern(text: string, kind: "name" | "topic"): TextPattern | PatternFlaw {
  const flaw = patternFlaw(text, kind);
  if (flaw !== undefined) return flaw;
  const names: string[] = [];
  let source = "";
  for (const [at, part] of text.split(new RegExp(PLACEHOLDER.source, "g")).entries()) {
    if (at % 2 === 1) {
      names.push(part);
      source += "([^/]+)";
    } else source += literalSource(part, kind);
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    return { problem: `{${twice}} stands twice in it`, mend: "give each placeholder its own name" };
  const expression = new RegExp(`^${source}$`, "u");
  return {
    text,
    names,
    isLiteral: names.length === 0 && (kind === "name" || !/[+#]/.test(text)),
    match(given) {
      const found = expression.exec(given);
      if (found === null) return undefined;
      return Object.fromEntries(names.map((name, at) => [name, found[at + 1] as string]));
    },
  };
}

export function isFlaw(pattern: object): pattern is PatternFlaw {
  return "problem" in pattern;
}

function patternFlaw(text: string, kind: "name" | "topic"): PatternFlaw | undefined {
  if (text === "" || text.length > PATTERN_LENGTH_MAX)
    return { problem: "is empty or longer than 512 characters", mend: "give the text that names have, with {names}" };
  const plain = text.replaceAll(new RegExp(PLACEHOLDER.source, "g"), "\u0001");
  if (/[{}]/.test(plain))
    return {
      problem: "a brace stands alone, or a name in braces begins with no small letter",
      mend: "write {name}, of letters and digits, beginning with a small letter",
    };
  if (plain.includes("\u0001\u0001"))
    return { problem: "two placeholders touch, so where one ends is unknown", mend: "put a text between them" };
  if ([...plain].filter((each) => each === "\u0001").length > PLACEHOLDERS_MAX)
    return { problem: `has more than ${PLACEHOLDERS_MAX} placeholders`, mend: "capture only what an id needs" };
  return kind === "topic" ? topicFlaw(text) : undefined;
}

function topicFlaw(text: string): PatternFlaw | undefined {
  const levels = text.split("/");
  if (levels.some((level) => level.includes("+") && level !== "+"))
    return { problem: "+ stands within a level", mend: "let + be a whole level, or write {name} in its place" };
  if (levels.some((level, at) => level.includes("#") && (level !== "#" || at < levels.length - 1)))
    return { problem: "# stands elsewhere than as the last level", mend: "let # be the last level, or remove it" };
  if (levels[0] === "#" || levels[0] === "+" || text.startsWith("{"))
    return {
      problem: "begins with a wildcard, so that it takes every topic of the broker",
      mend: "begin with the level that these topics share",
    };
  if (text.startsWith("$") || levels[0] === "spBv1.0" || text.startsWith("isotherm/"))
    return {
      problem: `topics below ${levels[0] ?? ""} carry something else`,
      mend: "give the topics that plain JSON is published to; Sparkplug gateways belong under `sparkplug`",
    };
  return undefined;
}

function literalSource(part: string, kind: "name" | "topic"): string {
  const escaped = part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`).replaceAll(String.raw`\-`, "-");
  if (kind === "name") return escaped;
  // Only whole levels are wildcards, which the check above has made sure of.
  return escaped
    .split(String.raw`\/`)
    .map((level) => (level === String.raw`\+` ? "[^/]+" : level))
    .join("/")
    .replace(/(?:^|\/)#$/, "(?:/.*)?");
}

/** The MQTT filter that asks for all topics of a pattern, and perhaps more. */
export function filterOf(pattern: TextPattern): string {
  return pattern.text
    .split("/")
    .map((level) => (PLACEHOLDER.test(level) ? "+" : level))
    .join("/");
}

export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(new RegExp(PLACEHOLDER.source, "g"))].map(([, name]) => name as string);
}

/** The template with each `{name}` replaced; undefined when a name stands for nothing. */
export function filled(template: string, captures: Captures): string | undefined {
  if (placeholdersOf(template).some((name) => !Object.hasOwn(captures, name))) return undefined;
  return template.replaceAll(new RegExp(PLACEHOLDER.source, "g"), (_, name: string) => captures[name] as string);
}
