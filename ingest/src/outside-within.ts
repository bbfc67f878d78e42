// Whether what came is outside by a rule that does not judge any more: the former version of a profile.

import { type Excursion, type Rule, assessPush, assessStart } from "@isotherm/coldchain";
import { SeriesFeed } from "./series-feed.ts";
import type { ReadingReader, SeriesId } from "./store/reading-store.ts";

/** Stretch of readings of a channel, its ends included. */
export interface Stretch {
  readonly series: SeriesId;
  readonly resolution: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whether readings of a stretch belong to an excursion of the rule that has lasted its on-delay. */
export async function isOutsideWithin(reader: ReadingReader, rule: Rule, stretch: Stretch): Promise<boolean> {
  const { series, resolution, fromMs, toMs } = stretch;
  const isFound = ({ onsetMs, lastMemberMs }: Excursion): boolean => onsetMs !== null && lastMemberMs >= fromMs;
  // What came before counts as far back as the on-delay reaches.
  const feed = new SeriesFeed(reader, series, fromMs - rule.onDelayMs - rule.gapMs, toMs + 1);
  let state = assessStart();
  do {
    await feed.load();
    const step = assessPush(state, rule, resolution, feed.before(feed.loadedToMs));
    if (step.closed.some(isFound) || (step.open !== null && isFound(step.open))) return true;
    state = step.state;
    feed.forget(feed.loadedToMs);
  } while (feed.loadedToMs < Infinity);
  return false;
}
