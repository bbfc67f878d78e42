// Generated files on a disk.
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileTree } from "./generated-files.ts";

const FILES_MAX = 1_000;
const FILE_BYTES_MAX = 5 * 1024 * 1024;
const DEPTH_MAX = 8;
const OURS = /\.(json|ya?ml)$/;

export class FileTreeError extends Error {
  override readonly name = "FileTreeError";
  readonly code: "TREE_UNREADABLE" | "TREE_TOO_LARGE" | "TREE_UNWRITABLE";

  constructor(code: FileTreeError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The JSON and YAML files below a directory, sorted by path. Names that begin with a dot are passed over.
 * @throws FileTreeError
 */
export async function readTree(directory: string): Promise<FileTree> {
  const found: [string, string][] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    if (depth > DEPTH_MAX)
      throw new FileTreeError("TREE_TOO_LARGE", `${directory} is deeper than ${DEPTH_MAX} folders`);
    for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path, depth + 1);
      if (!entry.isFile() || !OURS.test(entry.name)) continue;
      if (found.length >= FILES_MAX) {
        throw new FileTreeError("TREE_TOO_LARGE", `${directory} holds more than ${FILES_MAX} JSON and YAML files`);
      }
      const { size } = await stat(join(directory, path));
      if (size > FILE_BYTES_MAX) throw new FileTreeError("TREE_TOO_LARGE", `${path} is larger than 5 MB`);
      found.push([path, await readFile(join(directory, path), "utf8")]);
    }
  };
  try {
    await walk("", 0);
  } catch (thrown) {
    if (thrown instanceof FileTreeError) throw thrown;
    throw new FileTreeError("TREE_UNREADABLE", `${directory} cannot be read`, { cause: thrown });
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Writes the files that differ, each whole or not at all: Grafana may read while we write. Returns their paths.
 * Nothing is deleted.
 * @throws FileTreeError
 */
export async function writeTree(directory: string, files: FileTree): Promise<string[]> {
  const written: string[] = [];
  for (const [path, text] of files) {
    const target = join(directory, path);
    try {
      if ((await textAt(target)) === text) continue;
      await mkdir(dirname(target), { recursive: true });
      await writeWhole(target, text);
    } catch (thrown) {
      throw new FileTreeError("TREE_UNWRITABLE", `${target} cannot be written`, { cause: thrown });
    }
    written.push(path);
  }
  return written;
}

async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

async function writeWhole(target: string, text: string): Promise<void> {
  // Grafana takes only names that end in .json, .yaml or .yml.
  const draft = `${target}.${process.pid}.draft`;
  try {
    const file = await open(draft, "w", 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  }
}

/** How a directory stands to what the code generates, by path. */
export interface TreeDifference {
  readonly missing: readonly string[];
  readonly different: readonly string[];
  /** There, but not generated: left over from an older version, or somebody else's. */
  readonly strange: readonly string[];
}

export function compareTrees(wanted: FileTree, present: FileTree): TreeDifference {
  const paths = [...wanted.keys()];
  return {
    missing: paths.filter((path) => !present.has(path)),
    different: paths.filter((path) => present.has(path) && present.get(path) !== wanted.get(path)),
    strange: [...present.keys()].filter((path) => !wanted.has(path)),
  };
}

/** The first line in which two texts differ, counted from 1. */
export function firstDifferentLine(a: string, b: string): number {
  const [left, right] = [a.split("\n"), b.split("\n")];
  let line = 0;
  while (line < left.length && left[line] === right[line]) line += 1;
  return line + 1;
}
