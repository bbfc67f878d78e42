// What ingest knows of one stream's numbers.

import { RangeSet } from "@isotherm/coldchain";
import { streamKeyOf } from "./message.ts";

export interface StreamState {
  /** Undefined until the stream is first stored. */
  streamId: number | undefined;
  /** As `streamKeyOf` makes it. */
  readonly key: string;
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
  /** Digests, as hex one after the other, of the numbers from `tailFirst` on: the newest, not yet in a row of their own. */
  tailFirst: number;
  tail: string;
}

export function newStream(gatewayKey: string, epoch: string, assetId: string): StreamState {
  return {
    streamId: undefined,
    key: streamKeyOf(gatewayKey, epoch, assetId),
    gatewayKey,
    epoch,
    assetId,
    issued: 0,
    accepted: new RangeSet(),
    quarantined: new RangeSet(),
    gone: new RangeSet(),
    digestsFrom: 1,
    tailFirst: 1,
    tail: "",
  };
}

export function copyStream(stream: StreamState): StreamState {
  return {
    ...stream,
    accepted: stream.accepted.copy(),
    quarantined: stream.quarantined.copy(),
    gone: stream.gone.copy(),
  };
}

/** A record that is kept as its canonical bytes. */
export interface KeptRecord {
  readonly number: number;
  readonly bootId: string;
  readonly anchorOrdinal: number;
  readonly bytes: Uint8Array;
}
