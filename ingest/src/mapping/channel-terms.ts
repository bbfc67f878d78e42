// What a mapping says of one channel, and a value as it came turned into a reading by it. Pure.

import { type ChannelDeclaration, QUALITY_GOOD, type QualityCode, qualityCode } from "@isotherm/coldchain";
import { channelFrom } from "./foreign-id.ts";
import { unitTerms, withoutDust } from "./foreign-unit.ts";
import type { ChannelText } from "./mapping-schema.ts";
import { type Captures, filled } from "./text-pattern.ts";

export interface ConvertedValue {
  readonly value: number | null;
  readonly quality: QualityCode;
}

export type RawValue = number | boolean | string | null;

/** The channel that captured names give; undefined when they give none. */
export function declaredBy(
  terms: ChannelText,
  captures: Captures,
  standsMs: number | null,
): ChannelDeclaration | undefined {
  const text = filled(terms.channel, captures);
  const channel = text === undefined ? undefined : channelFrom(text);
  const unit = unitTerms(terms.unit);
  if (channel === undefined || unit === undefined) return undefined;
  const { role, resolution } = terms;
  return { channel, alias: 0, role, unit: unit.kept, resolution, ...(standsMs === null ? {} : { standsMs }) };
}

/** A value as it came, in the kept unit, with its quality; or in words why it is none. */
export function converted(terms: ChannelText, raw: RawValue): ConvertedValue | string {
  if (raw === null) return { value: null, quality: qualityCode("device-timeout") };
  const number = numberOf(terms, raw);
  if (typeof number === "string") return number;
  // Some gateways write NaN where a probe gives nothing.
  if (!Number.isFinite(number)) return { value: null, quality: qualityCode("sentinel") };
  const sentinel = terms.sentinels?.find((each) =>
    "value" in each ? each.value === number : each.from <= number && number <= each.to,
  );
  if (sentinel !== undefined) return { value: null, quality: qualityCode(sentinel.quality) };
  const { scale, offset, min, max } = terms;
  const scaled = number * (scale ?? 1) + (offset ?? 0);
  const kept = withoutDust((unitTerms(terms.unit)?.convert ?? ((value) => value))(scaled));
  if ((min !== undefined && kept < min) || (max !== undefined && kept > max))
    return { value: kept, quality: qualityCode("out-of-physical-range") };
  return { value: kept, quality: QUALITY_GOOD };
}

const DECIMAL = /^[+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?$/;

function numberOf(terms: ChannelText, raw: number | boolean | string): number | string {
  const { values } = terms;
  const key = String(raw);
  if (values !== undefined && Object.hasOwn(values, key)) return values[key] as number;
  if (typeof raw === "number") return raw;
  const shown = JSON.stringify(raw).slice(0, 40);
  if (values !== undefined) return `${shown} is none of the values that the mapping names`;
  if (typeof raw === "boolean") return Number(raw);
  if (terms.numericText === true && DECIMAL.test(raw.trim())) return Number(raw.trim());
  return `${shown} is text, not a number`;
}
