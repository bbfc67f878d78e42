// The excursions of the selected asset in the last days, each leading to its alarm's history.

import type { AlarmView, AssetView, ExcursionView } from "../src/api-shapes.ts";
import { channelName } from "../page-parts/channels.ts";
import { el, setAttribute, setText, show } from "../page-parts/dom.ts";
import { formatTime, formatValue } from "../page-parts/format.ts";
import { say, type TextCode } from "../page-parts/texts.ts";
import type { Context } from "./context.ts";

const COLUMNS: readonly TextCode[] = [
  "table.start",
  "table.end",
  "table.channel",
  "table.peak",
  "table.degreeMinutes",
  "table.duration",
  "table.profile",
  "table.verdict",
];
const ROWS_MAX = 50;
const BREACH_TEXTS: Readonly<Record<string, TextCode>> = {
  consecutive: "table.breachConsecutive",
  "single-event": "table.breachSingle",
  cumulative: "table.breachCumulative",
};

/** The alarm that an excursion belongs to: the same rule on the same channel, overlapping in time. */
export function alarmOf(excursion: ExcursionView, alarms: Iterable<AlarmView>): AlarmView | undefined {
  const endMs = excursion.endMs ?? Infinity;
  for (const alarm of alarms) {
    const isSame =
      alarm.assetId === excursion.assetId && alarm.channel === excursion.channel && alarm.ruleId === excursion.ruleId;
    if (isSame && alarm.startMs <= endMs && (alarm.returnedAtMs ?? Infinity) >= excursion.startMs) return alarm;
  }
  return undefined;
}

export function excursionTable(context: Context): {
  node: HTMLElement;
  update: (asset: AssetView, excursions: readonly ExcursionView[]) => void;
} {
  const title = el("h3", { class: "sub-head" });
  const heads = COLUMNS.map((code) => ({ code, node: el("th", { scope: "col" }) }));
  const rows = el("tbody", {});
  const head = el("thead", {}, el("tr", {}, ...heads.map(({ node }) => node)));
  const scroll = el("div", { class: "table-scroll" }, el("table", {}, head, rows));
  const none = el("p", { class: "note" });
  const node = el("div", { class: "excursions" }, title, scroll, none);
  let shown = "";
  const update = (asset: AssetView, all: readonly ExcursionView[]): void => {
    const language = context.language();
    const newest = all.toSorted((a, b) => b.startMs - a.startMs).slice(0, ROWS_MAX);
    setText(title, say(language, "detail.excursions"));
    setText(none, say(language, "detail.noExcursions"));
    show(none, newest.length === 0);
    show(scroll, newest.length > 0);
    for (const { code, node: cell } of heads) setText(cell, say(language, code));
    setAttribute(heads[5]?.node ?? title, "title", say(language, "table.durationWhy"));
    const alarms = [...context.known.alarms.values()];
    const linked = newest.map((excursion) => ({ excursion, alarmId: alarmOf(excursion, alarms)?.alarmId }));
    const key = language + JSON.stringify(linked);
    if (key === shown) return;
    shown = key;
    rows.replaceChildren(...linked.map(({ excursion, alarmId }) => row(excursion, alarmId, asset, context)));
  };
  return { node, update };
}

function row(excursion: ExcursionView, alarmId: string | undefined, asset: AssetView, context: Context): HTMLElement {
  const language = context.language();
  const channel = asset.channels.find((candidate) => candidate.channel === excursion.channel);
  const time = (atMs: number): string => formatTime(atMs, context.nowMs(), language);
  const minutes = (ms: number): number => Math.round(ms / 60_000);
  const start = time(excursion.startMs);
  const opener =
    alarmId === undefined
      ? start
      : el("button", { type: "button", class: "link-button", onclick: () => context.openAlarm(alarmId) }, start);
  const { monitoredMs, possibleMs, profileId, profileVersion, isBreach } = excursion;
  const spent = { monitored: minutes(monitoredMs), possible: minutes(possibleMs) };
  const verdict = el("span", { class: `tag ${isBreach ? "is-breach" : "is-unknown"}` });
  setText(verdict, say(language, isBreach ? "table.breach" : "table.allowed"));
  const told = excursion.breaches.map(({ kind, atMs, spentMs }) => {
    const since = { at: time(atMs), minutes: minutes(spentMs) };
    return say(language, BREACH_TEXTS[kind] ?? "table.breachConsecutive", since);
  });
  if (told.length > 0) setAttribute(verdict, "title", told.join("\n"));
  const profile = `${profileId} ${say(language, "table.version", { version: profileVersion })}`;
  const cells: (Node | string)[] = [
    opener,
    excursion.endMs === null ? el("strong", {}, say(language, "table.open")) : time(excursion.endMs),
    channel === undefined ? excursion.channel : channelName(channel, asset, language),
    formatValue(excursion.peak, channel?.resolution ?? 0.1, channel?.unit ?? "Cel"),
    formatValue(excursion.degreeMinutes, 1, ""),
    say(language, "table.minutes", spent),
    profile,
    verdict,
  ];
  return el("tr", {}, ...cells.map((cell) => el("td", { class: cell === profile ? "number wraps" : "number" }, cell)));
}
