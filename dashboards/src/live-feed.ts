// Ingest's feed, fanned out to open pages as server-sent events. A page that does not read is cut off: it will come back
// and read everything again.

import type { AlarmRow } from "@isotherm/ingest/store";
import type { LiveReading } from "./api-shapes.ts";
import type { Cancel, Random, Scheduler } from "@isotherm/coldchain";

/** What ingest says, as far as this room uses it. */
export type FeedEvent =
  | { readonly kind: "readings"; readonly tenantId: string; readonly readings: readonly LiveReading[] }
  | { readonly kind: "alarm"; readonly tenantId: string; readonly alarm: AlarmRow }
  | { readonly kind: "excursion"; readonly tenantId: string; readonly assetIds: readonly string[] }
  | { readonly kind: "asset"; readonly tenantId: string; readonly assetId: string; readonly status: string }
  /** How far a gateway's stream has come in. */
  | {
      readonly kind: "completeness";
      readonly tenantId: string;
      readonly assetId: string;
      readonly issued: number;
      readonly accepted: number;
    }
  | { readonly kind: "ingest"; readonly isHeard: boolean }
  /** The feed was away, or facts changed: whatever a page holds may be old. */
  | { readonly kind: "reload" };

export type FeedListener = (event: FeedEvent) => void;

const RETRY_MS = 250;
const RETRY_MS_MAX = 5_000;
/** Bytes of one feed line at most; a longer one means that we have lost step. */
const LINE_BYTES_MAX = 1_048_576;
/** Pages that listen at most. */
export const LISTENERS_MAX = 1_000;

export interface FeedDeps {
  /** Opens the feed; the stream ends or fails when ingest goes away. */
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  readonly scheduler: Scheduler;
  readonly random: Random;
}

/** Keeps one connection to ingest's feed and hands its events to every listener. */
export class LiveFeed {
  readonly #deps: FeedDeps;
  readonly #listeners = new Set<FeedListener>();
  readonly #abort = new AbortController();
  readonly counters = { events: 0, connects: 0, failures: 0, linesRefused: 0 };
  #attempt = 0;
  #isHeard = false;
  #cancelRetry: Cancel = () => undefined;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
  }

  /** False while ingest's feed is away. */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  start(): void {
    void this.#run();
  }

  /** Undefined when too many listen already. */
  listen(listener: FeedListener): Cancel | undefined {
    if (this.#listeners.size >= LISTENERS_MAX) return undefined;
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: FeedEvent): void {
    this.counters.events++;
    for (const listener of this.#listeners) listener(event);
  }

  close(): void {
    this.#abort.abort();
    this.#cancelRetry();
  }

  async #run(): Promise<void> {
    try {
      const stream = await this.#deps.open(this.#abort.signal);
      this.counters.connects++;
      this.#attempt = 0;
      this.#hear(true);
      this.emit({ kind: "reload" });
      await this.#read(stream);
    } catch {
      // Ingest is away or was killed: that is what the retry is for, and pages show the age of what they have.
      this.counters.failures++;
    }
    if (this.#abort.signal.aborted) return;
    this.#hear(false);
    const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** this.#attempt++) * (0.5 + this.#deps.random() / 2);
    this.#cancelRetry = this.#deps.scheduler.after(delayMs, () => void this.#run());
  }

  #hear(isHeard: boolean): void {
    if (isHeard === this.#isHeard) return;
    this.#isHeard = isHeard;
    this.emit({ kind: "ingest", isHeard });
  }

  async #read(stream: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LINE_BYTES_MAX) throw new Error("a feed line is too long");
      for (const line of lines) this.#take(line);
    }
  }

  #take(line: string): void {
    if (line === "") return;
    try {
      const event = JSON.parse(line) as FeedEvent;
      if (["readings", "alarm", "excursion", "asset", "completeness"].includes(event.kind)) this.emit(event);
    } catch {
      // A line that is not JSON is counted and passed over; the next reload mends what it said.
      this.counters.linesRefused++;
    }
  }
}
