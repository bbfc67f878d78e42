// What ingest knows of one stream's numbers.

import { RangeSet, type ChainRecord } from "@isotherm/coldchain";

export interface StreamState {
  /** Undefined until the stream is first stored. */
  streamId: number | undefined;
  readonly gatewayKey: string;
  readonly epoch: string;
  readonly assetId: string;
  /** The highest number that the gateway says it has issued. */
  issued: number;
  /** Stored, quarantined or gone: all that the gateway need not send again. */
  readonly accepted: RangeSet;
  /** Accepted only as bytes that could not be read. */
  readonly quarantined: RangeSet;
  /** Accepted only as declared gone. */
  readonly gone: RangeSet;
  /** Digests of lower numbers are no longer kept: a number below is dropped as seen, unchecked. */
  digestsFrom: number;
}

export function newStream(gatewayKey: string, epoch: string, assetId: string): StreamState {
  return {
    streamId: undefined,
    gatewayKey,
    epoch,
    assetId,
    issued: 0,
    accepted: new RangeSet(),
    quarantined: new RangeSet(),
    gone: new RangeSet(),
    digestsFrom: 1,
  };
}

export function copyStream(stream: StreamState): StreamState {
  return {
    ...stream,
    accepted: RangeSet.of(stream.accepted),
    quarantined: RangeSet.of(stream.quarantined),
    gone: RangeSet.of(stream.gone),
  };
}

/** A record with its canonical bytes and the first 8 bytes of their SHA-256, as hex. */
export interface DigestedRecord {
  readonly record: ChainRecord;
  readonly bytes: Uint8Array;
  readonly digest: string;
}
