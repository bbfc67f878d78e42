// What has changed, told to whoever listens in this process or over HTTP. Readings are told as the latest value per
// channel, at most every quarter of a second; a reader that does not keep up is cut off, and asks for the state anew.

import { type Quality, type Scheduler, qualityOf } from "@isotherm/coldchain";
import type { StoredPoint } from "./reading-assembly.ts";
import type { AlarmRow, AssetStatus } from "./state-rows.ts";

export interface FedReading {
  readonly assetId: string;
  readonly channel: string;
  readonly atMs: number;
  readonly value: number | null;
  readonly quality: Quality;
}

export type FeedEvent =
  | { readonly kind: "readings"; readonly tenantId: string; readonly readings: readonly FedReading[] }
  /** `effects`: what people are to be told, by the domain's alarm table. */
  | {
      readonly kind: "alarm";
      readonly tenantId: string;
      readonly assetId: string;
      readonly alarmId: string;
      readonly alarm: AlarmRow;
      readonly effects: readonly unknown[];
    }
  | {
      readonly kind: "excursion";
      readonly tenantId: string;
      readonly assetId: string;
      readonly excursionId: string;
      readonly change: string;
    }
  | { readonly kind: "asset"; readonly tenantId: string; readonly assetId: string; readonly status: AssetStatus }
  | {
      readonly kind: "completeness";
      readonly tenantId: string;
      readonly gatewayId: string;
      readonly assetId: string;
      readonly issued: number;
      readonly accepted: number;
    };

/** `cursor` is the state's, at which the event was true. */
export type FedEvent = FeedEvent & { readonly cursor: number };
export type FeedListener = (event: FedEvent) => void;

const READINGS_PERIOD_MS = 250;

export class FeedHub {
  readonly #scheduler: Scheduler;
  readonly #cursor: () => number;
  readonly #listeners = new Set<FeedListener>();
  readonly #latest = new Map<string, FedReading & { readonly tenantId: string }>();
  readonly #completeness = new Map<string, FeedEvent>();
  #flushing = false;

  constructor(scheduler: Scheduler, cursor: () => number) {
    this.#scheduler = scheduler;
    this.#cursor = cursor;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Gives back how to stop listening. */
  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(event: FeedEvent): void {
    if (this.#listeners.size === 0) return;
    const fed = { ...event, cursor: this.#cursor() };
    for (const listener of this.#listeners) listener(fed);
  }

  noteReadings(points: readonly StoredPoint[]): void {
    if (this.#listeners.size === 0) return;
    for (const { series, sampledAtMs, value, quality } of points) {
      const { tenantId, assetId, channel } = series;
      const key = `${tenantId}/${assetId}/${channel}`;
      const known = this.#latest.get(key);
      if (known !== undefined && known.atMs > sampledAtMs) continue;
      const reading = { tenantId, assetId, channel, atMs: sampledAtMs, value, quality: qualityOf(quality) ?? "stale" };
      this.#latest.set(key, reading);
    }
    this.#flushLater();
  }

  noteCompleteness(event: Extract<FeedEvent, { kind: "completeness" }>): void {
    if (this.#listeners.size === 0) return;
    this.#completeness.set(`${event.tenantId}/${event.gatewayId}/${event.assetId}`, event);
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#scheduler.after(READINGS_PERIOD_MS, () => {
      this.#flushing = false;
      const readings = Map.groupBy(this.#latest.values(), ({ tenantId }) => tenantId);
      const completeness = [...this.#completeness.values()];
      this.#latest.clear();
      this.#completeness.clear();
      for (const [tenantId, each] of readings)
        this.publish({
          kind: "readings",
          tenantId,
          readings: each.map(({ tenantId: _tenantId, ...reading }) => reading),
        });
      for (const event of completeness) this.publish(event);
    });
  }
}
