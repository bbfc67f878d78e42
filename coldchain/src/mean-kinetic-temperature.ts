// Mean kinetic temperature: the one steady temperature that would have done the same chemical harm.
import type { ReadingSlice } from "./excursion.ts";
import { type TimeWindow, visitStandingSpans } from "./standing-span.ts";

/** USP <1160>: 83.144 kJ/mol "unless more accurate information is available". */
export const MKT_ACTIVATION_ENERGY_KJ_PER_MOL = 83.144;
/** As USP <1160> writes it, in kJ/(mol·K); with the value above, ΔH/R is 10,000 K. */
export const MKT_GAS_CONSTANT_KJ_PER_MOL_K = 8.3144e-3;

const KELVIN_AT_0_C = 273.15;

/**
 * MKT in °C of temperatures in °C, each weighing as long as it stood; null when nothing weighs anything.
 *
 * The greatest exponent is taken out before summing, so that neither −190 °C nor +200 °C under- or overflows.
 *
 * @param weights any unit of time, 0 or more, one for each temperature; absent: all alike
 * @throws RangeError for a temperature at or below absolute zero, and for a weight that is negative or not finite
 */
export function meanKineticTemperatureC(
  temperaturesC: ArrayLike<number>,
  weights?: ArrayLike<number>,
  activationEnergyKjPerMol = MKT_ACTIVATION_ENERGY_KJ_PER_MOL,
): number | null {
  const energyOverGasConstantK = activationEnergyKjPerMol / MKT_GAS_CONSTANT_KJ_PER_MOL_K;
  const weightOf = (i: number): number => (weights === undefined ? 1 : checkedWeight(weights[i]));
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < temperaturesC.length; i++)
    if (weightOf(i) > 0) greatest = Math.max(greatest, exponent(temperaturesC[i] as number, energyOverGasConstantK));
  if (greatest === Number.NEGATIVE_INFINITY) return null;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < temperaturesC.length; i++) {
    const weight = weightOf(i);
    if (weight === 0) continue;
    sum += weight * Math.exp(exponent(temperaturesC[i] as number, energyOverGasConstantK) - greatest);
    total += weight;
  }
  return energyOverGasConstantK / -(greatest + Math.log(sum / total)) - KELVIN_AT_0_C;
}

function exponent(temperatureC: number, energyOverGasConstantK: number): number {
  const kelvin = temperatureC + KELVIN_AT_0_C;
  if (!(kelvin > 0 && Number.isFinite(kelvin))) throw new RangeError(`${temperatureC} °C is no temperature`);
  return -energyOverGasConstantK / kelvin;
}

function checkedWeight(weight: number | undefined): number {
  if (weight === undefined || !(weight >= 0 && Number.isFinite(weight)))
    throw new RangeError(`${weight} is no weight; give 0 or more for every temperature`);
  return weight;
}

export interface MktWindow extends TimeWindow {
  readonly mktC: number;
  /** How much of the window its readings cover: what the figure rests on. */
  readonly monitoredMs: number;
}

/**
 * The greatest MKT of all windows of one length that contain an excursion, with the window that has it; null when no
 * time is monitored. USP <1079.2> asks for 24 hours (2-8 °C) or 30 days (controlled room temperature) "including the
 * excursion"; sources disagree whether they lie before or after it, so every placing is looked at.
 *
 * Windows stay within the time that readings cover, from the first to the last, so that none is all excursion for want of data; when
 * that time is shorter than a window, the one window is all of it. Of an excursion longer than a window, the windows
 * within it are meant.
 *
 * @param lengthMs Infinity: the whole history
 * @param excursion `toMs` the last reading known of it while it has no end
 * @param countsToMs time from then on is left out
 */
export function greatestMktAround(
  readings: ReadingSlice,
  gapMs: number,
  lengthMs: number,
  excursion: TimeWindow,
  countsToMs = Infinity,
): MktWindow | null {
  const extent = coveredExtent(readings, gapMs, countsToMs);
  if (extent === null) return null;
  const edges =
    lengthMs >= extent.toMs - extent.fromMs
      ? [extent.fromMs]
      : [excursion.fromMs, excursion.toMs - lengthMs].map((startMs) =>
          Math.min(Math.max(startMs, extent.fromMs), extent.toMs - lengthMs),
        );
  const [firstStartMs, lastStartMs] = [Math.min(...edges), Math.max(...edges)];
  // Only what any of the windows can hold is looked at: an excursion costs no more for a long history around it.
  const reach = { fromMs: firstStartMs, toMs: Math.min(extent.toMs, lastStartMs + lengthMs) };
  const spans = new SpanColumns();
  visitStandingSpans(readings, gapMs, (fromMs, toMs, value) => spans.push(fromMs, toMs, value), reach);
  return edges.length === 1 ? spans.mktWithin(reach) : spans.greatestWithin(firstStartMs, lastStartMs, lengthMs);
}

/** From the first instant that a reading stands at to the last; null when none stands for any time. */
function coveredExtent(readings: ReadingSlice, gapMs: number, countsToMs: number): TimeWindow | null {
  const { count, atMs, value, good } = readings;
  const isGood = (i: number): boolean => good[i] === 1 && Number.isFinite(value[i]);
  let first = 0;
  while (first < count && !isGood(first)) first++;
  const fromMs = atMs[first];
  if (first >= count || fromMs === undefined || fromMs >= countsToMs) return null;
  // The last reading that another follows later, and that stands before the counting ends.
  let followedAtMs: number | null = null;
  for (let i = count - 1; i >= first; i--) {
    if (!isGood(i)) continue;
    const heldMs = atMs[i] as number;
    if (followedAtMs !== null && heldMs < followedAtMs && heldMs < countsToMs)
      return { fromMs, toMs: Math.min(followedAtMs, heldMs + gapMs, countsToMs) };
    followedAtMs = heldMs;
  }
  return null;
}

