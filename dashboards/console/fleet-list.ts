// Everything that is monitored: worst first, searched and filtered, a few hundred rows drawn at most.

import type { Condition, LatestView } from "../src/api-shapes.ts";
import {
  CONDITIONS_WORST_FIRST,
  doorOpen,
  isCurrent,
  isOutside,
  leadingChannel,
  limitsText,
} from "../page-parts/channels.ts";
import { conditionMark } from "../page-parts/condition-mark.ts";
import { byId, el, keyedRows, setAttribute, setText, show, type Row } from "../page-parts/dom.ts";
import { formatCount, formatDuration, formatValue, type Language } from "../page-parts/format.ts";
import { labelText, say, sayKnown } from "../page-parts/texts.ts";
import type { AssetNow, Context } from "./context.ts";

/** Rows drawn at most; a person narrows the search long before reading that many. */
export const ROWS_MAX = 200;
/** Under this many assets a filter by condition only takes room. */
const FILTERS_FROM = 8;

/** Text that a search looks at: names in both languages, goods, drivers, places, ids. */
export function searchText({ asset, shipments }: AssetNow): string {
  const words = [asset.title.en, asset.title.zh, asset.assetId, asset.gatewayId ?? ""];
  for (const { shipment, leg } of shipments) {
    words.push(shipment.title.en, shipment.title.zh, shipment.goods.en, shipment.goods.zh, shipment.shipmentId);
    words.push(leg.driver?.name ?? "");
    for (const place of [leg.origin, leg.destination]) if (place !== null) words.push(place.title.en, place.title.zh);
  }
  return words.join("\n").toLowerCase();
}

interface Entry {
  /** Its place when all are sorted by name. */
  readonly place: number;
  readonly text: string;
}

/** Names sorted and texts joined once for every whole reading, not on every reading of a channel. */
function searchIndex(): (all: readonly AssetNow[], context: Context) => ReadonlyMap<string, Entry> {
  let entries = new Map<string, Entry>();
  let ofReading: unknown;
  let ofLanguage: string | undefined;
  return (all, { known, language }) => {
    if (ofReading === known.shipments && ofLanguage === language()) return entries;
    [ofReading, ofLanguage] = [known.shipments, language()];
    const order = new Intl.Collator(language(), { numeric: true });
    const title = ({ asset }: AssetNow): string => labelText(asset.title, language());
    const sorted = [...all].sort((a, b) => order.compare(title(a), title(b)));
    entries = new Map(sorted.map((now, place) => [now.asset.assetId, { place, text: searchText(now) }]));
    return entries;
  };
}

export function fleetList(context: Context): (all: readonly AssetNow[]) => void {
  const search = byId("fleet-search") as HTMLInputElement;
  let wanted: Condition | undefined;
  let all: readonly AssetNow[] = [];
  const index = searchIndex();
  const filters = filterButtons(byId("fleet-filters"), context, (condition) => {
    wanted = wanted === condition ? undefined : condition;
    update(all);
  });
  search.addEventListener("input", () => update(all));
  const sync = keyedRows<AssetNow>(
    byId("fleet"),
    ({ asset }) => asset.assetId,
    () => assetRow(context),
  );
  const update = (next: readonly AssetNow[]): void => {
    all = next;
    const language = context.language();
    const text = search.value.trim().toLowerCase();
    const entries = index(all, context);
    const entry = ({ asset }: AssetNow): Entry => entries.get(asset.assetId) ?? { place: 0, text: "" };
    const matching = all.filter(
      (each) => (wanted === undefined || each.condition === wanted) && (text === "" || entry(each).text.includes(text)),
    );
    const rank = ({ condition }: AssetNow): number => CONDITIONS_WORST_FIRST.indexOf(condition);
    matching.sort((a, b) => rank(a) - rank(b) || entry(a).place - entry(b).place);
    sync(matching.slice(0, ROWS_MAX));
    filters(all, wanted);
    setText(byId("fleet-count"), formatCount(all.length));
    const note = ((): string => {
      if (all.length === 0)
        return context.known.isLoaded ? say(language, "fleet.empty") : say(language, "detail.loading");
      if (matching.length === 0) return say(language, "fleet.nothing");
      const counts = { shown: ROWS_MAX, count: formatCount(matching.length) };
      return matching.length > ROWS_MAX ? say(language, "fleet.shown", counts) : "";
    })();
    setText(byId("fleet-note"), note);
    show(byId("fleet-note"), note !== "");
    show(search, all.length > 3);
  };
  return update;
}

