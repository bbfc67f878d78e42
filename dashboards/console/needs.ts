// "What needs me now": open alarms in the order of their urgency, one sentence each, answered on the spot.

import type { AlarmView } from "../src/api-shapes.ts";
import {
  alarmSentence,
  byUrgency,
  closedAtMs,
  isInHand,
  urgencyOf,
  type Urgency,
} from "../page-parts/alarm-sentence.ts";
import { conditionMark, type MarkKind } from "../page-parts/condition-mark.ts";
import { byId, el, keyedRows, setAttribute, setText, show, type Row } from "../page-parts/dom.ts";
import { formatDuration, formatTime } from "../page-parts/format.ts";
import { dataFromMs } from "../page-parts/live-state.ts";
import { say, type TextCode } from "../page-parts/texts.ts";
import type { AssetNow, Context } from "./context.ts";

const EARLIER_MAX = 20;
const OPEN_MAX = 100;
const LOOK: Record<Urgency, MarkKind> = {
  breach: "breach",
  profile: "warning",
  warning: "warning",
  silent: "unknown",
  late: "late",
  returned: "in-range",
  closed: "in-range",
};

export function needsPanel(context: Context): (all: readonly AssetNow[]) => void {
  const host = byId("needs");
  const open = el("ul", { class: "alarms" });
  const calmTitle = el("p", { class: "calm-title" });
  const calmNote = el("p", { class: "quiet number" });
  const calmMark = conditionMark();
  const calm = el("div", { class: "calm" }, calmMark.node, el("div", {}, calmTitle, calmNote));
  const handTitle = el("h3", { class: "sub-head" });
  const inHand = el("ul", { class: "alarms is-quiet" });
  const summary = el("summary", {});
  const earlier = el("ul", { class: "alarms is-quiet" });
  const fold = el("details", { class: "earlier" }, summary, earlier);
  host.append(calm, open, handTitle, inHand, fold);
  const make = (): Row<AlarmView> => alarmRow(context);
  const keyOf = ({ alarmId }: AlarmView): string => alarmId;
  const lists = [open, inHand, earlier].map((list) => keyedRows(list, keyOf, make)) as [
    (items: readonly AlarmView[]) => void,
    (items: readonly AlarmView[]) => void,
    (items: readonly AlarmView[]) => void,
  ];
  let told = "";
  // Read out only when an alarm comes or goes: the sentences themselves change with every second.
  const tellNews = (asking: readonly AlarmView[]): void => {
    const key = asking.map(keyOf).join();
    if (key === told) return;
    told = key;
    const { known, nowMs, language } = context;
    const words = asking[0] && alarmSentence(asking[0], { assets: known.assets, nowMs: nowMs(), language: language() });
    setText(
      byId("needs-news"),
      words === undefined ? say(language(), "needs.none") : `${words.subject}: ${words.text}`,
    );
  };
  return (assets) => {
    const language = context.language();
    const all = [...context.known.alarms.values()].sort(byUrgency);
    const asking = all.filter((alarm) => alarm.state !== "normal" && !isInHand(alarm));
    const answered = all.filter((alarm) => alarm.state !== "normal" && isInHand(alarm));
    const closed = all.filter(({ state }) => state === "normal").sort((a, b) => closedAtMs(b) - closedAtMs(a));
    lists[0](asking.slice(0, OPEN_MAX));
    lists[1](answered.slice(0, OPEN_MAX));
    lists[2](closed.slice(0, EARLIER_MAX));
    setText(byId("needs-count"), asking.length === 0 ? "" : String(asking.length));
    tellNews(asking);
    show(calm, asking.length === 0);
    const words = calmWords(context, assets, [...closed, ...answered]);
    setText(calmTitle, words.title);
    setText(calmNote, words.note);
    calmMark.set(words.mark);
    setText(handTitle, say(language, "needs.inHand"));
    show(handTitle, answered.length > 0);
    setText(summary, `${say(language, "needs.earlier")} (${closed.length})`);
    show(fold, closed.length > 0);
  };
}

/** Calm is claimed only for what can be seen: something without a current reading may be in need without any alarm. */
function calmWords(
  { known, nowMs, language }: Context,
  assets: readonly AssetNow[],
  answered: readonly AlarmView[],
): { title: string; note: string; mark: MarkKind } {
  const spoken = language();
  if (!known.isLoaded && known.failure !== undefined)
    return { title: say(spoken, "failure.title"), note: say(spoken, "failure.text"), mark: "unknown" };
  if (!known.isLoaded) return { title: say(spoken, "needs.loading"), note: "", mark: "unknown" };
  if (known.link !== "live" || !known.isIngestHeard) {
    const freshAtMs = dataFromMs(known);
    const time = freshAtMs === undefined ? "–" : formatTime(freshAtMs, nowMs(), spoken, "seconds");
    const title = say(spoken, known.link === "live" ? "needs.unheard" : "needs.away");
    return { title, note: say(spoken, "needs.awayWhy", { time }), mark: "unknown" };
  }
  const count = assets.filter(({ condition }) => condition === "unknown").length;
  if (count > 0) {
    const note = say(spoken, "needs.blindWhy", { count, all: assets.length });
    return { title: say(spoken, "needs.blind"), note, mark: "unknown" };
  }
  const title = say(spoken, "needs.none");
  const times = answered.map((alarm) =>
    alarm.state === "normal" ? closedAtMs(alarm) : (alarm.acknowledgedAtMs ?? alarm.raisedAtMs),
  );
  if (times.length === 0) return { title, note: say(spoken, "needs.noneEver"), mark: "in-range" };
  const sinceMs = Math.max(...times);
  const age = formatDuration(nowMs() - sinceMs, spoken);
  return {
    title,
    note: say(spoken, "needs.noneSince", { time: formatTime(sinceMs, nowMs(), spoken), age }),
    mark: "in-range",
  };
}

