// A history as a person reads it: what a law that fails is shown with.

import { BATCHES, type History, type HistoryBatch, type HistoryFacts } from "./history.ts";

/** Milliseconds since the start of the history. */
function since(startMs: number, atMs: number | null): string {
  return atMs === null ? "on" : atMs === 0 && startMs > 0 ? "ever" : String(atMs - startMs);
}

function factLines({ profiles, legs, standing }: HistoryFacts, startMs: number): string[] {
  const span = ({ fromMs, toMs }: { fromMs: number; toMs: number | null }): string =>
    `${since(startMs, fromMs)} … ${since(startMs, toMs)}`;
  const used = new Set([...legs.flatMap(({ profileIds }) => profileIds), ...standing.map((each) => each.profileId)]);
  return [
    ...Object.entries(profiles)
      .filter(([profileId]) => used.has(profileId))
      .flatMap(([profileId, { version, ...profile }]) => [
        `  profile ${profileId} v${version}`,
        ...profile.rows.map((row) => `    ${JSON.stringify(row)}`),
      ]),
    ...legs.map(
      (leg) => `  ${leg.legId} of ${leg.shipmentId} on ${leg.assetId}, ${leg.profileIds.join("+")}: ${span(leg)}`,
    ),
    ...standing.map((each) => `  standing ${each.profileId} on ${each.assetId}: ${span(each)}`),
  ];
}

function batchLines(batch: HistoryBatch, at: number, { startMs, anchorArrives }: History): string[] {
  const { facts, death, isJudged, waitMs, recordsPerMessage, isReversed } = batch;
  const notes = [
    `batch ${at} after ${waitMs} ms, ${recordsPerMessage} records a message`,
    ...(isReversed ? ["reversed, anchors last"] : []),
    ...anchorArrives.flatMap((arrives, boot) => (arrives === at ? [`anchor of boot ${boot}`] : [])),
    ...(death === "none" ? [] : [/^(restart|full)/.test(death) ? death : `dies ${death}`]),
    ...(isJudged ? [] : ["not judged yet"]),
  ];
  return [notes.join(", "), ...(facts === null ? [] : ["  facts known from here on:", ...factLines(facts, startMs)])];
}

export function historyTable(history: History): string {
  const { startMs, records, batches, facts, pageMax, isPunctual } = history;
  const readings = records.map(({ assetId, number, boot, atMs, readings: values, arrives, again }) => {
    const told = values.map(({ alias, value, quality }) => `${alias}: ${value}${quality === 0 ? "" : ` (${quality})`}`);
    const when = `batch ${arrives}${again === null ? "" : ` and ${again}`}`;
    const cells = [assetId, `#${number}`.padStart(4), `boot ${boot}`, String(atMs - startMs).padStart(9)];
    return `  ${cells.join("  ")} ms  ${told.join(", ").padEnd(30)}  ${when}`;
  });
  return [
    `history from ${startMs}, pages of ${pageMax}${isPunctual ? ", nothing before it was measured" : ""}`,
    ...readings,
    ...batches.slice(0, BATCHES).flatMap((batch, at) => batchLines(batch, at, history)),
    "facts at the end:",
    ...factLines(facts, startMs),
  ].join("\n");
}
