/** A module as a published package holds it. Node takes types away in a checkout, but refuses to in `node_modules`. */
import { stripTypeScriptTypes } from "node:module";
import { posix } from "node:path";
import ts from "typescript";
import { isCommand, LAUNCHER } from "./tidy.ts";
import { visit } from "./tidy-tree.ts";

/** A module names a `.ts` file in a way that is not followed here, so that the name would lead nowhere once packed. */
export class PackError extends Error {
  readonly code = "PACK_UNFOLLOWED_NAME";
  override readonly name = "PackError";
}

/** Where the packed form of a module lies. */
export const packedPath = (path: string): string => path.replace(/\.ts$/, ".js");

/** The string in which a node says where another file of ours lies: an import's, or `new URL(…, import.meta.url)`'s. */
function namedFile(node: ts.Node): ts.Node | undefined {
  const specifier = specifierOf(node);
  if (specifier !== undefined)
    return ts.isStringLiteral(specifier) && specifier.text.startsWith(".") ? specifier : undefined;
  if (!ts.isNewExpression(node) || node.expression.getText() !== "URL") return undefined;
  const [file, base] = node.arguments ?? [];
  return base?.getText() === "import.meta.url" ? file : undefined;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isDynamic ? node.arguments[0] : undefined;
}

/**
 * The module without types, and with the names of our own modules as they are once packed. Lines stay where they are.
 * @param path from the repository's root
 * @param isOurs whether a path from the root is a module that is packed
 * @throws PackError on a string that names one of our modules in another way
 */
export function packedModule(path: string, text: string, isOurs: (path: string) => boolean): string {
  const script = path.endsWith(".ts") ? stripTypeScriptTypes(text) : text;
  const ast = ts.createSourceFile(packedPath(path), script, ts.ScriptTarget.Latest, true);
  const renamed = new Map<number, { to: number; name: string }>();
  visit(ast, (node) => {
    const name = namedFile(node);
    if (name === undefined) return;
    const written = script.slice(name.getStart() + 1, name.getEnd() - 1);
    const becomes = renameFrom(path, written);
    if (becomes !== written) renamed.set(name.getStart() + 1, { to: name.getEnd() - 1, name: becomes });
  });
  visit(ast, (node) => {
    if (!ts.isStringLiteralLike(node) || renamed.has(node.getStart() + 1)) return;
    if (node.text.endsWith(".ts") && isOurs(posix.join(posix.dirname(path), node.text)))
      throw new PackError(`${path} names "${node.text}": write new URL("${node.text}", import.meta.url)`);
  });
  // From the end, so that the places of those before stay true.
  return [...renamed]
    .toReversed()
    .reduce((done, [at, { to, name }]) => done.slice(0, at) + name + done.slice(to), script);
}

function renameFrom(path: string, name: string): string {
  const isLauncher = isCommand(path) && posix.join(posix.dirname(path), name) === LAUNCHER;
  return isLauncher ? "./launch.js" : packedPath(name);
}
