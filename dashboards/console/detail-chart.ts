// The chart of the selected asset: which lines, which of them are shown, and what the pointer reads.

import type { AssetView, ChannelView } from "../src/api-shapes.ts";
import {
  channelName,
  doorOpen,
  gapOf,
  hasDoor,
  leadingChannel,
  outsideBy,
  temperatures,
  tightestLimits,
} from "../page-parts/channels.ts";
import { liveChart, type Chart } from "../page-parts/chart.ts";
import { pointAt, rulesOf, type ChartLine, type ChartModel } from "../page-parts/chart-model.ts";
import { el, setAttribute, setText, show } from "../page-parts/dom.ts";
import { formatTime, formatValue, type Language } from "../page-parts/format.ts";
import { openStretches, seriesLines } from "../page-parts/series-lines.ts";
import { say, sayKnown } from "../page-parts/texts.ts";
import type { Context } from "./context.ts";
import { drawnChannels, type DetailSeries } from "./detail-series.ts";

/** Roles that are drawn only when asked for: far from the product's range, they would flatten it. */
const HIDDEN_AT_FIRST = new Set(["ambient", "evaporator"]);
const INKS = ["line-1", "line-2", "line-3", "line-4"];
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
/** Room to the right of now, as a part of the stretch. */
const AHEAD = 0.02;

export interface DetailChart {
  readonly node: HTMLElement;
  readonly draw: (asset: AssetView, rangeMs: number) => void;
}

export function detailChart(context: Context, series: DetailSeries, ranges: HTMLElement): DetailChart {
  const legend = el("div", { class: "legend", role: "group" });
  const readout = el("p", { class: "readout number", "aria-live": "off" });
  const plot = el("div", { class: "plot", tabindex: 0, role: "img" });
  const note = el("p", { class: "plot-note" });
  const controls = el("div", { class: "chart-controls" }, ranges, legend);
  const node = el("div", { class: "chart" }, controls, readout, el("div", { class: "plot-host" }, plot, note));
  const shown = new Map<string, boolean>();
  let chart: Chart | undefined;
  let pointedMs: number | undefined;
  let model: ChartModel | undefined;
  let drawn: AssetView | undefined;
  const read = (): void => {
    if (model === undefined || drawn === undefined) return;
    setText(readout, pointedMs === undefined ? nowText(model, drawn) : readoutText(model, pointedMs));
  };
  const draw = (asset: AssetView, rangeMs: number): void => {
    const nowMs = context.nowMs();
    const language = context.language();
    const isShown = ({ channel, role, quantity }: ChannelView): boolean =>
      shown.get(channel) ?? (quantity === "humidity" || !HIDDEN_AT_FIRST.has(role));
    const all = chartLines(asset, series, language, nowMs);
    model = modelOf(asset, all, isShown, { language, rangeMs, nowMs, series });
    drawn = asset;
    showLegend(legend, all, isShown, (channel) => {
      shown.set(channel.channel, !isShown(channel));
      draw(asset, rangeMs);
    });
    if (chart === undefined) {
      const pointed = (atMs: number | undefined): void => {
        pointedMs = atMs;
        read();
      };
      chart = liveChart(plot, model, { pointed });
    } else chart.draw(model);
    read();
    setAttribute(plot, "aria-label", readout.textContent);
    const text = noteText(series, all, language);
    setText(note, text);
    show(note, text !== "");
  };
  return { node, draw };
}

type Drawn = { readonly channel: ChannelView; readonly line: ChartLine };

function chartLines(asset: AssetView, series: DetailSeries, language: Language, nowMs: number): Drawn[] {
  const leading = leadingChannel(asset, nowMs)?.channel;
  let ink = 0;
  return drawnChannels(asset).map((channel) => {
    const isHumidity = channel.quantity === "humidity";
    const index = isHumidity || channel.role === "door" ? 0 : ink++;
    const held = series.byChannel.get(channel.channel);
    const line: ChartLine = {
      ...{ channel: channel.channel, unit: channel.unit, resolution: channel.resolution },
      name: channelName(channel, asset, language),
      ink: isHumidity ? "line-humidity" : (INKS[index % INKS.length] ?? "line-1"),
      dash: isHumidity ? [1, 3] : (DASHES[index % DASHES.length] ?? []),
      isLeading: channel.channel === leading,
      points: held?.points ?? [],
      bucketMs: held?.bucketMs ?? 1,
      // A channel without limits of its own is sampled like its neighbours: their gap tells when it is silent.
      gapMs: channel.limits.length > 0 ? gapOf(channel) : Math.min(...asset.channels.map(gapOf)),
    };
    return { channel, line };
  });
}

function modelOf(
  asset: AssetView,
  all: readonly Drawn[],
  isShown: (channel: ChannelView) => boolean,
  given: { language: Language; rangeMs: number; nowMs: number; series: DetailSeries },
): ChartModel {
  const { language, rangeMs, nowMs, series } = given;
  const window = { fromMs: nowMs - rangeMs, nowMs };
  const warm = new Set(temperatures(asset).map(({ channel }) => channel));
  const leading = all.find(({ line }) => line.isLeading);
  const doors = all.filter(({ channel }) => channel.role === "door");
  return {
    language,
    ...window,
    toMs: nowMs + rangeMs * AHEAD,
    lines: all.filter(({ channel }) => warm.has(channel.channel) && isShown(channel)).map(({ line }) => line),
    humidity: all.find(({ channel }) => channel.quantity === "humidity" && isShown(channel))?.line,
    limits: leading === undefined ? { low: null, high: null } : tightestLimits(leading.channel),
    hasDoor: doors.length > 0,
    doorGaps: doors.flatMap(({ line }) => seriesLines(line.points, rulesOf(line, window)).gaps),
    doorOpen: doors.flatMap(({ line }) => openStretches(line.points, rulesOf(line, window))),
    excursions: series.excursions().filter(({ channel }) => channel === leading?.channel.channel),
  };
}

