/** Sources as the tidy checks see them: text and syntax tree, by path from the root. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

const TEXT_BYTES_MAX = 1024 * 1024;

/** One text file. */
export interface Source {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The syntax tree, for TypeScript and JavaScript. */
  readonly ast: ts.SourceFile | undefined;
}

/** What git tracks and what it would: a file counts before it is committed. Without git, every file but the ignored. */
export function listFiles(root: string): string[] {
  // The checkout may belong to another user than ours, which git refuses unless told.
  const git = ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = spawnSync("git", git, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (listed.status === 0) return listed.stdout.split("\0").filter((path) => path !== "");
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|data|\.git|\.scratch[^/]*)\//.test(path));
}

/** Reads those of the files that are text of at most 1 MB; the lockfile, which npm writes, is left out. */
export function readTree(root: string, paths: readonly string[]): Source[] {
  const sources: Source[] = [];
  for (const path of [...paths].sort()) {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile() || stat.size > TEXT_BYTES_MAX || path === "package-lock.json") continue;
    const text = readFileSync(join(root, path), "utf8");
    if (!text.includes("\0")) sources.push(parse(path, text));
  }
  return sources;
}

function parse(path: string, text: string): Source {
  const isCode = /\.(ts|js|mjs)$/.test(path);
  return { path, text, ast: isCode ? ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) : undefined };
}

/** The line, counted from 1, on which a node begins. */
export function lineOf(ast: ts.SourceFile, node: ts.Node): number {
  return ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
}

/** Visits every node below. */
export function visit(node: ts.Node, seen: (node: ts.Node) => void): void {
  node.forEachChild((child) => {
    seen(child);
    visit(child, seen);
  });
}
