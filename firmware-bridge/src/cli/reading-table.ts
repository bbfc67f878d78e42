// Readings as a table for people and as JSON for programs.

import type { ChannelReading } from "../device/device-poll.ts";

export interface TableRow extends Omit<ChannelReading, "raw"> {
  /** Registers as unsigned, or a bit; empty when nothing came. */
  readonly raw: readonly number[];
  readonly unit: string;
  /** Null for a receiver, which talks on its own. */
  readonly latencyMs: number | null;
  /** Polls so far in which this channel gave no value because of line or device. */
  readonly errors: number;
  /** What the last of them said. */
  readonly problem?: string;
}

const HEADS = ["CHANNEL", "RAW", "VALUE", "QUALITY", "LATENCY", "ERRORS"] as const;

export function tableLines(rows: readonly TableRow[]): string[] {
  const cells = [HEADS, ...rows.map(cellsOf)];
  const widths = HEADS.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells.map((row) =>
    row
      .map((cell, column) =>
        isRightAligned(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

function isRightAligned(column: number): boolean {
  return column === 2 || column === 4 || column === 5;
}

function cellsOf({ channel, raw, value, unit, quality, latencyMs, errors }: TableRow): string[] {
  const words = raw.map((word) => `0x${word.toString(16).toUpperCase().padStart(4, "0")}`);
  const decimal = raw.length === 1 ? `${raw[0]} ` : "";
  const shown = raw.length === 0 ? "-" : `${decimal}${words.join(" ")}`;
  const amount =
    value === null ? "-" : `${roundedText(value)} ${unit === "Cel" ? "°C" : unit === "1" ? "" : unit}`.trim();
  return [channel, shown, amount, quality, latencyMs === null ? "-" : `${Math.round(latencyMs)} ms`, String(errors)];
}

/** Eight digits are more than any register holds, and few enough for the eye. */
function roundedText(value: number): string {
  return String(Number(value.toPrecision(8)));
}
