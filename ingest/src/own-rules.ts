// While a profile's change is not settled: which rules have a cause of their own here, whatever the change does.

import { rulesFor } from "@isotherm/coldchain";
import { END_OF_TIME_MS } from "./dirty-table.ts";
import type { Finding } from "./finding.ts";
import { isOutsideWithin } from "./outside-within.ts";
import type { IngestState } from "./state.ts";
import type { ReadingReader } from "./store/reading-store.ts";

/** Rules of changing profiles by whose former version the newly judged readings are outside as well. */
export async function ownRules(
  state: IngestState,
  reader: () => Promise<ReadingReader>,
  { series, marks, lines }: Pick<Finding, "series" | "marks" | "lines">,
): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  const readings = marks.filter(({ toMs }) => toMs !== END_OF_TIME_MS);
  if (readings.length === 0) return own;
  for (const { ruleId, assignment, excursions } of lines) {
    const change = assignment && state.profileChanges.of(series.tenantId, assignment.profile.id);
    if (change === undefined || !excursions.some(({ onsetMs }) => onsetMs !== null)) continue;
    const declared = state.gateways.channel(series.tenantId, series.assetId, series.channel);
    if (declared === undefined) continue;
    const former = rulesFor(change.former, declared).find((candidate) => candidate.ruleId === ruleId);
    const isOutside =
      former !== undefined &&
      (await isOutsideWithin(await reader(), former, {
        series,
        resolution: declared.resolution,
        fromMs: Math.min(...readings.map(({ fromMs }) => fromMs)),
        toMs: Math.max(...readings.map(({ toMs }) => toMs)),
      }));
    if (isOutside) own.add(ruleId);
  }
  return own;
}
