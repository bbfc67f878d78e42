// Completeness as two figures: delivery (numbers accepted of numbers issued) and monitoring (time covered of the time promised).

import type { ReadingReader } from "@isotherm/ingest/store";
import type { AssetView, CompletenessView } from "./api-shapes.ts";
import { coveredMs } from "./coverage.ts";
import type { World } from "./world.ts";

type Monitoring = CompletenessView["monitoring"][number];

export function deliveryView(world: World): CompletenessView["delivery"] {
  const gateways = new Set([...world.assetRows.values()].map(({ gatewayId }) => gatewayId));
  const streams = world.state
    .completeness(world.scope.tenantId)
    .filter(({ assetId, gatewayId }) => world.scope.seesAsset(assetId) || gateways.has(gatewayId))
    .map(({ gatewayId, epoch, assetId, issued, accepted, quarantined, gone }) => ({
      ...{ gatewayId, epoch, assetId, issued, accepted, quarantined, gone },
    }));
  const sum = (pick: (stream: (typeof streams)[number]) => number): number =>
    streams.reduce((total, stream) => total + pick(stream), 0);
  const issued = sum((stream) => stream.issued);
  const accepted = sum((stream) => stream.accepted);
  return {
    issued,
    accepted,
    quarantined: sum((stream) => stream.quarantined),
    gone: sum((stream) => stream.gone),
    outstanding: issued - accepted,
    streams,
  };
}

/**
 * Monitoring of every limited channel over fromMs…toMs. What was promised begins with the first reading in the window:
 * before that, nobody had promised anything that the store could know of.
 */
export async function monitoringViews(
  assets: readonly AssetView[],
  reader: ReadingReader,
  tenantId: string,
  fromMs: number,
  toMs: number,
): Promise<Monitoring[]> {
  const views: Monitoring[] = [];
  for (const { assetId, channels } of assets)
    for (const { channel, limits } of channels) {
      if (limits.length === 0) continue;
      const gapMs = Math.min(...limits.map((limit) => limit.gapMs));
      const readings = await reader.readings({ series: { tenantId, assetId, channel }, fromMs, toMs });
      const firstMs = readings.length === 0 ? toMs : (readings.atMs[0] as number);
      const covered = coveredMs({ ...readings, count: readings.length }, firstMs, toMs, gapMs);
      views.push({ assetId, channel, fromMs: firstMs, toMs, promisedMs: toMs - firstMs, coveredMs: covered });
    }
  return views;
}
