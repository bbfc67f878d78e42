// What an alarm says in plain words, and how urgent it is.

import type { AlarmView, AssetView, ChangedProfileView, ChannelView } from "../src/api-shapes.ts";
import { channelName, isCurrent, outsideBy } from "./channels.ts";
import { formatCount, formatDuration, formatLimit, formatTime, formatValue, type Language } from "./format.ts";
import { labelText, say, sayKnown, type TextCode } from "./texts.ts";

/** In the order in which people should look: live breach, a profile that upsets many, live warning, silence, found late, back but unanswered. */
export type Urgency = "breach" | "profile" | "warning" | "silent" | "late" | "returned" | "closed";
const ORDER: readonly Urgency[] = ["breach", "profile", "warning", "silent", "late", "returned", "closed"];

export function urgencyOf(alarm: AlarmView): Urgency {
  if (alarm.state === "normal") return "closed";
  if (alarm.foundLate) return "late";
  if (alarm.returnedAtMs !== null) return "returned";
  if (alarm.severity === "silent" || alarm.severity === "profile") return alarm.severity;
  return alarm.severity === "breach" ? "breach" : "warning";
}

/** Somebody has answered it, or put it aside: it stays in sight and stops asking. */
export function isInHand(alarm: AlarmView): boolean {
  return alarm.state === "acknowledged" || alarm.state === "shelved";
}

/** Most urgent first; within one urgency what has lasted longest, then by id so that rows do not dance. */
export function byUrgency(a: AlarmView, b: AlarmView): number {
  return (
    ORDER.indexOf(urgencyOf(a)) - ORDER.indexOf(urgencyOf(b)) ||
    a.startMs - b.startMs ||
    (a.alarmId < b.alarmId ? -1 : a.alarmId > b.alarmId ? 1 : 0)
  );
}

/** When an alarm that is closed was over for people: returned and answered. */
export function closedAtMs(alarm: AlarmView): number {
  return Math.max(alarm.returnedAtMs ?? alarm.raisedAtMs, alarm.acknowledgedAtMs ?? alarm.raisedAtMs);
}

export interface SentenceContext {
  readonly assets: ReadonlyMap<string, AssetView>;
  readonly nowMs: number;
  readonly language: Language;
}

export interface Sentence {
  /** Whom it is about: the asset, or those that a silent gateway serves. */
  readonly subject: string;
  readonly text: string;
}

export function alarmSentence(alarm: AlarmView, context: SentenceContext): Sentence {
  const { assets, language } = context;
  if (alarm.severity === "silent") return silence(alarm, context);
  if (alarm.profile !== null) return changedProfile(alarm, alarm.profile, context);
  const asset = assets.get(alarm.assetId);
  const channel = asset?.channels.find((candidate) => candidate.channel === alarm.channel);
  return { subject: labelText(alarm.assetTitle, language), text: limitText(alarm, asset, channel, context) };
}

/** Of what a silent gateway serves no more is named; the others are counted. */
const SERVED_MAX = 5;

/** Whom facts are recorded by when they came with the installer's token. */
const INSTALLER = "installer";

function changedProfile(
  alarm: AlarmView,
  { title, version, formerVersion, changedBy, channels }: ChangedProfileView,
  { nowMs, language }: SentenceContext,
): Sentence {
  const words = {
    version,
    former: formerVersion,
    count: formatCount(channels),
    who: changedBy?.name ?? say(language, changedBy?.personId === INSTALLER ? "alarm.installer" : "needs.someone"),
    time: formatTime(alarm.startMs, nowMs, language),
  };
  const subject = say(language, "alarm.profileSubject", { profile: labelText(title, language) });
  if (alarm.returnedAtMs === null) return { subject, text: say(language, "alarm.profile", words) };
  const back = formatTime(alarm.returnedAtMs, nowMs, language);
  return { subject, text: say(language, "alarm.profileOver", { ...words, back }) };
}

/** What is said of each kind of silence while it lasts, and once it is over. */
const SILENCES: Readonly<Record<string, readonly [lasting: TextCode, over: TextCode]>> = {
  "asset-silent": ["alarm.assetSilent", "alarm.assetSilentOver"],
  "channel-silent": ["alarm.channelSilent", "alarm.channelSilentOver"],
  "broker-away": ["alarm.brokerAway", "alarm.brokerAwayOver"],
};

