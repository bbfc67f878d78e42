// The series behind a chart: read for the chosen stretch, grown by live readings, read again when late ones arrive.

import type { AssetView, ChannelView, ExcursionView, LiveReading, SeriesPoint, SeriesView } from "../src/api-shapes.ts";
import { api } from "../page-parts/api.ts";
import { temperatures } from "../page-parts/channels.ts";
import { atMostEvery } from "../page-parts/live-state.ts";
import { addReading } from "../page-parts/series-lines.ts";

export interface HeldSeries {
  readonly points: SeriesPoint[];
  readonly bucketMs: number;
  readonly originMs: number;
}

export interface DetailSeries {
  readonly byChannel: ReadonlyMap<string, HeldSeries>;
  readonly excursions: () => readonly ExcursionView[];
  readonly failure: () => string | undefined;
  readonly isRead: () => boolean;
  /** Reads for an asset and a stretch up to now; what was held for another is let go. */
  readonly choose: (asset: AssetView, rangeMs: number) => void;
  readonly take: (readings: readonly LiveReading[]) => void;
  readonly readAgain: () => void;
}

/** Channels drawn at most, so that a strange asset cannot ask for hundreds of series. */
const CHANNELS_MAX = 8;
const BUCKETS = 480;
const AGAIN_EVERY_MS = 3_000;
const EXCURSIONS_MS = 7 * 86_400_000;
const ROLES_FIRST = ["product", "supply", "return", "ambient", "evaporator", "set-point"];

/** What is drawn for an asset: temperatures with the product first, then humidity and doors. */
export function drawnChannels(asset: Pick<AssetView, "channels">): ChannelView[] {
  const rank = ({ role }: ChannelView): number => (ROLES_FIRST.includes(role) ? ROLES_FIRST.indexOf(role) : 99);
  const warm = temperatures(asset).sort((a, b) => rank(a) - rank(b));
  const others = asset.channels.filter(({ quantity, role }) => quantity === "humidity" || role === "door");
  return [...new Set([...warm, ...others])].slice(0, CHANNELS_MAX);
}

function held(view: SeriesView): HeldSeries {
  const points = view.points.filter(({ count, notGood }) => count > 0 || notGood > 0);
  return { points, bucketMs: view.bucketMs, originMs: view.points[0]?.fromMs ?? view.fromMs };
}

export function detailSeries(nowMs: () => number, changed: () => void): DetailSeries {
  const byChannel = new Map<string, HeldSeries>();
  let excursions: readonly ExcursionView[] = [];
  let chosen: { asset: AssetView; rangeMs: number } | undefined;
  let failure: string | undefined;
  let isRead = false;
  const read = async (): Promise<void> => {
    if (chosen === undefined) return;
    const asked = chosen;
    const { asset, rangeMs } = asked;
    const toMs = nowMs();
    try {
      const window = { fromMs: toMs - rangeMs, toMs };
      const list = api.excursions({ asset: asset.assetId, from: Math.round(toMs - EXCURSIONS_MS), limit: 200 });
      const views = await Promise.all(
        drawnChannels(asset).map(({ channel }) => api.series(asset.assetId, channel, window, BUCKETS)),
      );
      const found = (await list).excursions;
      if (asked !== chosen) return;
      byChannel.clear();
      for (const view of views) byChannel.set(view.channel, held(view));
      excursions = found;
      failure = undefined;
      isRead = true;
    } catch (error) {
      if (asked !== chosen) return;
      failure = error instanceof Error ? error.message : String(error);
    }
    changed();
  };
  const readAgain = atMostEvery(AGAIN_EVERY_MS, () => void read());
  return {
    byChannel,
    excursions: () => excursions,
    failure: () => failure,
    isRead: () => isRead,
    readAgain,
    choose: (asset, rangeMs) => {
      if (chosen?.asset.assetId !== asset.assetId) excursions = [];
      chosen = { asset, rangeMs };
      isRead = false;
      byChannel.clear();
      void read();
    },
    take: (readings) => {
      if (chosen === undefined || !isRead) return;
      for (const reading of readings) {
        const series = reading.assetId === chosen.asset.assetId ? byChannel.get(reading.channel) : undefined;
        // A reading older than what is drawn has been found late: its bucket must be counted by the store.
        if (series !== undefined && !addReading(series.points, reading, series)) readAgain();
      }
      const oldestMs = nowMs() - chosen.rangeMs;
      for (const { points, bucketMs } of byChannel.values()) {
        while (points[0] !== undefined && points[0].fromMs + bucketMs < oldestMs) points.shift();
        // Readings that stood for themselves have become so many that the store should bucket them.
        if (points.length > 2 * BUCKETS) readAgain();
      }
    },
  };
}
