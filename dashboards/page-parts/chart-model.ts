// What a chart is drawn from.

import type { ExcursionView, SeriesPoint } from "../src/api-shapes.ts";
import type { Language } from "./format.ts";
import { seriesLines, type Gap, type LineRules, type SeriesLines } from "./series-lines.ts";

export interface ChartLine {
  readonly channel: string;
  readonly name: string;
  readonly unit: string;
  readonly resolution: number;
  /** A CSS variable of the theme, without its `--`. */
  readonly ink: string;
  readonly dash: readonly number[];
  /** The line that the chart is about: thicker, with its band and its gaps marked. */
  readonly isLeading: boolean;
  readonly points: readonly SeriesPoint[];
  readonly bucketMs: number;
  readonly gapMs: number;
}

export interface ChartModel {
  readonly language: Language;
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly lines: readonly ChartLine[];
  readonly humidity: ChartLine | undefined;
  readonly limits: { readonly low: number | null; readonly high: number | null };
  readonly doorOpen: readonly { fromMs: number; toMs: number }[];
  readonly hasDoor: boolean;
  /** Where the door's state is not known. */
  readonly doorGaps: readonly Gap[];
  readonly excursions: readonly Pick<ExcursionView, "startMs" | "endMs" | "isBreach">[];
}

export function rulesOf(line: ChartLine, model: Pick<ChartModel, "fromMs" | "nowMs">): LineRules {
  return { bucketMs: line.bucketMs, gapMs: line.gapMs, fromMs: model.fromMs, toMs: model.nowMs };
}

export function linesOf(line: ChartLine, model: ChartModel): SeriesLines {
  return seriesLines(line.points, rulesOf(line, model));
}

/** Where a bucket stands on the time axis: its middle, which is never in the future. */
export function middleMs(point: SeriesPoint, line: Pick<ChartLine, "bucketMs">, nowMs: number): number {
  return Math.min(point.fromMs + line.bucketMs / 2, Math.max(nowMs, point.fromMs));
}

/** The range of the value axis: all that is shown and the limits, with room to breathe. */
export function valueRange(
  lines: readonly ChartLine[],
  limits: { readonly low: number | null; readonly high: number | null },
): [number, number] {
  let low = limits.low ?? Infinity;
  let high = limits.high ?? -Infinity;
  for (const { points } of lines)
    for (const { min, max } of points) {
      if (min !== null && min < low) low = min;
      if (max !== null && max > high) high = max;
    }
  if (low === Infinity && high === -Infinity) return [0, 10];
  if (low === Infinity) low = high;
  if (high === -Infinity) high = low;
  const room = Math.max((high - low) * 0.12, 0.5);
  // The strip of the doors lies over the foot.
  return [low - room * 1.6, high + room];
}

export type PointAt =
  { readonly kind: "value"; readonly point: SeriesPoint } | { readonly kind: "none"; readonly reason: string | null };

/** What a line says at an instant: its last bucket at or before it, as long as that stands; else why there is nothing. */
export function pointAt(line: ChartLine, atMs: number): PointAt {
  let reason: string | null = null;
  for (let i = line.points.length - 1; i >= 0; i--) {
    const point = line.points[i] as SeriesPoint;
    if (point.fromMs > atMs) continue;
    if (atMs - point.fromMs - line.bucketMs > line.gapMs) break;
    if (point.count > 0 && point.mean !== null)
      return reason === null ? { kind: "value", point } : { kind: "none", reason };
    reason ??= point.reason;
  }
  return { kind: "none", reason };
}
