// Statistics of one channel over any window: whole hours from their sums, the window's edges from readings, and so exactly
// what the readings themselves would tell. Hours that are not summed yet, that straddle a limit, or whose sums hold a
// span longer than the gap are read; while their readings are still kept.
import { type ChannelStatistics, type StatisticsOptions, channelQuantity } from "@isotherm/coldchain";
import { HOUR_MS, hourOf } from "./hour-sums.ts";
import type { HourSums, ReadingColumns, ReadingReader, SeriesId, TimeWindow } from "./reading-store.ts";
import { StatisticsSum } from "./statistics-sum.ts";

/** Readings of so many hours are held at once. */
const HOURS_READ = 24;

export interface WindowStatisticsQuery extends TimeWindow {
  readonly series: SeriesId;
  /** Hours whose sums are out of date, as `StateReader.dueHours` tells them: asked for before this is. */
  readonly dueHours: ReadonlySet<number>;
}

export interface WindowStatistics extends ChannelStatistics {
  /** Value beyond the limit times time, in the channel's unit times minutes; 0 on a side without a limit. */
  readonly degreeMinutesAbove: number;
  readonly degreeMinutesBelow: number;
  /**
   * Time that counts in range although sums alone cannot tell: its hours straddle a limit, or hold spans longer than the
   * gap, and their readings have expired.
   */
  readonly undecidedMs: number;
  /** What was read to answer. */
  readonly hoursRead: number;
  readonly readingsRead: number;
}

type Reader = Pick<ReadingReader, "readings" | "hours" | "first" | "last">;

/** @throws what the store throws */
export async function windowStatistics(
  reader: Reader,
  query: WindowStatisticsQuery,
  options: Omit<StatisticsOptions, "window" | "quantity">,
): Promise<WindowStatistics> {
  const { series, fromMs, toMs, dueHours } = query;
  const quantity = channelQuantity(series.channel);
  const sum = new StatisticsSum({ ...options, quantity, window: { fromMs, toMs } });
  if (toMs <= fromMs) return { ...sum.result(), hoursRead: 0, readingsRead: 0 };
  const before = fromMs > 0 ? await reader.last({ series, beforeMs: fromMs, goodOnly: true }) : undefined;
  if (before !== undefined) sum.standsBefore(before.atMs, before.value);
  const firstHourMs = Math.ceil(fromMs / HOUR_MS) * HOUR_MS;
  const known =
    firstHourMs < hourOf(toMs) ? await reader.hours({ series, fromMs: firstHourMs, toMs: hourOf(toMs) }) : [];
  const rest = new Rest(reader, series, sum);
  let atMs = fromMs;
  for (const hour of known) {
    if (dueHours.has(hour.hourMs)) continue;
    if (sum.isUnclear(hour)) {
      rest.unclear.set(hour.hourMs, hour);
      continue;
    }
    await rest.read(atMs, hour.hourMs);
    sum.addHour(hour);
    atMs = hour.hourMs + HOUR_MS;
  }
  await rest.read(atMs, toMs);
  const after = await reader.first({ series, fromMs: toMs, goodOnly: true });
  if (after !== undefined) sum.followedBy(after.atMs);
  return { ...sum.result(), hoursRead: known.length, readingsRead: rest.readingsRead };
}

/** Stretches of a window that are read. */
class Rest {
  /** Sums of hours that are read all the same: what stands in when their readings have expired. */
  readonly unclear = new Map<number, HourSums>();
  readingsRead = 0;
  readonly #reader: Reader;
  readonly #series: SeriesId;
  readonly #sum: StatisticsSum;

  constructor(reader: Reader, series: SeriesId, sum: StatisticsSum) {
    this.#reader = reader;
    this.#series = series;
    this.#sum = sum;
  }

  async read(fromMs: number, toMs: number): Promise<void> {
    for (let atMs = fromMs; atMs < toMs;) {
      const endMs = Math.min(toMs, hourOf(atMs) + HOURS_READ * HOUR_MS);
      await this.#readSome(atMs, endMs);
      atMs = endMs;
    }
  }

  async #readSome(fromMs: number, toMs: number): Promise<void> {
    const byHour = new Map<number, { readonly atMs: number; readonly value: number }[]>();
    for (const hourMs of this.unclear.keys()) if (hourMs >= fromMs && hourMs < toMs) byHour.set(hourMs, []);
    let from = { fromMs, fromOrdinal: 0 };
    for (let more = true; more;) {
      const page = await this.#reader.readings({ series: this.#series, ...from, toMs });
      this.readingsRead += page.length;
      this.#sort(page, byHour);
      from = { fromMs: page.atMs.at(-1) ?? toMs, fromOrdinal: (page.ordinal.at(-1) ?? 0) + 1 };
      ({ more } = page);
    }
    for (const [hourMs, readings] of [...byHour].sort(([a], [b]) => a - b)) {
      const hour = this.unclear.get(hourMs);
      this.unclear.delete(hourMs);
      if (hour !== undefined && readings.length < hour.count) this.#sum.addHour(hour);
      else for (const { atMs, value } of readings) this.#sum.addReading(atMs, value);
    }
  }

  #sort(page: ReadingColumns, byHour: Map<number, { readonly atMs: number; readonly value: number }[]>): void {
    for (let at = 0; at < page.length; at += 1) {
      const value = page.value[at] as number;
      if (Number.isNaN(value)) continue;
      const atMs = page.atMs[at] as number;
      const hourMs = hourOf(atMs);
      const readings = byHour.get(hourMs) ?? [];
      if (readings.length === 0) byHour.set(hourMs, readings);
      readings.push({ atMs, value });
    }
  }
}
