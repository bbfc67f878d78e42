// The live event stream, kept open: reconnects with growing pauses, notices a link that has gone quiet, and says how it is.

import type { LiveEvent } from "../src/api-shapes.ts";
import { eventReader } from "./event-lines.ts";

export type LinkState = "connecting" | "live" | "reconnecting" | "logged-out";

export interface LinkListener {
  /** The stream has opened: whatever was read before may be old. */
  readonly opened: () => void;
  readonly event: (event: LiveEvent) => void;
  readonly state: (state: LinkState) => void;
}

const RETRY_MS = 500;
const RETRY_MS_MAX = 10_000;
/** The server says something every 15 s; a stream that is silent for longer than two of these is dead. */
const SILENCE_MS_MAX = 35_000;
const EVENTS = new Set(["readings", "alarm", "excursion", "asset", "backlog", "ingest", "reload"]);

export function liveLink(path: string, listener: LinkListener): { heardAtMs: () => number; retryNow: () => void } {
  let heardAtMs = Date.now();
  let attempt = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const heard = (abort: AbortController): void => {
    heardAtMs = Date.now();
    clearTimeout(silence);
    silence = setTimeout(() => abort.abort(), SILENCE_MS_MAX);
  };
  const run = async (): Promise<void> => {
    waiting = undefined;
    const abort = new AbortController();
    try {
      heard(abort);
      const response = await fetch(path, { signal: abort.signal, headers: { accept: "text/event-stream" } });
      if (response.status === 401) {
        listener.state("logged-out");
        return;
      }
      if (!response.ok || response.body === null) throw new Error(`the event stream answered ${response.status}`);
      attempt = 0;
      listener.state("live");
      listener.opened();
      await read(response.body, () => heard(abort), listener.event);
    } catch {
      // Any end is the same here: say that the link is away, and come back.
    } finally {
      clearTimeout(silence);
    }
    listener.state("reconnecting");
    const pauseMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** attempt++) * (0.5 + Math.random() / 2);
    waiting = setTimeout(() => void run(), pauseMs);
  };
  const retryNow = (): void => {
    if (waiting === undefined) return;
    clearTimeout(waiting);
    void run();
  };
  window.addEventListener("online", retryNow);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) retryNow();
  });
  listener.state("connecting");
  void run();
  return { heardAtMs: () => heardAtMs, retryNow };
}

async function read(
  body: ReadableStream<Uint8Array>,
  heard: () => void,
  take: (event: LiveEvent) => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const events = eventReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    for (const { event, data } of events(decoder.decode(value, { stream: true })))
      if (EVENTS.has(event)) take({ event, data: JSON.parse(data) as unknown } as LiveEvent);
  }
}