function showLegend(
  host: HTMLElement,
  all: readonly Drawn[],
  isShown: (channel: ChannelView) => boolean,
  toggle: (channel: ChannelView) => void,
): void {
  const lines = all.filter(({ channel }) => channel.role !== "door");
  const key = lines.map(({ channel, line }) => `${channel.channel}/${line.name}/${isShown(channel)}`).join();
  if (host.dataset["key"] === key) return;
  // A rebuilt legend must not take the keyboard's place away.
  const focused = [...host.children].findIndex((child) => child === document.activeElement);
  host.dataset["key"] = key;
  host.replaceChildren(
    ...lines.map(({ channel, line }) => {
      const swatch = el("span", { class: `swatch ink-${line.ink} dash-${line.dash.length}` });
      const attributes = { type: "button", class: "legend-item", "aria-pressed": String(isShown(channel)) } as const;
      return el("button", { ...attributes, onclick: () => toggle(channel) }, swatch, line.name);
    }),
  );
  (host.children[focused] as HTMLElement | undefined)?.focus();
}

/** What the newest readings say: a bucket still holds what was before, such as a door that has been closed since. */
export function nowText(model: ChartModel, asset: AssetView): string {
  const { language, nowMs } = model;
  const texts = shownLines(model).map((line) => {
    const latest = asset.channels.find(({ channel }) => channel === line.channel)?.latest ?? null;
    if (latest === null || nowMs - latest.atMs > line.gapMs) return withoutValue(line, null, language);
    if (latest.value === null) return withoutValue(line, latest.quality, language);
    const verdict = line.isLeading ? verdictText(model, latest.value, latest.value, line.resolution) : "";
    return `${line.name} ${formatValue(latest.value, line.resolution, line.unit)}${verdict}`;
  });
  const time = `${say(language, "detail.now")} ${formatTime(nowMs, nowMs, language, "seconds")}`;
  const isOpen = doorOpen(asset, nowMs);
  const code = isOpen === undefined ? "detail.doorUnknown" : isOpen ? "detail.doorOpen" : "detail.doorClosed";
  return [time, ...texts, ...(hasDoor(asset) ? [say(language, code)] : [])].join(" · ");
}

/** Time, value and quality under the pointer. */
export function readoutText(model: ChartModel, pointedMs: number): string {
  const atMs = Math.min(pointedMs, model.nowMs);
  const { language } = model;
  const texts = shownLines(model).map((line) => {
    const at = pointAt(line, atMs);
    if (at.kind === "none") return withoutValue(line, at.reason, language);
    const { mean, min, max } = at.point;
    const value = (number: number | null): string => formatValue(number ?? 0, line.resolution, line.unit);
    const spread =
      line.isLeading && min !== max ? ` (${say(language, "detail.band", { min: value(min), max: value(max) })})` : "";
    const verdict = line.isLeading ? verdictText(model, max ?? 0, min ?? 0, line.resolution) : "";
    const reason = at.point.notGood > 0 ? sayKnown(language, "quality", at.point.reason ?? "stale") : undefined;
    const partly = reason === undefined ? "" : ` (${say(language, "detail.partly", { reason })})`;
    return `${line.name} ${value(mean)}${spread}${verdict}${partly}`;
  });
  const isOpen = model.doorOpen.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
  const isDoorKnown = model.hasDoor && !model.doorGaps.some(({ fromMs, toMs }) => fromMs < atMs && atMs <= toMs);
  const door = isDoorKnown ? [say(language, isOpen ? "detail.doorOpen" : "detail.doorClosed")] : [];
  return [formatTime(atMs, model.nowMs, language, "seconds"), ...texts, ...door].join(" · ");
}

function shownLines({ lines, humidity }: ChartModel): readonly ChartLine[] {
  return humidity === undefined ? lines : [...lines, humidity];
}

function withoutValue({ name }: ChartLine, reason: string | null, language: Language): string {
  const because = reason === null ? undefined : { reason: sayKnown(language, "quality", reason) };
  return `${name}: ${because === undefined ? say(language, "detail.noReading") : say(language, "detail.notGood", because)}`;
}

function verdictText({ limits, language }: ChartModel, max: number, min: number, resolution: number): string {
  if (limits.low === null && limits.high === null) return "";
  const outside = Math.max(outsideBy(max, limits), outsideBy(min, limits)) > resolution / 2;
  return `, ${say(language, outside ? "detail.outside" : "detail.inRange")}`;
}

function noteText(series: DetailSeries, all: readonly Drawn[], language: Language): string {
  const failure = series.failure();
  if (failure !== undefined) return say(language, "detail.failed", { reason: failure });
  if (!series.isRead()) return say(language, "detail.loading");
  return all.every(({ line }) => line.points.length === 0) ? say(language, "detail.noData") : "";
}