type HarmReader = (atMs: number) => { readonly harm: number; readonly timeMs: number };

/** Spans as columns, with running sums of their time and of their harm. */
class SpanColumns {
  readonly #fromMs: number[] = [];
  readonly #toMs: number[] = [];
  readonly #valueC: number[] = [];

  push(fromMs: number, toMs: number, valueC: number): void {
    this.#fromMs.push(fromMs);
    this.#toMs.push(toMs);
    this.#valueC.push(valueC);
  }

  mktWithin(window: TimeWindow): MktWindow | null {
    const valuesC: number[] = [];
    const weights: number[] = [];
    let monitoredMs = 0;
    for (let i = this.#firstEndingAfter(window.fromMs); i < this.#fromMs.length; i++) {
      const fromMs = Math.max(this.#fromMs[i] as number, window.fromMs);
      const toMs = Math.min(this.#toMs[i] as number, window.toMs);
      if (fromMs >= window.toMs) break;
      valuesC.push(this.#valueC[i] as number);
      weights.push(toMs - fromMs);
      monitoredMs += toMs - fromMs;
    }
    const mktC = meanKineticTemperatureC(valuesC, weights);
    return mktC === null ? null : { ...window, mktC, monitoredMs };
  }

  /**
   * Between two instants at which a window's edge meets a span's, harm and time both change linearly with the window's
   * place, so that their quotient is monotone: only those instants and the outermost ones need to be looked at.
   */
  greatestWithin(firstStartMs: number, lastStartMs: number, lengthMs: number): MktWindow | null {
    const range = { fromMs: firstStartMs, toMs: lastStartMs + lengthMs };
    const [upToStart, upToEnd] = this.#runningHarm(range);
    let best: number | null = null;
    let greatest = 0;
    for (const startMs of this.#startsWithin(firstStartMs, lastStartMs, lengthMs)) {
      const from = upToStart(startMs);
      const to = upToEnd(startMs + lengthMs);
      const [harm, monitoredMs] = [to.harm - from.harm, to.timeMs - from.timeMs];
      if (monitoredMs <= 0 || (best !== null && harm / monitoredMs <= greatest)) continue;
      best = startMs;
      greatest = harm / monitoredMs;
    }
    return best === null ? null : this.mktWithin({ fromMs: best, toMs: best + lengthMs });
  }

  /** Ascending, between the two, at which a window's beginning or its end meets a span's edge. */
  *#startsWithin(firstStartMs: number, lastStartMs: number, lengthMs: number): Generator<number> {
    // Edges ascend as spans do, so that the two series of starts only need to be merged.
    const edgeMs = (i: number): number =>
      ((i & 1) === 0 ? this.#fromMs[i >> 1] : this.#toMs[i >> 1]) ?? Number.POSITIVE_INFINITY;
    let [begins, ends] = [0, 0];
    let lastMs = firstStartMs;
    yield firstStartMs;
    for (;;) {
      const beginMs = edgeMs(begins);
      const endMs = edgeMs(ends) - lengthMs;
      const startMs = Math.min(beginMs, endMs);
      if (startMs >= lastStartMs) break;
      if (beginMs === startMs) begins++;
      if (endMs === startMs) ends++;
      if (startMs > lastMs) yield (lastMs = startMs);
    }
    if (lastStartMs > firstStartMs) yield lastStartMs;
  }

  /**
   * Two readers of the harm and the monitored time from the first span up to an instant, harm relative to the hottest span
   * of a range. Each reader takes ascending instants.
   */
  #runningHarm(range: TimeWindow): [HarmReader, HarmReader] {
    const energyOverGasConstantK = MKT_ACTIVATION_ENERGY_KJ_PER_MOL / MKT_GAS_CONSTANT_KJ_PER_MOL_K;
    const exponents = this.#valueC.map((valueC) => exponent(valueC, energyOverGasConstantK));
    let greatest = Number.NEGATIVE_INFINITY;
    for (let i = this.#firstEndingAfter(range.fromMs); i < exponents.length; i++) {
      if ((this.#fromMs[i] as number) >= range.toMs) break;
      greatest = Math.max(greatest, exponents[i] as number);
    }
    const rates = exponents.map((one) => Math.exp(Math.min(0, one - greatest)));
    const reader = (): HarmReader => {
      let [i, harm, timeMs] = [0, 0, 0];
      return (atMs) => {
        for (; i < rates.length && (this.#toMs[i] as number) <= atMs; i++) {
          const lengthMs = (this.#toMs[i] as number) - (this.#fromMs[i] as number);
          harm += (rates[i] as number) * lengthMs;
          timeMs += lengthMs;
        }
        const partMs = Math.max(0, atMs - (this.#fromMs[i] ?? atMs));
        return { harm: harm + partMs * (rates[i] ?? 0), timeMs: timeMs + partMs };
      };
    };
    return [reader(), reader()];
  }

  #firstEndingAfter(atMs: number): number {
    let first = 0;
    let end = this.#toMs.length;
    while (first < end) {
      const middle = (first + end) >>> 1;
      if ((this.#toMs[middle] as number) <= atMs) first = middle + 1;
      else end = middle;
    }
    return first;
  }
}