function filterButtons(
  host: HTMLElement,
  context: Context,
  chosen: (condition: Condition) => void,
): (all: readonly AssetNow[], wanted: Condition | undefined) => void {
  const buttons = CONDITIONS_WORST_FIRST.map((condition) => {
    const mark = conditionMark();
    mark.set(condition);
    const text = el("span", { class: "number" });
    const node = el("button", { type: "button", class: "filter", onclick: () => chosen(condition) }, mark.node, text);
    host.append(node);
    return { condition, node, text };
  });
  return (all, wanted) => {
    show(host, all.length >= FILTERS_FROM);
    for (const { condition, node, text } of buttons) {
      const count = all.filter((each) => each.condition === condition).length;
      setText(text, formatCount(count));
      const word = say(context.language(), `condition.${condition}`);
      setAttribute(node, "aria-label", `${word}: ${count}`);
      setAttribute(node, "title", word);
      setAttribute(node, "aria-pressed", String(condition === wanted));
    }
  };
}

function assetRow(context: Context): Row<AssetNow> {
  let assetId = "";
  const mark = conditionMark();
  const title = el("strong", { class: "cut" });
  const word = el("span", { class: "word" });
  const door = el("span", { class: "door-tag" });
  const goods = el("span", { class: "cut quiet" });
  const route = el("span", { class: "cut quiet" });
  const value = el("span", { class: "value number" });
  const limits = el("span", { class: "quiet number" });
  const age = el("span", { class: "quiet number age" });
  const button = el(
    "button",
    { type: "button", class: "fleet-row", onclick: () => context.select(assetId) },
    mark.node,
    el("span", { class: "fleet-name" }, el("span", { class: "fleet-title" }, title, word, door), goods, route),
    el("span", { class: "fleet-value" }, value, limits, age),
  );
  const node = el("li", {}, button);
  const update = (now: AssetNow): void => {
    assetId = now.asset.assetId;
    const language = context.language();
    setAttribute(button, "class", `fleet-row is-${now.condition}`);
    setAttribute(button, "aria-pressed", String(context.selectedId() === assetId));
    mark.set(now.condition);
    setText(title, labelText(now.asset.title, language));
    setText(word, say(language, `condition.${now.condition}`));
    setText(door, say(language, "fleet.door"));
    show(door, doorOpen(now.asset, context.nowMs()) === true);
    const load = loadTexts(now, context);
    setText(goods, load.goods);
    setText(route, load.route);
    show(route, load.route !== "");
    showValue(now, context, { value, limits, age });
  };
  return { node, update };
}

export function loadTexts(
  { shipments }: AssetNow,
  { language }: Pick<Context, "language">,
): { goods: string; route: string } {
  const spoken = language();
  const first = shipments[0];
  if (first === undefined) return { goods: say(spoken, "fleet.noShipment"), route: "" };
  const goods = shipments.map(({ shipment }) => labelText(shipment.goods, spoken)).join(", ");
  const { origin, destination, driver } = first.leg;
  const places = [origin, destination].flatMap((place) => (place === null ? [] : [labelText(place.title, spoken)]));
  const who = driver === null ? say(spoken, "fleet.noDriver") : (driver.name ?? say(spoken, "needs.someone"));
  return { goods, route: [who, ...(places.length > 0 ? [places.join(" → ")] : [])].join(" · ") };
}

/** The age of a reading, and the reason when it carries no value. */
export function ageText(latest: LatestView | null, nowMs: number, language: Language): string {
  if (latest === null) return say(language, "fleet.never");
  const ago = say(language, "fleet.ago", { age: formatDuration(nowMs - latest.atMs, language) });
  return latest.value === null ? `${sayKnown(language, "quality", latest.quality)} · ${ago}` : ago;
}

function showValue(
  { asset }: AssetNow,
  { nowMs, language }: Context,
  nodes: { value: HTMLElement; limits: HTMLElement; age: HTMLElement },
): void {
  const spoken = language();
  const channel = leadingChannel(asset, nowMs());
  const latest = channel?.latest ?? null;
  const isNumber = channel !== undefined && latest !== null && latest.value !== null && isCurrent(channel, nowMs());
  setText(nodes.value, isNumber ? formatValue(latest.value, channel.resolution, channel.unit) : "–");
  nodes.value.classList.toggle("is-outside", isNumber && isOutside(channel));
  setText(nodes.limits, channel === undefined ? "" : limitsText(channel, spoken));
  setText(nodes.age, ageText(latest, nowMs(), spoken));
}
