// What travels upstream to a stream's gateway, as a DCMD: what is accepted, and which ranges are asked for again.

import { ACCEPTED_ABOVE_MAX, CONTRACT } from "./contract-names.ts";
import { findMetric, numberOf, putNumber, putText, textOf } from "./metric-access.ts";
import { DATATYPE, type MetricColumns } from "./metric-columns.ts";
import { formatRanges, parseRanges, type Range, type RangeSet } from "./ranges.ts";

export interface Acceptance {
  readonly hostId: string;
  readonly epoch: string;
  /** Every number up to this one is accepted. */
  readonly watermark: number;
  /** Ranges above the watermark that are accepted too, lowest first, at most 32. */
  readonly above: readonly Range[];
  /** Ranges that the host asks for again. */
  readonly resend: readonly Range[];
}

/** The acceptance that a set of accepted numbers allows: its watermark and the lowest ranges above it. */
export function acceptanceOf(hostId: string, epoch: string, accepted: RangeSet): Acceptance {
  const watermark = accepted.watermark();
  const above: Range[] = [];
  for (const range of accepted) {
    if (range.first <= watermark) continue;
    if (above.length === ACCEPTED_ABOVE_MAX) break;
    above.push(range);
  }
  return { hostId, epoch, watermark, above, resend: [] };
}

export function putAcceptance(columns: MetricColumns, acceptance: Acceptance, nowMs: number): void {
  putText(columns, CONTRACT.host, acceptance.hostId, nowMs);
  putText(columns, CONTRACT.epoch, acceptance.epoch, nowMs);
  putNumber(columns, CONTRACT.watermark, acceptance.watermark, DATATYPE.int64, nowMs);
  putText(columns, CONTRACT.acceptedAbove, formatRanges(acceptance.above), nowMs);
  if (acceptance.resend.length > 0) putText(columns, CONTRACT.resend, formatRanges(acceptance.resend), nowMs);
}

/** Undefined when the DCMD is not an acceptance, or not a well-formed one: then nothing is let go. */
export function readAcceptance(columns: MetricColumns): Acceptance | undefined {
  const text = (name: string): string | undefined => {
    const at = findMetric(columns, name);
    return at < 0 ? undefined : textOf(columns, at);
  };
  const hostId = text(CONTRACT.host);
  const epoch = text(CONTRACT.epoch);
  const at = findMetric(columns, CONTRACT.watermark);
  const watermark = at < 0 ? undefined : numberOf(columns, at);
  const above = parseRanges(text(CONTRACT.acceptedAbove) ?? "");
  const resend = parseRanges(text(CONTRACT.resend) ?? "");
  if (hostId === undefined || epoch === undefined || watermark === undefined) return undefined;
  if (!Number.isSafeInteger(watermark) || watermark < 0 || above === undefined || resend === undefined)
    return undefined;
  return { hostId, epoch, watermark, above, resend };
}
