// Spools for tests: drafts with a temperature each, ids that are made in order.

import { openSpool, type OpenedSpool, type OpenSpoolOptions } from "../src/open-spool.ts";
import type { ChannelMeaning } from "../src/spool-declarations.ts";
import type { RecordDraft } from "../src/record-draft.ts";

export const BOOT = "b0".repeat(16);
export const PRODUCT: ChannelMeaning = {
  channel: "temperature/product-1",
  role: "product",
  unit: "Cel",
  resolution: 0.1,
};

let epochs = 0;
/** A new one each time, as 128 random bits would be. */
export function newEpoch(): string {
  return (++epochs).toString(16).padStart(32, "e");
}

export function draft(assetId: string, value: number, wallMs = 1_800_000_000_000 + Math.round(value)): RecordDraft {
  const readings = [{ channel: PRODUCT.channel, value, quality: 0 }];
  return { assetId, bootId: BOOT, monotonicMs: Math.round(value), wallMs, anchorOrdinal: 0, readings };
}

export function open(path: string, options: Partial<OpenSpoolOptions> = {}): OpenedSpool {
  const opened = openSpool({
    path,
    bytesMax: 64 * 1024 * 1024,
    gatewayId: "gw-1",
    machineId: "machine-1",
    newEpoch,
    wallMs: 1_800_000_000_000,
    ...options,
  });
  opened.spool.declare([
    { assetId: "truck-1", channels: [PRODUCT] },
    { assetId: "gateway", channels: [{ channel: "start/after", role: "contract", unit: "1", resolution: 1 }] },
  ]);
  return opened;
}

/** Appends `count` records with values counting on from `from`. */
export function fill({ spool }: OpenedSpool, count: number, from = 0): void {
  for (let at = 0; at < count; at += 500)
    spool.append(Array.from({ length: Math.min(500, count - at) }, (_, i) => draft("truck-1", from + at + i)));
}
