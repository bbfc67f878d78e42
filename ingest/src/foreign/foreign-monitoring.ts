// How much of the last day good readings cover, for channels whose source makes no delivery promise.

import { channelQuantity, channelStatistics } from "@isotherm/coldchain";
import { sliceOf } from "../series-feed.ts";
import type { StateReader } from "../state-rows.ts";
import type { ReadingReader } from "../store/reading-store.ts";

const WINDOW_MS = 24 * 3_600_000;

export interface ForeignMonitoring {
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly assetId: string;
  readonly channel: string;
  /** Nothing is numbered, so nothing can be said of what is missing. */
  readonly delivery: "no promise";
  readonly readings: number;
  /** From the first reading of the last 24 hours until now. */
  readonly promisedMs: number;
  readonly coveredMs: number;
}

export async function foreignMonitoring(
  state: StateReader,
  reader: ReadingReader,
  tenantId: string | undefined,
  nowMs: number,
): Promise<ForeignMonitoring[]> {
  const rows: ForeignMonitoring[] = [];
  for (const gateway of state.foreign(tenantId).gateways) {
    const assets = state.assets(gateway.tenantId).filter(({ assetId }) => gateway.assetIds.includes(assetId));
    for (const { assetId, channels } of assets)
      for (const { channel, standsMs, resolution } of channels) {
        if (standsMs === undefined) continue;
        const terms = { quantity: channelQuantity(channel), resolution, gapMs: standsMs };
        const series = { tenantId: gateway.tenantId, assetId, channel };
        const { tenantId: of, gatewayId } = gateway;
        rows.push({
          tenantId: of,
          gatewayId,
          assetId,
          channel,
          delivery: "no promise",
          ...(await covered(reader, series, terms, nowMs)),
        });
      }
  }
  return rows;
}

async function covered(
  reader: ReadingReader,
  series: { tenantId: string; assetId: string; channel: string },
  terms: { quantity: string; resolution: number; gapMs: number },
  nowMs: number,
): Promise<Pick<ForeignMonitoring, "readings" | "promisedMs" | "coveredMs">> {
  let [readings, coveredMs] = [0, 0];
  let firstMs: number | undefined;
  let at = { fromMs: Math.max(0, nowMs - WINDOW_MS), fromOrdinal: 0 };
  for (;;) {
    const page = await reader.readings({ series, ...at, toMs: nowMs });
    const { length, atMs, ordinal, more } = page;
    if (length === 0) break;
    firstMs ??= atMs[0] as number;
    const { count, inRangeMs } = channelStatistics(sliceOf(page), terms);
    coveredMs += inRangeMs;
    readings += at.fromOrdinal === 0 || count === 0 ? count : count - 1;
    if (!more) break;
    // The last one is read again, as the first of the next page: how long it stands is told by what follows.
    at = { fromMs: atMs[length - 1] as number, fromOrdinal: ordinal[length - 1] as number };
    if (length === 1) break;
  }
  return { readings, promisedMs: firstMs === undefined ? 0 : nowMs - firstMs, coveredMs };
}
