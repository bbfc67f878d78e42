// Two pseudo-terminals joined by socat: one end for us, one for a slave or a receiver that is not ours.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { until } from "./kit.ts";

export interface PtyPair {
  readonly near: string;
  readonly far: string;
  /** Both ends vanish, as when an adapter is unplugged. */
  close(): Promise<void>;
}

export async function ptyPair(folder: string): Promise<PtyPair> {
  const near = join(folder, "near");
  const far = join(folder, "far");
  const socat = spawn("socat", [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: "ignore" });
  const ended = new Promise((resolve) => socat.once("exit", resolve));
  await until(() => existsSync(near) && existsSync(far), { what: "socat to make its two ptys" });
  return {
    near,
    far,
    async close() {
      socat.kill("SIGTERM");
      await ended;
    },
  };
}
