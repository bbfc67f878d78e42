// What keeps a demonstration from starting, in sentences that say what to do.

import { diskFullText } from "./disk-room.ts";

/** A port was given that is in use, and so on: `message` is for a person. */
export class StartError extends Error {
  readonly code = "DEMO_START";
  override readonly name = "StartError";
}

/** Turns what went wrong into a sentence; undefined when it is nothing that a person could mend. */
export function startProblem(error: unknown, folder: string, port: number): string | undefined {
  if (error instanceof StartError) return error.message;
  const text = error instanceof Error ? `${error.message} ${String((error as NodeJS.ErrnoException).code ?? "")}` : "";
  if (text.includes("EADDRINUSE"))
    return `Port ${port} is in use, perhaps by another demonstration. End that one, or choose another: npm start -- --port ${port + 1}`;
  const { syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (text.includes("EACCES") && syscall === "listen")
    return `No permission for port ${port}: systems keep those under 1024 to themselves. Choose another: npm start -- --port 8080`;
  if (text.includes("EACCES") || text.includes("EPERM"))
    return `No permission to write in ${folder}. Choose a folder that you may write: npm start -- --data ~/isotherm-demo`;
  if (text.includes("ENOSPC") || text.includes("disk is full") || text.includes("SQLITE_FULL"))
    return diskFullText(folder);
  if (text.includes("EROFS")) return `${folder} is read-only. Choose another folder: npm start -- --data DIR`;
  return undefined;
}