function alarmRow(context: Context): Row<AlarmView> {
  let shown: AlarmView | undefined;
  const mark = conditionMark();
  const subject = el("strong", {});
  const sentence = el("span", { class: "number" });
  const tag = el("span", { class: "tag number" });
  const fate = el("p", { class: "fate number" });
  const act = (then: (alarm: AlarmView) => void) => () => {
    if (shown !== undefined) then(shown);
  };
  const answer = el("button", { class: "answer", type: "button" });
  answer.addEventListener(
    "click",
    act(({ alarmId }) => context.acknowledge(alarmId)),
  );
  const history = el("button", { class: "small-button history", type: "button" });
  history.addEventListener(
    "click",
    act(({ alarmId }) => context.openAlarm(alarmId)),
  );
  const main = el("button", { class: "alarm-main", type: "button" }, subject, " · ", sentence);
  main.addEventListener(
    "click",
    act((alarm) => {
      // What it is about is no asset: its history tells who changed the profile, and to what.
      if (alarm.severity === "profile") context.openAlarm(alarm.alarmId);
      else context.select(assetIdOf(alarm, context));
    }),
  );
  const foot = el("div", { class: "alarm-foot" }, tag, history, answer);
  const node = el("li", { class: "alarm" }, mark.node, el("div", { class: "alarm-text" }, main, fate, foot));
  const update = (alarm: AlarmView): void => {
    shown = alarm;
    const language = context.language();
    const urgency = urgencyOf(alarm);
    const words = alarmSentence(alarm, { assets: context.known.assets, nowMs: context.nowMs(), language });
    setAttribute(node, "class", `alarm is-${LOOK[urgency]} urgency-${urgency}`);
    mark.set(LOOK[urgency]);
    setText(subject, words.subject);
    setText(sentence, words.text);
    // A live alarm's sentence says since when; one that was found late happened at another time than it was found.
    const age = formatDuration(context.nowMs() - alarm.raisedAtMs, language);
    setText(tag, urgency === "late" ? say(language, "alarm.lateAgo", { age }) : say(language, tagOf(alarm, urgency)));
    setText(history, say(language, "needs.details"));
    showAnswer(alarm, context, answer, fate);
  };
  return { node, update };
}

/** A gateway that was silent is heard again; what it measures may be anything. */
function tagOf({ severity }: AlarmView, urgency: Exclude<Urgency, "late">): TextCode {
  if (urgency !== "returned") return `tag.${urgency}`;
  if (severity === "silent") return "tag.heardAgain";
  return severity === "profile" ? "tag.profileOver" : "tag.returned";
}

/** A silent gateway's alarm names the gateway: what it serves is what can be looked at. */
function assetIdOf(alarm: AlarmView, { known }: Context): string {
  if (known.assets.has(alarm.assetId)) return alarm.assetId;
  return [...known.assets.values()].find(({ gatewayId }) => gatewayId === alarm.assetId)?.assetId ?? alarm.assetId;
}

function showAnswer(alarm: AlarmView, context: Context, answer: HTMLButtonElement, fate: HTMLElement): void {
  const { nowMs, language, known } = context;
  const spoken = language();
  const time = (atMs: number): string => formatTime(atMs, nowMs(), spoken);
  const intent = context.intentOf(alarm.alarmId);
  const isAsking = alarm.state === "unacknowledged" || alarm.state === "returned-unacknowledged";
  // A confirmed intent that was overtaken by a new raise asks again.
  const isUnderWay = intent !== undefined && (intent.stage === "kept" || intent.stage === "sent");
  const text = ((): string => {
    if (alarm.state === "shelved") return say(spoken, "needs.shelved");
    if (isAsking && isUnderWay) {
      const code: TextCode = intent.stage === "kept" && known.link !== "live" ? "needs.offline" : "needs.sent";
      return say(spoken, code, { time: time(intent.doneAtMs) });
    }
    if (isAsking && intent?.stage === "refused") return say(spoken, "needs.refused", { reason: intent.reason ?? "" });
    if (isAsking || alarm.acknowledgedAtMs === null) return "";
    const at = { time: time(alarm.acknowledgedAtMs) };
    const by = alarm.acknowledgedBy;
    if (by === null) return say(spoken, "needs.acknowledgedNoOne", at);
    return say(spoken, "needs.acknowledged", { ...at, who: by.name ?? say(spoken, "needs.someone") });
  })();
  setText(fate, text);
  show(fate, text !== "");
  setText(answer, say(spoken, "needs.acknowledge"));
  show(answer, isAsking && !isUnderWay);
}
