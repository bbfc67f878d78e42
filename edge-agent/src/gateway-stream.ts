// The gateway's own stream: what its channels mean, and its records, which are anchors and starts.

import { GATEWAY_CHANNEL, GATEWAY_STREAM, QUALITY_GOOD, type Anchor } from "@isotherm/coldchain";
import type { SpoolStart } from "./open-spool.ts";
import type { RecordDraft } from "./record-draft.ts";
import type { StreamDeclaration } from "./spool-declarations.ts";

const unitOf = (channel: string): string => (channel.endsWith("-ms") ? "ms" : "1");

export const GATEWAY_DECLARATION: StreamDeclaration = {
  assetId: GATEWAY_STREAM,
  channels: Object.values(GATEWAY_CHANNEL).map((channel) => ({
    channel,
    role: "contract",
    unit: unitOf(channel),
    resolution: 1,
  })),
};

/** When and in which boot something happened, as every record says it. */
export type RecordInstant = Pick<RecordDraft, "bootId" | "monotonicMs" | "wallMs" | "anchorOrdinal">;

/** `anchor/source` of the system clock. */
const SOURCE_SYSTEM_CLOCK = 1;

export function anchorDraft(anchor: Anchor): RecordDraft {
  const { bootId, monotonicMs, utcMs, ordinal, errorMs } = anchor;
  return gatewayDraft({ bootId, monotonicMs, wallMs: utcMs, anchorOrdinal: ordinal }, [
    [GATEWAY_CHANNEL.anchorOrdinal, ordinal],
    [GATEWAY_CHANNEL.anchorUtcMs, utcMs],
    [GATEWAY_CHANNEL.anchorErrorMs, errorMs],
    [GATEWAY_CHANNEL.anchorSource, SOURCE_SYSTEM_CLOCK],
  ]);
}

export function startDraft(instant: RecordInstant, start: SpoolStart): RecordDraft {
  const readings: [string, number][] = [[GATEWAY_CHANNEL.startAfter, start.after]];
  if (start.lastAliveMs !== undefined) readings.push([GATEWAY_CHANNEL.startLastAliveMs, start.lastAliveMs]);
  return gatewayDraft(instant, readings);
}

function gatewayDraft(instant: RecordInstant, values: readonly [string, number][]): RecordDraft {
  const readings = values.map(([channel, value]) => ({ channel, value, quality: QUALITY_GOOD }));
  return { assetId: GATEWAY_STREAM, ...instant, readings };
}
