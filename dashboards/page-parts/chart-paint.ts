// The layers of a chart on uPlot's canvas: limits, excursions, gaps, bands, lines, doors and now.

import type uPlot from "uplot";
import type { SeriesPoint } from "../src/api-shapes.ts";
import { linesOf, middleMs, type ChartLine, type ChartModel } from "./chart-model.ts";
import { formatLimit } from "./format.ts";
import { say, sayKnown } from "./texts.ts";

export type Ink = (variable: string) => string;

interface Canvas {
  readonly u: uPlot;
  readonly ctx: CanvasRenderingContext2D;
  readonly ink: Ink;
  readonly model: ChartModel;
  readonly x: (atMs: number) => number;
  readonly y: (value: number, scale?: string) => number;
  /** Device pixels of one CSS pixel. */
  readonly px: number;
}

/** CSS pixels at the foot of the plot in which door stretches are shown. */
export const DOOR_STRIP_PX = 10;

function canvasOf(u: uPlot, model: ChartModel, ink: Ink): Canvas {
  return {
    ...{ u, ink, model, ctx: u.ctx },
    x: (atMs) => u.valToPos(atMs / 1000, "x", true),
    y: (value, scale = "y") => u.valToPos(value, scale, true),
    px: devicePixelRatio,
  };
}

function clipped(u: uPlot, draw: () => void): void {
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, width, height);
  u.ctx.clip();
  draw();
  u.ctx.restore();
}

/** Under the grid. */
export function paintGround(u: uPlot, model: ChartModel, ink: Ink): void {
  const canvas = canvasOf(u, model, ink);
  clipped(u, () => {
    paintLimitBand(canvas);
    paintExcursions(canvas);
    paintGaps(canvas);
  });
}

/** Over the grid. */
export function paintLines(u: uPlot, model: ChartModel, ink: Ink): void {
  const canvas = canvasOf(u, model, ink);
  clipped(u, () => {
    paintLimitLines(canvas);
    if (model.humidity !== undefined) paintLine(canvas, model.humidity, "h");
    for (const line of model.lines) if (!line.isLeading) paintLine(canvas, line, "y");
    for (const line of model.lines) if (line.isLeading) paintLine(canvas, line, "y");
    paintPartlyGood(canvas);
    paintDoor(canvas);
    paintNow(canvas);
  });
  paintLimitLabels(canvas);
}

function paintLimitBand({ u, ctx, ink, model, y }: Canvas): void {
  const { low, high } = model.limits;
  if (low === null && high === null) return;
  const { left, top, width, height } = u.bbox;
  const upper = high === null ? top : y(high);
  const lower = low === null ? top + height : y(low);
  ctx.fillStyle = ink("chart-inside");
  ctx.fillRect(left, upper, width, lower - upper);
}

function paintExcursions({ u, ctx, ink, model, x, px }: Canvas): void {
  const { top, height } = u.bbox;
  for (const { startMs, endMs, isBreach } of model.excursions) {
    const from = x(startMs);
    const width = Math.max(2 * px, x(endMs ?? model.nowMs) - from);
    ctx.fillStyle = ink(isBreach ? "chart-breach" : "chart-excursion");
    ctx.fillRect(from, top, width, height);
    ctx.fillStyle = ink(isBreach ? "breach" : "warning");
    ctx.fillRect(from, top, width, 3 * px);
  }
}

