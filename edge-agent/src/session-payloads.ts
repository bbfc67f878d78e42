// The Sparkplug messages of a gateway, from what it knows to bytes.

import {
  BD_SEQ_METRIC,
  CONTRACT,
  CONTRACT_VERSION,
  DATATYPE,
  MetricColumns,
  REBIRTH_METRIC,
  birthIdOf,
  encodePayload,
  putBirth,
  putData,
  putNumber,
  putText,
  type ChainRecord,
  type CurrentValue,
  type GoneRange,
} from "@isotherm/coldchain";
import { birthOf, type SpoolStream } from "./spool-stream.ts";

const columns = new MetricColumns();

/** NDEATH, also the will: only bdSeq, and no seq (3.0, §6.4.25). */
export function nodeDeathPayload(bdSeq: number, nowMs: number): Uint8Array {
  columns.clear();
  putNumber(columns, BD_SEQ_METRIC, bdSeq, DATATYPE.int64, nowMs);
  return encodePayload(columns, { timestampMs: nowMs, seq: undefined });
}

export interface NodeFacts {
  readonly bdSeq: number;
  readonly hostId: string;
  readonly maxSilenceMs: number;
  /** Kind of link; undefined when the configuration says nothing of it. */
  readonly link: string | undefined;
}

/** NBIRTH; its seq is always 0. */
export function nodeBirthPayload({ bdSeq, hostId, maxSilenceMs, link }: NodeFacts, nowMs: number): Uint8Array {
  columns.clear();
  putNumber(columns, BD_SEQ_METRIC, bdSeq, DATATYPE.int64, nowMs);
  putNumber(columns, REBIRTH_METRIC, 0, DATATYPE.boolean, nowMs);
  putText(columns, CONTRACT.version, CONTRACT_VERSION, nowMs);
  putText(columns, CONTRACT.host, hostId, nowMs);
  putNumber(columns, CONTRACT.maxSilenceMs, maxSilenceMs, DATATYPE.int64, nowMs);
  if (link !== undefined) putText(columns, CONTRACT.link, link, nowMs);
  return encodePayload(columns, { timestampMs: nowMs, seq: 0 });
}

/** DBIRTH of a stream, with the latest values by alias, and what is promised of each channel by `<asset>/<channel>`. */
export function streamBirthPayload(
  stream: SpoolStream,
  current: ReadonlyMap<number, CurrentValue>,
  promises: ReadonlyMap<string, number>,
  nowMs: number,
  seq: number,
): Uint8Array {
  columns.clear();
  const birth = birthOf(stream);
  const channels = birth.channels.map((declared) => {
    const maxSilenceMs = promises.get(`${stream.assetId}/${declared.channel}`);
    return maxSilenceMs === undefined ? declared : { ...declared, maxSilenceMs };
  });
  putBirth(columns, { ...birth, channels }, nowMs, current);
  return encodePayload(columns, { timestampMs: nowMs, seq });
}

export interface DataCargo {
  readonly records: readonly ChainRecord[];
  readonly gone: readonly GoneRange[];
  readonly historical: boolean;
}

/** DDATA of a stream. */
export function dataPayload(stream: SpoolStream, cargo: DataCargo, nowMs: number, seq: number): Uint8Array {
  columns.clear();
  const birth = birthOf(stream);
  putData(columns, birth, birthIdOf(birth), { ...cargo, issued: stream.issued }, nowMs);
  return encodePayload(columns, { timestampMs: nowMs, seq });
}
