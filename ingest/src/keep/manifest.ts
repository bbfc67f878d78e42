// What a backup says of itself, and the proof that its files are those that were written.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { KeepError } from "./keep-error.ts";

export const MANIFEST_NAME = "backup.json";
/** Of the folder: raised when an older restore could not read it. */
export const BACKUP_FORMAT = 1;

const file = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const manifestShape = z.object({
  format: z.number().int(),
  /** Of @isotherm/ingest. */
  version: z.string(),
  takenAt: z.string(),
  /** How many transactions of ingest's state the backup holds. */
  cursor: z.number().int(),
  stateVersion: z.number().int(),
  store: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("sqlite"), version: z.number().int() }),
    z.object({ kind: z.literal("influx"), tenantIds: z.array(z.string()), points: z.number().int() }),
  ]),
  files: z.array(file).min(1),
});
export type Manifest = z.output<typeof manifestShape>;
export type BackupFile = z.output<typeof file>;

export async function describeFile(folder: string, name: string): Promise<BackupFile> {
  const path = join(folder, name);
  return { name, bytes: (await stat(path)).size, sha256: await sha256Of(path) };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** The last thing that a backup writes: a folder without it is none. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const temporary = join(folder, `${MANIFEST_NAME}.part`);
  const handle = await open(temporary, "w", 0o600);
  await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
  await handle.sync();
  await handle.close();
  await rename(temporary, join(folder, MANIFEST_NAME));
}

/** @throws KeepError when the folder holds no backup, one of a newer format, or files that were changed. */
export async function readBackup(folder: string, progress: (what: string) => void): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST_NAME), "utf8");
  } catch (cause) {
    const problem = `${folder} holds no ${MANIFEST_NAME}: it is no backup, or one that was cut off before its end`;
    throw new KeepError("BACKUP_DAMAGED", problem, { cause });
  }
  const checked = manifestShape.safeParse(parseJson(text));
  if (!checked.success)
    throw new KeepError("BACKUP_DAMAGED", `${join(folder, MANIFEST_NAME)} is not as a backup writes it`);
  const manifest = checked.data;
  if (manifest.format > BACKUP_FORMAT)
    throw new KeepError(
      "BACKUP_REFUSED",
      `the backup has format ${manifest.format}; this version reads up to ${BACKUP_FORMAT}`,
    );
  for (const { name, bytes, sha256 } of manifest.files) {
    progress(`checking ${name}`);
    const found = await describeFile(folder, name).catch((cause: unknown) => {
      throw new KeepError("BACKUP_DAMAGED", `the backup lacks ${name}`, { cause });
    });
    if (found.bytes !== bytes || found.sha256 !== sha256)
      throw new KeepError(
        "BACKUP_DAMAGED",
        `${name} is not what was backed up: its SHA-256 differs; take another backup`,
      );
  }
  return manifest;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