function paintGaps(canvas: Canvas): void {
  const { u, ctx, ink, model, x, px } = canvas;
  const leading = model.lines.find(({ isLeading }) => isLeading);
  if (leading === undefined) return;
  const { top, height } = u.bbox;
  for (const { fromMs, toMs, reason } of linesOf(leading, model).gaps) {
    const from = Math.max(x(fromMs), u.bbox.left);
    const width = x(toMs) - from;
    if (width <= 0) continue;
    ctx.fillStyle = ink("chart-gap");
    ctx.fillRect(from, top, width, height);
    hatch(canvas, from, width, reason === null ? 9 : 5);
    const { language } = model;
    const text = reason === null ? say(language, "detail.noReading") : sayKnown(language, "quality", reason);
    ctx.font = `${11 * px}px ${ink("font")}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    const textWidth = ctx.measureText(text).width + 12 * px;
    if (textWidth > width) continue;
    const middle = top + height - (DOOR_STRIP_PX + 18) * px;
    ctx.fillStyle = ink("surface");
    ctx.fillRect(from + width / 2 - textWidth / 2, middle - 9 * px, textWidth, 18 * px);
    ctx.fillStyle = ink("ink-2");
    ctx.fillText(text, from + width / 2, middle);
  }
}

/** A bucket may hold good readings and others: the line goes on, and a mark at the foot says that some are missing. */
function paintPartlyGood({ u, ctx, ink, model, x, px }: Canvas): void {
  const { top, height } = u.bbox;
  ctx.fillStyle = ink("ink-2");
  for (const { points, bucketMs, isLeading } of model.lines) {
    if (!isLeading) continue;
    for (const { fromMs, count, notGood } of points) {
      if (count === 0 || notGood === 0) continue;
      const width = Math.max(2 * px, x(fromMs + bucketMs) - x(fromMs));
      ctx.fillRect(x(fromMs), top + height - (DOOR_STRIP_PX + 5) * px, width, 4 * px);
    }
  }
}

function hatch({ u, ctx, ink, px }: Canvas, from: number, width: number, stepPx: number): void {
  const { top, height } = u.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, top, width, height);
  ctx.clip();
  ctx.beginPath();
  // Lines start on a grid of the canvas, so that the hatching does not swim while the chart moves.
  const step = stepPx * px;
  for (let at = Math.floor((from - height) / step) * step; at < from + width; at += step) {
    ctx.moveTo(at, top + height);
    ctx.lineTo(at + height, top);
  }
  ctx.strokeStyle = ink("chart-hatch");
  ctx.lineWidth = px;
  ctx.stroke();
  ctx.restore();
}

function paintLimitLines({ u, ctx, ink, model, y, px }: Canvas): void {
  const { left, width } = u.bbox;
  ctx.save();
  ctx.strokeStyle = ink("chart-limit");
  ctx.lineWidth = px;
  ctx.setLineDash([5 * px, 4 * px]);
  for (const limit of [model.limits.low, model.limits.high]) {
    if (limit === null) continue;
    ctx.beginPath();
    ctx.moveTo(left, y(limit));
    ctx.lineTo(left + width, y(limit));
    ctx.stroke();
  }
  ctx.restore();
}

function paintLimitLabels({ u, ctx, ink, model, y, px }: Canvas): void {
  const unit = model.lines.find(({ isLeading }) => isLeading)?.unit ?? "Cel";
  const { left, top, height } = u.bbox;
  ctx.save();
  ctx.font = `600 ${11 * px}px ${ink("font")}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.fillStyle = ink("chart-limit");
  for (const limit of [model.limits.low, model.limits.high]) {
    if (limit === null) continue;
    const at = y(limit);
    if (at > top && at < top + height) ctx.fillText(formatLimit(limit, unit), left + 4 * px, at - 2 * px);
  }
  ctx.restore();
}

function paintLine(canvas: Canvas, line: ChartLine, scale: string): void {
  const { ctx, ink, model, px } = canvas;
  const { runs } = linesOf(line, model);
  ctx.save();
  ctx.strokeStyle = ink(line.ink);
  ctx.fillStyle = ink(line.ink);
  ctx.lineJoin = "round";
  if (line.isLeading) for (const run of runs) paintBand(canvas, line, run, scale);
  ctx.lineWidth = (line.isLeading ? 2 : 1.25) * px;
  ctx.setLineDash(line.dash.map((length) => length * px));
  for (const run of runs) paintRun(canvas, line, run, scale);
  ctx.restore();
}

function paintRun({ ctx, model, x, y, px }: Canvas, line: ChartLine, run: readonly SeriesPoint[], scale: string): void {
  ctx.beginPath();
  run.forEach((point, i) => {
    const at = x(middleMs(point, line, model.nowMs));
    const height = y(point.mean ?? 0, scale);
    if (i === 0) ctx.moveTo(at, height);
    else ctx.lineTo(at, height);
    // A lone bucket between gaps would have no line at all.
    if (run.length === 1) ctx.arc(at, height, 1.5 * px, 0, 2 * Math.PI);
  });
  if (run.length === 1) ctx.fill();
  else ctx.stroke();
}

function paintBand({ ctx, model, x, y }: Canvas, line: ChartLine, run: readonly SeriesPoint[], scale: string): void {
  ctx.save();
  ctx.globalAlpha = 0.22;
  ctx.beginPath();
  for (const point of run) ctx.lineTo(x(middleMs(point, line, model.nowMs)), y(point.max ?? 0, scale));
  for (const point of run.toReversed()) ctx.lineTo(x(middleMs(point, line, model.nowMs)), y(point.min ?? 0, scale));
  ctx.closePath();
  ctx.fill();
  ctx.restore();
}

function paintDoor({ u, ctx, ink, model, x, px }: Canvas): void {
  if (!model.hasDoor) return;
  const { left, top, width, height } = u.bbox;
  const strip = DOOR_STRIP_PX * px;
  ctx.fillStyle = ink("chart-door-ground");
  ctx.fillRect(left, top + height - strip, width, strip);
  ctx.fillStyle = ink("surface");
  for (const { fromMs, toMs } of model.doorGaps) {
    const from = Math.max(left, x(fromMs));
    ctx.fillRect(from, top + height - strip, x(toMs) - from, strip);
  }
  ctx.fillStyle = ink("chart-door");
  for (const { fromMs, toMs } of model.doorOpen)
    ctx.fillRect(x(fromMs), top + height - strip, Math.max(2 * px, x(toMs) - x(fromMs)), strip);
}

function paintNow({ u, ctx, ink, model, x, px }: Canvas): void {
  const at = x(model.nowMs);
  ctx.save();
  ctx.strokeStyle = ink("ink-2");
  ctx.lineWidth = px;
  ctx.setLineDash([2 * px, 3 * px]);
  ctx.beginPath();
  ctx.moveTo(at, u.bbox.top);
  ctx.lineTo(at, u.bbox.top + u.bbox.height);
  ctx.stroke();
  ctx.restore();
}
