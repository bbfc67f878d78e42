// A spool's summary as a table for people.

import { formatRanges } from "@isotherm/coldchain";
import type { SpoolSummary } from "./spool-summary.ts";

const HEADINGS = ["asset", "epoch", "taken", "accepted", "gone", "only here", "numbers"];
const NUMBERS_SHOWN_MAX = 40;

export function spoolTable({ gatewayId, epoch, streams }: SpoolSummary): string {
  const rows = streams.map((stream) => {
    const numbers = formatRanges(stream.unacceptedPresent);
    return [
      stream.assetId,
      stream.epoch === epoch ? "now" : stream.epoch.slice(0, 8),
      `${stream.issued}`,
      `${stream.acceptedCount}`,
      `${stream.goneCount}`,
      `${stream.unacceptedPresent.size}`,
      numbers.length > NUMBERS_SHOWN_MAX ? `${numbers.slice(0, NUMBERS_SHOWN_MAX)}…` : numbers,
    ];
  });
  const widths = HEADINGS.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const lines = [HEADINGS, ...rows].map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
  return [
    `Spool of gateway ${gatewayId ?? "unknown"}, epoch ${epoch ?? "unknown"}`,
    ...lines.map((l) => l.trimEnd()),
  ].join("\n");
}
