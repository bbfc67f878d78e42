// The demonstration's concrete edges: the system's clock and timers, random bytes, free ports.

import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import type { Clock, Scheduler } from "@isotherm/coldchain";

export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

export const systemScheduler: Scheduler = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export const secureBytes = (count: number): Uint8Array => randomBytes(count);

/** A port of loopback that is free now; 0 asks the system for any. Rejects with EADDRINUSE when the given one is taken. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}
