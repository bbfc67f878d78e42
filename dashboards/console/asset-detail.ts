// The selected asset: what it is and carries, how it stands, its chart and its excursions.

import type { LiveReading } from "../src/api-shapes.ts";
import { isCurrent, isOutside, leadingChannel, limitsText, speedNow } from "../page-parts/channels.ts";
import { conditionMark } from "../page-parts/condition-mark.ts";
import { byId, el, setAttribute, setText, show } from "../page-parts/dom.ts";
import { formatNumber, formatValue, type Language } from "../page-parts/format.ts";
import { labelText, say, type TextCode } from "../page-parts/texts.ts";
import type { AssetNow, Context } from "./context.ts";
import { detailChart } from "./detail-chart.ts";
import { detailSeries } from "./detail-series.ts";
import { excursionTable } from "./excursion-table.ts";
import { ageText } from "./fleet-list.ts";

const HOUR_MS = 3_600_000;
const RANGES: readonly { code: TextCode; rangeMs: number }[] = [
  { code: "detail.range.1h", rangeMs: HOUR_MS },
  { code: "detail.range.6h", rangeMs: 6 * HOUR_MS },
  { code: "detail.range.24h", rangeMs: 24 * HOUR_MS },
  { code: "detail.range.7d", rangeMs: 168 * HOUR_MS },
];

export interface AssetDetail {
  readonly update: (now: AssetNow | undefined) => void;
  readonly take: (readings: readonly LiveReading[]) => void;
  /** Late readings, new excursions or a whole reload: what is held is read again. */
  readonly readAgain: (assetId?: string) => void;
}

export function assetDetail(context: Context): AssetDetail {
  const host = byId("detail");
  const empty = el("p", { class: "note" });
  let rangeMs = HOUR_MS;
  let now: AssetNow | undefined;
  let chosenId: string | undefined;
  let chosenKey = "";
  const series = detailSeries(context.nowMs, () => update(now));
  const head = detailHead(context);
  const ranges = rangeButtons((chosenMs) => {
    rangeMs = chosenMs;
    if (now !== undefined) series.choose(now.asset, rangeMs);
    update(now);
  });
  const chart = detailChart(context, series, ranges.node);
  const table = excursionTable(context);
  const body = el("div", { class: "detail-body" }, head.node, chart.node, table.node);
  host.append(empty, body);
  const update = (next: AssetNow | undefined): void => {
    now = next;
    show(body, now !== undefined);
    show(empty, now === undefined);
    setText(empty, say(context.language(), context.known.isLoaded ? "detail.none" : "detail.loading"));
    if (now === undefined) return;
    // An asset whose gateway has just introduced itself has other channels than a moment ago.
    const key = [now.asset.assetId, ...now.asset.channels.map(({ channel }) => channel)].join();
    if (key !== chosenKey) {
      [chosenKey, chosenId] = [key, now.asset.assetId];
      series.choose(now.asset, rangeMs);
    }
    head.update(now);
    ranges.update(rangeMs, context.language());
    chart.draw(now.asset, rangeMs);
    table.update(now.asset, series.excursions());
  };
  return {
    update,
    take: series.take,
    readAgain: (assetId) => {
      if (assetId === undefined || assetId === chosenId) series.readAgain();
    },
  };
}

function rangeButtons(chosen: (rangeMs: number) => void): {
  node: HTMLElement;
  update: (rangeMs: number, language: Language) => void;
} {
  const buttons = RANGES.map(({ code, rangeMs }) => ({
    ...{ code, rangeMs },
    node: el("button", { type: "button", onclick: () => chosen(rangeMs) }),
  }));
  const node = el("div", { class: "ranges", role: "group" }, ...buttons.map((button) => button.node));
  const update = (wantedMs: number, language: Language): void => {
    setAttribute(node, "aria-label", say(language, "detail.range"));
    for (const button of buttons) {
      setText(button.node, say(language, button.code));
      setAttribute(button.node, "aria-pressed", String(button.rangeMs === wantedMs));
    }
  };
  return { node, update };
}

function detailHead(context: Context): { node: HTMLElement; update: (now: AssetNow) => void } {
  const mark = conditionMark();
  const title = el("h2", {});
  const word = el("span", { class: "word" });
  const status = el("span", { class: "quiet number" });
  const value = el("p", { class: "big-value number" });
  const limits = el("p", { class: "quiet number" });
  const facts = el("dl", { class: "facts" });
  const names = el(
    "div",
    { class: "detail-name" },
    el("div", { class: "detail-title" }, mark.node, title, word),
    status,
  );
  const node = el("div", { class: "detail-head" }, names, el("div", { class: "detail-value" }, value, limits), facts);
  const update = (now: AssetNow): void => {
    const { asset, condition } = now;
    const language = context.language();
    const nowMs = context.nowMs();
    mark.set(condition);
    setAttribute(node, "class", `detail-head is-${condition}`);
    setText(title, labelText(asset.title, language));
    setText(word, say(language, `condition.${condition}`));
    const channel = leadingChannel(asset, nowMs);
    const latest = channel?.latest ?? null;
    const seen = ageText(latest, nowMs, language);
    setText(status, `${say(language, `status.${asset.status}`)} · ${seen}`);
    const isNumber = channel !== undefined && latest !== null && latest.value !== null && isCurrent(channel, nowMs);
    setText(value, isNumber ? formatValue(latest.value, channel.resolution, channel.unit) : "–");
    value.classList.toggle("is-outside", isNumber && isOutside(channel));
    setText(limits, channel === undefined ? "" : limitsText(channel, language));
    showFacts(facts, factsOf(now, language, nowMs));
  };
  return { node, update };
}

function factsOf({ asset, shipments }: AssetNow, language: Language, nowMs: number): [code: TextCode, text: string][] {
  const facts: [TextCode, string][] = [];
  for (const { shipment, leg } of shipments) {
    facts.push(["detail.goods", `${labelText(shipment.goods, language)} (${labelText(shipment.title, language)})`]);
    const places = [leg.origin, leg.destination].flatMap((place) => (place === null ? [] : [place.title]));
    if (places.length > 0) facts.push(["detail.route", places.map((label) => labelText(label, language)).join(" → ")]);
    if (leg.driver !== null) facts.push(["detail.driver", leg.driver.name ?? say(language, "needs.someone")]);
    facts.push(["detail.profile", shipment.profiles.map(({ title }) => labelText(title, language)).join(", ")]);
  }
  const speedMps = speedNow(asset, nowMs);
  if (speedMps !== null) facts.push(["detail.speed", `${formatNumber(speedMps * 3.6, 1)}\u00a0km/h`]);
  if (asset.gatewayId !== null) facts.push(["detail.gateway", asset.gatewayId]);
  return facts;
}

function showFacts(host: HTMLElement, facts: readonly [code: TextCode, text: string][]): void {
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const key = language + JSON.stringify(facts);
  if (host.dataset["key"] === key) return;
  host.dataset["key"] = key;
  host.replaceChildren(
    ...facts.map(([code, text]) =>
      el("div", {}, el("dt", {}, say(language, code)), el("dd", { class: "number" }, text)),
    ),
  );
}
