/** Every room as an npm package: its files staged as they are to be installed, then packed by npm. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { packedModule, packedPath } from "./packed-module.ts";
import { isCommand, isPage, isTest, LAUNCHER } from "./tidy.ts";
import { listFiles } from "./tidy-tree.ts";

/** Tools that make files of the room and are of no use without the checkout. */
const DEVELOPMENT = /^dashboards\/outline\/|\.bench\.ts$/;
const NODE_VERSIONS = ">=24";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const manifestOf = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;

/** The rooms' folders, in the order in which the root names them. */
export async function rooms(root: string): Promise<readonly string[]> {
  return (await manifestOf(root))["workspaces"] as string[];
}

/** A room's files that are installed, as paths from the root. */
export function installedFiles(root: string, room: string): string[] {
  return listFiles(root).filter(
    (path) =>
      path.startsWith(`${room}/`) && !isTest(path) && !DEVELOPMENT.test(path) && !path.endsWith("/package.json"),
  );
}

/** Page modules are data here: the server takes their types away when it serves them. */
const isModule = (path: string): boolean => (path.endsWith(".ts") && !isPage(path)) || isCommand(path);

/** Writes a room to `target` as it is to be installed. */
async function stageRoom(root: string, room: string, target: string): Promise<void> {
  const files = installedFiles(root, room);
  const modules = new Set(files.filter(isModule));
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), text);
  };
  for (const path of files) {
    const within = posix.relative(room, path);
    if (modules.has(path)) {
      const text = await readFile(join(root, path), "utf8");
      await put(
        packedPath(within),
        packedModule(path, text, (name) => modules.has(name)),
      );
    } else await cp(join(root, path), join(target, within));
  }
  if (files.some(isCommand)) await cp(join(root, LAUNCHER), join(target, LAUNCHER));
  await cp(join(root, "LICENSE"), join(target, "LICENSE"));
  await put("package.json", `${JSON.stringify(installedManifest(await manifestOf(join(root, room))), null, 2)}\n`);
}

function installedManifest(manifest: Manifest): object {
  const { private: _private, devDependencies: _development, scripts: _scripts, exports, ...kept } = manifest;
  const doors = Object.entries(exports).map(([door, path]) => [door, packedPath(path)]);
  return { ...kept, engines: { node: NODE_VERSIONS }, exports: Object.fromEntries(doors) as object };
}

/** Packs every room of the repository at `root` into the folder `out`; gives the tarballs' paths, in the rooms' order. */
export async function packRooms(root: string, out: string): Promise<string[]> {
  const stage = await mkdtemp(join(tmpdir(), "isotherm-pack-"));
  try {
    await mkdir(out, { recursive: true });
    const folders: string[] = [];
    for (const room of await rooms(root)) {
      await stageRoom(root, room, join(stage, room));
      folders.push(join(stage, room));
    }
    const options = ["--ignore-scripts", "--json", "--pack-destination", out];
    // Outside the checkout: npm would take a workspace's folder for the workspace.
    const { stdout } = await promisify(execFile)("npm", ["pack", ...options, ...folders], { cwd: stage });
    const packed = JSON.parse(stdout) as { filename: string }[] | Record<string, { filename: string }>;
    return Object.values(packed).map(({ filename }) => join(out, filename));
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}
