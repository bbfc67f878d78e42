// What the core wants sent, fetched from the spool: records as they are there, and the reason for those that are not.

import type { ChainRecord, GoneRange } from "@isotherm/coldchain";
import type { DataCargo } from "./session-payloads.ts";
import type { Spool } from "./spool.ts";
import type { SpoolStream } from "./spool-stream.ts";
import type { Send } from "./uplink-send.ts";
import type { UplinkStreamFacts } from "./uplink-stream.ts";

/** Metrics in one message at most: under the codec's bound, and some 200 kB when every reading says why it is bad. */
const MESSAGE_METRICS_MAX = 3000;
const METRICS_BESIDE_READINGS = 4;

/** What the core needs to know of the spool's streams. */
export function uplinkFactsOf(spool: Spool, messageRecordsMax: number): UplinkStreamFacts[] {
  return spool.streams().map(({ streamId, epoch, assetId, issued, accepted, gone, channels }) => {
    const fitting = Math.floor(MESSAGE_METRICS_MAX / (channels.size + METRICS_BESIDE_READINGS));
    const recordsMax = Math.max(1, Math.min(messageRecordsMax, fitting));
    return { streamId, epoch, assetId, issued, accepted, gone, messageRecordsMax: recordsMax };
  });
}

/** Reads the records of a message. */
export function cargoOf(spool: Spool, send: Send): DataCargo {
  const records: ChainRecord[] = [];
  const gone: GoneRange[] = [...send.gone];
  for (const range of send.records) {
    const back = spool.read(send.streamId, range);
    records.push(...back.records);
    for (const number of back.corrupt) gone.push({ first: number, last: number, reason: "corrupt" });
    // What was accepted before, and asked for again, may have made room since.
    for (const missing of back.missing)
      gone.push({ ...missing, reason: send.kind === "resend" ? "thinned" : "corrupt" });
  }
  return { records, gone, historical: send.kind !== "live" };
}

/** Streams that a session declares: those of the current epoch, and earlier ones that still have something to deliver. */
export function streamsToBear(spool: Spool, also: ReadonlySet<number>): SpoolStream[] {
  return spool.streams().filter(({ streamId, epoch, issued, accepted }) => {
    return epoch === spool.epoch || accepted.watermark() < issued || also.has(streamId);
  });
}
