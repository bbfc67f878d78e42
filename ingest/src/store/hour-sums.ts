// What one UTC hour of one series comes to: enough to tell statistics of any window without reading its readings again.
//
// A row is a function of the readings of its own hour alone. The time between the last reading of an hour and the first of
// the next one with readings is added when a window is asked for, so a late reading touches one row and no neighbour. Spans
// longer than WIDE_SPAN_MS (at most eleven in an hour) are listed one by one, so that every gap from that length on
// is cut exactly, as the profile of the day says; of the shorter ones only sums are kept, with the longest of them.
import { MKT_ACTIVATION_ENERGY_KJ_PER_MOL, MKT_GAS_CONSTANT_KJ_PER_MOL_K, QUALITY_GOOD } from "@isotherm/coldchain";
import type { HourSums, ReadingColumns, StandingSpan } from "./reading-store.ts";

export const HOUR_MS = 3_600_000;
/** The shortest gap that the shipped profiles name. */
export const WIDE_SPAN_MS = 300_000;

const KELVIN_AT_0_C = 273.15;
const ENERGY_OVER_GAS_CONSTANT_K = MKT_ACTIVATION_ENERGY_KJ_PER_MOL / MKT_GAS_CONSTANT_KJ_PER_MOL_K;

export function hourOf(atMs: number): number {
  return atMs - (atMs % HOUR_MS);
}

/** −ΔH/RT of a temperature in °C, as mean kinetic temperature sums it; NaN for what is no temperature. */
export function harmExponent(valueC: number): number {
  const kelvin = valueC + KELVIN_AT_0_C;
  return kelvin > 0 ? -ENERGY_OVER_GAS_CONSTANT_K / kelvin : NaN;
}

/** Sum of weights times e to exponents, the greatest exponent taken out so that nothing under- or overflows. */
export class HarmSum {
  #greatest = Number.NEGATIVE_INFINITY;
  #sum = 0;

  add(exponent: number, weight: number): void {
    if (weight === 0) return;
    if (Number.isNaN(exponent)) this.#sum = NaN;
    else if (exponent <= this.#greatest) this.#sum += weight * Math.exp(exponent - this.#greatest);
    else {
      // The first one meets a sum of nothing, which e to minus infinity keeps at 0.
      this.#sum = this.#sum * Math.exp(this.#greatest - exponent) + weight;
      this.#greatest = exponent;
    }
  }

  /** `sum` × e^`log`; a sum of NaN when something was no temperature. */
  get parts(): { readonly log: number; readonly sum: number } {
    return this.#sum === 0 ? { log: 0, sum: 0 } : { log: this.#greatest, sum: this.#sum };
  }

  /** The temperature in °C that would have done the same harm in so much weight; null when nothing tells it. */
  temperatureC(weight: number): number | null {
    const { log, sum } = this.parts;
    if (!(sum > 0) || !(weight > 0)) return null;
    return ENERGY_OVER_GAS_CONSTANT_K / -(log + Math.log(sum / weight)) - KELVIN_AT_0_C;
  }
}

/** Whether mean kinetic temperature means anything on a channel. */
export function hasHarm(channel: string): boolean {
  return channel.startsWith("temperature/");
}

type Sums = { -readonly [Key in keyof HourSums]: HourSums[Key] };

function emptyHour(hourMs: number): Sums {
  const nothing = { min: NaN, max: NaN, minAtMs: NaN, maxAtMs: NaN };
  const ends = { firstAtMs: NaN, firstValue: NaN, lastAtMs: NaN, lastValue: NaN };
  const sums = { innerMs: 0, innerValueMs: 0, harmLog: 0, harmMs: 0, longestMs: 0 };
  return { hourMs, count: 0, notGood: 0, worstQuality: 0, valueSum: 0, ...nothing, ...ends, ...sums, wide: [] };
}

/** Sums up readings of one series hour by hour, page after page in order; hours without any have no entry. */
export class HourSummer {
  readonly #withHarm: boolean;
  #hour: OpenHour | undefined;

  /** @param withHarm see `hasHarm` */
  constructor(withHarm: boolean) {
    this.#withHarm = withHarm;
  }

  /** The hours that ended within this page. */
  add(page: ReadingColumns): HourSums[] {
    const ended: HourSums[] = [];
    for (let at = 0; at < page.length; at += 1) {
      const hourMs = hourOf(page.atMs[at] as number);
      if (this.#hour !== undefined && this.#hour.sums.hourMs !== hourMs) ended.push(...this.end());
      this.#hour ??= { sums: emptyHour(hourMs), wide: [], harm: new HarmSum() };
      addRow(this.#hour, this.#withHarm, page, at);
    }
    return ended;
  }

  /** The last hour, if there was any reading. */
  end(): HourSums[] {
    if (this.#hour === undefined) return [];
    const { sums, wide, harm } = this.#hour;
    this.#hour = undefined;
    const { log, sum } = harm.parts;
    return [{ ...sums, wide, harmLog: this.#withHarm ? log : 0, harmMs: this.#withHarm ? sum : NaN }];
  }
}

interface OpenHour {
  readonly sums: Sums;
  readonly wide: StandingSpan[];
  readonly harm: HarmSum;
}

function addRow({ sums, wide, harm }: OpenHour, withHarm: boolean, page: ReadingColumns, at: number): void {
  const atMs = page.atMs[at] as number;
  const value = page.value[at] as number;
  const quality = page.quality[at] as number;
  if (quality !== QUALITY_GOOD) {
    sums.notGood += 1;
    sums.worstQuality = Math.max(sums.worstQuality, quality);
    return;
  }
  if (sums.count === 0) [sums.firstAtMs, sums.firstValue] = [atMs, value];
  else addSpan(sums, wide, withHarm ? harm : undefined, { fromMs: sums.lastAtMs, toMs: atMs, value: sums.lastValue });
  addReading(sums, atMs, value);
}

function addReading(sums: Sums, atMs: number, value: number): void {
  // The negated comparisons also let the first reading replace NaN; the earliest of equals stays.
  if (!(value >= sums.min)) [sums.min, sums.minAtMs] = [value, atMs];
  if (!(value <= sums.max)) [sums.max, sums.maxAtMs] = [value, atMs];
  sums.count += 1;
  sums.valueSum += value;
  [sums.lastAtMs, sums.lastValue] = [atMs, value];
}

function addSpan(sums: Sums, wide: StandingSpan[], harm: HarmSum | undefined, span: StandingSpan): void {
  const lengthMs = span.toMs - span.fromMs;
  if (lengthMs > WIDE_SPAN_MS) {
    wide.push(span);
    return;
  }
  sums.innerMs += lengthMs;
  sums.innerValueMs += span.value * lengthMs;
  sums.longestMs = Math.max(sums.longestMs, lengthMs);
  harm?.add(harmExponent(span.value), lengthMs);
}

/** The listed spans as bytes: three doubles each, little-endian. */
export function wideBytes(wide: readonly StandingSpan[]): Uint8Array {
  const bytes = new Uint8Array(wide.length * 24);
  const view = new DataView(bytes.buffer);
  for (const [at, { fromMs, toMs, value }] of wide.entries())
    for (const [place, number] of [fromMs, toMs, value].entries()) view.setFloat64(at * 24 + place * 8, number, true);
  return bytes;
}

export function wideSpans(bytes: Uint8Array): StandingSpan[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / 24) }, (_, at) => ({
    fromMs: view.getFloat64(at * 24, true),
    toMs: view.getFloat64(at * 24 + 8, true),
    value: view.getFloat64(at * 24 + 16, true),
  }));
}
