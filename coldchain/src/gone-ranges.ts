// Ranges of numbers that will never come, with the reason, as DDATA declares them.

import { GONE_REASONS, type GoneReason } from "./contract-names.ts";
import { formatRanges, parseRanges, type Range } from "./ranges.ts";

export interface GoneRange extends Range {
  readonly reason: GoneReason;
}

/** `thinned:3-5;corrupt:9`. */
export function formatGone(gone: readonly GoneRange[]): string {
  return GONE_REASONS.map((reason) => [reason, formatRanges(gone.filter((range) => range.reason === reason))] as const)
    .filter(([, ranges]) => ranges !== "")
    .map(([reason, ranges]) => `${reason}:${ranges}`)
    .join(";");
}

export function parseGone(text: string): GoneRange[] | undefined {
  if (text === "") return [];
  const gone: GoneRange[] = [];
  for (const part of text.split(";")) {
    const colon = part.indexOf(":");
    const reason = GONE_REASONS.find((known) => known === part.slice(0, colon));
    const ranges = parseRanges(part.slice(colon + 1));
    if (reason === undefined || ranges === undefined) return undefined;
    for (const range of ranges) gone.push({ ...range, reason });
  }
  return gone;
}
