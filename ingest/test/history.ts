// Made-up histories for the laws of judging: records of two assets, facts that come and are corrected, and the way in which
// all of it arrives: late, twice, cut anyhow, with ingest dying in between. Everything shrinks towards "in order, at once".

import type { ChannelDeclaration } from "@isotherm/coldchain";

export const ASSETS = ["cold-1", "cold-2"] as const;
export type AssetId = (typeof ASSETS)[number];
/** Batches in which messages may come; facts may change before each of them. */
export const BATCHES = 5;

export const CHANNELS: Readonly<Record<AssetId, readonly ChannelDeclaration[]>> = {
  "cold-1": [
    { channel: "temperature/p1", alias: 3, role: "product", unit: "Cel", resolution: 0.1 },
    { channel: "temperature/p2", alias: 4, role: "product", unit: "Cel", resolution: 0 },
    { channel: "humidity/a1", alias: 5, role: "ambient", unit: "%", resolution: 1 },
  ],
  "cold-2": [{ channel: "temperature/p1", alias: 3, role: "product", unit: "Cel", resolution: 0.5 }],
};

export interface HistoryReading {
  readonly alias: number;
  readonly value: number | null;
  /** 0 is good. */
  readonly quality: number;
}

export interface HistoryRecord {
  readonly assetId: AssetId;
  readonly number: number;
  /** 0 or 1: which boot of the gateway wrote it. */
  readonly boot: number;
  readonly atMs: number;
  readonly readings: readonly HistoryReading[];
  /** The batch that brings it; `again` one that brings it a second time. */
  readonly arrives: number;
  readonly again: number | null;
}

export interface HistoryRow {
  readonly quantity: "temperature" | "humidity";
  readonly role: "product" | "ambient";
  readonly low?: number;
  readonly high?: number;
  readonly inclusive: boolean;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** Breached when exceeded. */
  readonly consecutiveAllowanceMs: number;
  readonly singleEvent: { readonly allowedMs: number; readonly breachWhen: "reached" | "exceeded" } | null;
  readonly gapMs: number;
}

export interface HistoryProfile {
  readonly version: number;
  readonly rows: readonly HistoryRow[];
}

export interface HistoryLeg {
  readonly legId: string;
  readonly shipmentId: string;
  readonly assetId: AssetId;
  readonly profileIds: readonly string[];
  readonly fromMs: number;
  readonly toMs: number | null;
}

export interface HistoryStanding {
  readonly assetId: AssetId;
  readonly profileId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** What is known of the facts at one time. */
export interface HistoryFacts {
  readonly profiles: Readonly<Record<string, HistoryProfile>>;
  readonly legs: readonly HistoryLeg[];
  readonly standing: readonly HistoryStanding[];
}

/** What befalls ingest during a batch: a death at that step, or a disk that is full at the n-th commit from there. */
export type Death =
  | ("none" | "restart" | "planned" | "half-stored" | "stored" | "committed" | "accepted" | "judged" | "written")
  | ("full first" | "full second" | "full third");

export interface HistoryBatch {
  /** Facts as they become known before this batch; null: nothing new. */
  readonly facts: HistoryFacts | null;
  readonly death: Death;
  /** False: this batch's marks wait for the next one's. */
  readonly isJudged: boolean;
  /** How far the server's clock has gone on. */
  readonly waitMs: number;
  readonly recordsPerMessage: number;
  readonly isReversed: boolean;
}

export interface History {
  readonly startMs: number;
  readonly records: readonly HistoryRecord[];
  /** Which batch brings each boot's anchor. */
  readonly anchorArrives: readonly [number, number];
  readonly batches: readonly HistoryBatch[];
  /** Known at the end, whatever was known before. */
  readonly facts: HistoryFacts;
  /** True: no record comes before it was measured, so that some are live; false: the gateway's clock may be ahead. */
  readonly isPunctual: boolean;
  readonly pageMax: number;
}