function silence(alarm: AlarmView, { assets, nowMs, language }: SentenceContext): Sentence {
  const served = [...assets.values()].filter(
    ({ gatewayId, assetId }) => gatewayId === alarm.assetId || assetId === alarm.assetId,
  );
  const shown = served.slice(0, SERVED_MAX).map(({ title }) => labelText(title, language));
  if (served.length > SERVED_MAX) shown.push(say(language, "alarm.more", { count: served.length - SERVED_MAX }));
  const subject = ((): string => {
    if (alarm.ruleId === "broker-away") return say(language, "alarm.broker");
    return shown.length === 0 ? labelText(alarm.assetTitle, language) : shown.join(language === "zh" ? "、" : ", ");
  })();
  const [lasting, over] = SILENCES[alarm.ruleId] ?? ["alarm.silent", "alarm.silentOver"];
  const channel = served[0]?.channels.find((candidate) => candidate.channel === alarm.channel);
  const words = {
    duration: formatDuration((alarm.returnedAtMs ?? nowMs) - alarm.startMs, language),
    channel:
      channel === undefined || served[0] === undefined
        ? (alarm.channel ?? "")
        : channelName(channel, served[0], language),
  };
  if (alarm.returnedAtMs === null) return { subject, text: say(language, lasting, words) };
  const time = formatTime(alarm.returnedAtMs, nowMs, language);
  return { subject, text: say(language, over, { ...words, time }) };
}

function limitText(
  alarm: AlarmView,
  asset: AssetView | undefined,
  channel: ChannelView | undefined,
  { nowMs, language }: SentenceContext,
): string {
  const duration = formatDuration((alarm.returnedAtMs ?? nowMs) - alarm.startMs, language);
  if (alarm.side === null || alarm.limit === null) return say(language, "alarm.other", { duration });
  const unit = channel?.unit ?? "Cel";
  const resolution = channel?.resolution ?? 0.1;
  const time = (atMs: number): string => formatTime(atMs, nowMs, language);
  const concluded = /^[^/]*\/(mkt|stability)\//.exec(alarm.ruleId)?.[1];
  const words = {
    channel:
      channel === undefined || asset === undefined
        ? sayKnown(language, "role", /\/([a-z-]*[a-z])/.exec(alarm.channel ?? "")?.[1] ?? alarm.channel ?? "")
        : channelName(channel, asset, language),
    limit: formatLimit(alarm.limit, unit),
    peak: alarm.peak === null ? "–" : formatValue(alarm.peak, resolution, unit),
    duration,
    from: time(alarm.startMs),
  };
  if (concluded === "mkt") {
    const value = alarm.peak === null ? "–" : formatValue(alarm.peak, 0.01, unit);
    return say(language, "alarm.mkt", { ...words, value, to: time(alarm.returnedAtMs ?? nowMs) });
  }
  if (concluded === "stability") {
    const percent = Math.round((alarm.peak ?? 1) * 100);
    return say(language, "alarm.stability", { ...words, percent });
  }
  const side = alarm.side === "high" ? "above" : "below";
  const code = (ending: string): TextCode => `alarm.${side}${ending}` as TextCode;
  if (alarm.foundLate && alarm.returnedAtMs === null) return say(language, code("Late"), words);
  if (alarm.returnedAtMs !== null) {
    const back = time(alarm.returnedAtMs);
    return alarm.foundLate
      ? say(language, code("LateOver"), { ...words, to: back })
      : say(language, code("Over"), { ...words, time: back });
  }
  const value = channel?.latest?.value;
  if (channel === undefined || value === undefined || value === null || !isCurrent(channel, nowMs))
    return say(language, code("Blind"), { ...words, time: words.from });
  const limits = alarm.side === "high" ? { low: null, high: alarm.limit } : { low: alarm.limit, high: null };
  const isInside = outsideBy(value, limits) <= resolution / 2;
  return say(language, code(isInside ? "Inside" : ""), { ...words, value: formatValue(value, resolution, unit) });
}
