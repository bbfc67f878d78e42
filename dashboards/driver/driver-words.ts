// The one sentence of the driver's page: what it means and what to do, from what is known at this moment.

import type { AlarmView, AssetView, Condition } from "../src/api-shapes.ts";
import {
  conditionNow,
  doorOpen,
  gapOf,
  isCurrent,
  leadingChannel,
  outsideBy,
  tightestLimits,
} from "../page-parts/channels.ts";
import { formatDuration, type Language } from "../page-parts/format.ts";
import { say, sayKnown } from "../page-parts/texts.ts";

export interface DriverFacts {
  readonly asset: AssetView;
  /** Alarms of the asset and of its gateway. */
  readonly alarms: readonly AlarmView[];
  readonly nowMs: number;
  /** False while this phone has no link to the server. */
  readonly isLinked: boolean;
  readonly language: Language;
}

export interface DriverWords {
  readonly condition: Condition;
  readonly sentence: string;
}

/** Alarms that concern a driver: live ones. What was found late is for quality, and wakes nobody. */
export function driverAlarms(alarms: Iterable<AlarmView>, asset: AssetView): AlarmView[] {
  return [...alarms].filter(
    (alarm) =>
      !alarm.foundLate &&
      (alarm.assetId === asset.assetId || (alarm.channel === null && alarm.assetId === asset.gatewayId)),
  );
}

/** The alarm that asks for an answer: one that still goes on before one that is over, the worse first. */
export function askingAlarm(alarms: readonly AlarmView[]): AlarmView | undefined {
  const rank = ({ returnedAtMs, severity }: AlarmView): number =>
    (returnedAtMs === null ? 0 : 10) + (severity === "breach" ? 0 : severity === "excursion" ? 1 : 2);
  return alarms
    .filter(({ state }) => state === "unacknowledged" || state === "returned-unacknowledged")
    .sort((a, b) => rank(a) - rank(b) || a.startMs - b.startMs)[0];
}

export function driverWords(facts: DriverFacts): DriverWords {
  const { asset, alarms, nowMs, language } = facts;
  const condition = conditionNow(asset, alarms, nowMs);
  const channel = leadingChannel(asset, nowMs);
  if (channel === undefined || !isCurrent(channel, nowMs)) return { condition, sentence: blindText(facts) };
  if (condition === "unknown") return { condition, sentence: blindText(facts) };
  const door = doorOpen(asset, nowMs);
  if (condition === "in-range") {
    const wasOut = alarms.some(({ state, severity }) => state === "returned-unacknowledged" && severity !== "silent");
    if (wasOut) return { condition, sentence: say(language, "driver.was") };
    return { condition, sentence: say(language, door === true ? "driver.goodDoor" : "driver.good") };
  }
  const value = channel.latest?.value ?? 0;
  const limits = tightestLimits(channel);
  const half = channel.resolution / 2;
  const isWarm = outsideBy(value, { low: null, high: limits.high }) > half;
  const isCold = outsideBy(value, { low: limits.low, high: null }) > half;
  if (!isWarm && !isCold) return { condition, sentence: insideText(facts) };
  const warm = door === undefined ? "driver.warm" : door ? "driver.warmDoor" : "driver.warmClosed";
  const what = say(language, isWarm ? warm : "driver.cold");
  return { condition, sentence: condition === "breach" ? say(language, "driver.breach", { what }) : what };
}

/** An alarm that goes on although the number is back inside: it has to settle, or another channel is meant. */
function insideText({ alarms, language }: DriverFacts): string {
  const side = alarms.find(({ state, returnedAtMs }) => state !== "normal" && returnedAtMs === null)?.side;
  if (side === "high") return say(language, "driver.settling");
  return say(language, side === "low" ? "driver.warming" : "driver.other");
}

function blindText({ asset, nowMs, isLinked, language }: DriverFacts): string {
  if (!isLinked) return say(language, "driver.offline");
  const channel = leadingChannel(asset, nowMs);
  const latest = channel?.latest ?? null;
  if (latest === null) return say(language, "driver.noReadingEver");
  const isArriving = channel !== undefined && nowMs - latest.atMs <= gapOf(channel);
  // Readings arrive and carry no value: the gateway lives, the probe does not.
  if (latest.value === null && isArriving)
    return say(language, "driver.probe", { reason: sayKnown(language, "quality", latest.quality) });
  const age = formatDuration(nowMs - latest.atMs, language);
  return say(language, "driver.noReading", { age });
}
