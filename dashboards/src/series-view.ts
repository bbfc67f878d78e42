// A stretch of one channel for a chart: minimum and maximum kept at any width, gaps left out so that they are seen.

import { qualityOf, type Quality } from "@isotherm/coldchain";
import type { SeriesBuckets } from "@isotherm/ingest/store";
import type { AssetView, SeriesPoint, SeriesView } from "./api-shapes.ts";

const numberOrNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

function reasonOf(code: number | undefined): Quality | null {
  return code === undefined || code === 0 ? null : (qualityOf(code) ?? null);
}

export function seriesView(
  asset: AssetView,
  channelId: string,
  buckets: SeriesBuckets,
  window: { fromMs: number; toMs: number },
): SeriesView {
  const channel = asset.channels.find((candidate) => candidate.channel === channelId);
  const points: SeriesPoint[] = [];
  for (let i = 0; i < buckets.length; i++)
    points.push({
      fromMs: buckets.fromMs[i] as number,
      count: buckets.count[i] as number,
      min: numberOrNull(buckets.min[i]),
      max: numberOrNull(buckets.max[i]),
      mean: numberOrNull(buckets.mean[i]),
      notGood: buckets.notGood[i] as number,
      reason: reasonOf(buckets.worstQuality[i]),
    });
  return {
    assetId: asset.assetId,
    channel: channelId,
    unit: channel?.unit ?? "1",
    ...window,
    bucketMs: buckets.widthMs,
    limits: channel?.limits ?? [],
    points,
  };
}
