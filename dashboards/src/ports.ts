// The API server's concrete edges: HTTP to ingest, the system's clock and timers.

import { randomBytes } from "node:crypto";
import type { Clock, Scheduler } from "@isotherm/coldchain";
import type { IntentAnswer } from "./api-shapes.ts";
import type { FeedDeps } from "./live-feed.ts";

export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

export const systemScheduler: Scheduler = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export const systemRandom = (): number => Math.random();
export const systemRandomBytes = (count: number): Uint8Array => randomBytes(count);

/** How long ingest may take to answer an intent. */
const INTENT_TIMEOUT_MS = 3_000;

export function ingestPorts(
  url: string,
  token: string,
): { openFeed: FeedDeps["open"]; sendIntent: (body: string) => Promise<IntentAnswer | undefined> } {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return {
    openFeed: async (signal) => {
      const response = await fetch(new URL("/feed", url), { headers, signal });
      if (!response.ok || response.body === null) throw new Error(`ingest's feed answered ${response.status}`);
      return response.body;
    },
    sendIntent: async (body) => {
      try {
        const signal = AbortSignal.timeout(INTENT_TIMEOUT_MS);
        const response = await fetch(new URL("/intents", url), { method: "POST", headers, body, signal });
        // Ingest in trouble, or a token that an installer will mend: ask again later. Any other 4xx is an answer.
        if (response.status >= 500 || response.status === 401) return undefined;
        return (await response.json()) as IntentAnswer;
      } catch {
        // Away or restarting: the outbox keeps the intent.
        return undefined;
      }
    },
  };
}
