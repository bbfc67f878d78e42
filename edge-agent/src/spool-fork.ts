// Taking the records of a contested stream again, under numbers that nobody knows yet.

import type { SpoolRecords } from "./spool-records.ts";
import { goneOf, type StreamState } from "./spool-stream.ts";

/** Copies what is neither accepted nor gone; times, boots and readings stay as they were. Runs in the caller's transaction. */
export function copyNotAccepted(records: SpoolRecords, from: StreamState, to: StreamState): void {
  const aliasOf = new Map([...from.channels].map(([name, { alias }]) => [alias, to.channels.get(name)?.alias]));
  const away = goneOf(from);
  away.addAll(from.accepted);
  let number = 0;
  for (const range of away.missing(1, from.issued)) {
    for (const record of records.read(from.streamId, range).records) {
      const readings = record.readings
        .map((reading) => ({ ...reading, alias: aliasOf.get(reading.alias) ?? reading.alias }))
        .sort((a, b) => a.alias - b.alias);
      records.insert(to.streamId, { ...record, number: ++number, readings });
    }
  }
}
