// What has changed, told to whoever listens in this process or over HTTP. Readings are told as the latest value per
// channel, at most every quarter of a second, and alarms at once; a reader that does not keep up is cut off, and asks for the state anew.

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
  /** Excursions of these assets appeared, went or are others than before. */
  | { readonly kind: "excursion"; readonly tenantId: string; readonly assetIds: readonly string[] }
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

const PERIOD_MS = 250;
/** With more channels than this changing, what is told waits longer: nobody reads a thousand numbers four times a second. */
const MANY_READINGS = 1000;
const MANY_PERIOD_MS = 1000;
/** Readings or assets in one event, so that no line is longer than its readers take. */
const EVENT_ITEMS_MAX = 500;

export class FeedHub {
  readonly #scheduler: Scheduler;
  readonly #cursor: () => number;
  readonly #listeners = new Set<FeedListener>();
  readonly #latest = new Map<string, FedReading & { readonly tenantId: string }>();
  /** By what they are about: of several, the last is told. */
  readonly #later = new Map<string, FeedEvent>();
  readonly #excursions = new Map<string, Set<string>>();
  #periodMs = PERIOD_MS;
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

  noteReadings(points: Iterable<Pick<StoredPoint, "series" | "sampledAtMs" | "value" | "quality">>): void {
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

  /** Told a while later, unless another event with the same key comes and takes its place. */
  publishLater(key: string, event: FeedEvent): void {
    if (this.#listeners.size === 0) return;
    this.#later.set(key, event);
    this.#flushLater();
  }

  noteExcursion(tenantId: string, assetId: string): void {
    if (this.#listeners.size === 0) return;
    const assets = this.#excursions.get(tenantId) ?? new Set();
    this.#excursions.set(tenantId, assets.add(assetId));
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#scheduler.after(this.#periodMs, () => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const readings = Map.groupBy(this.#latest.values(), ({ tenantId }) => tenantId);
    const [excursions, later] = [[...this.#excursions], [...this.#later.values()]];
    this.#periodMs = this.#latest.size > MANY_READINGS ? MANY_PERIOD_MS : PERIOD_MS;
    this.#latest.clear();
    this.#excursions.clear();
    this.#later.clear();
    for (const [tenantId, each] of readings)
      for (const some of chunks(each))
        this.publish({
          kind: "readings",
          tenantId,
          readings: some.map(({ tenantId: _tenantId, ...reading }) => reading),
        });
    for (const [tenantId, assetIds] of excursions)
      for (const some of chunks([...assetIds])) this.publish({ kind: "excursion", tenantId, assetIds: some });
    for (const event of later) this.publish(event);
  }
}

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += EVENT_ITEMS_MAX) yield items.slice(at, at + EVENT_ITEMS_MAX);
}
