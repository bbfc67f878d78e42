// Records on their way into the spool: what was sampled, before it has a number and aliases.

import type { ChainRecord, QualityCode, RecordReading } from "@isotherm/coldchain";
import type { SpoolStream } from "./spool-stream.ts";

/** Readings of one asset at one instant: channels by name, in any order, each once. */
export interface RecordDraft {
  readonly assetId: string;
  readonly bootId: string;
  readonly monotonicMs: number;
  readonly wallMs: number;
  readonly anchorOrdinal: number;
  readonly readings: readonly {
    readonly channel: string;
    readonly value: number | null;
    readonly quality: QualityCode;
  }[];
}

/** A record as it was taken. */
export interface TakenRecord {
  readonly stream: SpoolStream;
  readonly record: ChainRecord;
}

/** The readings under the stream's aliases, ascending. A channel that was not declared is a programmer's error. */
export function aliasedReadings(stream: SpoolStream, { assetId, readings }: RecordDraft): RecordReading[] {
  return readings
    .map(({ channel, value, quality }) => {
      const alias = stream.channels.get(channel)?.alias;
      if (alias === undefined) throw new Error(`${assetId} ${channel} was not declared`);
      return { alias, value, quality };
    })
    .sort((a, b) => a.alias - b.alias);
}
