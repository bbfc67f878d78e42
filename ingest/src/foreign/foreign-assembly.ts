// Readings of foreign sources as records for the store. A record has no number of its own: its place below the
// millisecond is the gateway's, always the same, so that gateway, channel and time are the identity of a reading.

import { createHash } from "node:crypto";
import { type ChannelDeclaration, qualityOf } from "@isotherm/coldchain";
import type { PlacedRecord, StoredPoint } from "../reading-assembly.ts";
import { newStream } from "../stream-state.ts";
import type { ForeignArrival, ForeignReading } from "./foreign-report.ts";

/** Stands where streams of our own have their epoch. */
export const FOREIGN_EPOCH = "foreign";

/** Record numbers are taken modulo a million for the store's time; 0 is left out, because numbers begin with 1. */
const ORDINALS = 999_999;

const NO_BYTES = new Uint8Array(0);

/** The same for one gateway for ever, 1 … 999 999. Two gateways that share one are one to a channel that both serve. */
function ordinalOf(gatewayKey: string): number {
  return 1 + (createHash("sha256").update(gatewayKey).digest().readUInt32BE(0) % ORDINALS);
}

/** One record for each asset and instant of an arrival. */
export function placedRecords({ source, receivedAtMs, readings }: ForeignArrival): PlacedRecord[] {
  const number = ordinalOf(source.gatewayKey);
  const groups = Map.groupBy(readings, ({ assetId, atMs, isTimed }) => `${assetId}/${atMs}/${String(isTimed)}`);
  return [...groups.values()].map((group) => {
    const { assetId, atMs, isTimed } = group[0] as ForeignReading;
    const channels = group.map(({ declared }, alias): ChannelDeclaration => ({ ...declared, alias }));
    return {
      stream: newStream(source.gatewayKey, FOREIGN_EPOCH, assetId),
      tenantId: source.tenantId,
      record: {
        number,
        bootId: "",
        monotonicMs: 0,
        wallMs: atMs,
        anchorOrdinal: 0,
        readings: group.map(({ value, quality }, alias) => ({ alias, value, quality })),
      },
      bytes: NO_BYTES,
      birth: { epoch: FOREIGN_EPOCH, assetId, issued: 0, numberAlias: -1, monotonicAlias: -1, channels },
      sampledAtMs: isTimed ? atMs : undefined,
      receivedAtMs,
    };
  });
}

/** One refused reading, as quarantine keeps it: there is no record whose bytes could be kept. */
export function refusedBytes({ series, sampledAtMs, value, quality }: StoredPoint): Uint8Array {
  return Buffer.from(
    JSON.stringify({ channel: series.channel, atMs: sampledAtMs, value, quality: qualityOf(quality) }),
  );
}
