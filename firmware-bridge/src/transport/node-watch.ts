// Notices that a device node vanished. serialport can miss an unplugging: a read that meets the hang-up gets no bytes
// and no error, and is repeated for ever. The node in /dev goes away all the same.

import { existsSync, realpathSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

/**
 * Calls `gone` once when `path` no longer exists: the link, where it is one, or the node that it points to. Returns
 * what stops it. Where folders cannot be watched it does nothing.
 */
export function watchNode(path: string, gone: () => void): () => void {
  let isOver = false;
  const stops: (() => void)[] = [];
  const stop = (): void => {
    isOver = true;
    for (const each of stops.splice(0)) each();
  };
  for (const each of pathsOf(path)) {
    try {
      const watcher = watch(dirname(each), { persistent: false }, (_event, name) => {
        if (isOver || (name !== null && name !== basename(each)) || existsSync(path)) return;
        stop();
        gone();
      });
      watcher.on("error", () => watcher.close());
      stops.push(() => watcher.close());
    } catch {
      // This folder cannot be watched; the read or write that fails will tell.
    }
  }
  return stop;
}

function pathsOf(path: string): string[] {
  try {
    return [...new Set([path, realpathSync(path)])];
  } catch {
    return [path];
  }
}
