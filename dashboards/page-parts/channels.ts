// Which channel of an asset counts on a page, what it is called, and whether its reading may still be shown as current.

import type { AlarmView, AssetView, ChannelView, Condition } from "../src/api-shapes.ts";
import type { Language } from "./format.ts";
import { formatLimits } from "./format.ts";
import { say, sayKnown } from "./texts.ts";

/** How long a reading stands on a channel without limits: the transport gap of GSP Appendix 3. */
export const GAP_MS_UNLIMITED = 300_000;

/** The longest that a reading of the channel stands, in milliseconds. */
export function gapOf(channel: Pick<ChannelView, "limits">): number {
  return channel.limits.length === 0 ? GAP_MS_UNLIMITED : Math.min(...channel.limits.map(({ gapMs }) => gapMs));
}

export function isCurrent(channel: ChannelView, nowMs: number): boolean {
  const { latest } = channel;
  return latest !== null && latest.value !== null && nowMs - latest.atMs <= gapOf(channel);
}

/** The tightest limits on a channel, over all profiles that judge it. */
export function tightestLimits(channel: Pick<ChannelView, "limits">): { low: number | null; high: number | null } {
  const lows = channel.limits.flatMap(({ low }) => (low === null ? [] : [low]));
  const highs = channel.limits.flatMap(({ high }) => (high === null ? [] : [high]));
  return { low: lows.length === 0 ? null : Math.max(...lows), high: highs.length === 0 ? null : Math.min(...highs) };
}

/** By how much a value is outside, in the unit; negative when inside, −Infinity without limits. */
export function outsideBy(value: number, { low, high }: { low: number | null; high: number | null }): number {
  return Math.max(high === null ? -Infinity : value - high, low === null ? -Infinity : low - value);
}

export function isOutside(channel: ChannelView): boolean {
  const { latest, resolution } = channel;
  if (latest === null || latest.value === null) return false;
  // Limits compare at the channel's resolution: half a step is noise of the number format.
  return outsideBy(latest.value, tightestLimits(channel)) > resolution / 2;
}

export function temperatures(asset: Pick<AssetView, "channels">): ChannelView[] {
  return asset.channels.filter(({ quantity, unit }) => quantity === "temperature" || unit === "Cel");
}

/** The channel whose number stands for the asset: of its product probes, the one that is worst. */
export function leadingChannel(asset: Pick<AssetView, "channels">, nowMs: number): ChannelView | undefined {
  const all = temperatures(asset);
  const product = all.filter(({ role }) => role === "product");
  const limited = all.filter(({ limits }) => limits.length > 0);
  const candidates = product.length > 0 ? product : limited.length > 0 ? limited : all;
  const rank = (channel: ChannelView): number => {
    const value = channel.latest?.value;
    if (value === undefined || value === null || !isCurrent(channel, nowMs)) return -1e9;
    return Math.max(-1e6, outsideBy(value, tightestLimits(channel)));
  };
  return candidates.reduce<ChannelView | undefined>(
    (worst, channel) => (worst === undefined || rank(channel) > rank(worst) ? channel : worst),
    undefined,
  );
}

/** `product`, `product 2`, `humidity`: numbered only where the asset has several of a kind. */
export function channelName(channel: ChannelView, asset: Pick<AssetView, "channels">, language: Language): string {
  const word =
    channel.quantity === "humidity"
      ? say(language, "quantity.humidity")
      : sayKnown(
          language,
          "role",
          channel.role === "ambient" && channel.unit !== "Cel" ? channel.quantity : channel.role,
        );
  const alike = asset.channels.filter(({ role, quantity }) => role === channel.role && quantity === channel.quantity);
  if (alike.length < 2) return word;
  const number = /(\d+)$/.exec(channel.channel)?.[1] ?? String(alike.indexOf(channel) + 1);
  return `${word} ${number}`;
}

export function limitsText(channel: ChannelView, language: Language): string {
  const words = { atMost: say(language, "limits.atMost"), atLeast: say(language, "limits.atLeast") };
  return formatLimits(tightestLimits(channel), channel.unit, words) || say(language, "limits.none");
}

/** Undefined when the asset has no door contact or its state is not known now. */
export function doorOpen(asset: Pick<AssetView, "channels">, nowMs: number): boolean | undefined {
  const doors = asset.channels.filter((channel) => channel.role === "door" && isCurrent(channel, nowMs));
  return doors.length === 0 ? undefined : doors.some(({ latest }) => latest?.value !== 0);
}

export function hasDoor(asset: Pick<AssetView, "channels">): boolean {
  return asset.channels.some(({ role }) => role === "door");
}

/** Speed now, in metres a second; null when there is none, or when it was measured too long ago to be told as current. */
export function speedNow({ position }: Pick<AssetView, "position">, nowMs: number): number | null {
  if (position === null || position.atMs === null || nowMs - position.atMs > GAP_MS_UNLIMITED) return null;
  return position.speedMps;
}

export const CONDITIONS_WORST_FIRST: readonly Condition[] = ["breach", "warning", "unknown", "in-range"];

/**
 * How an asset stands at this moment. The server said so when it was asked; this says it again as readings, alarms and
 * time go on: a reading that has outlived its gap makes the asset unknown although no message says so.
 */
export function conditionNow(asset: AssetView, alarms: readonly AlarmView[], nowMs: number): Condition {
  const live = alarms.filter(
    (alarm) =>
      !alarm.foundLate &&
      alarm.returnedAtMs === null &&
      alarm.state !== "normal" &&
      // One probe of several may be silent: whether the asset is known is told by the readings of those that have limits.
      (alarm.severity !== "silent" || alarm.channel === null) &&
      (alarm.assetId === asset.assetId || (alarm.channel === null && alarm.assetId === asset.gatewayId)),
  );
  if (live.some(({ severity }) => severity === "breach")) return "breach";
  if (asset.status === "unknown" || live.some(({ severity }) => severity === "silent")) return "unknown";
  const limited = asset.channels.filter(({ limits }) => limits.length > 0);
  if (live.length > 0 || limited.some((channel) => isCurrent(channel, nowMs) && isOutside(channel))) return "warning";
  return limited.length === 0 || limited.some((channel) => !isCurrent(channel, nowMs)) ? "unknown" : "in-range";
}
