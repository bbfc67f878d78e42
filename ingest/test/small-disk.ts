// A disk that can be filled while somebody writes to it: a small file system in memory where this process may mount one.

import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";

const CHUNK = new Uint8Array(64 * 1024);

export class SmallDisk {
  readonly folder: string;
  readonly #ballast: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ballast = join(folder, "ballast");
  }

  /** Undefined where nothing can be mounted, which needs root. */
  static mount(folder: string, megabytes: number): SmallDisk | undefined {
    mkdirSync(folder);
    const options = ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder];
    if (spawnSync("mount", options, { stdio: "ignore" }).status !== 0) return undefined;
    return new SmallDisk(folder);
  }

  /** Nothing more can be written until it is freed; throws unless the disk itself says that it is full. */
  fill(): void {
    const file = openSync(this.#ballast, "a");
    try {
      for (let length = CHUNK.length; length > 0;) {
        try {
          writeSync(file, CHUNK, 0, length);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
          length = Math.floor(length / 2);
        }
      }
    } finally {
      closeSync(file);
    }
    if (statfsSync(this.folder).bavail !== 0) throw new Error("the disk has room left");
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  close(): void {
    // Lazily: who was killed a moment ago may still be let go of by the system.
    spawnSync("umount", ["-l", this.folder], { stdio: "ignore" });
  }
}
