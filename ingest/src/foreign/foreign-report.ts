// What one message of a source outside the delivery contract says, whichever door it came by.

import type { ChannelDeclaration, QualityCode } from "@isotherm/coldchain";

export interface ForeignSource {
  readonly gatewayKey: string;
  readonly groupId: string;
  readonly gatewayId: string;
  readonly tenantId: string;
  readonly kind: "sparkplug" | "json";
  /** Null where no mapping says what its values are. */
  readonly mapping: string | null;
  readonly maxSilenceMs: number | null;
}

/** One value of one channel; its identity is gateway, channel and `atMs`. */
export interface ForeignReading {
  readonly assetId: string;
  readonly declared: ChannelDeclaration;
  readonly atMs: number;
  /** False: nobody said when, so the time of receipt stands, and the reading is `clock-untrusted`. */
  readonly isTimed: boolean;
  readonly value: number | null;
  readonly quality: QualityCode;
}

/** Something that came and that no mapping says a word about. */
export interface Unmapped {
  /** A metric, topic or asset name. */
  readonly what: string;
  readonly reason: "no-rule" | "asset-not-listed" | "no-value-found";
  readonly example: string;
}

/** What of a message could not be taken. */
export interface Reject {
  readonly assetId: string;
  readonly reason: string;
  readonly bytes: Uint8Array;
}

export interface ForeignReport {
  readonly source: ForeignSource;
  readonly readings: readonly ForeignReading[];
  readonly unmapped: readonly Unmapped[];
  readonly rejects: readonly Reject[];
}

/** Readings of one source that came together. */
export interface ForeignArrival {
  readonly source: ForeignSource;
  readonly receivedAtMs: number;
  readonly readings: readonly ForeignReading[];
}
