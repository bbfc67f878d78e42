// The last hour of the load's temperature, small, with its limits and gaps.

import type { AssetView, LiveReading } from "../src/api-shapes.ts";
import { api } from "../page-parts/api.ts";
import { channelName, gapOf, hasDoor, leadingChannel, tightestLimits } from "../page-parts/channels.ts";
import { liveChart, type Chart } from "../page-parts/chart.ts";
import type { ChartLine, ChartModel } from "../page-parts/chart-model.ts";
import { byId } from "../page-parts/dom.ts";
import type { Language } from "../page-parts/format.ts";
import { atMostEvery } from "../page-parts/live-state.ts";
import { addReading, openStretches, seriesLines } from "../page-parts/series-lines.ts";
import type { SeriesView } from "../src/api-shapes.ts";

const HOUR_MS = 3_600_000;
const BUCKETS = 240;
const AGAIN_EVERY_MS = 5_000;

type Held = Pick<SeriesView, "channel" | "bucketMs"> & { points: SeriesView["points"][number][]; originMs: number };

export interface HourChart {
  /** Undefined when there is no load any more: nothing is asked about it then. */
  readonly update: (asset: AssetView | undefined, language: Language) => void;
  readonly take: (readings: readonly LiveReading[]) => void;
  readonly readAgain: () => void;
}

export function hourChart(nowMs: () => number): HourChart {
  const host = byId("plot");
  const held = new Map<string, Held>();
  let chart: Chart | undefined;
  let shown: { asset: AssetView; language: Language } | undefined;
  let readFor = "";
  const wanted = ({ channels }: AssetView, leading: string | undefined): string[] =>
    channels.filter(({ channel, role }) => channel === leading || role === "door").map(({ channel }) => channel);
  const read = async (): Promise<void> => {
    if (shown === undefined) return;
    const { asset } = shown;
    const toMs = nowMs();
    const names = wanted(asset, leadingChannel(asset, toMs)?.channel);
    const window = { fromMs: toMs - HOUR_MS, toMs };
    const views = await Promise.all(names.map((channel) => api.series(asset.assetId, channel, window, BUCKETS))).catch(
      // The number above says how old things are; the chart is read again with the next reload.
      () => [],
    );
    for (const { channel, bucketMs, points, fromMs } of views) {
      const kept = points.filter(({ count, notGood }) => count > 0 || notGood > 0);
      held.set(`${asset.assetId}/${channel}`, {
        channel,
        bucketMs,
        points: kept,
        originMs: points[0]?.fromMs ?? fromMs,
      });
    }
    if (views.length > 0) draw();
  };
  const readAgain = atMostEvery(AGAIN_EVERY_MS, () => void read());
  const draw = (): void => {
    if (shown === undefined) return;
    const model = modelOf(shown.asset, shown.language, held, nowMs());
    if (chart === undefined) chart = liveChart(host, model, { isSmall: true });
    else chart.draw(model);
  };
  return {
    readAgain,
    update: (asset, language) => {
      shown = asset === undefined ? undefined : { asset, language };
      if (asset === undefined) return;
      const key = `${asset.assetId}/${leadingChannel(asset, nowMs())?.channel}`;
      if (key !== readFor) {
        readFor = key;
        void read();
      }
      draw();
    },
    take: (readings) => {
      for (const reading of readings) {
        const series = held.get(`${reading.assetId}/${reading.channel}`);
        if (series !== undefined && !addReading(series.points, reading, series)) readAgain();
      }
      for (const { points, bucketMs } of held.values()) {
        while (points[0] !== undefined && points[0].fromMs + bucketMs < nowMs() - HOUR_MS) points.shift();
        // Readings that stood for themselves have become so many that the store should bucket them.
        if (points.length > 2 * BUCKETS) readAgain();
      }
    },
  };
}

function modelOf(asset: AssetView, language: Language, held: ReadonlyMap<string, Held>, nowMs: number): ChartModel {
  const leading = leadingChannel(asset, nowMs);
  const fromMs = nowMs - HOUR_MS;
  const series = held.get(`${asset.assetId}/${leading?.channel}`);
  const line: ChartLine | undefined =
    leading === undefined
      ? undefined
      : {
          ...{ channel: leading.channel, unit: leading.unit, resolution: leading.resolution, isLeading: true },
          ...{ name: channelName(leading, asset, language), ink: "line-1", dash: [], gapMs: gapOf(leading) },
          points: series?.points ?? [],
          bucketMs: series?.bucketMs ?? 1,
        };
  const doors = asset.channels.flatMap((channel) => {
    const door = channel.role === "door" ? held.get(`${asset.assetId}/${channel.channel}`) : undefined;
    if (door === undefined) return [];
    return [{ points: door.points, rules: { bucketMs: door.bucketMs, gapMs: gapOf(channel), fromMs, toMs: nowMs } }];
  });
  return {
    ...{ language, fromMs, nowMs, toMs: nowMs + HOUR_MS * 0.02 },
    lines: line === undefined ? [] : [line],
    humidity: undefined,
    limits: leading === undefined ? { low: null, high: null } : tightestLimits(leading),
    hasDoor: hasDoor(asset),
    doorOpen: doors.flatMap(({ points, rules }) => openStretches(points, rules)),
    doorGaps: doors.flatMap(({ points, rules }) => seriesLines(points, rules).gaps),
    excursions: [],
  };
}
