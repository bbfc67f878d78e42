// Anchors out of the gateway's own records, and records placed in time by them. Pure.

import {
  type Anchor,
  type ChainRecord,
  GATEWAY_CHANNEL,
  type StreamBirth,
  anchorOrdinalOf,
  placeInTime,
} from "@isotherm/coldchain";

/** The anchor that a record of the gateway's stream states, or undefined when it states none. */
export function anchorIn(record: ChainRecord, birth: StreamBirth): Anchor | undefined {
  const values = new Map<string, number>();
  for (const { alias, value, quality } of record.readings) {
    const channel = birth.channels.find((declared) => declared.alias === alias)?.channel;
    if (channel !== undefined && value !== null && quality === 0) values.set(channel, value);
  }
  const ordinal = values.get(GATEWAY_CHANNEL.anchorOrdinal);
  const utcMs = values.get(GATEWAY_CHANNEL.anchorUtcMs);
  if (ordinal === undefined || utcMs === undefined || !Number.isInteger(ordinal) || ordinal < 1) return undefined;
  const errorMs = values.get(GATEWAY_CHANNEL.anchorErrorMs) ?? 0;
  return { bootId: record.bootId, ordinal, monotonicMs: record.monotonicMs, utcMs, errorMs };
}

export type AnchorLookup = (gatewayKey: string, bootId: string, ordinal: number) => Anchor | undefined;

/** When a record was sampled, or undefined while its anchor has not come. */
export function sampledAt(
  bootId: string,
  anchorOrdinal: number,
  monotonicMs: number,
  gatewayKey: string,
  anchorOf: AnchorLookup,
): number | undefined {
  const anchor = anchorOf(gatewayKey, bootId, anchorOrdinalOf({ anchorOrdinal }));
  return anchor === undefined ? undefined : placeInTime(anchor, monotonicMs);
}

export function sameAnchor(a: Anchor, b: Anchor): boolean {
  return a.monotonicMs === b.monotonicMs && a.utcMs === b.utcMs && a.errorMs === b.errorMs;
}
