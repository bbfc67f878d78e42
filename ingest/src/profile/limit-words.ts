// Limits, allowances, gates and windows of a profile in words, as people read them.
import type { Allowance, Gate, LimitRow, MktRow, RateRow } from "@isotherm/coldchain";
import { durationText } from "../assess/duration-text.ts";

const UNITS: Readonly<Record<string, string>> = { temperature: " °C", humidity: " %RH" };
const unitOf = (quantity: string): string => UNITS[quantity] ?? "";
/** With a true minus, so that "2-8" and "−18" cannot be taken for one another. */
const figure = (value: number): string => String(value).replace("-", "−");

/** `2 to 8 °C`, `at most −18 °C`, `below 8 °C`: what is inside. */
export function insideText({ quantity, low, high, inclusive }: LimitRow): string {
  const unit = unitOf(quantity);
  const isOpen = inclusive === true;
  if (quantity === "door") return "shut";
  if (quantity === "power") return "on";
  if (low !== undefined && high !== undefined)
    return isOpen ? `between ${figure(low)} and ${figure(high)}${unit}` : `${figure(low)} to ${figure(high)}${unit}`;
  if (high !== undefined) return `${isOpen ? "below" : "at most"} ${figure(high)}${unit}`;
  return `${isOpen ? "above" : "at least"} ${figure(low ?? 0)}${unit}`;
}

/** `below 2 or above 8 °C`: what is outside. */
export function outsideText({ quantity, low, high, inclusive }: LimitRow): string {
  if (quantity === "door") return "open";
  if (quantity === "power") return "off";
  const at = inclusive === true ? "at or " : "";
  const sides = [
    ...(low === undefined ? [] : [`${at}below ${figure(low)}`]),
    ...(high === undefined ? [] : [`${at}above ${figure(high)}`]),
  ];
  return sides.join(" or ") + unitOf(quantity);
}

export function rateText({ quantity, risePerHour, fallPerHour, overMs }: RateRow): string {
  const sides = [
    ...(risePerHour === undefined ? [] : [`rising more than ${figure(risePerHour)}`]),
    ...(fallPerHour === undefined ? [] : [`falling more than ${figure(fallPerHour)}`]),
  ];
  return `${sides.join(" or ")}${unitOf(quantity)} an hour, over ${durationText(overMs)}`;
}

/** When time outside is a breach: `at once`, `after more than 30min together`, `after 10h in all`. */
export function allowanceText(allowance: Allowance): string {
  const { kind, allowedMs, breachWhen } = allowance;
  if (allowedMs === 0) return "at once";
  const much = `after ${breachWhen === "reached" ? "" : "more than "}${durationText(allowedMs)}`;
  if (kind === "cumulative") return `${much} in all`;
  return kind === "consecutive" ? `${much} together` : `${much} seen in one excursion`;
}

export function breachText({ allowances }: Pick<LimitRow, "allowances">): string {
  return allowances.length === 0 ? "never by time" : allowances.map(allowanceText).join(", or ");
}

export function gateText({ kind, atMostMs, settlingMs }: Gate): string {
  const reasons = {
    door: "a door is open",
    defrost: "a defrost runs",
    "pre-cool": "it has not been inside yet",
    loading: "it is being loaded",
  };
  const settling = settlingMs === 0 ? "" : ` and ${durationText(settlingMs)} after`;
  return `not judged while ${reasons[kind]}${settling}, for at most ${durationText(atMostMs)}`;
}

export function mktText({ windowMs, highC, role }: MktRow): string {
  const window =
    windowMs === null ? "the whole shipment" : `any window of ${durationText(windowMs)} that contains an excursion`;
  return `mean kinetic temperature of ${role} above ${figure(highC)} °C over ${window}`;
}

/** The whole profile in a few words: `product 2 to 8 °C; ambient 35 to 75 %RH`. */
export function limitsText(limits: readonly LimitRow[]): string {
  const groups = new Map<string, string[]>();
  for (const row of limits) {
    const name = row.quantity === "door" || row.quantity === "power" ? row.quantity : row.role;
    groups.set(name, [...(groups.get(name) ?? []), insideText(row)]);
  }
  return [...groups].map(([name, inside]) => `${name} ${inside.join(", ")}`).join("; ");
}
