// What stands on the driver's page at this moment.

import type { AlarmView, AssetView } from "../src/api-shapes.ts";
import type { IntentState } from "../page-parts/acknowledge.ts";
import { doorOpen, hasDoor, isCurrent, leadingChannel, limitsText } from "../page-parts/channels.ts";
import { conditionMark } from "../page-parts/condition-mark.ts";
import { byId, el, setAttribute, setText, show } from "../page-parts/dom.ts";
import {
  formatDuration,
  formatNumber,
  formatTime,
  formatValue,
  unitText,
  type Language,
} from "../page-parts/format.ts";
import { dataFromMs, type Known } from "../page-parts/live-state.ts";
import { labelText, say } from "../page-parts/texts.ts";
import type { AlarmSound } from "./alarm-sound.ts";
import { askingAlarm, driverAlarms, driverWords } from "./driver-words.ts";

export interface DriverContext {
  readonly known: Known;
  readonly nowMs: () => number;
  readonly language: () => Language;
  readonly intentOf: (alarmId: string) => IntentState | undefined;
  readonly answer: (alarmId: string) => void;
  readonly sound: AlarmSound;
}

/** How long "you acknowledged" stays after an alarm has closed, so that the driver sees that it went through. */
const ANSWERED_SHOWN_MS = 600_000;

export function driverView(context: DriverContext): (asset: AssetView | undefined) => void {
  const mark = conditionMark();
  const word = el("span", {});
  byId("word").append(mark.node, word);
  let asking: AlarmView | undefined;
  byId("acknowledge").addEventListener("click", () => {
    if (asking !== undefined) context.answer(asking.alarmId);
  });
  byId("sound").addEventListener("click", context.sound.allow);
  return (asset) => {
    const { known, language } = context;
    showFrame(context);
    if (asset === undefined) {
      showNothing(context);
      mark.set("unknown");
      setText(word, "");
      return;
    }
    const alarms = driverAlarms(known.alarms.values(), asset);
    const isLinked = known.link === "live";
    const words = driverWords({ asset, alarms, isLinked, nowMs: context.nowMs(), language: language() });
    setAttribute(byId("page"), "class", `is-${words.condition}`);
    showThemeColour();
    mark.set(words.condition);
    setText(word, say(language(), `condition.${words.condition}`));
    // A plate is not to be broken at its hyphen.
    setText(byId("title"), labelText(asset.title, language()).replaceAll("-", "\u2011"));
    setText(byId("sentence"), words.sentence);
    showNumber(asset, context);
    showDoor(asset, context);
    showLoad(asset, context);
    asking = askingAlarm(alarms);
    showAnswer(asking, alarms, context);
  };
}

/** The browser's own bar takes the colour of the page. */
function showThemeColour(): void {
  const colour = getComputedStyle(byId("page")).getPropertyValue("--field").trim();
  const meta = document.querySelector('meta[name="theme-color"]');
  if (meta !== null) setAttribute(meta, "content", colour);
}

function showFrame({ known, nowMs, language, sound }: DriverContext): void {
  const spoken = language();
  document.title = `${say(spoken, "app.driver")} · Isotherm`;
  show(byId("simulated"), known.session?.simulated === true);
  const link = byId("link");
  const isUnlinked = known.link === "reconnecting" || known.failure !== undefined;
  show(link, isUnlinked || !known.isIngestHeard);
  const freshAtMs = dataFromMs(known);
  const time = freshAtMs === undefined ? "–" : formatTime(freshAtMs, nowMs(), spoken, "seconds");
  setText(link, say(spoken, isUnlinked ? "link.reconnecting" : "link.ingestAway", { time }));
  setText(byId("sound"), say(spoken, sound.isAllowed() ? "driver.soundOn" : "driver.sound"));
  setAttribute(byId("sound"), "data-on", String(sound.isAllowed()));
}

function showNothing({ known, language, sound }: DriverContext): void {
  const spoken = language();
  setAttribute(byId("page"), "class", "is-unknown is-idle");
  showThemeColour();
  setText(byId("title"), "Isotherm");
  setText(byId("value"), "");
  setText(byId("unit"), "");
  setText(byId("limits"), "");
  const failed = known.failure === undefined ? undefined : (["failure.title", "failure.text"] as const);
  const [title, why] = known.isLoaded ? (["driver.noTrip", "driver.noTripWhy"] as const) : (failed ?? []);
  setText(byId("last"), say(spoken, title ?? "driver.loading"));
  setText(byId("sentence"), why === undefined ? "" : say(spoken, why));
  show(byId("acknowledge"), false);
  show(byId("fate"), false);
  sound.set(false);
}

