// A live chart on uPlot: axes, size and cursor are uPlot's, what is drawn between the axes is chart-paint.ts's.

import uPlot from "uplot";
import { valueRange, type ChartModel } from "./chart-model.ts";
import { paintGround, paintLines, type Ink } from "./chart-paint.ts";
import { formatNumber, formatTime, unitText, type Language } from "./format.ts";

export interface Chart {
  readonly draw: (model: ChartModel) => void;
  readonly destroy: () => void;
}

export interface ChartOptions {
  /** Called with the instant under the pointer, or undefined when there is none. */
  readonly pointed?: (atMs: number | undefined) => void;
  /** Without axis labels and cursor, for the driver's page. */
  readonly isSmall?: boolean;
}

const DAY_S = 86_400;

/** The theme's colours for a canvas, read again when the scheme changes. */
function themeInk(host: HTMLElement, changed: () => void): { ink: Ink; stop: () => void } {
  const colours = new Map<string, string>();
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const forget = (): void => {
    colours.clear();
    changed();
  };
  scheme.addEventListener("change", forget);
  const ink: Ink = (variable) => {
    let colour = colours.get(variable);
    if (colour === undefined) {
      colour = getComputedStyle(host).getPropertyValue(`--${variable}`).trim();
      colours.set(variable, colour);
    }
    return colour;
  };
  return { ink, stop: () => scheme.removeEventListener("change", forget) };
}

function timeLabels(language: Language): (splits: readonly number[], incrementS: number) => string[] {
  return (splits, incrementS) =>
    splits.map((atS) => {
      const at = new Date(atS * 1000);
      const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
      if (incrementS < DAY_S && !isMidnight) return formatTime(atS * 1000, atS * 1000, language);
      return at.toLocaleDateString(language === "zh" ? "zh-CN" : "en-GB", { day: "numeric", month: "short" });
    });
}

function axes(now: () => ChartModel, ink: Ink, isSmall: boolean): uPlot.Axis[] {
  const look = {
    stroke: () => ink("ink-2"),
    font: `11px ${ink("font")}`,
    grid: { stroke: () => ink("chart-grid"), width: 1 },
    ticks: { show: false },
    gap: 4,
  };
  const numbers = (_: uPlot, splits: number[]): string[] => {
    const step = splits.length > 1 ? Math.abs((splits[1] ?? 0) - (splits[0] ?? 0)) : 1;
    return splits.map((value) => formatNumber(value, step));
  };
  return [
    {
      ...look,
      scale: "x",
      size: 24,
      space: isSmall ? 70 : 64,
      values: (_, splits, __, ___, incrementS) => timeLabels(now().language)(splits, incrementS),
    },
    { ...look, scale: "y", size: 40, space: isSmall ? 32 : 36, values: numbers },
    {
      ...look,
      scale: "h",
      side: 1,
      size: () => (now().humidity === undefined ? 8 : 44),
      grid: { show: false },
      values: (u, splits) =>
        now().humidity === undefined ? [] : numbers(u, splits).map((text) => `${text}${unitText("%")}`),
    },
  ];
}

function options(host: HTMLElement, now: () => ChartModel, ink: Ink, { isSmall = false, pointed }: ChartOptions) {
  const pointAt = (u: uPlot): void => {
    const { left = -1 } = u.cursor;
    pointed?.(left < 0 ? undefined : u.posToVal(left, "x") * 1000);
  };
  const made: uPlot.Options = {
    width: Math.max(host.clientWidth, 100),
    height: Math.max(host.clientHeight, 80),
    padding: [8, isSmall ? 8 : 4, 0, 0],
    legend: { show: false },
    cursor: {
      show: pointed !== undefined,
      y: false,
      points: { show: false },
      drag: { x: false, y: false, setScale: false },
    },
    scales: {
      x: { time: true, range: () => [now().fromMs / 1000, now().toMs / 1000] },
      y: { range: () => valueRange(now().lines, now().limits) },
      h: { range: [0, 100] },
    },
    axes: axes(now, ink, isSmall),
    series: [{}, { scale: "y", show: true, points: { show: false } }, { scale: "h", points: { show: false } }],
    hooks: {
      drawClear: [(u) => paintGround(u, now(), ink)],
      draw: [(u) => paintLines(u, now(), ink)],
      setCursor: [pointAt],
    },
  };
  return made;
}

/** What uPlot itself is given: only the ends of time; all that is measured is painted by us, gap by gap. */
function ends(model: ChartModel): uPlot.AlignedData {
  return [
    [model.fromMs / 1000, model.toMs / 1000],
    [null, null],
    [null, null],
  ];
}

export function liveChart(host: HTMLElement, first: ChartModel, chartOptions: ChartOptions = {}): Chart {
  let model = first;
  const theme = themeInk(host, () => u.redraw());
  const u: uPlot = new uPlot(
    options(host, () => model, theme.ink, chartOptions),
    ends(model),
    host,
  );
  const resized = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = host;
    if (width > 0 && height > 0 && (width !== u.width || height !== u.height)) u.setSize({ width, height });
  });
  resized.observe(host);
  if (chartOptions.pointed !== undefined) reachable(host, u);
  return {
    draw: (next) => {
      model = next;
      u.setData(ends(next));
    },
    destroy: () => {
      resized.disconnect();
      theme.stop();
      u.destroy();
    },
  };
}

/** The cursor by touch and by arrow keys as well. */
function reachable(host: HTMLElement, u: uPlot): void {
  const plotWidth = (): number => u.bbox.width / devicePixelRatio;
  host.addEventListener("keydown", (key) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key.key];
    if (step === undefined) return;
    key.preventDefault();
    const left = u.cursor.left === undefined || u.cursor.left < 0 ? plotWidth() : u.cursor.left;
    u.setCursor({ left: Math.min(plotWidth(), Math.max(0, left + step * (plotWidth() / 120))), top: 10 });
  });
  host.addEventListener("blur", () => u.setCursor({ left: -10, top: -10 }));
  const touched = (touch: TouchEvent): void => {
    const finger = touch.touches[0];
    if (finger !== undefined) u.setCursor({ left: finger.clientX - u.over.getBoundingClientRect().left, top: 10 });
  };
  u.over.addEventListener("touchstart", touched, { passive: true });
  u.over.addEventListener("touchmove", touched, { passive: true });
}
