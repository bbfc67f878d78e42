// One pseudo-terminal whose other side is this process: what a serial port is to a program, bytes to us. Made by socat.

import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";

export interface PtyEnd {
  /** What a program opens as its serial port. */
  readonly path: string;
  write(bytes: Uint8Array): void;
  /** The node vanishes, as when an adapter is pulled out; resolves when it has. */
  close(): Promise<void>;
}

/** Resolves when the node can be opened. Rejects when socat is not there or ends before. */
export async function ptyEnd(path: string, onBytes: (bytes: Buffer) => void): Promise<PtyEnd> {
  // With -d -d socat says when it carries bytes, and by then the node is there.
  const socat = spawn("socat", ["-d", "-d", `pty,raw,echo=0,link=${path}`, "STDIO"]);
  const ended = new Promise<void>((resolve) => socat.once("close", () => resolve()));
  await started(socat, path);
  socat.stdout.on("data", onBytes);
  // Writing to a pipe whose reader was ended is no news here: `close` says so.
  socat.stdin.on("error", () => undefined);
  return {
    path,
    write: (bytes) => void (socat.stdin.writable && socat.stdin.write(bytes)),
    async close() {
      socat.kill("SIGTERM");
      await ended;
    },
  };
}

function started(socat: ChildProcessWithoutNullStreams, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    socat.once("error", reject);
    socat.once("close", () => reject(new Error(`socat made no ${path}: ${said}`)));
    socat.stderr.on("data", (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-2000);
      if (said.includes("starting data transfer loop") && existsSync(path)) resolve();
    });
  });
}
