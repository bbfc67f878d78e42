/** Names, sizes and words: what can be seen in one file at a time. */
import ts from "typescript";
import { lineOf, type Source, visit } from "./tidy-tree.ts";
import {
  AMBIENT,
  AMBIENT_CALLS,
  AMBIENT_MODULES,
  BANNED_NOUNS,
  BANNED_WORDS,
  isTest,
  LINES_MAX,
  mayUseAmbient,
  mayUseConsole,
  type Violation,
} from "./tidy.ts";

type Finder = (
  source: Source,
  ast: ts.SourceFile,
  found: (line: number, problem: string, mend: string) => void,
) => void;

/** Turns a look at one file into a look at all. */
function everywhere(find: Finder): (tree: readonly Source[]) => Violation[] {
  return (tree) =>
    tree.flatMap((source) => {
      const violations: Violation[] = [];
      const { path, ast } = source;
      if (ast !== undefined) find(source, ast, (line, problem, mend) => violations.push({ path, line, problem, mend }));
      return violations;
    });
}

/** `storeInfo`, `store-info` and `STORE_INFO` as words in small letters. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

const bannedIn = (name: string): string | undefined =>
  wordsOf(name).find((word) => BANNED_NOUNS.some((noun) => word === noun || word === `${noun}s`));

const hasExport = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);

function* namesIn(name: ts.BindingName): Generator<ts.Identifier> {
  if (ts.isIdentifier(name)) yield name;
  else for (const each of name.elements) if (ts.isBindingElement(each)) yield* namesIn(each.name);
}

/** The names that a file exports, with the nodes that hold them. */
function* exportedNames(ast: ts.SourceFile): Generator<ts.Node & { text: string }> {
  for (const statement of ast.statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause !== undefined) {
      if (ts.isNamedExports(statement.exportClause))
        for (const each of statement.exportClause.elements) yield each.name;
      else yield statement.exportClause.name;
    }
    if (!hasExport(statement)) continue;
    if (ts.isVariableStatement(statement)) {
      for (const each of statement.declarationList.declarations) yield* namesIn(each.name);
    } else if ("name" in statement && statement.name !== undefined) {
      const name = statement.name as ts.Node;
      if (ts.isIdentifier(name)) yield name;
    }
  }
}

/** File, folder and exported names with a word that says nothing. */
export const bannedNames = everywhere(({ path }, ast, found) => {
  const mend = "name it after what it is or does";
  const inPath = bannedIn(path);
  if (inPath !== undefined) found(1, `has "${inPath}" in its path`, mend);
  for (const name of exportedNames(ast)) {
    const word = bannedIn(name.text);
    if (word !== undefined) found(lineOf(ast, name), `exports ${name.text}, with "${word}" in it`, mend);
  }
});

/** Doors that list nothing: `export * from`. */
export const starExports = everywhere((_source, ast, found) => {
  for (const statement of ast.statements) {
    if (!ts.isExportDeclaration(statement) || statement.exportClause !== undefined) continue;
    found(lineOf(ast, statement), "exports *", "list the names, so that the door can be read");
  }
});

/** Files over the hard stop. */
export const longFiles = everywhere(({ path, text }, _ast, found) => {
  const lines = text.replace(/\n$/, "").split("\n").length;
  const max = isTest(path) ? LINES_MAX.test : LINES_MAX.source;
  if (lines > max) found(max + 1, `has ${lines} lines, of at most ${max}`, "split it by what changes together");
});

/** Functions over the hard stop, methods, arrows and constructors included. */
export const longFunctions = everywhere((_source, ast, found) => {
  visit(ast, (node) => {
    if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return;
    const from = lineOf(ast, node);
    const lines = ast.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - from;
    if (lines <= LINES_MAX.function) return;
    const name = node.name !== undefined ? node.name.getText(ast) : "a function";
    found(from, `${name} has ${lines} lines, of at most ${LINES_MAX.function}`, "give its steps names of their own");
  });
});

function ambientUse(node: ts.Node, ast: ts.SourceFile): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText(ast).replace(/^globalThis\./, "");
    if (AMBIENT.includes(text)) return text;
  }
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText(ast).replace(/^(globalThis|crypto|window)\./, "");
    if (AMBIENT_CALLS.includes(callee)) return `${callee}()`;
  }
  if (ts.isNewExpression(node) && node.expression.getText(ast) === "Date" && (node.arguments ?? []).length === 0) {
    return "new Date()";
  }
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    if (AMBIENT_MODULES.includes(node.moduleSpecifier.text)) return node.moduleSpecifier.text;
  }
  return undefined;
}

/** Clocks, timers and chance that are not passed in. */
export const ambientUses = everywhere(({ path }, ast, found) => {
  if (mayUseAmbient(path)) return;
  visit(ast, (node) => {
    const use = ambientUse(node, ast);
    if (use === undefined) return;
    found(lineOf(ast, node), `uses ${use}`, "take a Clock, Scheduler or Random; make them in main.ts or ports.ts");
  });
});

/** Console output from within a room. */
export const consoleUses = everywhere(({ path }, ast, found) => {
  if (mayUseConsole(path)) return;
  visit(ast, (node) => {
    if (!ts.isPropertyAccessExpression(node) || node.expression.getText(ast) !== "console") return;
    found(lineOf(ast, node), `writes to the console`, "log by what is passed in, or print from main.ts or cli.ts");
  });
});

/** Words that put work off, in any tracked text. */
export function bannedWords(tree: readonly Source[]): Violation[] {
  const words = new RegExp(`\\b(${BANNED_WORDS.join("|")})\\b`);
  return tree.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const word = words.exec(line)?.[1];
      if (word === undefined) return [];
      return [{ path, line: index + 1, problem: `says ${word}`, mend: "do it, or open an issue and say why not" }];
    }),
  );
}
