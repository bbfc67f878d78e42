// Notices that a device node vanished. serialport can miss an unplugging: a read that meets the hang-up gets no bytes
// and no error, and is repeated for ever. The node in /dev goes away all the same.

import { existsSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Calls `gone` once when `path` no longer exists. Returns what stops it. Where folders cannot be watched it does nothing. */
export function watchNode(path: string, gone: () => void): () => void {
  let isOver = false;
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (isOver || (name !== null && name !== basename(path)) || existsSync(path)) return;
      stop();
      gone();
    });
    const stop = (): void => {
      isOver = true;
      watcher.close();
    };
    watcher.on("error", stop);
    return stop;
  } catch {
    return () => undefined;
  }
}
