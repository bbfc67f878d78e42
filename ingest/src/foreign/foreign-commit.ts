// What is not under contract, made true: noted before the store has it, then within the batch's one transaction.

import type { BatchPlan } from "../batch-plan.ts";
import { END_OF_TIME_MS } from "../dirty-table.ts";
import type { IngestState } from "../state.ts";
import type { ForeignSource } from "./foreign-report.ts";

/** Before a reading goes to the store, it is on disk here: its source will not send it again. */
export function journalForeign(plan: BatchPlan, state: IngestState): void {
  const { journal } = plan.foreign;
  if (journal.length > 0) state.db.transaction(() => state.foreign.writeJournal(journal));
}

/** Within the batch's transaction. */
export function saveForeign(plan: BatchPlan, state: IngestState): void {
  const { foreign, deps } = plan;
  state.foreign.save(foreign.left, staying(plan));
  const declaredHere = new Set<string>();
  for (const { source, readings, receivedAtMs } of foreign.arrivals) {
    const { tenantId, mapping } = source;
    for (const { assetId, declared } of readings) {
      const { channel } = declared;
      const key = JSON.stringify([tenantId, assetId, declared]);
      if (declaredHere.has(key) || !state.foreign.isNewDeclaration(tenantId, assetId, declared)) continue;
      declaredHere.add(key);
      const isChanged = state.gateways.declare(tenantId, assetId, declared);
      state.quiet.changed({ tenantId, assetId, channel });
      if (!isChanged) continue;
      const whole = { fromMs: 0, toMs: END_OF_TIME_MS, newerFromMs: null, newerToMs: null };
      state.dirty.add({ tenantId, assetId, channel, ...whole, receivedAtMs, cause: `mapping ${mapping ?? ""}` });
    }
  }
  plan.count("foreign-unmapped-unlisted", state.foreign.saveUnmapped(foreign.unmapped, deps.bounds.foreignUnmappedMax));
  state.foreign.clearJournal(foreign.journal);
}

/** After the transaction. */
export function settleForeign(plan: BatchPlan, state: IngestState): void {
  const { foreign, deps } = plan;
  state.foreign.settle(foreign.left, staying(plan), foreign.arrivals);
  deps.doors?.sessions.settle(foreign.sessions);
}

function staying({ foreign }: BatchPlan): ForeignSource[] {
  return [...foreign.sources.values()].filter(({ gatewayKey }) => !foreign.left.has(gatewayKey));
}