function showNumber(asset: AssetView, { nowMs, language }: DriverContext): void {
  const spoken = language();
  const channel = leadingChannel(asset, nowMs());
  const latest = channel?.latest ?? null;
  if (channel === undefined || latest === null) {
    setText(byId("value"), "–");
    setText(byId("unit"), "");
    setText(byId("last"), "");
    setText(byId("limits"), "");
    return;
  }
  const isNow = isCurrent(channel, nowMs()) && latest.value !== null;
  const text = latest.value === null ? "–" : formatValue(latest.value, channel.resolution, channel.unit);
  setText(byId("value"), isNow ? formatNumber(latest.value, channel.resolution) : "–");
  setText(byId("unit"), isNow ? unitText(channel.unit) : "");
  const age = formatDuration(nowMs() - latest.atMs, spoken);
  // What is too old to be current may be told, with its time, but never as the number.
  const old = { value: text, time: formatTime(latest.atMs, nowMs(), spoken) };
  const note = isNow
    ? say(spoken, "driver.read", { age })
    : latest.value === null
      ? ""
      : say(spoken, "driver.last", old);
  setText(byId("last"), note);
  setText(byId("limits"), say(spoken, "driver.limits", { limits: limitsText(channel, spoken) }));
}

function showDoor(asset: AssetView, { nowMs, language }: DriverContext): void {
  const isOpen = doorOpen(asset, nowMs());
  const code = isOpen === undefined ? "driver.doorUnknown" : isOpen ? "driver.doorOpen" : "driver.doorClosed";
  setText(byId("door"), say(language(), code));
  setAttribute(byId("door"), "data-door", isOpen === undefined ? "unknown" : isOpen ? "open" : "closed");
  show(byId("door"), hasDoor(asset));
}

function showLoad(asset: AssetView, { known, language }: DriverContext): void {
  const texts: string[] = [];
  for (const { goods, title, legs } of known.shipments.values())
    for (const { assetId, isCurrent: isNow, origin, destination } of legs) {
      if (assetId !== asset.assetId || !isNow) continue;
      const places = [origin, destination].flatMap((place) => (place === null ? [] : [place.title]));
      const route = places.map((label) => labelText(label, language())).join(" → ");
      texts.push(
        [labelText(goods, language()), labelText(title, language()), route].filter((text) => text !== "").join(" · "),
      );
    }
  setText(byId("goods"), texts.join("\n"));
}

function showAnswer(asking: AlarmView | undefined, alarms: readonly AlarmView[], context: DriverContext): void {
  const intent = asking === undefined ? undefined : context.intentOf(asking.alarmId);
  const isUnderWay = intent?.stage === "kept" || intent?.stage === "sent";
  show(byId("acknowledge"), asking !== undefined && !isUnderWay);
  const isLoud = asking !== undefined && !isUnderWay && asking.returnedAtMs === null;
  byId("page").classList.toggle("is-alarming", isLoud);
  context.sound.set(isLoud);
  const text = fateText(asking, intent, alarms, context);
  setText(byId("fate"), text);
  show(byId("fate"), text !== "");
}

function fateText(
  asking: AlarmView | undefined,
  intent: IntentState | undefined,
  alarms: readonly AlarmView[],
  { known, nowMs, language }: DriverContext,
): string {
  const spoken = language();
  const time = (atMs: number): string => formatTime(atMs, nowMs(), spoken);
  if (asking !== undefined) {
    if (intent === undefined || intent.stage === "confirmed") return "";
    if (intent.stage === "refused") return say(spoken, "needs.refused", { reason: intent.reason ?? "" });
    const isKept = intent.stage === "kept" && known.link !== "live";
    return say(spoken, isKept ? "driver.kept" : "driver.sent", { time: time(intent.doneAtMs) });
  }
  const answered = alarms
    .filter(({ acknowledgedAtMs }) => acknowledgedAtMs !== null)
    .filter(({ state, returnedAtMs, acknowledgedAtMs }) => {
      const overMs = Math.max(returnedAtMs ?? 0, acknowledgedAtMs ?? 0);
      return state === "acknowledged" || (state === "normal" && nowMs() - overMs < ANSWERED_SHOWN_MS);
    })
    .sort((a, b) => (b.acknowledgedAtMs ?? 0) - (a.acknowledgedAtMs ?? 0))[0];
  if (answered?.acknowledgedAtMs === undefined || answered.acknowledgedAtMs === null) return "";
  const at = { time: time(answered.acknowledgedAtMs) };
  const by = answered.acknowledgedBy;
  if (by?.personId === known.session?.person.personId) return say(spoken, "driver.acknowledged", at);
  return say(spoken, "driver.acknowledgedBy", { ...at, who: by?.name ?? say(spoken, "needs.someone") });
}
