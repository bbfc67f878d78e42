/** Which file may import which, and whether any file is imported by no one. */
import { posix } from "node:path";
import ts from "typescript";
import { lineOf, type Source, visit } from "./tidy-tree.ts";
import {
  DOORS,
  isCommand,
  isEntry,
  isPage,
  isTest,
  LAUNCHER,
  MAY_IMPORT,
  mayImportAny,
  type Violation,
} from "./tidy.ts";

interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Every module that the file names: static, dynamic, re-exported, or in a type. */
function importsOf(ast: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (node !== undefined && ts.isStringLiteralLike(node))
      found.push({ specifier: node.text, line: lineOf(ast, node) });
  };
  visit(ast, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
  });
  return found;
}

const roomOf = (path: string): string => (path.includes("/") ? (path.split("/")[0] as string) : "");
const resolveFrom = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier);

function judge(path: string, specifier: string): [problem: string, mend: string] | undefined {
  const room = roomOf(path);
  if (specifier.startsWith(".")) {
    const target = resolveFrom(path, specifier);
    if (roomOf(target) === room || room === "") return undefined;
    if (target.startsWith("checks/") && mayImportAny(path)) return undefined;
    // What one room's tests are held to, another's may be held to as well.
    if (/^[^/]+\/test\//.test(target) && mayImportAny(path)) return undefined;
    if (target === LAUNCHER && isCommand(path)) return undefined;
    return [`reaches out of ${room}/ to ${target}`, "import the other room by its door, @isotherm/<room>"];
  }
  if (!specifier.startsWith("@isotherm/")) return undefined;
  if (DOORS[specifier] === undefined) {
    return [`imports "${specifier}", which is no door`, `the doors are ${Object.keys(DOORS).join(", ")}`];
  }
  if (mayImportAny(path)) return undefined;
  const allowed = MAY_IMPORT[room] ?? [];
  if (allowed.includes(specifier)) return undefined;
  const mend = allowed.length === 0 ? `${room} imports nothing of ours` : `${room} may import ${allowed.join(", ")}`;
  return [`imports "${specifier}" against the arrows`, `${mend}; move the code, or pass it in`];
}

/** Imports against the arrows of the table, past a door, or out of a room. */
export function wrongImports(tree: readonly Source[]): Violation[] {
  return tree.flatMap(({ path, ast }) => {
    if (ast === undefined) return [];
    return importsOf(ast).flatMap(({ specifier, line }) => {
      const found = judge(path, specifier);
      return found === undefined ? [] : [{ path, line, problem: found[0], mend: found[1] }];
    });
  });
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

function dependenciesOf(tree: readonly Source[], folder: string, withDev: boolean): ReadonlySet<string> {
  const path = folder === "" ? "package.json" : `${folder}/package.json`;
  const text = tree.find((source) => source.path === path)?.text;
  const manifest = text === undefined ? {} : (JSON.parse(text) as Manifest);
  return new Set([
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(withDev ? (manifest.devDependencies ?? {}) : {}),
  ]);
}

/** Packages that a room imports without naming them in its package.json: they work here and break once installed. */
export function undeclaredPackages(tree: readonly Source[]): Violation[] {
  return tree.flatMap(({ path, ast }) => {
    if (ast === undefined) return [];
    const room = roomOf(path);
    const isFree = mayImportAny(path) || MAY_IMPORT[room] === undefined;
    const declared = new Set([
      ...dependenciesOf(tree, room, isFree),
      ...(isFree ? dependenciesOf(tree, "", true) : []),
    ]);
    return importsOf(ast)
      .filter(({ specifier }) => !/^(\.|\/|node:)/.test(specifier) && !declared.has(packageOf(specifier)))
      .filter(({ specifier }) => !(isFree && DOORS[specifier] !== undefined))
      .map(({ specifier, line }) => ({
        path,
        line,
        problem: `imports "${specifier}", which ${room === "" ? "the" : `${room}'s`} package.json does not name`,
        mend: "add it to the dependencies there, or do without it",
      }));
  });
}

/** What a file leads to: its imports, and files that its strings name (workers, children, page scripts). */
function leadsTo(source: Source, known: ReadonlySet<string>): string[] {
  const { path, ast, text } = source;
  const found: string[] = [];
  const add = (target: string | undefined): void => {
    if (target !== undefined && known.has(target)) found.push(target);
  };
  const addNamed = (name: string): void => {
    add(resolveFrom(path, name));
    add(posix.normalize(name.replace(/^\//, "")));
    // Pages name scripts by URL, which the server maps to TypeScript.
    const script = posix.basename(name).replace(/\.js$/, ".ts");
    if (roomOf(path) === "dashboards")
      for (const each of known) if (isPage(each) && posix.basename(each) === script) add(each);
  };
  if (ast === undefined) {
    for (const match of text.matchAll(/[\w@./-]+\.(?:ts|js|mjs)\b/g)) addNamed(match[0]);
    return found;
  }
  for (const { specifier } of importsOf(ast)) {
    add(specifier.startsWith(".") ? resolveFrom(path, specifier) : DOORS[specifier]);
  }
  visit(ast, (node) => {
    if (ts.isStringLiteralLike(node) && /\.(ts|js|mjs)$/.test(node.text)) addNamed(node.text);
  });
  return found;
}

/** Source files that no door, main, bench, test or page leads to. */
export function unreached(tree: readonly Source[]): Violation[] {
  const byPath = new Map(tree.map((source) => [source.path, source]));
  const known = new Set(byPath.keys());
  const reached = new Set<string>();
  // Manifests name scripts and commands; HTML names page scripts; .ci/run names what it starts.
  const waiting = tree.filter(({ path }) => isEntry(path) || path.endsWith("package.json")).map(({ path }) => path);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const source = byPath.get(path);
    if (source !== undefined) waiting.push(...leadsTo(source, known));
  }
  return tree
    .filter(({ path, ast }) => ast !== undefined && !reached.has(path))
    .map(({ path }) => ({
      path,
      line: 1,
      problem: "is imported by no one",
      mend: isTest(path) ? "import it from a test, or delete it" : "export it through a door, import it, or delete it",
    }));
}
