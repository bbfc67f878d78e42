// Sums hours up from what is stored, some at a time. What is due stands in the state until the sums are durable, so a
// crash repeats work and changes nothing.

import type { DueHour } from "./hour-dues.ts";
import type { IngestState } from "./state.ts";
import { hasHarm, HOUR_MS, HourSummer } from "./store/hour-sums.ts";
import type { ReadingReader, SeriesId, StoreUpkeep } from "./store/reading-store.ts";

/** Hours summed up in one pass. */
export const PASS_HOURS = 200;
/** Readings are asked for a day of hours at a time. */
const RUN_HOURS = 24;

export interface HourSummingDeps {
  readonly state: IngestState;
  readonly reader: () => Promise<Pick<ReadingReader, "readings">>;
  readonly upkeep: () => Promise<Pick<StoreUpkeep, "writeHours">>;
  /** A test may let the process die between the two. */
  step?(step: "read" | "summed"): void;
}

export interface SummedUp {
  readonly hours: number;
  /** Hours whose readings have expired: what was summed before stands, without readings that came after. */
  readonly frozen: number;
}

/** One pass over hours that ended by then. Throws what the store throws, with nothing forgotten. */
export async function sumDueHours(deps: HourSummingDeps, endedByMs: number): Promise<SummedUp> {
  const { state } = deps;
  const dues = state.hourDues.take(endedByMs, PASS_HOURS);
  if (dues.length === 0) return { hours: 0, frozen: 0 };
  try {
    const open = dues.filter(({ series, hourMs }) => !isFrozen(state, series, hourMs));
    for (const run of runsOf(open)) await sumRun(deps, run.series, run.fromMs, run.toMs);
    state.hourDues.finish(dues);
    return { hours: dues.length, frozen: dues.length - open.length };
  } catch (error) {
    state.hourDues.giveBack();
    throw error;
  }
}

function isFrozen(state: IngestState, { tenantId, assetId }: SeriesId, hourMs: number): boolean {
  return state.expired.of(tenantId, assetId).some(({ fromMs, toMs }) => hourMs < toMs && hourMs + HOUR_MS > fromMs);
}

interface Run {
  readonly series: SeriesId;
  readonly fromMs: number;
  toMs: number;
}

/** Hours of one series that follow one another, together. */
function* runsOf(dues: readonly DueHour[]): Generator<Run> {
  const bySeries = Map.groupBy(dues, ({ series }) => `${series.tenantId} ${series.assetId} ${series.channel}`);
  for (const ofSeries of bySeries.values()) {
    let run: Run | undefined;
    for (const { series, hourMs } of ofSeries) {
      if (run !== undefined && run.toMs === hourMs && hourMs - run.fromMs < RUN_HOURS * HOUR_MS) run.toMs += HOUR_MS;
      else {
        if (run !== undefined) yield run;
        run = { series, fromMs: hourMs, toMs: hourMs + HOUR_MS };
      }
    }
    if (run !== undefined) yield run;
  }
}

/** Sums up whole hours of one series from its readings, whatever stood before. */
export async function sumRun(
  { reader, upkeep, step }: Pick<HourSummingDeps, "reader" | "upkeep" | "step">,
  series: SeriesId,
  fromMs: number,
  toMs: number,
): Promise<void> {
  const summer = new HourSummer(hasHarm(series.channel));
  let from = { fromMs, fromOrdinal: 0 };
  for (let more = true; more;) {
    const page = await (await reader()).readings({ series, ...from, toMs });
    step?.("read");
    const hours = [...summer.add(page), ...(page.more ? [] : summer.end())];
    if (hours.length > 0) await (await upkeep()).writeHours(series, hours);
    step?.("summed");
    from = { fromMs: page.atMs.at(-1) ?? toMs, fromOrdinal: (page.ordinal.at(-1) ?? 0) + 1 };
    ({ more } = page);
  }
}
